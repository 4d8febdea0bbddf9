"""A sweep on the GUI thread: one object in front of the worker, its thread and its processes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from core.sweep.journal import Journal
from core.sweep.place import SweepPlace
from core.sweep.sweep import Sweep
from core.sweep.sweep_run import Progress
from core.sweep.trial import Key, TrialResult
from playground.model.runs.run_store import RunStore, RunStoreError
from playground.model.sweep_store import KeptSweep, SweepStore
from playground.training.sweep.worker import SweepRequest, SweepWorker
from playground.training.worker_thread import WorkerThread

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

    _requested = Signal(object)

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
                (self._requested, self._worker.run),
                (self._worker.opened, self._on_opened),
                (self._worker.result_ready, self._on_result),
                (self._worker.ended, self._on_ended),
            )
        )

    @property
    def progress(self) -> Progress | None:
        """How far the running sweep is; None before it has begun."""
        return None if self._request is None else self._request.progress

    def start(
        self, sweep: Sweep, place: SweepPlace, picture: _Picture | None, runs: Path | None = None
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
            with suppress(RunStoreError), closing(RunStore(runs)) as store:
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
        """What a finished trial has learned, as a project; b"" if nothing was kept; from any thread.

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
        self._requested.emit(self._request)
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
