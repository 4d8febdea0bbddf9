"""Look for snapshots on the GUI thread while the compiled engine trains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer

from core.inspect.snapshot import Snapshot
from playground.training.mailbox import Mailbox

_INTERVAL_MS: Final = 4


class SnapshotWatch(QObject):
    """Calls `take` for every snapshot in the mailbox, every 4 ms while it is active.

    The worker's signal would wake the GUI thread before the worker is back in the kernel, and hand it the
    interpreter's lock: the training waits until the window has drawn, 2 of 16 ms with 2-8-8-8-1.
    """

    def __init__(self, snapshots: Mailbox[Snapshot], take: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._snapshots, self._take = snapshots, take
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self._look)

    def set_active(self, active: bool) -> None:
        """Look for snapshots, or leave that to the worker's signal."""
        if active != self._snapshots.is_watched:
            self._snapshots.is_watched = active
            if active:
                self._timer.start()
            else:
                self._timer.stop()

    def _look(self) -> None:
        if not self._snapshots.empty:
            self._take()
