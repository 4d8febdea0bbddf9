"""Reads a table in the background. The thread knows nothing of Qt; a timer looks how far it is."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, QTimer, Signal

from core.datasets.table_choice import tasks_of
from core.datasets.table_file import ReadingCancelledError, Table, TableError, read_table

__all__ = ["TableLoader"]

_POLL_MS = 30


class _Reading:
    """One file being read: how far it is, and whether it shall stop."""

    def __init__(self, path: Path, header: bool | None) -> None:
        self.path, self._header = path, header
        self.share = 0.0
        self.stop = Event()

    def run(self) -> Table:
        table = read_table(self.path, self._report, self._header)
        # What the dialog asks of every column is worked out here, and remembered by the columns.
        for column in table.columns:
            tasks_of(column)
            self._report(self.share)
        return table

    def _report(self, share: float) -> None:
        self.share = share
        if self.stop.is_set():
            raise ReadingCancelledError


class TableLoader(QObject):
    """Reads one file at a time; asking for another one gives up the first."""

    progressed = Signal(float)
    """The share that is read, from 0 to 1."""
    loaded = Signal(object)
    """The Table."""
    failed = Signal(str)
    """A sentence that says why there is none."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = ThreadPoolExecutor(1, "table")
        self._reading: _Reading | None = None
        self._future: Future[Table] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._look)
        # Bound to the thread, not to this object, which is gone by then.
        self.destroyed.connect(_Closing(self._thread))

    @property
    def busy(self) -> bool:
        """Whether a file is being read."""
        return self._reading is not None

    def load(self, path: Path, header: bool | None = None) -> None:
        """Start to read; see `read_table` for `header`."""
        self.cancel()
        self._reading = _Reading(path, header)
        self._future = self._thread.submit(self._reading.run)
        self._timer.start()

    def cancel(self) -> None:
        """Give up; no more signals come for that file."""
        self._timer.stop()
        if self._reading is not None:
            self._reading.stop.set()
        if self._future is not None:
            self._future.cancel()
        self._reading = self._future = None

    def _look(self) -> None:
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
        elif isinstance(error, TableError):
            self.failed.emit(str(error))
        else:
            self.failed.emit(f"{reading.path.name} cannot be read: {error}")


class _Closing:
    """Ends a thread without waiting for it."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self._thread = thread

    def __call__(self, *_: object) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
