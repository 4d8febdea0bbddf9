"""A line below the neurons that says what their colors and marks mean."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from playground.views.theme.colors import LIGHT, Theme

DOT_PX: Final = 3.6
_SHADE_PX: Final = 14
_NEAR_PX: Final = 6
_APART_PX: Final = 20


class KeyLine:
    """Draws entries in the painter's font, from the left to the right; those that have no room are left out."""

    def __init__(self, painter: QPainter, theme: Theme, place: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painter, self._theme, self._place = painter, theme, place
        self._metrics = painter.fontMetrics()
        self._left = place.left()

    def bar(self, low: str, high: str) -> None:
        """The signed colors between the words for their ends."""
        theme = self._theme
        shades = [theme.negative, theme.zero, theme.positive]
        wide = len(shades) * _SHADE_PX
        if not self._fits(self._width(low) + wide + self._width(high) + 2 * _NEAR_PX):
            return
        self._write(low)
        self._left += _NEAR_PX
        for color in shades:
            place = QRectF(self._left, self._place.center().y() - 3, _SHADE_PX, 6)
            self._painter.fillRect(place, QColor(color))
            self._left += _SHADE_PX
        self._left += _NEAR_PX
        self._write(high)
        self._left += _APART_PX

    def dot(self, text: str) -> None:
        """The dot of a sample, and what it is."""
        if not self._fits(_SHADE_PX + self._width(text)):
            return
        self._painter.setPen(QPen(QColor(LIGHT.text), 1.5))
        self._painter.setBrush(QColor(LIGHT.surface))
        self._painter.drawEllipse(QPointF(self._left + 4, self._place.center().y()), DOT_PX, DOT_PX)
        self._left += _SHADE_PX
        self.text(text)

    def text(self, text: str, *, elide: bool = False) -> None:
        """A sentence; `elide` shortens it where it does not fit."""
        if elide:
            room = int(self._place.right() - self._left)
            text = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        if self._fits(self._width(text)):
            self._write(text)
            self._left += _APART_PX

    def _fits(self, width: float) -> bool:
        return self._left + width <= self._place.right() + 0.5

    def _width(self, text: str) -> float:
        return float(self._metrics.horizontalAdvance(text))

    def _write(self, text: str) -> None:
        self._painter.setPen(QColor(self._theme.text_muted))
        self._painter.drawText(QPointF(self._left, self._place.center().y() + 4), text)
        self._left += self._width(text)
