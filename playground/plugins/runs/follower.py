"""A sweep beside the window: the worker that follows it at a share of a core, and what stands in front of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from time import sleep, thread_time
from typing import Any, Final

from PySide6.QtCore import QObject

from core.runs.run import DataTexts
from core.runs.run_set import RunSet
from core.runs.store import Store, runs_path
from core.runs.trial import TrialResult
from core.spec import SettingError
from core.sweep.compute_target import ComputeTarget
from core.sweep.journal import Journal, JournalError, begin_sweep
from core.sweep.plan import Plan
from core.sweep.processes import ExecutorError, jobs_beside_window
from core.sweep.sweep import Sweep
from core.sweep.sweep_run import Progress, State, SweepRun, held_run
from playground.plugins.runs.left_sweeps import place_of
from playground.plugins.runs.training import SetTraining, SetWorker

_MAX_REST_SECONDS: Final = 0.1
Picture = Callable[[Sweep, TrialResult], bytes]


class DutyCycle:
    """Limits a thread of Python code to a `share` of one core's time; made and used by that thread.

    `clock` returns the seconds of a core that the thread has used.
    """

    def __init__(
        self, share: float, clock: Callable[[], float] = thread_time, wait: Callable[[float], None] = sleep
    ) -> None:
        self._rest_per_second = (1.0 - share) / share
        self._clock, self._wait = clock, wait
        self._rested_at = clock()

    def rest(self) -> None:
        """Sleep for the other share of the time since the last call, at most 0.1 s."""
        used = self._clock() - self._rested_at
        self._wait(min(_MAX_REST_SECONDS, max(0.0, self._rest_per_second * used)))
        self._rested_at = self._clock()


_DUTY: Final = 1 / 3
"""Share of the interpreter for keeping results. Beside 90 trials a second, which took half of it, the window had 26
pictures a second; with a third it has 49, beside 55 trials. Trials of a second and more do not notice."""


class Follower(SetWorker):
    """Lives in the thread of a `SweepTraining`. `run` takes as long as the sweep; `ask` is called from any thread.

    `picture` makes the picture of a trial among the runs; `runs`: their database.
    """

    title = "The sweep"

    def __init__(self, picture: Picture, runs: Path) -> None:
        super().__init__()
        self._picture, self._runs = picture, runs
        self._wanted: State = "running"
        self._run: SweepRun | None = None
        self._lock = Lock()

    def forget(self) -> None:
        """Nothing is asked of the next sweep, and nothing is known of it."""
        with self._lock:
            self._wanted, self._run = "running", None

    def ask(self, state: State) -> None:
        """Ask for "cancelled", "detached", "pausing" or "running", even before it has begun."""
        with self._lock:
            self._wanted = state
            self._ask_run()

    @property
    def progress(self) -> Progress | None:
        """Progress, from any thread; None before it has begun."""
        run = self._run
        return None if run is None else run.progress()

    def run(self, number: int, wanted: Plan | RunSet, only_reads: bool) -> None:
        """Run all trials of a plan or of a set that was begun, or read what is finished of it."""
        self._number, sentence = number, ""
        try:
            with closing(Store(self._runs)) as store:
                kept = _begun(store, wanted) if isinstance(wanted, Plan) else wanted
                sweep = Journal(store=store, set_id=kept.id).sweep()
                if sweep is None:
                    raise JournalError("This sweep has been removed")
                journal = Journal(
                    store=store, set_id=kept.id, thumbnail=partial(self._picture, sweep),
                    text=DataTexts(sweep.experiment),
                )  # fmt: skip
                results, _ = journal.prepared_for(sweep, self._report)
                self._tell("started", (kept, sweep, list(results.values())))
                if not only_reads:
                    self._follow(kept, sweep, journal)
        except (ExecutorError, JournalError, SettingError) as error:
            sentence = str(error)
        self.fail(sentence)

    def fail(self, sentence: str) -> None:
        self._tell("ended", "" if self._is_ended else sentence)

    def _follow(self, kept: RunSet, sweep: Sweep, journal: Journal) -> None:
        """Train what is missing."""
        place = place_of(kept)
        if not place.scheduler:
            place = replace(place, jobs=place.jobs or jobs_beside_window())
        with held_run(sweep, journal, place, name=f"{kept.key:x}", beside_window=True) as run:
            with self._lock:
                self._run = run
                self._ask_run()
            duty = DutyCycle(_DUTY)
            for result in run.run():
                self._tell("run_ended", replace(result, project=b""))
                duty.rest()

    def _ask_run(self) -> None:
        if (run := self._run) is not None:
            asked = {
                "cancelled": run.cancel,
                "detached": run.detach,
                "pausing": run.pause,
                "running": run.resume,
            }
            asked[self._wanted]()

    def _report(self, _: object) -> None:
        """Called while the journal is read. Raises `JournalError` once the user has ended it."""
        if self._is_ended:
            raise JournalError("The sweep has ended")

    @property
    def _is_ended(self) -> bool:
        return self._wanted in ("cancelled", "detached")


def _begun(store: Store, plan: Plan) -> RunSet:
    assert plan.sweep is not None
    number = begin_sweep(store, "", plan.sweep, plan.target)
    return next(each for each in store.sets() if each.id == number)


class SweepTraining(SetTraining):
    """What has been learned is in the database `runs`. `started` has the Sweep and its results so far.

    When the window is closed or killed meanwhile, `reopen` has the sweep again at the next start: a local one goes on
    where it was, and that of a cluster has gone on there. `picture` makes the picture of a trial.
    """

    def __init__(self, picture: Picture, runs: Path | None, parent: QObject | None = None) -> None:
        self.paused = False
        self.kept: RunSet | None = None
        """The set that is shown."""
        self.place = ComputeTarget()
        self._runs = runs or runs_path()
        self._worker = Follower(picture, self._runs)
        super().__init__("sweep", self._worker, parent)

    @property
    def progress(self) -> Progress | None:
        """Progress of the running sweep; None before it has begun."""
        return self._worker.progress

    def start(self, plan: Plan) -> None:
        """Run a sweep. Raises `RuntimeError` while one runs."""
        self._check_idle()
        self.place = plan.target
        self._begin(plan)

    def reopen(self, found: RunSet | None) -> None:
        """Read the sweep of an earlier start, if there is one; `started` follows."""
        if self.kept is None and found is not None and not self.running:
            self.kept, self.place = found, place_of(found)
            self._begin(found, only_reads=True)

    def go_on(self) -> None:
        """Go on with a sweep that was cancelled, that has stopped, or that was reopened."""
        self._check_idle()
        if self.kept is not None:
            self.place = place_of(self.kept)
            self._begin(self.kept)

    def pause(self, paused: bool = True) -> None:
        """Begin no other trial, or begin trials again."""
        if self.running and paused != self.paused:
            self.paused = paused
            self._worker.ask("pausing" if paused else "running")
            self.running_changed.emit(True)

    def stop(self) -> None:
        """End soon: what runs is lost, what is finished stays."""
        if self.running:
            self._worker.ask("cancelled")

    def close(self) -> None:
        """End processes and thread; a cluster goes on, unless the sweep is paused."""
        if self.running:
            self._worker.ask("detached" if self.place.scheduler and not self.paused else "cancelled")
        self._thread.end()

    def _check_idle(self) -> None:
        if self.running:
            raise RuntimeError("a sweep must end before another one starts")

    def _begin(self, wanted: Plan | RunSet, *, only_reads: bool = False) -> None:
        self._worker.forget()
        self._thread.call(self._worker.run, self._next_number(), wanted, only_reads)
        if not only_reads:
            self.running, self.paused = True, False
            self.running_changed.emit(True)

    def _take_fact(self, signal: str, value: Any) -> None:
        if signal == "started":
            self.kept, *rest = value
            value = tuple(rest)
        if signal != "ended":
            super()._take_fact(signal, value)
            return
        if self.running:
            self.running = self.paused = False
            self.running_changed.emit(False)
        if value:
            self.failed.emit(value)
