"""Edits of a run in a chart: a dotted vertical line each, with a tick at the top."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from core.io.number_text import epoch_text
from core.train.history import Mark
from playground.views.theme.colors import LIGHT, Theme
from playground.views.widgets.painted import use_colors

_APART_PX = 4.0
_FEW = 12
_TICK_PX = 7.0
_SHORT_LINE_PX = 20.0
_MAX_NAMED = 3


class EditMarkers:
    """Overlapping marks are merged; if there are many, only ticks and line tops are drawn."""

    def __init__(self) -> None:
        self.marks: tuple[Mark, ...] = ()
        self.chosen: tuple[Mark, ...] = ()
        """Those that are highlighted."""
        self._epochs: NDArray[np.float64] = np.empty(0)
        self._theme: Theme = LIGHT

    def use_theme(self, theme: Theme) -> None:
        self._theme = theme

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
        self._paint_lines(painter, shown, frame.top(), bottom, self._theme.text_faint)
        self._paint_lines(painter, sorted(chosen)[:1], frame.top(), frame.bottom(), self._theme.accent)

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
        if not kept or place - kept[-1] >= _APART_PX:
            kept.append(place)
    return kept


def marks_text(marks: tuple[Mark, ...]) -> str:
    """A line per mark, "epoch 120: Add Dense"; the last ones if there are many."""
    lines = [f"epoch {epoch_text(mark.epoch)}: {mark.text}" for mark in marks[-_MAX_NAMED:]]
    more = len(marks) - len(lines)
    return "\n".join([*([f"{more} more edits"] if more else []), *lines])
