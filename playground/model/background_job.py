"""Run one callable at a time on its own thread, free of Qt; a timer polls its progress."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread

from PySide6.QtCore import QObject, QTimer, Signal

from core.io.budget import OnProgress
from core.io.sentence import error_reason

log = logging.getLogger(__name__)
_POLL_MS = 30


class JobCancelledError(Exception):
    """The work was cancelled."""


class _Work:
    """One running callable, its progress and its outcome."""

    def __init__(self, run: Callable[[OnProgress], object], on_cancel: Callable[[], None] | None) -> None:
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
        """Wait for the thread of abandoned work, so that memory and disk serve one at a time, and run."""
        if before is not None:
            before.join()
        try:
            self._report(None)
            self.result = self._run(self._report)
        except BaseException as error:  # emitted by the waiting thread
            self.error = error

    def _report(self, progress: object) -> None:
        self.progress = progress
        if self._cancelled.is_set():
            raise JobCancelledError


class _Slot:
    """Holds the running work; calling it cancels. It outlives the job, so it is not a method of it."""

    def __init__(self) -> None:
        self.work: _Work | None = None

    def __call__(self, *_: object) -> None:
        if self.work is not None:
            self.work.cancel()


class BackgroundJob(QObject):
    """Runs work on `start`; exactly one of `finished`, `failed` and `cancelled` follows, on this object's thread.

    Abandoned work emits nothing. The program waits at exit unless the job is a `daemon`. Deleting the object cancels.
    """

    progressed = Signal(object)
    """The latest progress, usually a share from 0 to 1; told again and again, for who begins to listen later."""
    finished = Signal(object)
    """The return value of the work."""
    failed = Signal(object)
    """The exception that ended the work; one with a reason in words for those of Python that have none."""
    cancelled = Signal()
    """The work stopped because of `cancel`."""

    def __init__(self, name: str, parent: QObject | None = None, *, daemon: bool = False) -> None:
        super().__init__(parent)
        self._name, self._daemon = name, daemon
        self._slot = _Slot()
        self._thread: Thread | None = None
        self._timer = QTimer(self, interval=_POLL_MS)
        self._timer.timeout.connect(self._poll)
        self.destroyed.connect(self._slot)

    @property
    def busy(self) -> bool:
        """Whether work is running, including cancelled work that has not stopped yet."""
        return self._slot.work is not None

    def start(
        self, run: Callable[[OnProgress], object], *, on_cancel: Callable[[], None] | None = None
    ) -> None:
        """Run `run(report)` on a thread. Raises `RuntimeError` while other work is running.

        `on_cancel` is called on cancellation, for work that waits where it cannot report.
        """
        if self.busy:
            raise RuntimeError(f"the job {self._name!r} must end before it starts again")
        work = self._slot.work = _Work(run, on_cancel)
        self._thread = Thread(target=work.run, args=(self._thread,), name=self._name, daemon=self._daemon)
        self._thread.start()
        self._timer.start()

    def cancel(self) -> None:
        """Request the work to stop; it does at its next report, unless it ends before."""
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
        elif isinstance(work.error, OSError) or error_reason(work.error) == str(work.error):
            self.failed.emit(work.error)
        else:
            log.error("The job %s failed", self._name, exc_info=work.error)
            self.failed.emit(RuntimeError(error_reason(work.error)))
