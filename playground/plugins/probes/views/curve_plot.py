"""A curve with marks and values at the pointer, from which a place can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from core.io.number_text import rounded_text
from core.io.sentence import in_sentence
from core.spec.arrays import Array
from playground.plugin import NamedChart, Role, ThemeSource, font, speak_as

_MARK_PX = 15.0


@dataclass(frozen=True)
class Mark:
    """A line with a caption at `at`: across the curve at a place, or, if `is_level`, at a height."""

    at: float
    caption: str
    is_level: bool = False


class CurvePlot(NamedChart):
    """The crosshair goes from value to value. Enter and a click choose its place where `picks` is set."""

    size_px = 560, 320
    least_px = 240, 160
    picked = Signal(float)
    """The x at which was clicked."""

    def __init__(
        self,
        themes: ThemeSource,
        parent: QWidget,
        *,
        name: str,
        names: tuple[str, str],
        logs: tuple[bool, bool],
        picks: bool = False,
    ) -> None:
        super().__init__(themes, parent)
        self.names, self._name, self._picks = names, name, picks
        self._bottom.setLogMode(logs[0])
        self._left.setLogMode(logs[1])
        self._x: Array = np.empty(0)
        self._y: Array = np.empty(0)
        self._marks: tuple[Mark, ...] = ()
        self._row: int | None = None
        self.setAccessibleName(name)
        speak_as(self, Role.Chart, press=Qt.Key.Key_Return, steps=(Qt.Key.Key_Left, Qt.Key.Key_Right))
        if picks:
            self.setCursor(Qt.CursorShape.CrossCursor)

    def show_curve(
        self,
        x: Array,
        y: Array,
        ranges: tuple[tuple[float, float], tuple[float, float]],
        marks: Sequence[Mark] = (),
    ) -> None:
        """Draw the values y (points,) over ascending x, within ranges in logarithms on a logarithmic axis."""
        self._x, self._y, self._marks = x, y, tuple(marks)
        self._row = None if self._row is None or not len(x) else min(self._row, len(x) - 1)
        last = f", the last value is {rounded_text(float(y[-1]))}" if len(y) else ""
        self.setAccessibleName(f"{self._name}: {len(x)} points{last}")
        self._show_range(*ranges)
        self._draw()

    def point_of(self, x: float) -> QPointF:
        """The pixel on the curve at a place."""
        nearest = int(np.argmin(np.abs(self._x - x)))
        return self.at(float(self._x[nearest]), float(self._y[nearest]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if len(self._x):
            across = self._view.mapSceneToView(event.position()).x()
            self.read(int(np.argmin(np.abs(self._bottom.coordinates(self._x) - across))))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.mouseMoveEvent(event)
            self._pick()

    @property
    def span(self) -> tuple[float, float, float, float] | None:
        last = len(self._x) - 1
        return (last if self._row is None else self._row, 0, last, 1) if last >= 0 else None

    def read(self, place: float) -> None:
        self._row = int(place)
        self.viewport().update()

    def read_nothing(self) -> None:
        self._row = None
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._picks and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._row is not None:
            self._pick()
        else:
            super().keyPressEvent(event)

    def paint_above(self, painter: QPainter) -> None:
        super().paint_above(painter)
        for number, mark in enumerate(self._marks):
            self._paint_mark(painter, mark, number)
        if self._row is None:
            return
        theme, x, y = self._themes.theme, float(self._x[self._row]), float(self._y[self._row])
        self.paint_cross(painter, x, [(y, theme.train)])
        painter.setPen(QColor(theme.text))
        painter.setFont(font("small", bold=True))
        text = "   ".join(
            f"{in_sentence(name)} {rounded_text(value)}"
            for name, value in zip(self.names, (x, y), strict=True)
        )
        self._paint_text(painter, QPointF(self.at(x, y).x() + 8, self.area().bottom() - _MARK_PX - 3), text)

    def _draw(self) -> None:
        low, high = self._view.viewRange()[1]
        # Far above, where it is infinite.
        far = 2.0 * (high - low)
        y = np.clip(np.nan_to_num(self._left.coordinates(self._y), nan=high + far), low - far, high + far)
        pen = QPen(QColor(self._themes.theme.train), 2)
        self._show_lines([(self._bottom.coordinates(self._x), y, pen)], joined=True)

    def _pick(self) -> None:
        if self._picks and self._row is not None:
            self.picked.emit(float(self._x[self._row]))

    def _paint_mark(self, painter: QPainter, mark: Mark, number: int) -> None:
        theme, area = self._themes.theme, self.area()
        painter.setPen(QPen(QColor(theme.test), 1, Qt.PenStyle.DashLine))
        if mark.is_level:
            height = self.at(1.0, mark.at).y()
            painter.drawLine(self.level(height))
            # At the left, where a loss is still high: a curve that reaches the level ends at the right.
            at = QPointF(area.left() + 4, height - _MARK_PX - 1)
        else:
            across = self.at(mark.at, 1.0).x()
            painter.drawLine(self.upright(across))
            at = QPointF(across + 4, area.top() + number * _MARK_PX)
        painter.setPen(QColor(theme.text_muted))
        self._paint_text(painter, at, mark.caption)

    def _paint_text(self, painter: QPainter, at: QPointF, text: str) -> None:
        """Text at a point, moved to the left where it would leave the chart."""
        area, width = self.area(), QFontMetricsF(painter.font()).horizontalAdvance(text) + 2
        left = max(area.left() + 2, min(at.x(), area.right() - width))
        painter.drawText(QRectF(left, at.y(), width, _MARK_PX), int(Qt.AlignmentFlag.AlignVCenter), text)
