"""Collect garbage on the GUI thread only.

A collection on the training thread may destroy Qt objects there, which crashes. So Python's collector is disabled, and
a timer on the GUI thread replaces it.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

__all__ = ["GuiThreadGC"]

_INTERVAL_MS = 250
# Collections of a generation before the next older one, as in Python.
_YOUNGER_BEFORE_OLDER = 10


class GuiThreadGC(QObject):
    """Created once, after the window; objects that exist by then are never collected."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        # Without a collection, which would find little, and delay the first frame by 60 ms.
        self.freeze()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(_INTERVAL_MS)

    def collect(self) -> None:
        """Collect the oldest generation that is due."""
        young, middle, old = gc.get_count()
        if old > _YOUNGER_BEFORE_OLDER:
            gc.collect(2)
        elif middle > _YOUNGER_BEFORE_OLDER:
            gc.collect(1)
        elif young > gc.get_threshold()[0]:
            gc.collect(0)

    def freeze(self) -> None:
        """Exempt all current objects. scikit-learn's would make a full collection 35 ms longer."""
        gc.freeze()

    def stop(self) -> None:
        """Enable Python's collector again."""
        self._timer.stop()
        gc.enable()
        gc.unfreeze()
