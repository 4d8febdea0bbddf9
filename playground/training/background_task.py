"""Puts a question to the network that takes long, a slice at a time, so that the training goes on meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import perf_counter
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

__all__ = ["Asking", "Question"]

log = logging.getLogger(__name__)


class Question(Protocol):
    """Something that is answered bit by bit."""

    @property
    def finished(self) -> bool: ...

    def advance(self) -> None: ...

    def answer(self) -> object: ...


class Asking(QObject):
    """One question at a time, in its parent's thread; a new one takes the place of an open one.

    `slice_seconds` tells for how long it may work at once.
    """

    answered = Signal(object)
    """The answer; None where there is none."""

    def __init__(self, slice_seconds: Callable[[], float], parent: QObject) -> None:
        super().__init__(parent)
        self._slice_seconds = slice_seconds
        self._question: Question | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)

    def ask(self, question: Question | None) -> None:
        """Begin with a question; without one, tell that there is no answer."""
        self._question = question
        if question is None:
            self._tell(None)
        else:
            self._timer.start()
            self._go_on()

    def drop(self) -> None:
        """Leave what is asked unanswered."""
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
            log.exception("A question could not be answered")
            # Whoever asked must not wait for ever.
            self._tell(None)

    def _tell(self, answer: object) -> None:
        self.drop()
        self.answered.emit(answer)
