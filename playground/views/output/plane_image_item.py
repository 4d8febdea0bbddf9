"""A plane image as a pyqtgraph item, drawn over the whole view without copying its pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

__all__ = ["PlaneImageItem"]


class PlaneImageItem(pg.GraphicsObject):  # type: ignore[misc]
    """Draws square images; scaled only while the plot changes its size."""

    def __init__(self) -> None:
        super().__init__()
        self._words: NDArray[np.uint32] | None = None
        self._image = QImage()
        self.is_smooth = True
        """Whether a scaled image is interpolated."""

    def show_words(self, words: NDArray[np.uint32] | None) -> None:
        """Set the colors 0xAARRGGBB (rows, columns), top row first; None clears."""
        # The image uses the array's memory: both live as long as each other.
        self._words = words
        if words is None:
            self._image = QImage()
        else:
            rows, columns = words.shape
            self._image = QImage(words.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
        self.update()

    def boundingRect(self) -> QRectF:
        view = self.getViewBox()
        return QRectF() if view is None else QRectF(view.viewRect())

    def viewTransformChanged(self) -> None:
        super().viewTransformChanged()
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_: Any) -> None:
        if self._image.isNull():
            return
        area = painter.transform().mapRect(self.boundingRect())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.is_smooth)
        painter.resetTransform()
        painter.drawImage(area, self._image)
