"""Axes of a chart: round ticks with plain number texts, and a grid."""

from __future__ import annotations

import math
from typing import Final, Literal

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from playground.views.theme.theme import Theme, font
from playground.views.widgets.number_format import LARGE, large_text, rounded_text, true_minus

__all__ = ["CurveAxis"]

_LEFT_GAP_PX, _BOTTOM_GAP_PX = 6, 4
_LABEL_PX = 80
_OVERHANG_PX = 12
_LEFT_PX = 44
_ROUGH_SHARE = 0.005
_MIN_DECADES, _MAX_DECADES = 2, 6
_USUAL_PX: Final = 300.0
_INTERVALS: Final = {"left": 4.0, "bottom": 2.25}
"""The least intervals of an axis of usual length; a longer one has more, by its root."""
_LEAST_INTERVALS: Final = 2.25


class CurveAxis:
    """Labels beside the area of a chart; the left axis draws a grid line at each."""

    def __init__(self, orientation: Literal["left", "bottom"]) -> None:
        self.orientation = orientation
        self.is_log = False
        """Whether the ends of the axis are powers of ten."""
        self.unit = ""
        """Is appended to every label."""
        self._font = font("small")
        self._metrics = QFontMetricsF(self._font)
        self._text_color, self._grid_color = QColor(), QColor()

    def use_theme(self, theme: Theme) -> None:
        self._text_color, self._grid_color = QColor(theme.text_muted), QColor(theme.grid)

    def paint(self, painter: QPainter, area: QRectF, ends: tuple[float, float]) -> None:
        """Draw labels beside an area, and the grid in it; `ends` are the values at its edges."""
        (low, high), is_left = ends, self.orientation == "left"
        length = area.height() if is_left else area.width()
        if length <= 0.0 or not high > low:
            return
        spacing, values = self.ticks(low, high, length)
        shares = [(value - low) / (high - low) for value in values]
        ticks = [
            ((1.0 - share if is_left else share) * length, text)
            for share, text in zip(shares, self.texts(values, spacing), strict=True)
            if -1e-9 <= share <= 1.0 + 1e-9
        ]
        if is_left:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(self._grid_color)
            heights = [area.top() + place for place, _ in ticks]
            painter.drawLines([QLineF(area.left(), height, area.right(), height) for height in heights])
        painter.setFont(self._font)
        painter.setPen(self._text_color)
        for place, text in ticks:
            self._paint_label(painter, area, place, text)

    def _paint_label(self, painter: QPainter, area: QRectF, place: float, text: str) -> None:
        """Draw the label of a tick, if it has room."""
        flag = Qt.AlignmentFlag
        width, height = self._metrics.horizontalAdvance(text), self._metrics.height()
        if self.orientation == "left":
            right, middle = area.left() - _LEFT_GAP_PX, area.top() + place
            if width <= _LEFT_PX + _OVERHANG_PX - _LEFT_GAP_PX:
                label = QRectF(right - _LABEL_PX, middle - height / 2, _LABEL_PX, height)
                painter.drawText(label, flag.AlignRight | flag.AlignVCenter, text)
            return
        middle, room = area.left() + place, area.adjusted(-_OVERHANG_PX, 0, _OVERHANG_PX, 0)
        if room.left() <= middle - width / 2 and middle + width / 2 <= room.right():
            label = QRectF(middle - _LABEL_PX, area.bottom() + _BOTTOM_GAP_PX, 2 * _LABEL_PX, height)
            painter.drawText(label, flag.AlignHCenter | flag.AlignTop, text)

    def texts(self, values: list[float], spacing: float) -> list[str]:
        """Labels of values that are `spacing` apart."""
        largest = max(map(abs, values), default=0.0)
        # Distant neighbors need all their digits.
        rough = largest >= 1e6 and spacing >= _ROUGH_SHARE * largest
        if self.is_log:
            texts = [self._text(10.0**value) for value in values]
        elif spacing < 1e-4 or rough:
            texts = [self._text(value) for value in values]
        else:
            decimals = max(0, math.ceil(-math.log10(spacing) - 1e-9))
            texts = [f"{value:,.{decimals}f}" if value else "0" for value in values]
        return [true_minus(text) + self.unit for text in texts]

    def _text(self, value: float) -> str:
        # No room for words beside the chart.
        short = self.orientation == "left"
        return large_text(value, short=short) if abs(value) >= LARGE else rounded_text(value)

    def ticks(self, low: float, high: float, length: float) -> tuple[float, list[float]]:
        """How far apart round values are on an axis of `length` pixels, and the values.

        On a logarithmic axis decades, and 2 and 5 between if these are few.
        """
        if not self.is_log:
            return self._round_values(low, high, length)
        decades = range(math.floor(low), math.ceil(high) + 1)
        factors = (1, 2, 5) if high - low <= _MIN_DECADES else (1,)
        stride = math.ceil(len(decades) / _MAX_DECADES)
        ticks = [decade + math.log10(factor) for decade in decades[::stride] for factor in factors]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if len(ticks) < 2:
            _, values = self._round_values(10.0**low, 10.0**high, length)
            ticks = [math.log10(value) for value in values if value > 0.0]
        return 1.0, ticks

    def _round_values(self, low: float, high: float, length: float) -> tuple[float, list[float]]:
        intervals = max(_LEAST_INTERVALS, _INTERVALS[self.orientation] * math.sqrt(length / _USUAL_PX))
        most = (high - low) / intervals
        power = 10.0 ** math.floor(math.log10(most))
        spacing = max(factor * power for factor in (1.0, 2.0, 5.0) if factor * power <= most or factor == 1.0)
        first, last = math.ceil(low / spacing - 1e-9), math.floor(high / spacing + 1e-9)
        return spacing, [number * spacing for number in range(first, last + 1)]
