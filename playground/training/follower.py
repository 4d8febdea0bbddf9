"""A sweep beside the window: the worker that follows it at a share of a core, and what stands in front of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from time import sleep, thread_time
from typing import Any, Final

from PySide6.QtCore import QObject

from core.runs.store import Store, StoreError
from core.runs.trial import Key, TrialResult
from core.runs.trial_keeper import TrialKeeper
from core.spec import SettingError
from core.sweep.journal import Journal, JournalError
from core.sweep.plan import Plan
from core.sweep.processes import ExecutorError, jobs_beside_window
from core.sweep.sweep import Sweep
from core.sweep.sweep_run import Progress, State, SweepRun
from playground.model.sweep_store import KeptSweep, SweepStore
from playground.training.training import SetTraining, SetWorker

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

    `picture` makes the picture of a trial among the runs, see `TrialKeeper`; `runs`: their database.
    """

    title = "The sweep"

    def __init__(self, picture: Picture, runs: Path | None) -> None:
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

    def run(self, number: int, kept: KeptSweep, sweep: Sweep | None, only_reads: bool) -> None:
        """Run all trials of a sweep, None for that of the journal; or read what is finished of it."""
        self._number, sentence, done = number, "", False
        try:
            with Journal(kept.journal) as journal:
                sweep = sweep or journal.sweep()
                if sweep is None:
                    raise JournalError("The journal has no sweep")
                results, engine = journal.prepared_for(sweep, self._report)
                self._tell("started", (sweep, list(results.values())))
                done = sweep.count() <= len(results)
                if not only_reads:
                    done, sentence = self._follow(kept, sweep, journal, compiled=engine == "compiled")
        except (ExecutorError, JournalError, SettingError) as error:
            sentence = str(error)
        self._end(done, sentence)

    def fail(self, sentence: str) -> None:
        self._end(False, sentence)

    def _end(self, done: bool, sentence: str) -> None:
        self._tell("ended", (done, "" if self._is_ended else sentence))

    def _follow(self, kept: KeptSweep, sweep: Sweep, journal: Journal, *, compiled: bool) -> tuple[bool, str]:
        """Whether all trials are finished, and why none is kept among the runs."""
        place = kept.place
        if not place.scheduler:
            place = replace(place, jobs=place.jobs or jobs_beside_window())
        executor = place.executor(kept.name, compiled=compiled, in_process=False)
        try:
            with TrialKeeper(
                sweep.experiment,
                partial(self._picture, sweep),
                journal.address,
                keeps=kept.keeps_runs,
                path=self._runs,
            ) as keeper:
                run = SweepRun(sweep, executor, journal, keeper, nice=True)
                with self._lock:
                    self._run = run
                    self._ask_run()
                duty = DutyCycle(_DUTY)
                for result in run.run():
                    self._tell("run_ended", replace(result, project=b""))
                    duty.rest()
                return run.progress().state == "done", keeper.fault
        finally:
            executor.close()

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


class SweepTraining(SetTraining):
    """What has been learned stays on disk until the next sweep. `started` has the Sweep and its results so far.

    When the window is closed or killed meanwhile, `reopen` has the sweep again at the next start: a local one goes on
    where it was, and that of a cluster has gone on there. `runs` is the database of the runs, and `picture` makes
    theirs.
    """

    def __init__(
        self,
        picture: Picture,
        runs: Path | None,
        parent: QObject | None = None,
        store: SweepStore | None = None,
    ) -> None:
        self.paused = False
        self.kept: KeptSweep | None = None
        self._runs, self._store = runs, store or SweepStore()
        self._worker = Follower(picture, runs)
        super().__init__("sweep", self._worker, parent)

    @property
    def progress(self) -> Progress | None:
        """Progress of the running sweep; None before it has begun."""
        return self._worker.progress

    def start(self, plan: Plan) -> None:
        """Run a sweep, in place of the one before. Raises `RuntimeError` while one runs, and `OSError`."""
        self._check_idle()
        kept = self._store.begin(plan.target, keeps_runs=plan.keeps_weights)
        if self.kept is not None:
            # Runs have their weights there.
            (self.kept.release if self.kept.keeps_runs else self.kept.remove)()
        self.kept = kept
        self._begin(kept, plan.sweep)

    def reopen(self) -> None:
        """Read the newest sweep of earlier starts, if there is one; `started` follows."""
        if self.kept is None:
            referred: set[str] | None = None
            with suppress(StoreError), closing(Store(self._runs)) as store:
                referred = store.journals()
            self.kept = self._store.left(referred)
            if self.kept is not None:
                self._begin(self.kept, only_reads=True)

    def go_on(self) -> None:
        """Go on with a sweep that was cancelled, that has stopped, or that was reopened."""
        self._check_idle()
        if self.kept is not None:
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

    def project(self, key: Key) -> bytes:
        """Project of a finished trial; b"" if nothing was kept; from any thread.

        Raises `JournalError`.
        """
        kept = self.kept
        if kept is None or not kept.journal.is_file():
            return b""
        with Journal(kept.journal) as journal:
            return journal.project(key)

    def close(self) -> None:
        """End processes and thread; a cluster goes on, unless the sweep is paused."""
        if self.running and self.kept is not None:
            goes_on = bool(self.kept.place.scheduler) and not self.paused
            self._worker.ask("detached" if goes_on else "cancelled")
        self._thread.end()
        if self.kept is not None:
            self.kept.release()

    def _check_idle(self) -> None:
        if self.running:
            raise RuntimeError("a sweep must end before another one starts")

    def _begin(self, kept: KeptSweep, sweep: Sweep | None = None, *, only_reads: bool = False) -> None:
        self._worker.forget()
        self._thread.call(self._worker.run, self._next_number(), kept, sweep, only_reads)
        if not only_reads:
            self.running, self.paused = True, False
            self.running_changed.emit(True)

    def _take_fact(self, signal: str, value: Any) -> None:
        if signal != "ended":
            super()._take_fact(signal, value)
            return
        done, sentence = value
        if self.kept is not None and done != self.kept.is_finished:
            try:
                self.kept.mark(finished=done)
            except OSError as error:
                sentence = sentence or f"The sweep cannot be kept: {error}"
        if self.running:
            self.running = self.paused = False
            self.running_changed.emit(False)
        if sentence:
            self.failed.emit(sentence)
