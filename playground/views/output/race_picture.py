"""The picture of a lane in a race: its boundary with the points, what it writes, or its confusion matrix."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from core.experiment.prepare import PreparedData
from core.inspect.latent import draws_samples
from core.inspect.snapshot import Snapshot
from core.inspect.texts import SampleTextsPart
from playground.views.output.boundary_colors import ValueRange
from playground.views.output.boundary_points import BoundaryPoints
from playground.views.output.run_thumbnail import lines_image, snapshot_pixels
from playground.views.theme.colors import Theme

_SIDE_PX = 240
"""Finer costs time that the race has better uses for, while it runs."""


class RacePicture:
    """Draws the pictures of one lane; the points are drawn once for each size, theme and range of values."""

    def __init__(self) -> None:
        self._points: BoundaryPoints | None = None
        self._drawn: tuple[object, ...] | None = None
        self._layer = QPixmap()

    def set_data(self, data: PreparedData) -> None:
        """Set the points; there are none on a picture of samples."""
        made = None if draws_samples(data) else BoundaryPoints.of(data).for_small_pictures()
        self._points, self._drawn = made, None

    def image(self, snapshot: Snapshot, side: int, ratio: float, theme: Theme, *, fine: bool) -> QImage:
        """The picture of `side` pixels, at `ratio` device pixels for each: a square, as both axes have one scale.

        `fine` ones have every pixel of the screen.
        """
        texts = snapshot.part(SampleTextsPart)
        if texts is not None and texts.written:
            return lines_image(texts.marked_lines, theme, side, ratio)
        size = QSize(side, side)
        image = QImage(size * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(QColor(theme.surface))
        most = image.width() if fine else min(image.width(), _SIDE_PX)
        pixels = snapshot_pixels(snapshot, theme, most, points_on_it=True)
        if pixels is None:
            return image
        rows, columns = pixels.shape[:2]
        source = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGBX8888)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, snapshot.boundary is not None)
        painter.drawImage(QRectF(QPointF(), QSizeF(size)), source)
        if snapshot.boundary is not None and self._points is not None:
            span = ValueRange.of(snapshot.boundary) if self._points.is_regression else ValueRange()
            painter.drawPixmap(0, 0, self._point_layer(self._points, size, ratio, theme, span))
        painter.end()
        return image

    def _point_layer(
        self, points: BoundaryPoints, size: QSize, ratio: float, theme: Theme, span: ValueRange
    ) -> QPixmap:
        key = size, ratio, theme, span
        if key != self._drawn:
            self._drawn = key
            self._layer = points.picture(size, ratio, theme, span, with_test=True)
        return self._layer
