"""Everything that must not happen during a walk: exceptions, Qt's and Python's warnings, errors in the log."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_HARMLESS = ("This plugin does not support",)
"""The offscreen platform warns of what it cannot do whenever a window is shown or raised."""
_QUIET = (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)


class Faults:
    """The faults so far."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def add(self, text: str) -> None:
        """Note a fault, and print it at once: the process may not reach its end."""
        self.texts.append(text.rstrip())
        sys.stderr.write(f"FAULT {text.rstrip()}\n")
        sys.stderr.flush()

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Context manager: collect faults of all threads."""
        handler = _LogHandler(self)
        logging.getLogger().addHandler(handler)
        before = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = lambda kind, error, trace: self._add_error(error)
        threading.excepthook = lambda args: self._add_error(args.exc_value)
        sys.unraisablehook = lambda found: self._add_error(found.exc_value)
        qt_before = qInstallMessageHandler(self._take_message)
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.showwarning = self._take_warning
            yield
        qInstallMessageHandler(qt_before)
        sys.excepthook, threading.excepthook, sys.unraisablehook = before
        logging.getLogger().removeHandler(handler)

    def _add_error(self, error: BaseException | None) -> None:
        self.add("".join(traceback.format_exception(error)) if error is not None else "an unknown error")

    def _take_message(self, kind: QtMsgType, _: QMessageLogContext, text: str | None) -> None:
        if kind not in _QUIET and not (text or "").startswith(_HARMLESS):
            self.add(f"Qt: {text}")

    def _take_warning(
        self, message: Warning | str, category: type[Warning], filename: str, line: int, *_: object
    ) -> None:
        self.add(f"{category.__name__}: {message} ({filename}:{line})")


class _LogHandler(logging.Handler):
    """Takes what the program logs as an error, such as each uncaught exception."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(logging.ERROR)
        self._faults = faults

    def emit(self, record: logging.LogRecord) -> None:
        trace = "".join(traceback.format_exception(record.exc_info[1])) if record.exc_info else ""
        self._faults.add(f"{record.getMessage()}\n{trace}")
