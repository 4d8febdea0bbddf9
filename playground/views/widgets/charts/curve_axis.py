"""Axes of a curve chart: pyqtgraph's `AxisItem` with the window's font and plain number texts."""

from __future__ import annotations

import math
from typing import Literal

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPen

from playground.views.theme.theme import Theme, font
from playground.views.widgets.number_format import LARGE, large_text, rounded_text, true_minus

__all__ = ["CurveAxis"]

_LEFT_PX, _BOTTOM_PX = 44, 19
_OVERHANG_PX = 12
_ROUGH_SHARE = 0.005
_MIN_DECADES, _MAX_DECADES = 2, 6


class CurveAxis(pg.AxisItem):  # type: ignore[misc]
    """Labels major ticks only; the left axis draws a grid line at each."""

    def __init__(self, orientation: Literal["left", "bottom"]) -> None:
        super().__init__(orientation, pen=QPen(Qt.PenStyle.NoPen))
        self.unit = ""
        self.enableAutoSIPrefix(False)  # it would lay out the label for every frame
        self.setStyle(
            tickFont=font("small"),
            tickLength=0,
            tickAlpha=255 if orientation == "left" else 0,
            maxTickLevel=0,
            tickTextOffset=6 if orientation == "left" else 4,
            autoExpandTextSpace=False,
        )
        self.setZValue(-1000)  # below the curves
        if orientation == "left":
            self.setWidth(_LEFT_PX)
            self.setTickDensity(1.8)
            self.setGrid(255)
        else:
            self.setHeight(_BOTTOM_PX)

    def use_theme(self, theme: Theme) -> None:
        self.setTextPen(QColor(theme.text_muted))
        self.setTickPen(QColor(theme.grid))

    def set_unit(self, unit: str) -> None:
        """Append `unit` to every tick label."""
        self.unit = unit
        self.setTickFont(self.style["tickFont"])  # invalidates the cached labels

    def boundingRect(self) -> QRectF:
        # Tick labels may extend beyond the axis; with a grid, pyqtgraph would leave them out.
        return QRectF(super().boundingRect()).adjusted(
            -_OVERHANG_PX, -_OVERHANG_PX, _OVERHANG_PX, _OVERHANG_PX
        )

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        largest = max(map(abs, values), default=0.0)
        # Distant neighbors need all their digits.
        rough = largest >= 1e6 and spacing >= _ROUGH_SHARE * largest
        if self.logMode:
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

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Round values; on a logarithmic axis decades, and 2 and 5 between if these are few."""
        if not self.logMode:
            return [self._round_values(low, high, size)]
        decades = range(math.floor(low), math.ceil(high) + 1)
        factors = (1, 2, 5) if high - low <= _MIN_DECADES else (1,)
        stride = math.ceil(len(decades) / _MAX_DECADES)
        ticks = [decade + math.log10(factor) for decade in decades[::stride] for factor in factors]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if len(ticks) < 2:
            _, values = self._round_values(10.0**low, 10.0**high, size)
            ticks = [math.log10(value) for value in values if value > 0.0]
        return [(1.0, ticks)]

    def _round_values(self, low: float, high: float, size: float) -> tuple[float, list[float]]:
        spacing = self.tickSpacing(low, high, size)[0][0]
        first, last = math.ceil(low / spacing - 1e-9), math.floor(high / spacing + 1e-9)
        return spacing, [number * spacing for number in range(first, last + 1)]
