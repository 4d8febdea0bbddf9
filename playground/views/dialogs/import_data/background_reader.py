"""Reads something in the background. The thread knows nothing of Qt; a timer looks how far it is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

from PySide6.QtCore import QObject, QTimer, Signal

from core.data.datasets import DataError
from core.data.tables.read_table import ReadingCancelledError

__all__ = ["BackgroundReader"]

_POLL_MS = 30

Report = Callable[[float], None]


class _Reading:
    """One thing being read: how far it is, and whether it shall stop."""

    def __init__(self, name: str, read: Callable[[Report], object]) -> None:
        self.name, self._read = name, read
        self.share = 0.0
        self.stop = Event()

    def run(self) -> object:
        return self._read(self._report)

    def _report(self, share: float) -> None:
        self.share = share
        if self.stop.is_set():
            raise ReadingCancelledError


class BackgroundReader(QObject):
    """Reads one thing at a time; asking for another one gives up the first."""

    progressed = Signal(float)
    """The share that is read, from 0 to 1."""
    loaded = Signal(object)
    """What was read."""
    failed = Signal(str)
    """A sentence that says why there is nothing."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = ThreadPoolExecutor(1, "reader")
        self._reading: _Reading | None = None
        self._future: Future[object] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)
        # Bound to the thread, not to this object, which is gone by then.
        self.destroyed.connect(_Closing(self._thread))

    @property
    def busy(self) -> bool:
        """Whether something is being read."""
        return self._reading is not None

    def begin(self, name: str, read: Callable[[Report], object]) -> None:
        """Start `read(report)` on the thread; `name` is what it is called where it fails."""
        self.cancel()
        self._reading = _Reading(name, read)
        self._future = self._thread.submit(self._reading.run)
        self._timer.start()

    def cancel(self) -> None:
        """Give up; no more signals come for what is being read."""
        self._timer.stop()
        if self._reading is not None:
            self._reading.stop.set()
        if self._future is not None:
            self._future.cancel()
        self._reading = self._future = None

    def _poll(self) -> None:
        reading, future = self._reading, self._future
        if reading is None or future is None:
            return
        self.progressed.emit(reading.share)
        if not future.done():
            return
        self.cancel()
        error = future.exception()
        if error is None:
            self.loaded.emit(future.result())
        elif isinstance(error, DataError):
            self.failed.emit(str(error))
        else:
            self.failed.emit(f"{reading.name} cannot be read: {error}")


class _Closing:
    """Ends a thread without waiting for it."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self._thread = thread

    def __call__(self, *_: object) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
