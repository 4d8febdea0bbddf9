"""A plane image, drawn over a whole plot without copying its pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter


class PlanePicture:
    """A square image; scaled where it has not the pixels of the plot."""

    def __init__(self) -> None:
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

    def paint(self, painter: QPainter, area: QRectF, ground: QColor) -> None:
        """Draw over `area`, in `ground` where there is no image."""
        if self._image.isNull():
            painter.fillRect(area, ground)
            return
        ratio = painter.device().devicePixelRatioF()
        if self._image.width() == round(area.width() * ratio):
            # A copy; interpolation takes ten times as long.
            self._image.setDevicePixelRatio(ratio)
            painter.drawImage(area.topLeft(), self._image)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.is_smooth)
        painter.drawImage(area, self._image)
