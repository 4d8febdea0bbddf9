"""Collects garbage on the GUI thread only.

A collection on the training thread may destroy Qt objects there, which crashes. So Python's own collector is turned
off after start-up, and a timer of the GUI thread does its work.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

__all__ = ["GuiThreadGC"]

_INTERVAL_MS = 250
# What the older generations wait for, in collections of the younger one: Python's own proportions.
_YOUNGER_BEFORE_OLDER = 10


class GuiThreadGC(QObject):
    """Made once, when the window stands: what exists by then is not looked at again."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.collect()
        self.freeze()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(_INTERVAL_MS)

    def collect(self) -> None:
        """Collect the youngest generation that is due, and older ones in their turn."""
        young, middle, old = gc.get_count()
        if old > _YOUNGER_BEFORE_OLDER:
            gc.collect(2)
        elif middle > _YOUNGER_BEFORE_OLDER:
            gc.collect(1)
        elif young > gc.get_threshold()[0]:
            gc.collect(0)

    def freeze(self) -> None:
        """Look no more at what exists by now. scikit-learn's objects would make a full collection 35 ms longer."""
        gc.freeze()

    def stop(self) -> None:
        """Hand the work back to Python."""
        self._timer.stop()
        gc.enable()
        gc.unfreeze()
