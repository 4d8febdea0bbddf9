"""Axes of a curve chart: pyqtgraph's `AxisItem` with the window's font and plain number texts, painted faster."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from core.io.number_text import LARGE, large_text, rounded_text, true_minus
from core.spec.arrays import Array
from playground.views.theme.colors import Theme
from playground.views.theme.theme import font

_LEFT_PX, _BOTTOM_PX = 44, 19
_LEFT_GAP_PX, _BOTTOM_GAP_PX = 6, 4
_LABEL_PX = 80
_NAME_GAP_PX = 4
_ROUGH_SHARE = 0.005
_MIN_DECADES, _MAX_DECADES = 2, 6
_DECADE_PX = 60


class CurveAxis(pg.AxisItem):  # type: ignore[misc]
    """Labels major ticks only; the left axis draws a grid line at each."""

    def __init__(self, orientation: Literal["left", "bottom"]) -> None:
        super().__init__(orientation, pen=QPen(Qt.PenStyle.NoPen))
        self.unit = ""
        self.has_ends_only = False
        """Whether only the ends of its range are labelled."""
        self.names: tuple[str, ...] = ()
        """What stands in place of 0, 1, 2, ...; () for numbers."""
        self.overhang_px = 12.0
        """Room of a label beyond the ends."""
        self.enableAutoSIPrefix(False)  # it would lay out the label for every frame
        self._font = font("small")
        self._metrics = QFontMetricsF(self._font)
        self.setStyle(tickLength=0, maxTickLevel=0, autoExpandTextSpace=False)
        self.setZValue(-1000)  # below the curves
        if orientation == "left":
            self.setWidth(_LEFT_PX)
            self.setTickDensity(1.8)
        else:
            self.setHeight(_BOTTOM_PX)

    def use_theme(self, theme: Theme) -> None:
        self.setTextPen(QColor(theme.text_muted))
        self.setTickPen(QColor(theme.grid))

    def _updateLabel(self) -> None:
        # There is no label; pyqtgraph would lay it out for each change of a pen, 80 times at the start.
        self.update()

    def set_unit(self, unit: str) -> None:
        """Append `unit` to every tick label."""
        self.unit = unit
        self.update()

    def coordinate(self, value: float) -> float:
        """A value as view coordinate; NaN if it cannot be drawn."""
        if not self.logMode:
            return value
        return math.log10(value) if value > 0.0 else math.nan

    def coordinates(self, values: Array) -> Array:
        """Values as view coordinates; those that a logarithmic axis cannot have are far below."""
        return np.log10(np.maximum(values, 1e-300)) if self.logMode else values

    def value(self, coordinate: float) -> float:
        """The inverse of `coordinate`."""
        return float(10.0**coordinate) if self.logMode else float(coordinate)

    def boundingRect(self) -> QRectF:
        # Tick labels may extend beyond the axis, and its grid covers the view.
        rect = QRectF(self.mapRectFromParent(self.geometry()))
        view = self.linkedView()
        if self.orientation == "left" and view is not None:
            rect |= QRectF(view.mapRectToItem(self, view.boundingRect()))
        far = self.overhang_px
        return rect.adjusted(-far, -far, far, far)

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw labels and grid. pyqtgraph's own takes four times as long, and shapes the text of a picture again."""
        bounds, (low, high) = QRectF(self.mapRectFromParent(self.geometry())), self.range
        is_left = self.orientation == "left"
        length = bounds.height() if is_left else bounds.width()
        if length <= 0.0 or not high > low:
            return
        ((spacing, values),) = self.tickValues(low, high, length)
        shares = [(value - low) / (high - low) for value in values]
        ends = -1e-9, 1.0 + 1e-9
        ticks = [
            ((1.0 - share if is_left else share) * length, text)
            for share, text in zip(shares, self.tickStrings(values, 1.0, spacing), strict=True)
            if ends[0] <= share <= ends[1]
        ]
        if is_left:
            self._paint_grid(painter, [bounds.top() + place for place, _ in ticks])
        painter.setFont(self._font)
        painter.setPen(self.textPen())
        room = length / (high - low) - _NAME_GAP_PX
        for place, text in ticks:
            name = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, room) if self.names else text
            self._paint_label(painter, bounds, place, name)

    def _paint_grid(self, painter: QPainter, heights: list[float]) -> None:
        view = self.linkedView()
        if view is None:
            return
        across = QRectF(view.mapRectToItem(self, view.boundingRect()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(self.tickPen())
        painter.drawLines([QLineF(across.left(), y, across.right(), y) for y in heights])

    def _paint_label(self, painter: QPainter, bounds: QRectF, place: float, text: str) -> None:
        """Draw the label of a tick, if it has room."""
        flag = Qt.AlignmentFlag
        width, height = self._metrics.horizontalAdvance(text), self._metrics.height()
        if self.orientation == "left":
            right, middle = bounds.right() - _LEFT_GAP_PX, bounds.top() + place
            if right - width >= bounds.left() - self.overhang_px:
                label = QRectF(right - _LABEL_PX, middle - height / 2, _LABEL_PX, height)
                painter.drawText(label, flag.AlignRight | flag.AlignVCenter, text)
        else:
            middle = bounds.left() + place
            if bounds.left() - self.overhang_px <= middle - width / 2 and (
                middle + width / 2 <= bounds.right() + self.overhang_px
            ):
                label = QRectF(middle - _LABEL_PX, bounds.top() + _BOTTOM_GAP_PX, 2 * _LABEL_PX, height)
                painter.drawText(label, flag.AlignHCenter | flag.AlignTop, text)

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if self.names:
            return [self.names[int(value)] for value in values]
        largest = max(map(abs, values), default=0.0)
        # Distant neighbors need all their digits.
        long = 1e5 if self.orientation == "left" else 1e6
        rough = largest >= long and spacing >= _ROUGH_SHARE * largest
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
        """Round values; on a logarithmic axis decades, and between them 2 and 5, or 3, if these are few."""
        if self.has_ends_only:
            return [(0.0, [low, high])]
        if self.names:
            return [(1.0, [float(place) for place in range(len(self.names)) if low <= place <= high])]
        if not self.logMode:
            return [self._round_values(low, high, size)]
        decades = range(math.floor(low), math.ceil(high) + 1)
        factors: tuple[int, ...] = (1, 2, 5) if high - low <= _MIN_DECADES else (1,)
        most: float = _MAX_DECADES
        if self.orientation == "bottom":
            most = max(1.0, size / _DECADE_PX)
            factors = (1, 3) if _MIN_DECADES < high - low <= most / 2 else factors
        stride = math.ceil(len(decades) / most)
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
