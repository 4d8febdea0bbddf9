"""Runs long tasks on the worker's thread in time slices, so that training goes on meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import perf_counter
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

__all__ = ["Asking", "Question"]

log = logging.getLogger(__name__)


class Question(Protocol):
    """A task that is worked off in small steps."""

    @property
    def finished(self) -> bool: ...

    def advance(self) -> None: ...

    def answer(self) -> object: ...


class Asking(QObject):
    """Runs one task at a time in its parent's thread; a new task replaces the running one.

    `slice_seconds()` is the length of a slice.
    """

    answered = Signal(object)
    """The task's answer; None where there is none."""

    def __init__(self, slice_seconds: Callable[[], float], parent: QObject) -> None:
        super().__init__(parent)
        self._slice_seconds = slice_seconds
        self._question: Question | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)

    def ask(self, question: Question | None) -> None:
        """Start a task; None emits `finished` without an answer."""
        self._question = question
        if question is None:
            self._tell(None)
        else:
            self._timer.start()
            self._go_on()

    def drop(self) -> None:
        """Stop the task without an answer."""
        self._timer.stop()
        self._question = None

    def _go_on(self) -> None:
        question, end = self._question, perf_counter() + self._slice_seconds()
        assert question is not None
        try:
            while not question.finished:
                question.advance()
                if perf_counter() >= end:
                    break
            if question.finished:
                self._tell(question.answer())
        except Exception:
            log.exception("A background task failed")
            # The caller must not wait for ever.
            self._tell(None)

    def _tell(self, answer: object) -> None:
        self.drop()
        self.answered.emit(answer)
