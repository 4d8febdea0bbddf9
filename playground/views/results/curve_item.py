"""One curve of a chart: pyqtgraph's, made fast enough to change with every frame."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from pyqtgraph.graphicsItems.PlotCurveItem import arrayToLineSegments
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from core.spec.arrays import Array

__all__ = ["CurveItem"]


class CurveItem(pg.PlotCurveItem):  # type: ignore[misc]
    """Expects finite values, in the order of their places, and no more of them than pixels.

    `bounds` is the part of the view that it may draw on: pyqtgraph would search the values for it eight times a frame.
    """

    def __init__(self) -> None:
        super().__init__(skipFiniteCheck=True)
        self.bounds = QRectF()

    def show_curve(self, x: Array, y: Array) -> None:
        """Draw other values; pyqtgraph's `setData` would lay out the view anew, which does not depend on them."""
        self.xData, self.yData = x, y
        self.update()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        x, _ = self.getData()
        return x is None or not len(x)

    def boundingRect(self) -> QRectF:
        return self.bounds

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw single lines between pixels.

        Qt unites the outline of a path with itself, which takes 90 ms for a noisy curve, and it takes three times as
        long to draw wide lines through a transformation.
        """
        x, y = self.getData()
        if x is None or len(x) < 2:
            return
        pixels = painter.transform()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.opts["pen"])
        x, y = x * pixels.m11() + pixels.dx(), y * pixels.m22() + pixels.dy()
        lines = arrayToLineSegments(x, y, connect="all", finiteCheck=False)  # must outlive its arguments
        painter.drawLines(*lines.drawargs())
