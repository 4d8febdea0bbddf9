"""Runs long tasks on the worker's thread in time slices, so that training goes on meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import perf_counter
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

__all__ = ["SlicedTask", "SlicedTaskRunner"]

log = logging.getLogger(__name__)


class SlicedTask(Protocol):
    """A task that is worked off in small steps."""

    @property
    def finished(self) -> bool: ...

    def advance(self) -> None: ...

    def result(self) -> object: ...


class SlicedTaskRunner(QObject):
    """Runs one task at a time in its parent's thread; a new task replaces the running one.

    `slice_seconds()` is the length of a slice.
    """

    finished = Signal(object)
    """The task's answer; None where there is none."""

    def __init__(self, slice_seconds: Callable[[], float], parent: QObject) -> None:
        super().__init__(parent)
        self._slice_seconds = slice_seconds
        self._task: SlicedTask | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._run_slice)

    def start(self, task: SlicedTask | None) -> None:
        """Start a task; None emits `finished` without an answer."""
        self._task = task
        if task is None:
            self._finish(None)
        else:
            self._timer.start()
            self._run_slice()

    def cancel(self) -> None:
        """Stop the task without an answer."""
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
            if task.finished:
                self._finish(task.result())
        except Exception:
            log.exception("A background task failed")
            # The caller must not wait for ever.
            self._finish(None)

    def _finish(self, answer: object) -> None:
        self.cancel()
        self.finished.emit(answer)
