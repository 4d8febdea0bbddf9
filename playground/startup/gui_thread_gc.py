"""Collect garbage on the GUI thread only.

A collection on the training thread may destroy Qt objects there, which crashes. So Python's collector is disabled, and
a timer on the GUI thread replaces it.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, SignalInstance

_INTERVAL_MS = 250
_CALM_ROUNDS = 8
# Collections of a generation before the next older one, as in Python.
_YOUNGER_BEFORE_OLDER = 10


class GuiThreadGC(QObject):
    """Created once, after the window; objects that exist by then are exempt."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._is_busy: Callable[[], bool] = lambda: False
        self._data: weakref.ref[object] | None = None
        self._is_due, self._calm_rounds = False, 0
        # Without a collection, which would find little, and delay the first frame by 60 ms.
        self.freeze()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(_INTERVAL_MS)

    def collect(self) -> None:
        """Collect the oldest generation that is due, or all."""
        if self._is_due and self._is_calm():
            self.renew()
            return
        young, middle, old = gc.get_count()
        if old > _YOUNGER_BEFORE_OLDER:
            gc.collect(2)
        elif middle > _YOUNGER_BEFORE_OLDER:
            gc.collect(1)
        elif young > gc.get_threshold()[0]:
            gc.collect(0)

    def freeze(self) -> None:
        """Exempt all current objects: with those of scikit-learn and numba a full collection takes 140 ms, not 40."""
        gc.freeze()

    def renew(self) -> None:
        """Collect among the exempt objects too, and exempt those that are left."""
        self._is_due = False
        gc.unfreeze()
        gc.collect()
        gc.freeze()

    def renew_after(self, prepared: SignalInstance, is_busy: Callable[[], bool]) -> None:
        """Call `renew` when the signal has brought other data, once nothing has been busy for 2 s.

        Imports in the background make all of that moment exempt, also its data and networks: sixteen networks of
        images were 900 MB, which no later collection freed.
        """
        self._is_busy = is_busy
        prepared.connect(self._on_prepared)

    def _on_prepared(self, data: object) -> None:
        if self._data is None or self._data() is not data:
            self._data, self._is_due = weakref.ref(data), True
        self._calm_rounds = 0

    def _is_calm(self) -> bool:
        self._calm_rounds = 0 if self._is_busy() else self._calm_rounds + 1
        return self._calm_rounds >= _CALM_ROUNDS

    def stop(self) -> None:
        """Enable Python's collector again."""
        self._timer.stop()
        gc.enable()
        gc.unfreeze()
