"""Deliver signals that end the program to the GUI thread immediately.

Python runs signal handlers only between steps of Python code, and Qt's loop may wait for minutes without one. The
interpreter also writes the signal's number to a socket, which Qt watches.
"""

from __future__ import annotations

import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier, Signal

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class ExitSignals(QObject):
    """Create it on the main thread. Until `stop`, signals only emit `received`."""

    received = Signal(int)
    """The signal's number."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reading, self._writing = socket.socketpair()
        for end in (self._reading, self._writing):
            end.setblocking(False)
        self._wakeup_before = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        there = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
        # A program started by nohup outlives its terminal.
        numbers = [number for number in there if signal.getsignal(number) is not signal.SIG_IGN]
        self._before = {number: signal.signal(number, _pass) for number in numbers}
        self._notifier = QSocketNotifier(self._reading.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)

    def stop(self) -> None:
        """Restore the previous signal handlers."""
        self._notifier.setEnabled(False)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._reading.close()
        self._writing.close()

    def _read(self) -> None:
        for number in self._reading.recv(64):
            if number in self._before:
                self.received.emit(number)


def _pass(_number: int, _frame: object) -> None:
    """Python writes to the socket only for signals with a Python handler."""
