"""The current sample of images and series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from core.inspect.saliency import SaliencyMap
from core.spec.arrays import Array
from playground.views.canvas.column_layout import Column
from playground.views.theme.colors import Theme, class_color
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.painted import draw_box
from playground.views.widgets.saliency_overlay import SaliencyOverlay

EDGE_PX: Final = 16
_USUAL_PX: Final = 140
_MIN_CRISP: Final = 0.85
_MOST_CHANNELS: Final = 8


def crisp(size: float, pixels: int) -> float:
    """`size`, rounded down to a multiple of an image's `pixels` if one is near: all pixels are equally large."""
    whole = float(size // pixels * pixels)
    return whole if whole >= _MIN_CRISP * size else size


class InputPreview:
    """The input column of images, and of series as curves."""

    def __init__(self, shape: tuple[int, ...], column: Column) -> None:
        self._sample: Array | None = None
        self._drawn: tuple[Array, Theme, float] | None = None
        self._image = QImage()
        self.overlay = SaliencyOverlay()
        width = column.width - 4
        side = crisp(width, max(shape[:2])) if width > _USUAL_PX else width
        self.rect = QRectF(round(column.center - side / 2), EDGE_PX, side, side)

    def show(self, sample: Array | None, saliency: SaliencyMap | None = None) -> None:
        """Set the sample and its saliency; None draws an empty frame."""
        self._sample = sample
        self.overlay.show(saliency)

    @property
    def with_legend(self) -> QRectF:
        """The image and the legend of a saliency map below it."""
        return self.rect.adjusted(0, 0, 0, self.overlay.legend_height)

    def paint(self, painter: QPainter, theme: Theme, ratio: float, names: Sequence[str] = ()) -> None:
        """Draw the image. `names` are the class names."""
        self._paint_image(painter, theme, ratio)
        picture = self.overlay.picture
        if picture is not None:
            name = names[picture.label] if 0 <= picture.label < len(names) else ""
            self.overlay.paint_legend(painter, theme, self.rect, name)

    def _paint_series(self, painter: QPainter, theme: Theme, sample: Array) -> None:
        """The channels (time, channels) of a series as curves, over one range of values."""
        inner = self.rect.adjusted(6, 8, -6, -8)
        low, high = float(sample.min()), float(sample.max())
        x = np.linspace(inner.left(), inner.right(), len(sample))
        y = inner.bottom() - (sample - low) / max(high - low, 1e-12) * inner.height()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for number, channel in enumerate(y.T[:_MOST_CHANNELS]):
            painter.setPen(QPen(QColor(theme.text if number == 0 else class_color(number)), 1.5))
            points = zip(x.tolist(), channel.tolist(), strict=True)
            painter.drawPolyline(QPolygonF([QPointF(*point) for point in points]))
        painter.restore()

    def _paint_image(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        draw_box(painter, self.rect, 7, theme.field)
        if self._sample is None:
            return
        if self._sample.ndim == 2:
            self._paint_series(painter, theme, self._sample)
            return
        if self._drawn is None or self._drawn[0] is not self._sample or self._drawn[1:] != (theme, ratio):
            self._image = gray_image(self._sample, theme, round(self.rect.width() * ratio))
            self._image.setDevicePixelRatio(ratio)
            self._drawn = (self._sample, theme, ratio)
        rounded = QPainterPath()
        rounded.addRoundedRect(self.rect, 7, 7)
        painter.save()
        painter.setClipPath(rounded)
        painter.drawImage(self.rect.topLeft(), self._image)
        self.overlay.paint(painter, theme, self.rect)
        painter.restore()
