"""Report uncaught exceptions to the log file and as a sentence to the user, and keep the window running."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TextIO

from PySide6.QtCore import QObject, Signal

from playground.model.log_file import log_path

log = logging.getLogger(__name__)


class ErrorReporter(QObject):
    """Lives on the GUI thread and emits `error_occurred` there, even for errors of other threads."""

    error_occurred = Signal(str)
    """A sentence for the user."""

    def install(self) -> None:
        """Log to the user's log folder and install the hooks for uncaught exceptions."""
        self._path, stream = _open_log()
        self._log = _Log(stream)
        logging.basicConfig(handlers=[self._log], format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        # Crashes in native code leave a traceback, too.
        faulthandler.enable(stream or sys.stderr)
        sys.excepthook = self._report
        threading.excepthook = self._report_thread

    def _report(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.error("An error was not caught", exc_info=(kind, error, trace))
        are_in = "are in" if self._log.is_written else "could not be written to"
        where = f"; the details {are_in} {self._path}" if self._path else ""
        self.error_occurred.emit(f"Something went wrong ({kind.__name__}){where}")

    def _report_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._report(args.exc_type, args.exc_value, args.exc_traceback)


class _Log(logging.StreamHandler[TextIO]):
    """Writes to a stream. Without one, or space on the disk, errors that nothing caught go to standard error alone:
    of all else the window says a sentence.
    """

    is_written = True
    """Whether the last message was."""

    def emit(self, record: logging.LogRecord) -> None:
        self.is_written = True
        if self.stream is not sys.stderr or record.name == log.name:
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        self.is_written = False
        # A program without a terminal may have none.
        if sys.stderr is not None and sys.stderr is not self.stream and record.name == log.name:
            with suppress(OSError):
                sys.stderr.write(f"{self.format(record)}\n")


def _open_log() -> tuple[Path | None, TextIO | None]:
    """The log file; None if no folder is writable."""
    try:
        path = log_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        return path, path.open("a", encoding="utf-8")
    except OSError:
        return None, None
