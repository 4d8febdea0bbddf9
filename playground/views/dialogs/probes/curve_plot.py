"""A curve with marks and values at the pointer, from which a place can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.io.number_text import rounded_text
from core.spec.arrays import Array
from playground.views.theme.colors import RADIUS_SMALL_PX
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.charts.plain_axes import ChartArea, Scale
from playground.views.widgets.spoken import Role, speak_as

_DOT_PX = 4.0
_MARK_PX = 15.0


@dataclass(frozen=True)
class Mark:
    """A line with a caption at `at`: across the curve at a place, or, if `is_level`, at a height."""

    at: float
    caption: str
    is_level: bool = False


class CurvePlot(QWidget):
    """Left and Right move the crosshair, Enter and a click choose its place where `picks` is set."""

    picked = Signal(float)
    """The x at which was clicked."""

    def __init__(
        self,
        themes: ThemeSource,
        parent: QWidget,
        *,
        name: str,
        x_label: str,
        y_label: str,
        picks: bool = False,
    ) -> None:
        super().__init__(parent)
        self._themes, self._name, self._picks = themes, name, picks
        self._labels = x_label, y_label
        self._x: Array = np.empty(0)
        self._y: Array = np.empty(0)
        self._scales = Scale(0.0, 1.0), Scale(0.0, 1.0)
        self._marks: tuple[Mark, ...] = ()
        self._place: int | None = None
        self.setAccessibleName(name)
        self.setMinimumSize(240, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        speak_as(self, Role.Chart, press=Qt.Key.Key_Return, steps=(Qt.Key.Key_Left, Qt.Key.Key_Right))
        self.setMouseTracking(True)
        if picks:
            self.setCursor(Qt.CursorShape.CrossCursor)
        themes.theme_changed.connect(self.update)

    @property
    def place(self) -> float | None:
        """The x of the crosshair; None if hidden."""
        return None if self._place is None else float(self._x[self._place])

    def show_curve(self, x: Array, y: Array, scales: tuple[Scale, Scale], marks: Sequence[Mark] = ()) -> None:
        """Draw a curve (points,) over ascending x."""
        self._x, self._y, self._scales, self._marks = x, y, scales, tuple(marks)
        self._place = None if self._place is None or not len(x) else min(self._place, len(x) - 1)
        last = f", the last value is {rounded_text(float(y[-1]))}" if len(y) else ""
        self.setAccessibleName(f"{self._name}: {len(x)} points{last}")
        self.update()

    def point_of(self, x: float) -> QPointF:
        """The pixel on the curve at a place."""
        nearest = int(np.argmin(np.abs(self._x - x)))
        return self._area.point(float(self._x[nearest]), float(self._y[nearest]))

    def sizeHint(self) -> QSize:
        return QSize(560, 320)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._point_at(event.position())
            self._pick()

    def leaveEvent(self, event: QEvent) -> None:
        self._place = None
        self.update()
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._place = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._x) - 1
        here = last if self._place is None else self._place
        moves = {
            Qt.Key.Key_Left: here - 1,
            Qt.Key.Key_Right: here + 1,
            Qt.Key.Key_PageDown: here - 10,
            Qt.Key.Key_PageUp: here + 10,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._picks and self._place is not None:
            self._pick()
        elif key in moves and last >= 0:
            self._place = min(last, max(0, moves[key]))
            self.update()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, area = self._themes.theme, self._area
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area.paint(painter, theme, *self._labels)
        painter.setClipRect(area.rect.adjusted(0, -4, 0, 1))
        line = QPolygonF([area.point(float(x), float(y)) for x, y in zip(self._x, self._y, strict=True)])
        painter.setPen(QPen(QColor(theme.train), 2))
        painter.drawPolyline(line)
        painter.setClipping(False)
        for line_number, mark in enumerate(self._marks):
            self._paint_mark(painter, area, mark, line_number)
        if self._place is not None:
            self._paint_crosshair(painter, area, self._place)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_SMALL_PX, RADIUS_SMALL_PX
            )
        painter.end()

    @property
    def _area(self) -> ChartArea:
        return ChartArea(self.width(), self.height(), *self._scales)

    def _point_at(self, position: QPointF) -> None:
        if not len(self._x):
            return
        x, _ = self._area.values(position)
        shares = np.array([self._scales[0].share(float(each)) for each in self._x])
        self._place = int(np.argmin(np.abs(shares - self._scales[0].share(x))))
        self.update()

    def _pick(self) -> None:
        if self._picks and self._place is not None:
            self.picked.emit(float(self._x[self._place]))

    def _paint_mark(self, painter: QPainter, area: ChartArea, mark: Mark, line: int) -> None:
        theme, rect = self._themes.theme, area.rect
        painter.setPen(QPen(QColor(theme.test), 1, Qt.PenStyle.DashLine))
        painter.setFont(font("small"))
        if mark.is_level:
            height = area.point(area.x.low, mark.at).y()
            painter.drawLine(QLineF(rect.left(), height, rect.right(), height))
            # At the left, where a loss is still high: a curve that reaches the level ends at the right.
            place = QRectF(rect.left() + 4, height - _MARK_PX - 1, rect.width() - 4, _MARK_PX)
            painter.setPen(QColor(theme.text_muted))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft), mark.caption)
            return
        top = area.point(mark.at, area.y.high)
        painter.drawLine(QLineF(top, QPointF(top.x(), rect.bottom())))
        painter.setPen(QColor(theme.text_muted))
        self._paint_text(painter, rect, QPointF(top.x() + 4, rect.top() + line * _MARK_PX), mark.caption)

    def _paint_crosshair(self, painter: QPainter, area: ChartArea, place: int) -> None:
        theme, rect = self._themes.theme, area.rect
        x, y = float(self._x[place]), float(self._y[place])
        point = area.point(x, y)
        painter.setPen(QPen(QColor(theme.border_strong), 1))
        painter.drawLine(QLineF(point.x(), rect.top(), point.x(), rect.bottom()))
        painter.setPen(QPen(QColor(theme.surface), 1.5))
        painter.setBrush(QColor(theme.train))
        painter.drawEllipse(point, _DOT_PX, _DOT_PX)
        painter.setPen(QColor(theme.text))
        painter.setFont(font("small", bold=True))
        text = f"{self._labels[0].lower()} {rounded_text(x)}   {self._labels[1].lower()} {rounded_text(y)}"
        self._paint_text(painter, rect, QPointF(point.x() + 8, rect.bottom() - _MARK_PX - 3), text)

    @staticmethod
    def _paint_text(painter: QPainter, rect: QRectF, at: QPointF, text: str) -> None:
        """Text at a point, moved to the left where it would leave the chart."""
        width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 2
        left = max(rect.left() + 2, min(at.x(), rect.right() - width))
        painter.drawText(QRectF(left, at.y(), width, _MARK_PX), int(Qt.AlignmentFlag.AlignVCenter), text)
