"""The key of the marks on the plot: a light edge for training points, a dark one for test points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from playground.views.theme.colors import Theme
from playground.views.theme.theme import font

_MARGIN_PX: Final = 8.0
_HEIGHT_PX: Final = 20.0
_DOT_PX: Final = 9.0
_GAP_PX: Final = 5.0
_LEAST_PLOT_PX: Final = 200
"""Smaller plots have no room for it."""
_GROUND_ALPHA: Final = 205


def paint_key(
    painter: QPainter, size: QSize, marks: Sequence[tuple[str, str]], theme: Theme, taken: QRectF
) -> QRectF:
    """Draw texts behind dots with an edge of the given color, in the upper right corner of a plot; returns the place.

    It is lower where the corner is `taken`.
    """
    if size.width() < _LEAST_PLOT_PX:
        return QRectF()
    painter.setFont(font("small"))
    metrics = QFontMetricsF(painter.font())
    widths = [_DOT_PX + _GAP_PX + metrics.horizontalAdvance(text) for text, _ in marks]
    width = sum(widths) + 2 * _GAP_PX * len(marks)
    place = QRectF(size.width() - _MARGIN_PX - width, _MARGIN_PX, width, _HEIGHT_PX)
    if place.intersects(taken):
        place.moveTop(taken.bottom() + _GAP_PX)
    ground = QColor(theme.surface)
    ground.setAlpha(_GROUND_ALPHA)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(place, _HEIGHT_PX / 2, _HEIGHT_PX / 2)
    left = place.left() + _GAP_PX + 1
    for (text, edge), wide in zip(marks, widths, strict=True):
        painter.setPen(QPen(QColor(edge), 1.5))
        # Neither edge is seen on the ground of its own color.
        painter.setBrush(QColor(theme.text_faint))
        painter.drawEllipse(QPointF(left + _DOT_PX / 2, place.center().y()), _DOT_PX / 2 - 1, _DOT_PX / 2 - 1)
        painter.setPen(QColor(theme.text))
        row = QRectF(left + _DOT_PX + _GAP_PX, place.top(), wide, _HEIGHT_PX)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        left += wide + 2 * _GAP_PX - 1
    return place
