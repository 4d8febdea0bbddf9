"""Many seeds on the GUI thread: one object in front of the worker and its thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal, Slot

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.snapshot import Snapshot
from core.seeds import SeedResult
from playground.training.mailbox import Mailbox
from playground.training.seeds.worker import SeedsMoment, SeedsRequest, SeedsWorker
from playground.training.worker_thread import Arrivals, WorkerThread

__all__ = ["SeedsSession"]


class SeedsSession(QObject):
    """The thread starts with the first request. Moments of earlier ones are dropped."""

    prepared = Signal(object)
    """The PreparedData of a request, before its first moment."""
    moment_taken = Signal(object)
    """A `SeedsMoment`."""
    running_changed = Signal(bool)
    results_ready = Signal(list)
    """(SeedResult, Snapshot) of every seed that was asked for."""
    failed = Signal(str)
    """A sentence: why the seeds are not trained."""

    _requested = Signal()
    _play_requested = Signal()
    _pause_requested = Signal()
    _end_requested = Signal()
    _results_requested = Signal(object)
    _cleared = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running = False
        self._number = 0
        self._requests: Mailbox[SeedsRequest] = Mailbox()
        self._moments: Mailbox[tuple[int, SeedsMoment]] = Mailbox()
        self._worker = SeedsWorker(self._requests, self._moments)
        self._thread = WorkerThread("seeds", self._worker, self)
        self._arrivals: Arrivals[SeedsMoment] = Arrivals()
        worker = self._worker
        self._thread.connect_queued(
            (
                (self._requested, worker.take_request),
                (self._play_requested, worker.play),
                (self._pause_requested, worker.pause),
                (self._results_requested, worker.send_results),
                (self._cleared, worker.end),
                (worker.prepared, self._on_prepared),
                (worker.moment_ready, self._take_moment),
                (worker.running_changed, self._on_running_changed),
                (worker.results_ready, self._on_results_ready),
                (worker.failed, self._on_failed),
            )
        )
        # `quit` would not wait for a queued call.
        self._end_requested.connect(worker.end, Qt.ConnectionType.BlockingQueuedConnection)

    def start(self, experiment: Experiment, seeds: Sequence[int], epochs: int, engine: str = "auto") -> None:
        """Train an experiment from every seed; those of before are let go."""
        self._thread.begin()
        self._number += 1
        self._requests.put(SeedsRequest(self._number, experiment, tuple(seeds), epochs, engine))
        self._requested.emit()

    def play(self) -> None:
        self._play_requested.emit()

    def pause(self) -> None:
        self._pause_requested.emit()

    def request_results(self, seeds: Sequence[int] | None = None) -> None:
        """Copy what some seeds, or all, have learned; emits `results_ready`."""
        self._results_requested.emit(None if seeds is None else tuple(seeds))

    def clear(self) -> None:
        """End the training, and let go of what the seeds have learned."""
        if not self._thread.isRunning():
            return
        self._number += 1
        self._cleared.emit()
        if self.running:
            self.running = False
            self.running_changed.emit(False)

    def close(self) -> None:
        """End the thread, and the seeds' own threads and processes; waits for the current slice."""
        if self._thread.isRunning():
            self._end_requested.emit()
        self._thread.end()

    @Slot(int, object)
    def _on_prepared(self, number: int, data: PreparedData) -> None:
        if number == self._number:
            self.prepared.emit(data)
            if (early := self._arrivals.begin(number)) is not None:
                self.moment_taken.emit(early)

    @Slot()
    def _take_moment(self) -> None:
        found = self._moments.take()
        if found is not None and self._arrivals.admits(*found) and found[0] == self._number:
            self.moment_taken.emit(found[1])

    @Slot(int, bool)
    def _on_running_changed(self, number: int, running: bool) -> None:
        if number == self._number:
            self.running = running
            self.running_changed.emit(running)

    @Slot(int, list)
    def _on_results_ready(self, number: int, results: list[tuple[SeedResult, Snapshot]]) -> None:
        if number == self._number:
            self.results_ready.emit(results)

    @Slot(int, str)
    def _on_failed(self, number: int, sentence: str) -> None:
        if number == self._number:
            self.failed.emit(sentence)
