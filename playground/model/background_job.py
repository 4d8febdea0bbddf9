"""Runs one callable at a time on a thread of its own. The thread knows nothing of Qt; a timer reads how far it is."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

__all__ = ["BackgroundJob", "JobCancelledError", "Report"]

_POLL_MS = 30

Report = Callable[[Any], None]
"""Called by the work with its progress, mostly the share that is done; raises `JobCancelledError` once cancelled."""


class JobCancelledError(Exception):
    """The work is no longer wanted."""


class _Work:
    """One callable on its way: how far it is, and how it ended."""

    def __init__(self, run: Callable[[Report], object], on_cancel: Callable[[], None] | None) -> None:
        self._run, self._on_cancel = run, on_cancel
        self._cancelled = Event()
        self.progress: object = None
        self.result: object = None
        self.error: BaseException | None = None

    def cancel(self) -> None:
        self._cancelled.set()
        if self._on_cancel is not None:
            self._on_cancel()

    def run(self, before: Thread | None) -> None:
        """Wait for the thread of abandoned work, so that no two works need memory and disk at once, and run."""
        if before is not None:
            before.join()
        try:
            self._report(None)
            self.result = self._run(self._report)
        except BaseException as error:  # handed to the thread that waits for it
            self.error = error

    def _report(self, progress: object) -> None:
        self.progress = progress
        if self._cancelled.is_set():
            raise JobCancelledError


class _Slot:
    """Holds the work under way. Calling it cancels that; it is no method of the job, which it outlives."""

    def __init__(self) -> None:
        self.work: _Work | None = None

    def __call__(self, *_: object) -> None:
        if self.work is not None:
            self.work.cancel()


class BackgroundJob(QObject):
    """Starts work by `start`; exactly one of `finished`, `failed` and `cancelled` follows, on this object's thread.

    Nothing follows for work that is abandoned. The program waits at its end for a job that is not a `daemon`. An
    object that is deleted cancels its work.
    """

    progressed = Signal(object)
    """What the work reported last, mostly the share that is done, from 0 to 1."""
    finished = Signal(object)
    """What the work returned."""
    failed = Signal(object)
    """The exception that ended the work."""
    cancelled = Signal()
    """The work stopped because of `cancel`."""

    def __init__(self, name: str, parent: QObject | None = None, *, daemon: bool = False) -> None:
        super().__init__(parent)
        self._name, self._daemon = name, daemon
        self._slot = _Slot()
        self._thread: Thread | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)
        self.destroyed.connect(self._slot)

    @property
    def busy(self) -> bool:
        """Whether work is under way; a cancelled one is, until it has stopped."""
        return self._slot.work is not None

    def start(self, run: Callable[[Report], object], *, on_cancel: Callable[[], None] | None = None) -> None:
        """Run `run(report)` on a thread; `RuntimeError` while other work is under way.

        `on_cancel` is called when the work is cancelled, for work that waits where it cannot report.
        """
        if self.busy:
            raise RuntimeError(f"the job {self._name!r} must end before it starts again")
        work = self._slot.work = _Work(run, on_cancel)
        self._thread = Thread(target=work.run, args=(self._thread,), name=self._name, daemon=self._daemon)
        self._thread.start()
        self._timer.start()

    def cancel(self) -> None:
        """Ask the work to stop; it does so at its next report, unless it ends before."""
        self._slot()

    def abandon(self) -> None:
        """Cancel without waiting: no signal follows, and other work may start at once."""
        self._timer.stop()
        self._slot()
        self._slot.work = None

    def _poll(self) -> None:
        work = self._slot.work
        if work is None or self._thread is None:
            return
        alive = self._thread.is_alive()
        if work.progress is not None:
            self.progressed.emit(work.progress)
        if not alive and self._slot.work is work:
            self._end(work)

    def _end(self, work: _Work) -> None:
        self._timer.stop()
        self._slot.work = None
        if work.error is None:
            self.finished.emit(work.result)
        elif isinstance(work.error, JobCancelledError):
            self.cancelled.emit()
        else:
            self.failed.emit(work.error)
