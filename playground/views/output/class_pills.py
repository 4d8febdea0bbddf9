"""Texts on a plot: names of axes with their ranges, and of each class beside its points, where it hides few of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from core.data.plane import Plane
from core.spec.arrays import Array
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme, class_color
from playground.views.theme.theme import font
from playground.views.widgets.number_format import value_text
from playground.views.widgets.painted import LEFT, cut_text, draw_box, draw_dot, draw_text, faded

_MARGIN_PX = 6.0
_AXIS_PADDING_PX = 4.0
_AXIS_ALPHA = 205 / 255


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
    widths = [metrics.horizontalAdvance(text) + 2 * _AXIS_PADDING_PX for text in ends]
    room = length - inner - widths[0] - widths[1] - 4 * _MARGIN_PX
    name = cut_text(_font(), plane.labels[axis], room - 2 * _AXIS_PADDING_PX)
    width = metrics.horizontalAdvance(name) + 2 * _AXIS_PADDING_PX
    right = length - _MARGIN_PX - widths[1]
    for text, x, wide, color in (
        (ends[0], inner, widths[0], theme.text_muted),
        (name, inner + widths[0] + (right - inner - widths[0] - width) / 2, width, theme.text),
        (ends[1], right, widths[1], theme.text_muted),
    ):
        if wide > 4 * _AXIS_PADDING_PX or text in ends:
            _paint_label(painter, QRectF(edge.x() + x, edge.y(), wide, _height()), text, color, theme)


def _paint_label(painter: QPainter, place: QRectF, text: str, color: str, theme: Theme) -> None:
    draw_box(painter, place, RADIUS_SMALL_PX, faded(theme.surface, _AXIS_ALPHA))
    draw_text(painter, place, text, color)


@cache
def _font() -> QFont:
    return font("small")


@cache
def _height() -> float:
    return math.ceil(QFontMetricsF(_font()).height()) + 2.0


MAX_PILLS: Final = 6
"""More would hide the picture."""

_HEIGHT_PX: Final = 20.0
_DOT_PX: Final = 8.0
_PADDING_PX: Final = 7.0
_MAX_TEXT_PX: Final = 110.0
_MIN_PLOT_PX: Final = 160
_GROUND_ALPHA: Final = 225 / 255
_EDGES_PX: Final = (30.0, 8.0, 8.0, 30.0)
"""Left, top, right and bottom: tables have their axes at the left and at the bottom."""
_TRIED: Final = 16
"""Places along each side of the plot."""
_POINT_PX: Final = 4.0
_CELL_PX: Final = 4
_HIDDEN_POINT_PX: Final = 12.0
"""A pill goes as far to hide one point less."""
_FOREIGN_PX: Final = 2e3
"""A pill goes as far to lie on ground of its class, wholly."""
_SAMPLED: Final = np.array([(across, down) for across in (-1.0, 0.0, 1.0) for down in (-1.0, 0.0, 1.0)])
_OVERLAP_PX: Final = 1e5


def paint_pills(
    painter: QPainter,
    size: QSize,
    names: Sequence[str],
    spots: Array,
    labels: NDArray[Any],
    taken: Sequence[QRectF],
    theme: Theme,
    ground: NDArray[Any] | None = None,
) -> None:
    """Draw the names of the classes whose points, (n, 2) in pixels with (n,) labels, are on a plot of `size`.

    `ground` (rows, columns), the lowest row first, are the classes that the picture below shows.
    """
    if min(size.width(), size.height()) < _MIN_PLOT_PX:
        return
    painter.setFont(font("small", bold=True))
    metrics = QFontMetricsF(painter.font())
    texts = [cut_text(painter.font(), name, _MAX_TEXT_PX) for name in names]
    widths = [metrics.horizontalAdvance(text) + _DOT_PX + 3 * _PADDING_PX - 1 for text in texts]
    for number, place in place_pills(size, widths, spots, labels, taken, ground).items():
        draw_box(painter, place, _HEIGHT_PX / 2, faded(theme.surface, _GROUND_ALPHA))
        dot = QPointF(place.left() + _PADDING_PX + _DOT_PX / 2, place.center().y())
        draw_dot(painter, dot, _DOT_PX / 2, class_color(number))
        row = place.adjusted(2 * _PADDING_PX + _DOT_PX - 1, 0, 0, 0)
        draw_text(painter, row, texts[number], theme.text, align=LEFT)


def place_pills(
    size: QSize,
    widths: Sequence[float],
    spots: Array,
    labels: NDArray[Any],
    taken: Sequence[QRectF],
    ground: NDArray[Any] | None = None,
) -> dict[int, QRectF]:
    """Where the pill of each class with points lies: near them, on few points, and on no other pill or `taken` part.

    On a known `ground`, near those of its points that lie on ground of the class, and on such ground.
    """
    below = None if ground is None else _at(ground, size, spots)
    centers = {
        number: _anchor(spots[labels == number], None if below is None else below[labels == number] == number)
        for number in np.unique(labels).tolist()
    }
    counted = _counted(size, spots)
    places: dict[int, QRectF] = {}
    for number, center in centers.items():
        if not 0 <= number < len(widths):
            continue
        others = [other for key, other in centers.items() if key != number]
        tried = _candidates(size, widths[number])
        costs = _distance_cost(tried, center, others)
        costs += _HIDDEN_POINT_PX * _hidden(counted, tried, widths[number])
        if ground is not None and _at(ground, size, center[None])[0] == number:
            half = np.array([widths[number] / 2, _HEIGHT_PX / 2])
            under = _at(ground, size, tried[:, None] + _SAMPLED * half)
            costs += _FOREIGN_PX * (under != number).mean(axis=1)
        costs += _OVERLAP_PX * _overlaps(tried, widths[number], [*taken, *places.values()])
        x, y = tried[int(np.argmin(costs))].tolist()
        places[number] = QRectF(x - widths[number] / 2, y - _HEIGHT_PX / 2, widths[number], _HEIGHT_PX)
    return places


def _anchor(spots: Array, on_own: NDArray[np.bool_] | None) -> Array:
    """The point of a class that is nearest to the middle of those on its own ground, or else of all."""
    if on_own is not None and on_own.any():
        spots = spots[on_own]
    nearest: Array = spots[np.argmin(np.hypot(*(spots - np.median(spots, axis=0)).T))]
    return nearest


def _at(ground: NDArray[Any], size: QSize, spots: Array) -> NDArray[Any]:
    """The classes of the ground at spots (..., 2) in pixels."""
    rows, columns = ground.shape
    across = np.clip(spots[..., 0] / size.width() * columns, 0, columns - 1).astype(int)
    up = np.clip((1.0 - spots[..., 1] / size.height()) * rows, 0, rows - 1).astype(int)
    found: NDArray[Any] = ground[up, across]
    return found


def _candidates(size: QSize, width: float) -> Array:
    """(tried, 2): centers of a pill within the plot."""
    left, top, right, bottom = _EDGES_PX
    across = np.linspace(left + width / 2, max(left + width / 2, size.width() - right - width / 2), _TRIED)
    down = np.linspace(top + _HEIGHT_PX / 2, size.height() - bottom - _HEIGHT_PX / 2, _TRIED)
    return np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)


def _distance_cost(tried: Array, center: Array, others: Sequence[Array]) -> Array:
    """(tried,): how far each place is from the class, in pixels, and more if it is nearer to another class."""
    own = np.hypot(*(tried - center).T)
    costs: Array = own.copy()
    for other in others:
        costs += 2.0 * np.maximum(0.0, own - np.hypot(*(tried - other).T))
    return costs


def _counted(size: QSize, spots: Array) -> Array:
    """Number of points left of and above each corner of a grid: sums over a rectangle are four look-ups."""
    shape = size.height() // _CELL_PX + 2, size.width() // _CELL_PX + 2
    rows, columns = (
        np.clip(spots[:, axis] // _CELL_PX, 0, shape[1 - axis] - 1).astype(int) for axis in (1, 0)
    )
    counts = np.zeros((shape[0] + 1, shape[1] + 1))
    np.add.at(counts, (rows + 1, columns + 1), 1.0)
    summed: Array = counts.cumsum(axis=0).cumsum(axis=1)
    return summed


def _hidden(counted: Array, tried: Array, width: float) -> Array:
    """(tried,): how many points are under a pill at each place."""
    half = np.array([width / 2 + _POINT_PX, _HEIGHT_PX / 2 + _POINT_PX])
    low = np.clip(((tried - half) // _CELL_PX).astype(int), 0, None)
    high = ((tried + half) // _CELL_PX).astype(int) + 1
    right, bottom = (np.minimum(high[:, axis], counted.shape[1 - axis] - 1) for axis in (0, 1))
    left, top = low.T
    found: Array = counted[bottom, right] - counted[top, right] - counted[bottom, left] + counted[top, left]
    return found


def _overlaps(tried: Array, width: float, places: Sequence[QRectF]) -> NDArray[np.bool_]:
    found = np.zeros(len(tried), bool)
    for place in places:
        center = place.center()
        wide = np.abs(tried[:, 0] - center.x()) < (width + place.width()) / 2 + 4
        found |= wide & (np.abs(tried[:, 1] - center.y()) < (_HEIGHT_PX + place.height()) / 2 + 4)
    return found
