"""A chart whose values are read at a place, by the pointer or by keys."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.views.theme.colors import RADIUS_SMALL_PX
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.spoken import Role, speak_as


class ReadingChart(pg.GraphicsView):  # type: ignore[misc]
    """Nothing is read once the pointer or the focus has left. A subclass calls `paint_focus` in `drawForeground`."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        speak_as(self, Role.Chart, steps=(Qt.Key.Key_Left, Qt.Key.Key_Right))
        # Every frame changes the whole viewport: finding the dirty regions takes longer than repainting.
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setCacheMode(self.CacheModeFlag.CacheNone)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._themes = themes

    def read_nothing(self) -> None:
        """Leave the place that is read."""
        raise NotImplementedError

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.read_nothing()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.read_nothing()
        self.viewport().update()

    def paint_focus(self, painter: QPainter) -> None:
        """A frame while the chart has the focus."""
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._themes.theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            frame = self.sceneRect().adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(frame, RADIUS_SMALL_PX, RADIUS_SMALL_PX)
