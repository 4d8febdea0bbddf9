"""The area between two curves of a chart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPolygonF

from core.spec.arrays import Array
from playground.views.widgets.charts.curve_scale import thin


class BandItem(pg.GraphicsObject):  # type: ignore[misc]
    """Fills between two curves over the same places. `bounds` is the view rectangle that it may draw on."""

    def __init__(self) -> None:
        super().__init__()
        # Below the curves.
        self.setZValue(-10)
        self.bounds = QRectF()
        self._color = QColor()
        self._shape = QPolygonF()

    def show_band(self, x: Array, low: Array, high: Array, buckets: int, color: QColor) -> None:
        """Set the area; values that are not finite are left out."""
        good = np.isfinite(low) & np.isfinite(high)
        below, above = (thin(x[good], each[good], buckets) for each in (low, high))
        points = [*zip(*below, strict=True), *zip(above[0][::-1], above[1][::-1], strict=True)]
        self._shape = QPolygonF([QPointF(float(at), float(value)) for at, value in points])
        self._color = color
        self.update()

    def boundingRect(self) -> QRectF:
        return self.bounds

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Fill the area."""
        painter.setPen(pg.mkPen(None))
        painter.setBrush(self._color)
        painter.drawPolygon(self._shape)
