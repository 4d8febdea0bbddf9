"""pyqtgraph's `PlotCurveItem`, made fast enough to change with every frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from pyqtgraph.graphicsItems.PlotCurveItem import arrayToLineSegments
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from core.spec.arrays import Array


class CurveItem(pg.PlotCurveItem):  # type: ignore[misc]
    """Expects finite values sorted by x, at most about one per pixel.

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

    @property
    def curve(self) -> tuple[Array, Array]:
        """The curve as set, (x, y)."""
        x, y = self.getData()
        return (np.empty(0), np.empty(0)) if x is None else (x, y)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        x, _ = self.getData()
        return x is None or not len(x)

    def boundingRect(self) -> QRectF:
        return self.bounds

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw separate line segments, unless they are joined, in device coordinates.

        Qt unites the outline of a path with itself, which takes 90 ms for a noisy curve, and wide lines take three
        times as long under a transformation.
        """
        x, y = self.getData()
        if x is None or len(x) < 2:
            return
        pixels = painter.transform()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.opts["pen"])
        x, y = x * pixels.m11() + pixels.dx(), y * pixels.m22() + pixels.dy()
        if self.joined:
            painter.drawPolyline([QPointF(*each) for each in zip(x.tolist(), y.tolist(), strict=True)])
            return
        lines = arrayToLineSegments(x, y, connect="all", finiteCheck=False)  # keep alive: Qt does not copy
        painter.drawLines(*lines.drawargs())
