"""Run long tasks on the worker's thread in time slices, while training continues."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from playground.training.worker_thread import Worker


class SlicedTask(Protocol):
    """A task that runs in small steps."""

    @property
    def finished(self) -> bool: ...

    def advance(self) -> None: ...

    def result(self) -> object: ...


class SlicedTaskRunner(QObject):
    """Runs one task at a time in the worker's thread, in slices of `slice_seconds()`; a new task replaces it."""

    finished = Signal(object)
    """The result of the task; None where it failed, as the worker tells."""
    progressed = Signal()
    """After every slice."""

    def __init__(self, slice_seconds: Callable[[], float], worker: Worker) -> None:
        super().__init__(worker)
        self._tell = worker.tell
        self._slice_seconds = slice_seconds
        self._task: SlicedTask | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._run_slice)

    def start(self, task: SlicedTask | None) -> None:
        """Start a task. `None` emits an empty result."""
        self._task = task
        if task is None:
            self._finish(None)
        else:
            self._timer.start()
            self._run_slice()

    @property
    def is_busy(self) -> bool:
        """Whether a task is running."""
        return self._task is not None

    def cancel(self) -> None:
        """Stop the task without a result."""
        self._timer.stop()
        self._task = None

    def _run_slice(self) -> None:
        task, end = self._task, perf_counter() + self._slice_seconds()
        assert task is not None
        try:
            while not task.finished:
                task.advance()
                if perf_counter() >= end:
                    break
            self.progressed.emit()
            if task.finished:
                self._finish(task.result())
        except Exception as error:
            # The caller must not wait forever.
            self._finish(None)
            self._tell(error)

    def _finish(self, answer: object) -> None:
        self.cancel()
        self.finished.emit(answer)
