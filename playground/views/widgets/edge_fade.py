"""Fading edges of a scrolled row, where items are cut off."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from playground.views.theme.theme import ThemeSource
from playground.views.widgets.descendants import children_of

_WIDTH_PX: Final = 28


class EdgeFade(QWidget):
    """Overlay of the viewport of `area` that fades the ends with cut items to the background."""

    def __init__(self, area: QScrollArea, themes: ThemeSource) -> None:
        super().__init__(area)
        self._area, self._themes = area, themes
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        area.viewport().installEventFilter(self)
        scroll = area.horizontalScrollBar()
        scroll.valueChanged.connect(self.update)
        scroll.rangeChanged.connect(self.update)
        themes.theme_changed.connect(self.update)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._area.viewport().geometry())
            self.raise_()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        scroll, painter = self._area.horizontalScrollBar(), QPainter(self)
        if self._cuts(scroll.value()):
            self._paint_end(painter, 0, _WIDTH_PX)
        if self._cuts(scroll.value() + self.width()):
            self._paint_end(painter, self.width(), self.width() - _WIDTH_PX)

    def _cuts(self, x: int) -> bool:
        """Whether the edge at `x` cuts an item."""
        row = self._area.widget()
        return row is not None and any(
            item.isVisible() and item.x() < x < item.x() + item.width() for item in children_of(row, QWidget)
        )

    def _paint_end(self, painter: QPainter, outer: int, inner: int) -> None:
        color = QColor(self._themes.theme.surface)
        fade = QLinearGradient(outer, 0, inner, 0)
        fade.setColorAt(0.0, color)
        color.setAlpha(0)
        fade.setColorAt(1.0, color)
        painter.fillRect(min(outer, inner), 0, _WIDTH_PX, self.height(), fade)
