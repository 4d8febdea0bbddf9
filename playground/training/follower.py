"""A sweep over the open experiment: the worker that follows it at a share of a core, and the session of the window."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from time import sleep, thread_time
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from core.runs.store import Store, StoreError
from core.runs.trial import Key, TrialResult
from core.runs.trial_keeper import TrialKeeper
from core.spec import SettingError
from core.sweep.compute_target import ComputeTarget
from core.sweep.journal import Journal, JournalError
from core.sweep.processes import ExecutorError, jobs_beside_window
from core.sweep.sweep import Sweep
from core.sweep.sweep_run import Progress, State, SweepRun
from playground.model.sweep_store import KeptSweep, SweepStore
from playground.training.worker_thread import Worker, WorkerThread

_MAX_REST_SECONDS: Final = 0.1


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


log = logging.getLogger(__name__)

_DUTY: Final = 1 / 3
"""Share of the interpreter for keeping results. Beside 90 trials a second, which took half of it, the window had 26
pictures a second; with a third it has 49, beside 55 trials. Trials of a second and more do not notice."""


@dataclass(eq=False)
class SweepRequest:
    """A sweep to run once, or one of an earlier start to go on with.

    - `number` counts requests; `name` tells sweeps on a cluster apart.
    - `sweep`: None for the one in the journal; `only_reads` what is finished of it.
    - `picture`: makes the pictures of runs, see `TrialKeeper`; None keeps no runs. `runs`: their database.
    """

    number: int
    name: str
    journal: Path
    place: ComputeTarget
    sweep: Sweep | None = None
    only_reads: bool = False
    picture: Callable[[TrialResult], bytes] | None = None
    runs: Path | None = None
    _wish: State | None = None
    _run: SweepRun | None = None
    _lock: Lock = field(default_factory=Lock)

    def begin(self, run: SweepRun) -> None:
        """Forward pending and later requests for a state to the run."""
        with self._lock:
            self._run = run
            if self._wish is not None:
                _tell(run, self._wish)

    def wish(self, state: State) -> None:
        """Ask for "cancelled", "detached", "pausing" or "running", from any thread, even before it has begun."""
        with self._lock:
            self._wish = state
            if self._run is not None:
                _tell(self._run, state)

    def report(self, _: object) -> None:
        """Called while the journal is read. Raises `JournalError` once the user has ended it."""
        if self.is_ended:
            raise JournalError("The sweep has ended")

    @property
    def is_ended(self) -> bool:
        """Whether the user has ended it."""
        return self._wish in ("cancelled", "detached")

    @property
    def progress(self) -> Progress | None:
        """Progress, from any thread; None before it has begun."""
        return None if self._run is None else self._run.progress()


class SweepWorker(Worker):
    """Lives in the thread of a `SweepSession`; `run` takes as long as the sweep."""

    title = "The sweep"

    opened = Signal(int, object, list)
    """The number of a request, its Sweep, and the results that its journal has."""
    result_ready = Signal(int, object)
    """The number of a request, and a TrialResult without its project."""
    ended = Signal(int, bool, str)
    """The number of a request, whether all trials are finished, and a sentence why not, unless that was wished."""

    def __init__(self) -> None:
        super().__init__()
        self._request: SweepRequest | None = None

    def fail(self, sentence: str) -> None:
        request = self._request
        assert request is not None
        self.ended.emit(request.number, False, "" if request.is_ended else sentence)

    @Slot(object)
    def run(self, request: SweepRequest) -> None:
        """Run all trials."""
        self._request, sentence, done = request, "", False
        try:
            with Journal(request.journal) as journal:
                sweep = request.sweep or journal.sweep()
                if sweep is None:
                    raise JournalError("The journal has no sweep")
                results, engine = journal.prepared_for(sweep, request.report)
                self.opened.emit(request.number, sweep, list(results.values()))
                done = sweep.count() <= len(results)
                if not request.only_reads:
                    done, sentence = self._follow(request, sweep, journal, compiled=engine == "compiled")
        except (ExecutorError, JournalError, SettingError) as error:
            sentence = str(error)
        self.ended.emit(request.number, done, "" if request.is_ended else sentence)

    def _follow(
        self, request: SweepRequest, sweep: Sweep, journal: Journal, *, compiled: bool
    ) -> tuple[bool, str]:
        """Whether all trials are finished, and why none is kept among the runs."""
        place = request.place
        if not place.scheduler:
            place = replace(place, jobs=place.jobs or jobs_beside_window())
        executor = place.executor(request.name, compiled=compiled, in_process=False)
        picture = request.picture or (lambda _: b"")
        try:
            keeps = request.picture is not None
            with TrialKeeper(
                sweep.experiment, picture, journal.address, keeps=keeps, path=request.runs
            ) as keeper:
                run = SweepRun(sweep, executor, journal, keeper, nice=True)
                request.begin(run)
                duty = DutyCycle(_DUTY)
                for result in run.run():
                    self.result_ready.emit(request.number, replace(result, project=b""))
                    duty.rest()
                return run.progress().state == "done", keeper.fault
        finally:
            executor.close()


def _tell(run: SweepRun, state: State) -> None:
    {"cancelled": run.cancel, "detached": run.detach, "pausing": run.pause, "running": run.resume}[state]()


_Picture = Callable[[TrialResult], bytes]


class SweepSession(QObject):
    """The thread starts with the first sweep. What has been learned stays on disk until the next one.

    When the window is closed or killed meanwhile, `reopen` has the sweep again at the next start: a local one goes on
    where it was, and that of a cluster has gone on there.
    """

    opened = Signal(object, list)
    """A Sweep, and the results that it has already."""
    result_taken = Signal(object)
    """A TrialResult without its project."""
    running_changed = Signal(bool)
    """Whether a sweep runs or is paused."""
    failed = Signal(str)
    """A sentence: why the sweep has stopped, or what of it is not kept."""

    def __init__(self, parent: QObject | None = None, store: SweepStore | None = None) -> None:
        super().__init__(parent)
        self.running = self.paused = False
        self.kept: KeptSweep | None = None
        self._store = store or SweepStore()
        self._request: SweepRequest | None = None
        self._number = 0
        self._worker = SweepWorker()
        self._thread = WorkerThread("sweep", self._worker, self)
        self._thread.connect_queued(
            (
                (self._worker.opened, self._on_opened),
                (self._worker.result_ready, self._on_result),
                (self._worker.ended, self._on_ended),
            )
        )

    @property
    def progress(self) -> Progress | None:
        """Progress of the running sweep; None before it has begun."""
        return None if self._request is None else self._request.progress

    def start(
        self, sweep: Sweep, place: ComputeTarget, picture: _Picture | None, runs: Path | None = None
    ) -> None:
        """Run a sweep, in place of the one before; `picture` and `runs` as in `SweepRequest`.

        Raises `RuntimeError` while one runs, and `OSError`.
        """
        self._check_idle()
        kept = self._store.begin(place, keeps_runs=picture is not None)
        if self.kept is not None:
            # Runs have their weights there.
            (self.kept.release if self.kept.keeps_runs else self.kept.remove)()
        self.kept = kept
        self._ask(kept, sweep, picture, runs)

    def reopen(self, runs: Path | None = None) -> None:
        """Read the newest sweep of earlier starts, if there is one; `opened` follows. `runs`: their database."""
        if self.kept is None:
            referred: set[str] | None = None
            with suppress(StoreError), closing(Store(runs)) as store:
                referred = store.journals()
            self.kept = self._store.left(referred)
            if self.kept is not None:
                self._ask(self.kept, only_reads=True)

    def go_on(self, picture: _Picture | None, runs: Path | None = None) -> None:
        """Go on with a sweep that was cancelled, that has stopped, or that was reopened."""
        self._check_idle()
        if self.kept is not None:
            self._ask(self.kept, picture=picture if self.kept.keeps_runs else None, runs=runs)

    def pause(self) -> None:
        """Begin no other trial, until `resume`."""
        self._wish_pause(True)

    def resume(self) -> None:
        """Begin trials again."""
        self._wish_pause(False)

    def stop(self) -> None:
        """End soon: what runs is lost, what is finished stays."""
        if self._request is not None and self.running:
            self._request.wish("cancelled")

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
        if self._request is not None and self.running:
            goes_on = bool(self._request.place.scheduler) and not self.paused
            self._request.wish("detached" if goes_on else "cancelled")
        self._thread.end()
        if self.kept is not None:
            self.kept.release()

    def _check_idle(self) -> None:
        if self.running:
            raise RuntimeError("a sweep must end before another one starts")

    def _ask(
        self,
        kept: KeptSweep,
        sweep: Sweep | None = None,
        picture: _Picture | None = None,
        runs: Path | None = None,
        *,
        only_reads: bool = False,
    ) -> None:
        self._number += 1
        self._request = SweepRequest(
            self._number, kept.name, kept.journal, kept.place, sweep, only_reads, picture, runs
        )
        self._thread.begin()
        self._thread.call(self._worker.run, self._request)
        if not only_reads:
            self.running, self.paused = True, False
            self.running_changed.emit(True)

    def _wish_pause(self, paused: bool) -> None:
        if self._request is not None and self.running and paused != self.paused:
            self.paused = paused
            self._request.wish("pausing" if paused else "running")
            self.running_changed.emit(True)

    @Slot(int, object, list)
    def _on_opened(self, number: int, sweep: Sweep, results: list[TrialResult]) -> None:
        if number == self._number:
            self.opened.emit(sweep, results)

    @Slot(int, object)
    def _on_result(self, number: int, result: TrialResult) -> None:
        if number == self._number:
            self.result_taken.emit(result)

    @Slot(int, bool, str)
    def _on_ended(self, number: int, done: bool, sentence: str) -> None:
        if number != self._number:
            return
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
