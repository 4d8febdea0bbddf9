"""Base of sessions on the GUI thread: a thread with a worker, and what arrives from it, in order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from core.io.sentence import error_reason

T = TypeVar("T")
log = logging.getLogger(__name__)


class Worker(QObject):
    """Lives in a `WorkerThread`. What its methods raise there ends as a sentence, by `fail`, and never in silence."""

    title = ""
    """Who stops, in a sentence: "The race"."""

    def fail(self, sentence: str) -> None:
        """Stop what runs, and tell why."""
        raise NotImplementedError

    def tell(self, error: Exception) -> None:
        """Fail by an exception."""
        log.error("%s stopped", self.title, exc_info=error)
        self.fail(f"{self.title} stopped: {error_reason(error)}")


def guarded(method: Callable[..., None]) -> Callable[..., None]:
    """A method that a timer or another signal of the worker's own thread calls; others are called by `WorkerThread`."""

    @wraps(method)
    def called(self: Worker, *arguments: object) -> None:
        try:
            method(self, *arguments)
        except Exception as error:
            self.tell(error)

    return called


class _Caller(QObject):
    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self._worker = worker

    @Slot(object, object)
    def call(self, method: Callable[..., object], arguments: tuple[object, ...]) -> None:
        try:
            method(*arguments)
        except Exception as error:
            self._worker.tell(error)


class WorkerThread(QThread):
    """A thread in which a worker lives; it is deleted with the thread's end."""

    _called = Signal(object, object)

    def __init__(self, name: str, worker: Worker, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._caller = _Caller(worker)
        self.connect_queued([(self._called, self._caller.call)])
        for each in (worker, self._caller):
            each.moveToThread(self)
            self.finished.connect(each.deleteLater)

    def call(self, method: Callable[..., object], *arguments: object) -> None:
        """Call a method of the worker in the thread, after all that was asked for before."""
        self._called.emit(method, arguments)

    @staticmethod
    def connect_queued(pairs: Iterable[tuple[object, object]]) -> None:
        """Connect (signal, slot or signal) across the threads."""
        for signal, slot in pairs:
            signal.connect(slot, Qt.ConnectionType.QueuedConnection)  # type: ignore[attr-defined]

    def begin(self) -> None:
        """Start, unless it runs or has ended."""
        # What panels ask for while their window closes comes late: the worker is deleted.
        if not self.isRunning() and not self.isFinished():
            self.start()

    def end(self) -> None:
        """End after what the worker does now."""
        self.quit()
        self.wait()


class Arrivals(Generic[T]):
    """Admits what belongs to the current run, after the data of that run.

    Data come by a queued signal, results through a mailbox, in which they can overtake them.
    """

    def __init__(self) -> None:
        self.number = 0
        self._early: tuple[int, T] | None = None

    def begin(self, number: int) -> T | None:
        """The data of a run are here; returns its result, if one came earlier."""
        self.number = number
        # Of three runs that begin at once, the result of the last may come before the data of the second.
        if self._early is None or self._early[0] > number:
            return None
        early, self._early = self._early, None
        return early[1] if early[0] == number else None

    def end(self) -> None:
        """What comes until the next run begins is of none that counts."""
        self.number = 0

    def admits(self, number: int, result: T) -> bool:
        """Whether a result is of the current run; that of a later one is kept for its beginning."""
        if number > self.number:
            self._early = number, result
        return number == self.number
