"""A sweep on the GUI thread: one object in front of the worker, its thread and its processes."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QObject, Signal, Slot

from core.sweep.journal import SUFFIX, Journal
from core.sweep.sweep import Sweep
from core.sweep.sweep_run import Progress
from core.sweep.trial import Key, TrialResult
from playground.training.sweep.worker import SweepRequest, SweepWorker
from playground.training.worker_thread import WorkerThread

__all__ = ["SweepSession"]


class SweepSession(QObject):
    """The thread starts with the first sweep. What has been learned is on disk until the next sweep or the end."""

    result_taken = Signal(object)
    """A TrialResult without its project; `progress` is the one after it."""
    running_changed = Signal(bool)
    failed = Signal(str)
    """A sentence: why the sweep has stopped."""

    _requested = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running = False
        self.progress: Progress | None = None
        self._request: SweepRequest | None = None
        self._number = 0
        self._folder: TemporaryDirectory[str] | None = None
        self._worker = SweepWorker()
        self._thread = WorkerThread("sweep", self._worker, self)
        self._thread.connect_queued(
            (
                (self._requested, self._worker.run),
                (self._worker.result_ready, self._on_result),
                (self._worker.ended, self._on_ended),
            )
        )

    def start(self, sweep: Sweep) -> None:
        """Run a sweep, in place of the one before. Raises `RuntimeError` while one runs, and `OSError`."""
        if self.running:
            raise RuntimeError("a sweep must end before another one starts")
        self._remove_folder()
        self._folder = TemporaryDirectory(prefix="sweep-", ignore_cleanup_errors=True)
        self._number += 1
        self._request = SweepRequest(self._number, sweep, Path(self._folder.name) / f"sweep{SUFFIX}")
        self._thread.begin()
        self.running, self.progress = True, None
        self._requested.emit(self._request)
        self.running_changed.emit(True)

    def stop(self) -> None:
        """End soon: what runs is lost, what is finished stays."""
        if self._request is not None:
            self._request.cancel()

    def project(self, key: Key) -> bytes:
        """What a finished trial has learned, as a project; b"" if nothing was kept. Raises `JournalError`."""
        if self._request is None or not self._request.journal.is_file():
            return b""
        with Journal(self._request.journal) as journal:
            return journal.project(key)

    def close(self) -> None:
        """End the processes and the thread."""
        self.stop()
        self._thread.end()
        self._remove_folder()

    def _remove_folder(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    @Slot(int, object, object)
    def _on_result(self, number: int, result: TrialResult, progress: Progress) -> None:
        if number == self._number:
            self.progress = progress
            self.result_taken.emit(result)

    @Slot(int, str)
    def _on_ended(self, number: int, sentence: str) -> None:
        if number != self._number:
            return
        self.running = False
        self.running_changed.emit(False)
        if sentence:
            self.failed.emit(sentence)
