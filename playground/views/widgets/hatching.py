"""Hatching: diagonal lines over what is in the past or not yet there."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

__all__ = ["hatch_lines", "paint_hatching"]


def hatch_lines(rect: QRectF, spacing_px: float = 6.0) -> list[QLineF]:
    """Lines from lower left to upper right whose pattern stays in place while the rectangle grows to the right."""
    height = rect.height()
    first = math.floor((rect.left() - height) / spacing_px) * spacing_px
    count = max(0, math.ceil((rect.right() - first) / spacing_px))
    places = (first + index * spacing_px for index in range(count))
    return [QLineF(x, rect.bottom(), x + height, rect.top()) for x in places]


def paint_hatching(
    painter: QPainter, rect: QRectF, color: str, spacing_px: float = 6.0, width_px: float = 1.0
) -> None:
    """Hatch a rectangle, clipped to it."""
    painter.save()
    painter.setClipRect(rect)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(color), width_px))
    painter.drawLines(hatch_lines(rect, spacing_px))
    painter.restore()
