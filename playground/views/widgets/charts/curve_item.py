"""Curves of a chart, made fast enough to change with every frame, and areas between two of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from pyqtgraph.graphicsItems.PlotCurveItem import arrayToLineSegments
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPolygonF, QTransform

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


def paint_segments(painter: QPainter, x: Array, y: Array, pixels: QTransform) -> None:
    """Draw separate line segments between view coordinates, of which `pixels` makes those of the device.

    Qt unites the outline of a path with itself, which takes 90 ms for a noisy curve, and wide lines take three times as
    long under a transformation.
    """
    x, y = x * pixels.m11() + pixels.dx(), y * pixels.m22() + pixels.dy()
    if len(x) == 2:  # a row more, as most pictures bring: a fifth of the time
        painter.drawLine(QLineF(x[0], y[0], x[1], y[1]))
        return
    lines = arrayToLineSegments(x, y, connect="all", finiteCheck=False)  # keep alive: Qt does not copy
    painter.drawLines(*lines.drawargs())


class CurveItem(pg.PlotCurveItem):  # type: ignore[misc]
    """pyqtgraph's `PlotCurveItem`. Expects finite values sorted by x, at most about one per pixel.

    `bounds` is the view rectangle that it may draw on: pyqtgraph would compute it from the values eight times a frame.
    """

    def __init__(self) -> None:
        super().__init__(skipFiniteCheck=True)
        self.bounds = QRectF()
        self.joined = False
        """Whether it is drawn as one line, with even dashes: for some hundred values."""

    def show_curve(self, x: Array, y: Array) -> None:
        """Set the curve. pyqtgraph's `setData` would also redo the layout of the view."""
        self.xData, self.yData = x, y
        self.update()

    def boundingRect(self) -> QRectF:
        return self.bounds

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw it in device coordinates."""
        x, y = self.getData()
        if x is None or len(x) < 2:
            return
        pixels = painter.transform()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.opts["pen"])
        if self.joined:
            painter.drawPolyline(
                [pixels.map(QPointF(*each)) for each in zip(x.tolist(), y.tolist(), strict=True)]
            )
        else:
            paint_segments(painter, x, y, pixels)
