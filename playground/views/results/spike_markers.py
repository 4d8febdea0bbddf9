"""Triangles where a curve leaves the value axis, with the value that it reaches there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPolygonF, QTransform

from core.spec.arrays import Array
from playground.views.theme.colors import LIGHT, Theme
from playground.views.theme.theme import font
from playground.views.widgets.painted import draw_text, faded, use_colors

_WIDTH_PX: Final = 9.0
_HEIGHT_PX: Final = 7.0
_APART_PX: Final = 14.0
"""Nearer spikes share the triangle of the farthest one."""
_GAP_PX: Final = 3.0


class Spike(NamedTuple):
    """A value beyond an end of the axis, of the curve with this number; `x` in view coordinates."""

    x: float
    value: float
    curve: int


class SpikeMarkers:
    """Drawn at the upper end of the axis, or at the lower one for values below it."""

    def __init__(self) -> None:
        self._bounds = QRectF()
        self.value_text: Callable[[float], str] = str
        self._spikes: list[Spike] = []
        self._theme: Theme = LIGHT
        self._font: QFont = font("small")

    @property
    def spikes(self) -> list[Spike]:
        """What is marked, from left to right."""
        return self._spikes

    def use_theme(self, theme: Theme) -> None:
        self._theme = theme

    def show_curves(self, curves: Sequence[tuple[Array, Array]], bounds: QRectF, pixel: float) -> None:
        """Mark where curves (x, values) leave `bounds`, in view coordinates; `pixel` is the width of one."""
        self._bounds = bounds
        low, high = bounds.top(), bounds.bottom()
        spikes = [
            Spike(float(x[place]), float(values[place]), number)
            for number, (x, values) in enumerate(curves)
            if len(values) and (values.max() > high or values.min() < low)
            for place in _peaks(x, values, bounds, _APART_PX * pixel)
        ]
        self._spikes = _apart(sorted(spikes), _APART_PX * pixel, (low + high) / 2)

    def near(self, x: float, distance: float) -> Spike | None:
        """The spike within `distance` of `x`, in view coordinates."""
        return next((spike for spike in self._spikes if abs(spike.x - x) <= distance), None)

    def paint(self, painter: QPainter, pixels: QTransform, frame: QRectF) -> None:
        """Draw them in a frame of the chart; `pixels` maps view coordinates to its pixels."""
        if not self._spikes:
            return
        painter.setClipRect(frame)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        free = frame.left()
        for spike, after in zip(self._spikes, [*self._spikes[1:], None], strict=True):
            end = frame.right() if after is None else _place(pixels, after.x) - _WIDTH_PX
            free = self._paint_spike(painter, spike, pixels, frame, (free, end))

    def _paint_spike(
        self, painter: QPainter, spike: Spike, pixels: QTransform, frame: QRectF, room: tuple[float, float]
    ) -> float:
        """Draw a triangle, and its value where there is room from the first to the second place; returns its end."""
        up = spike.value > self._bounds.center().y()
        middle = min(
            max(_place(pixels, spike.x), frame.left() + _WIDTH_PX / 2), frame.right() - _WIDTH_PX / 2
        )
        tip = frame.top() + 1 if up else frame.bottom() - 1
        foot = tip + (_HEIGHT_PX if up else -_HEIGHT_PX)
        half = _WIDTH_PX / 2
        use_colors(painter, (self._theme.train, self._theme.test)[spike.curve])
        corners = [QPointF(middle, tip), QPointF(middle + half, foot), QPointF(middle - half, foot)]
        painter.drawPolygon(QPolygonF(corners))
        return self._paint_value(painter, self.value_text(spike.value), middle, (tip, foot), room)

    def _paint_value(
        self,
        painter: QPainter,
        text: str,
        middle: float,
        ends: tuple[float, float],
        room: tuple[float, float],
    ) -> float:
        metrics = QFontMetricsF(self._font)
        width, away = metrics.horizontalAdvance(text), _WIDTH_PX / 2 + _GAP_PX
        right, left = middle + away, middle - away - width
        if right + width <= room[1]:
            start = right
        elif left >= room[0]:
            start = left
        else:
            return middle + away
        line = QRectF(start - 2, min(ends) - 1, width + 4, metrics.height())
        painter.fillRect(line, faded(self._theme.surface, 200 / 255))
        draw_text(painter, line, text, self._theme.text)
        return max(middle + away, start + width)


def _place(pixels: QTransform, x: float) -> float:
    return float(pixels.map(QPointF(x, 0.0)).x())


def _peaks(x: Array, values: Array, bounds: QRectF, apart: float) -> list[int]:
    """The farthest place of each stretch above or below `bounds`; stretches are more than `apart` from each other."""
    outside = (values > bounds.bottom()) | (values < bounds.top())
    places = np.flatnonzero(outside & (x >= bounds.left()) & (x <= bounds.right()))
    if not len(places):
        return []
    cuts = np.flatnonzero(np.diff(x[places]) > apart) + 1
    middle = bounds.center().y()
    return [int(part[np.argmax(np.abs(values[part] - middle))]) for part in np.split(places, cuts)]


def _apart(spikes: Sequence[Spike], apart: float, middle: float) -> list[Spike]:
    """Of spikes nearer than `apart` the farthest from the middle of the axis."""
    kept: list[Spike] = []
    for spike in spikes:
        if not kept or spike.x - kept[-1].x > apart:
            kept.append(spike)
        elif abs(spike.value - middle) > abs(kept[-1].value - middle):
            kept[-1] = spike
    return kept
