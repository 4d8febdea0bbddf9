"""Trainers that are trained together, on the GUI thread: what a race and many seeds have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from playground.training.group_worker import GroupWorker
from playground.training.mailbox import Mailbox
from playground.training.worker_thread import Arrivals, WorkerThread


class GroupSession(QObject):
    """One object in front of a worker and its thread, which starts with the first request.

    What comes of earlier requests is dropped.
    """

    prepared = Signal(object)
    """The data of a request, before its first moment."""
    moment_taken = Signal(object)
    running_changed = Signal(bool)
    results_ready = Signal(list)
    """The results asked for by `request_results`."""
    failed = Signal(str)
    """A sentence: why nothing is trained."""

    _end_requested = Signal()

    def __init__(self, name: str, worker: type[GroupWorker], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running = False
        self._number = 0
        self._requests: Mailbox[Any] = Mailbox()
        self._moments: Mailbox[tuple[int, Any]] = Mailbox()
        self._worker = worker(self._requests, self._moments)
        self._thread = WorkerThread(name, self._worker, self)
        self._arrivals: Arrivals[Any] = Arrivals()
        self._thread.connect_queued(
            (
                (self._worker.prepared, self._on_prepared),
                (self._worker.moment_ready, self._take_moment),
                (self._worker.running_changed, self._on_running_changed),
                (self._worker.results_ready, self._on_results_ready),
                (self._worker.failed, self._on_failed),
            )
        )
        # `quit` would not wait for a queued call.
        self._end_requested.connect(self._worker.end, Qt.ConnectionType.BlockingQueuedConnection)

    def play(self) -> None:
        """Train, or go on."""
        self._thread.call(self._worker.play)

    def pause(self) -> None:
        """Stop after the current slice."""
        self._thread.call(self._worker.pause)

    def request_results(self, wanted: Sequence[int] | None = None) -> None:
        """Copy what some, or all, have learned; emits `results_ready`."""
        self._thread.call(self._worker.send_results, None if wanted is None else tuple(wanted))

    def clear(self) -> None:
        """End the training, and let go of what was learned."""
        if not self._thread.isRunning():
            return
        self._number += 1
        self._thread.call(self._worker.end)
        if self.running:
            self.running = False
            self.running_changed.emit(False)

    def close(self) -> None:
        """End the thread, and what its worker has started; waits for the current slice."""
        if self._thread.isRunning():
            self._end_requested.emit()
        self._thread.end()

    def _next_number(self) -> int:
        """The number of a new request, for which the thread runs."""
        self._thread.begin()
        self._number += 1
        return self._number

    def _request(self, request: object) -> None:
        """Begin a request, in place of the one before."""
        self._requests.put(request)
        self._thread.call(self._worker.take_request)

    @Slot(int, object)
    def _on_prepared(self, number: int, data: object) -> None:
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
    def _on_results_ready(self, number: int, results: list[object]) -> None:
        if number == self._number:
            self.results_ready.emit(results)

    @Slot(int, str)
    def _on_failed(self, number: int, sentence: str) -> None:
        if number == self._number:
            self.failed.emit(sentence)
