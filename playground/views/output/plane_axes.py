"""Axis labels of the output: feature names and ranges in original units."""

from __future__ import annotations

import math
from functools import cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from core.data.plane import Plane
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme
from playground.views.theme.theme import font
from playground.views.widgets.number_format import value_text
from playground.views.widgets.painted import cut_text, draw_box, draw_text, faded

_MARGIN_PX = 6.0
_PADDING_PX = 4.0
_GROUND_ALPHA = 205 / 255


def paint_axes(painter: QPainter, whole: QRectF, plane: Plane, theme: Theme) -> None:
    """Draw the horizontal axis label at the bottom and the vertical one at the left, both with limits."""
    painter.save()
    painter.setFont(_font())
    lengths = (whole.width(), whole.height())
    for axis, length in enumerate(lengths):
        if axis == 1:
            # Rotated, along the left edge.
            painter.translate(whole.bottomLeft())
            painter.rotate(-90.0)
            edge = QPointF(0.0, _MARGIN_PX)
        else:
            edge = QPointF(whole.left(), whole.bottom() - _MARGIN_PX - _height())
        _paint_axis(painter, edge, length, plane, axis, theme)
    painter.restore()


def _paint_axis(
    painter: QPainter, edge: QPointF, length: float, plane: Plane, axis: int, theme: Theme
) -> None:
    low, high = plane.low[axis], plane.high[axis]
    ends = [value_text(value, 10 * (high - low)) for value in (low, high)]
    metrics = QFontMetricsF(_font())
    # The corner belongs to the other axis' label.
    start = _MARGIN_PX + (_height() + _MARGIN_PX if axis == 0 else 0.0)
    inner = start + (_height() + _MARGIN_PX if axis == 1 else 0.0)
    widths = [metrics.horizontalAdvance(text) + 2 * _PADDING_PX for text in ends]
    room = length - inner - widths[0] - widths[1] - 4 * _MARGIN_PX
    name = cut_text(_font(), plane.labels[axis], room - 2 * _PADDING_PX)
    width = metrics.horizontalAdvance(name) + 2 * _PADDING_PX
    right = length - _MARGIN_PX - widths[1]
    for text, x, wide, color in (
        (ends[0], inner, widths[0], theme.text_muted),
        (name, inner + widths[0] + (right - inner - widths[0] - width) / 2, width, theme.text),
        (ends[1], right, widths[1], theme.text_muted),
    ):
        if wide > 4 * _PADDING_PX or text in ends:
            _paint_label(painter, QRectF(edge.x() + x, edge.y(), wide, _height()), text, color, theme)


def _paint_label(painter: QPainter, place: QRectF, text: str, color: str, theme: Theme) -> None:
    draw_box(painter, place, RADIUS_SMALL_PX, faded(theme.surface, _GROUND_ALPHA))
    draw_text(painter, place, text, color)


@cache
def _font() -> QFont:
    return font("small")


@cache
def _height() -> float:
    return math.ceil(QFontMetricsF(_font()).height()) + 2.0
