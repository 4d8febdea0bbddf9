"""Axes of a small chart that is painted at once: scales, round ticks, grid and labels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from core.io.number_text import rounded_text
from core.spec.arrays import Array
from playground.views.theme.colors import Theme
from playground.views.theme.theme import font
from playground.views.widgets.number_format import value_text

_LEFT_PX, _BOTTOM_PX, _TOP_PX, _RIGHT_PX = 58.0, 36.0, 26.0, 22.0
_LABEL_PX = 16.0
_APART_PX = 64.0


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` on 0 … 1, by their logarithms if `is_log`."""

    low: float
    high: float
    is_log: bool = False

    @classmethod
    def around(cls, values: Array, *, is_log: bool = False, from_zero: bool = False) -> Scale:
        """The range of the values that can be drawn, with some room."""
        good = [float(v) for v in values if math.isfinite(v) and (v > 0.0 or not is_log)]
        if not good:
            return cls(0.1, 1.0, True) if is_log else cls(0.0, 1.0)
        low, high = min(good), max(good)
        if is_log:
            room = max(1.05, (high / low) ** 0.05)
            return cls(low / room, high * room, True)
        room = 0.05 * (high - low) or 0.05 * abs(high) or 0.5
        return cls(0.0 if from_zero and low >= 0.0 else low - room, high + room)

    def share(self, value: float) -> float:
        """Where a value lies, 0 at `low` and 1 at `high`."""
        if not self.is_log:
            return (value - self.low) / (self.high - self.low)
        return math.log(max(value, 1e-300) / self.low) / math.log(self.high / self.low)

    def value(self, share: float) -> float:
        """The inverse of `share`."""
        if not self.is_log:
            return self.low + share * (self.high - self.low)
        return float(self.low * (self.high / self.low) ** share)

    def ticks(self, most: int) -> list[float]:
        """About `most` round values within the range."""
        if self.is_log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            if last - first >= 1:
                stride = max(1, -(-(last - first + 1) // max(2, most)))
                return [10.0**power for power in range(first, last + 1, stride)]
        span = (self.high - self.low) / max(1, most)
        power = 10.0 ** math.floor(math.log10(span))
        step = power * next(factor for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= span * (1 - 1e-9))
        return [
            step * number for number in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)
        ]


def _tick_texts(ticks: list[float]) -> list[str]:
    """With three digits, or with as many as tell two ticks apart."""
    texts = [rounded_text(value) for value in ticks]
    return (
        texts
        if len(set(texts)) == len(texts)
        else [value_text(value, ticks[-1] - ticks[0]) for value in ticks]
    )


@dataclass(frozen=True)
class ChartArea:
    """Where a chart of two scales lies in a widget of so many pixels."""

    width: float
    height: float
    x: Scale
    y: Scale

    @property
    def rect(self) -> QRectF:
        """The rectangle of the curves."""
        return QRectF(
            _LEFT_PX,
            _TOP_PX,
            max(1.0, self.width - _LEFT_PX - _RIGHT_PX),
            max(1.0, self.height - _TOP_PX - _BOTTOM_PX),
        )

    def point(self, x: float, y: float) -> QPointF:
        """The pixel of a value; infinite ones lie far above."""
        rect = self.rect
        height = max(-2.0, min(3.0, self.y.share(y))) if math.isfinite(y) else 3.0
        return QPointF(
            rect.left() + max(-2.0, min(3.0, self.x.share(x))) * rect.width(),
            rect.bottom() - height * rect.height(),
        )

    def values(self, point: QPointF) -> tuple[float, float]:
        """The values at a pixel, within the scales."""
        rect = self.rect
        across = (point.x() - rect.left()) / rect.width()
        up = (rect.bottom() - point.y()) / rect.height()
        return self.x.value(min(1.0, max(0.0, across))), self.y.value(min(1.0, max(0.0, up)))

    def paint(
        self, painter: QPainter, theme: Theme, x_label: str, y_label: str, *, grid: bool = True
    ) -> None:
        """Draw the grid, the ticks and what the axes are."""
        rect, flag = self.rect, Qt.AlignmentFlag
        painter.setFont(font("small"))
        ticks = self.y.ticks(max(2, int(rect.height() / 44)))
        for value, text in zip(ticks, _tick_texts(ticks), strict=True):
            height = self.point(self.x.low, value).y()
            painter.setPen(QPen(QColor(theme.grid if grid else theme.border_strong), 1))
            end = rect.right() if grid else rect.left() - 3
            painter.drawLine(QLineF(rect.left(), height, end, height))
            painter.setPen(QColor(theme.text_muted))
            place = QRectF(0, height - _LABEL_PX / 2, _LEFT_PX - 7, _LABEL_PX)
            painter.drawText(place, int(flag.AlignRight | flag.AlignVCenter), text)
        painter.setPen(QColor(theme.text_muted))
        for value in self.x.ticks(max(2, int(rect.width() / _APART_PX))):
            across = self.point(value, self.y.low).x()
            place = QRectF(across - 40, rect.bottom() + 3, 80, _LABEL_PX)
            painter.drawText(place, int(flag.AlignCenter), rounded_text(value))
        under = QRectF(rect.left(), rect.bottom() + 18, rect.width(), _LABEL_PX)
        painter.drawText(under, int(flag.AlignCenter), x_label)
        # Below the frame of the focus, above the highest tick.
        painter.drawText(QRectF(6, 2, rect.width(), _LABEL_PX), int(flag.AlignLeft), y_label)
