"""A chart of the page "Why": lines and dots over two axes, one place of which is marked, and another one read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from core.spec.arrays import Array
from playground.plugin import ReadingChart, ThemeSource, draw_dot, faded

_MIN_DOT_PX, _MORE_DOT_PX = 3.0, 5.0
_STEPS: Final = 50


@dataclass(frozen=True, eq=False)
class Line:
    """Places (n,) that are connected; faint ones lie behind."""

    x: Array
    y: Array
    width: float = 2.0
    faint: bool = False


@dataclass(frozen=True, eq=False)
class Dots:
    """Places (n,) of a size from 0 to 1, each with a bar from `low` to `high`."""

    x: Array
    y: Array
    size: Array
    low: Array
    high: Array


@dataclass(frozen=True, eq=False)
class Drawing:
    """Content of a chart.

    - `x_range`, `y_range`: ends of the axes, called `x_name` and `y_name`; units of their numbers follow those.
    - `straight`: a dashed line from one corner to the other. `mark`: an upright line. `names`: of whole numbers below.
    """

    lines: Sequence[Line] = ()
    dots: Dots | None = None
    x_range: tuple[float, float] = (0.0, 1.0)
    y_range: tuple[float, float] = (0.0, 1.0)
    x_name: str = ""
    y_name: str = ""
    unit: str = ""
    straight: bool = False
    mark: float | None = None
    point: tuple[float, float] | None = None
    names: tuple[str, ...] = ()
    hint: str = ""


class ReasonChart(ReadingChart):
    """Left and Right move the place that is read; with `drags` a press or drag of the mouse does, and it stays."""

    size_px = 340, 190
    least_px = 180, 110
    margins_px = 0, 20, 14, 0
    moved = Signal(float)
    """To a place of the axis below; NaN when nothing is read."""
    settled = Signal()
    """The place that was dragged, or moved by a key, stays."""
    reset_requested = Signal()

    def __init__(self, themes: ThemeSource, name: str, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.setAccessibleName(f"{name}; Left and Right read values")
        self.drawing = Drawing()
        self.drags = False
        self.place: float | None = None
        self._draw()

    def show_drawing(self, drawing: Drawing) -> None:
        """Show another drawing."""
        self.drawing = drawing
        self._draw()

    def _draw(self) -> None:
        drawing = self.drawing
        self._left.set_unit(drawing.unit)
        self._bottom.names = drawing.names
        self._show_range(drawing.x_range, drawing.y_range)
        theme, lines = self._themes.theme, []
        for line in drawing.lines:
            color = faded(theme.text_muted, 60 / 255) if line.faint else QColor(theme.accent)
            lines.append((line.x, line.y, pg.mkPen(color, width=line.width)))
        self._show_lines(lines)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons() or not self.drags:
            self._read(self.values_at(event.position())[0])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._read(self.values_at(event.position())[0])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.drags and self.place is not None:
            self.settled.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.place = None
        self.reset_requested.emit()

    def read_nothing(self) -> None:
        if not self.drags and self.place is not None:
            self.place = None
            self.moved.emit(float("nan"))
            self.viewport().update()

    @property
    def span(self) -> tuple[float, float, float, float] | None:
        low, high = self.drawing.x_range
        here = 0.5 * (low + high) if self.place is None else self.place
        return here, low, high, 1.0 if self.drawing.names else (high - low) / _STEPS

    def read(self, place: float) -> None:
        self._read(place)
        if self.drags:
            self.settled.emit()

    def _read(self, place: float) -> None:
        self.place = place
        self.moved.emit(place)
        self.viewport().update()

    @property
    def empty_text(self) -> str:
        return self.drawing.hint

    def paint_above(self, painter: QPainter) -> None:
        theme, drawing, flag = self._themes.theme, self.drawing, Qt.AlignmentFlag
        area = self.area()
        above = QRectF(8, 2, self.width() - 16, 16)
        painter.drawText(above, int(flag.AlignLeft), drawing.y_name)
        painter.drawText(above, int(flag.AlignRight), drawing.x_name)
        painter.setPen(QPen(QColor(theme.text_muted), 1, Qt.PenStyle.DashLine))
        if drawing.straight:
            painter.drawLine(QLineF(area.bottomLeft(), area.topRight()))
        if drawing.mark is not None and np.isfinite(drawing.mark):
            painter.setPen(QPen(QColor(theme.text), 1))
            x = min(max(self.at(drawing.mark, 0.0).x(), area.left()), area.right())
            painter.drawLine(self.upright(x))
        if self.place is not None and not self.drags:
            self.paint_cross(painter, self.place)
        self._paint_dots(painter)

    def _paint_dots(self, painter: QPainter) -> None:
        theme, dots, point = self._themes.theme, self.drawing.dots, self.drawing.point
        if dots is not None:
            painter.setPen(QPen(faded(theme.accent, 70 / 255), 4))
            for x, low, high in zip(dots.x, dots.low, dots.high, strict=True):
                painter.drawLine(QLineF(self.at(float(x), float(low)), self.at(float(x), float(high))))
            for x, y, size in zip(dots.x, dots.y, dots.size, strict=True):
                radius = _MIN_DOT_PX + _MORE_DOT_PX * float(size) ** 0.5
                draw_dot(painter, self.at(float(x), float(y)), radius, theme.accent, theme.surface)
        if point is not None:
            draw_dot(painter, self.at(*point), 6, theme.text, theme.surface, 1.5)
