"""Zoom steps, Ctrl + wheel, pinch, and panning of the canvas."""

from __future__ import annotations

import bisect
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QScrollArea, QWidget

MIN_ZOOM: Final = 0.5
MAX_ZOOM: Final = 2.0
MIN_FIT: Final = 0.75
"""Smallest automatic zoom of a stack too long for the window; below it, the canvas scrolls."""
_STEPS: Final = (0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
_PER_NOTCH: Final = 1.1
_NOTCH: Final = 120


def bounded(zoom: float) -> float:
    """Clip to the range of zooms; values close to 1 become 1."""
    zoom = min(MAX_ZOOM, max(MIN_ZOOM, zoom))
    return 1.0 if abs(zoom - 1.0) < 0.02 else zoom


def next_step(zoom: float, direction: int) -> float:
    """The next round zoom above (`direction` 1) or below (-1)."""
    if direction > 0:
        return _STEPS[min(len(_STEPS) - 1, bisect.bisect_right(_STEPS, zoom + 0.005))]
    return _STEPS[max(0, bisect.bisect_left(_STEPS, zoom - 0.005) - 1)]


def wheel_factor(delta: int) -> float:
    """Zoom factor of a wheel turn by `delta` eighths of a degree."""
    return float(_PER_NOTCH ** (delta / _NOTCH))


class Panning(QObject):
    """Pans a scroll area while the middle button is down on a watched widget."""

    def __init__(self, area: QScrollArea) -> None:
        super().__init__(area)
        self._area = area
        self._from: QPointF | None = None

    def watch(self, widget: QWidget) -> None:
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent):
            return False
        kind, middle = event.type(), event.button() == Qt.MouseButton.MiddleButton
        if kind == QEvent.Type.MouseButtonPress and middle:
            self._from = event.globalPosition()
            self._area.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            return True
        if self._from is None:
            return False
        if kind == QEvent.Type.MouseMove:
            moved, self._from = event.globalPosition() - self._from, event.globalPosition()
            for bar, by in (
                (self._area.horizontalScrollBar(), moved.x()),
                (self._area.verticalScrollBar(), moved.y()),
            ):
                bar.setValue(bar.value() - round(by))
            return True
        if kind == QEvent.Type.MouseButtonRelease and middle:
            self._from = None
            self._area.viewport().unsetCursor()
            return True
        return False
