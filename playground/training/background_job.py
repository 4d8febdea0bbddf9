"""Runs one callable at a time on a thread of its own. The thread knows nothing of Qt; a timer reads how far it is."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

from PySide6.QtCore import QObject, QTimer, Signal

__all__ = ["BackgroundJob", "JobCancelledError", "Report"]

_POLL_MS = 30

Report = Callable[[float], None]
"""Called by the work with the share that is done, from 0 to 1; raises `JobCancelledError` once it is cancelled."""


class JobCancelledError(Exception):
    """The work is no longer wanted."""


class _Work:
    """One callable on its way: how far it is, and how it ended."""

    def __init__(self, run: Callable[[Report], object], name: str, daemon: bool) -> None:
        self._run = run
        self.share = 0.0
        self.result: object = None
        self.error: BaseException | None = None
        self.cancelled = Event()
        self.thread = Thread(target=self._work, name=name, daemon=daemon)

    def _report(self, share: float) -> None:
        self.share = share
        if self.cancelled.is_set():
            raise JobCancelledError

    def _work(self) -> None:
        try:
            self.result = self._run(self._report)
        except BaseException as error:  # handed to the thread that waits for it
            self.error = error


class BackgroundJob(QObject):
    """Starts work by `start`; exactly one of `finished`, `failed` and `cancelled` follows, on this object's thread.

    The program waits at its end for a job that is not a `daemon`. An object that is deleted cancels its work.
    """

    progressed = Signal(float)
    """The share that is done, from 0 to 1."""
    finished = Signal(object)
    """What the work returned."""
    failed = Signal(object)
    """The exception that ended the work."""
    cancelled = Signal()
    """The work stopped because of `cancel`."""

    def __init__(self, name: str, parent: QObject | None = None, *, daemon: bool = False) -> None:
        super().__init__(parent)
        self._name, self._daemon = name, daemon
        self._work: _Work | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def busy(self) -> bool:
        """Whether work is under way; a cancelled one is, until it has stopped."""
        return self._work is not None

    def start(self, run: Callable[[Report], object]) -> None:
        """Run `run(report)` on a thread; `RuntimeError` while other work is under way."""
        if self._work is not None:
            raise RuntimeError(f"the job {self._name!r} must end before it starts again")
        self._work = _Work(run, self._name, self._daemon)
        # Bound to the event, not to this object, which is gone by then.
        self.destroyed.connect(_Setting(self._work.cancelled))
        self._work.thread.start()
        self._timer.start()

    def cancel(self) -> None:
        """Ask the work to stop; it does so at its next report, unless it ends before."""
        if self._work is not None:
            self._work.cancelled.set()

    def _poll(self) -> None:
        work = self._work
        if work is None:
            return
        if work.thread.is_alive():
            self.progressed.emit(work.share)
            return
        self._timer.stop()
        self._work = None
        if work.error is None:
            self.finished.emit(work.result)
        elif isinstance(work.error, JobCancelledError):
            self.cancelled.emit()
        else:
            self.failed.emit(work.error)


class _Setting:
    """Sets an event when it is called."""

    def __init__(self, event: Event) -> None:
        self._event = event

    def __call__(self, *_: object) -> None:
        self._event.set()
