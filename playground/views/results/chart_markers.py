"""Marks of a chart on its curves: edits, the moment that is looked at, and spikes beyond the value axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from core.io.number_text import place_text
from core.spec.arrays import Array
from core.train.history import Mark
from playground.views.theme.colors import LIGHT, Theme
from playground.views.theme.theme import font
from playground.views.widgets.painted import draw_text, faded, paint_hatching, use_colors

_MARKS_APART_PX = 4.0
_FEW = 12
_TICK_PX = 7.0
_SHORT_LINE_PX = 20.0
_MAX_NAMED = 3


class EditMarkers:
    """A dotted vertical line for each edit of a run, with a tick at the top.

    Overlapping marks are merged; if there are many, only ticks and line tops are drawn.
    """

    def __init__(self) -> None:
        self.theme: Theme = LIGHT
        self.marks: tuple[Mark, ...] = ()
        self.chosen: tuple[Mark, ...] = ()
        """Those that are highlighted."""
        self._epochs: NDArray[np.float64] = np.empty(0)

    def show_marks(self, marks: tuple[Mark, ...]) -> bool:
        """Set the marks, sorted by epoch. Returns whether they are others."""
        if marks is self.marks or marks == self.marks:
            return False
        self.marks, self.chosen = marks, ()
        self._epochs = np.array([mark.epoch for mark in marks])
        return True

    def near(self, epoch: float, distance: float) -> tuple[Mark, ...]:
        """Marks within `distance` epochs of `epoch`."""
        there = np.flatnonzero(np.abs(self._epochs - epoch) <= distance)
        return tuple(self.marks[index] for index in there)

    def paint(self, painter: QPainter, pixels: QTransform, frame: QRectF) -> None:
        """Draw the marks in a frame of the chart; `pixels` maps epochs to its pixels."""
        if not self.marks:
            return
        painter.setClipRect(frame)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = {pixels.map(QPointF(mark.epoch, 0.0)).x() for mark in self.chosen}
        places = self._epochs * pixels.m11() + pixels.dx()
        shown = apart(places[(places >= frame.left() - 1) & (places <= frame.right() + 1)])
        short = len(shown) > _FEW
        bottom = frame.top() + _SHORT_LINE_PX if short else frame.bottom()
        self._paint_lines(painter, shown, frame.top(), bottom, self.theme.text_faint)
        self._paint_lines(painter, sorted(chosen)[:1], frame.top(), frame.bottom(), self.theme.accent)

    @staticmethod
    def _paint_lines(painter: QPainter, places: list[float], top: float, bottom: float, color: str) -> None:
        if not places:
            return
        half, bottom_of_tick = _TICK_PX / 2, top + _TICK_PX - 1
        pen = QPen(QColor(color), 1.0)
        pen.setDashPattern([1.0, 3.0])
        painter.setPen(pen)
        painter.drawLines([QLineF(x, top, x, bottom) for x in places])
        use_colors(painter, color)
        corners = (((x - half, top), (x + half, top), (x, bottom_of_tick), (x - half, top)) for x in places)
        ticks = QPainterPath()
        for first, *others in corners:
            ticks.moveTo(*first)
            for corner in others:
                ticks.lineTo(*corner)
        painter.drawPath(ticks)


def apart(places: NDArray[np.float64]) -> list[float]:
    """Ascending pixel positions without those that overlap their predecessor."""
    kept: list[float] = []
    for place in places.tolist():
        if not kept or place - kept[-1] >= _MARKS_APART_PX:
            kept.append(place)
    return kept


def marks_text(marks: tuple[Mark, ...]) -> str:
    """A line per mark, "epoch 120: Add Dense"; the last ones if there are many."""
    lines = [f"epoch {place_text(mark.epoch)}: {mark.text}" for mark in marks[-_MAX_NAMED:]]
    more = len(marks) - len(lines)
    return "\n".join([*([f"{more} more edits"] if more else []), *lines])


_HATCH_PX = 8.0
_EDGE_MARK_PX = 8.0


class PastCursor:
    """A line at the moment that is looked at, and hatching over what came later; neither while that is now."""

    def __init__(self) -> None:
        self.theme: Theme = LIGHT
        self.epoch: float | None = None
        self._last = 0.0

    def show_past(self, epoch: float | None, last: float) -> bool:
        """Set the epoch that is looked at, None for now, and the last one of the run. Returns whether they differ."""
        before = self.epoch, self._last
        self.epoch, self._last = epoch, last
        return (before[0], epoch) != (None, None) and before != (epoch, last)

    def paint(self, painter: QPainter, pixels: QTransform, frame: QRectF) -> None:
        """Draw it in a frame of the chart; `pixels` maps epochs to its pixels."""
        if self.epoch is None:
            return
        here, last = (pixels.map(QPointF(epoch, 0.0)).x() for epoch in (self.epoch, self._last))
        painter.setClipRect(frame)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        later = QRectF(here, frame.top(), max(0.0, last - here), frame.height()).intersected(frame)
        if later.width() > 0:
            paint_hatching(painter, later, self.theme.border, _HATCH_PX)
        painter.setPen(QPen(QColor(self.theme.text), 1.5))
        painter.drawLine(QLineF(here, frame.top(), here, frame.bottom()))
        if not frame.left() <= here <= frame.right():
            self._paint_edge_mark(painter, frame, at_right=here > frame.right())

    def _paint_edge_mark(self, painter: QPainter, frame: QRectF, *, at_right: bool) -> None:
        """An arrow at the edge beyond which the moment lies, in a chart that was zoomed and moved away from it."""
        edge, inwards = (frame.right(), -1.0) if at_right else (frame.left(), 1.0)
        middle, size = frame.center().y(), _EDGE_MARK_PX
        use_colors(painter, self.theme.text, self.theme.surface)
        foot = edge + inwards * (1.0 + size)
        corners = [(edge + inwards, middle), (foot, middle - size), (foot, middle + size)]
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))


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
    """Triangles where a curve leaves the value axis, with the value that it reaches there.

    Drawn at the upper end of the axis, or at the lower one for values below it.
    """

    def __init__(self) -> None:
        self.theme: Theme = LIGHT
        self._bounds = QRectF()
        self.value_text: Callable[[float], str] = str
        self.spikes: list[Spike] = []
        """Marks, from left to right."""
        self._font: QFont = font("small")

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
        self.spikes = _apart(sorted(spikes), _APART_PX * pixel, (low + high) / 2)

    def paint(self, painter: QPainter, pixels: QTransform, frame: QRectF) -> None:
        """Draw them in a frame of the chart; `pixels` maps view coordinates to its pixels."""
        if not self.spikes:
            return
        painter.setClipRect(frame)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        free = frame.left()
        for spike, after in zip(self.spikes, [*self.spikes[1:], None], strict=True):
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
        use_colors(painter, (self.theme.train, self.theme.test)[spike.curve])
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
        painter.fillRect(line, faded(self.theme.surface, 200 / 255))
        draw_text(painter, line, text, self.theme.text)
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
