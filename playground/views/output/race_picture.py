"""The picture of a lane in a race: its boundary with the points, or its confusion matrix."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from core.experiment.prepare import PreparedData
from core.inspect.snapshot import Snapshot
from playground.views.output.boundary_colors import ValueRange
from playground.views.output.boundary_points import BoundaryPoints
from playground.views.output.run_thumbnail import snapshot_pixels
from playground.views.theme.theme import Theme

__all__ = ["RacePicture"]

_SIDE_PX = 240
"""Finer costs time that the race has better uses for."""
_MAX_STRETCH = 1.6
"""A plane is drawn at most this much wider than high, or the reverse."""


class RacePicture:
    """Draws the pictures of one lane; the points are drawn once for each size, theme and range of values."""

    def __init__(self) -> None:
        self._points: BoundaryPoints | None = None
        self._drawn: tuple[object, ...] | None = None
        self._layer = QPixmap()

    def set_data(self, data: PreparedData) -> None:
        """Set the points."""
        self._points, self._drawn = BoundaryPoints.of(data).for_small_pictures(), None

    def image(self, snapshot: Snapshot, size: QSize, ratio: float, theme: Theme) -> QImage:
        """The picture for `size`, at `ratio` device pixels for each."""
        image = QImage(size * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(QColor(theme.surface))
        pixels = snapshot_pixels(snapshot, theme, _SIDE_PX, points_on_it=True)
        if pixels is None:
            return image
        rows, columns = pixels.shape[:2]
        source = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGBX8888)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, snapshot.boundary is not None)
        width = min(size.width(), round(_MAX_STRETCH * size.height()))
        shown = QSize(width, min(size.height(), round(_MAX_STRETCH * width)))
        painter.translate((size.width() - shown.width()) / 2, (size.height() - shown.height()) / 2)
        painter.drawImage(QRectF(QPointF(), QSizeF(shown)), source)
        if snapshot.boundary is not None and self._points is not None:
            span = ValueRange.of(snapshot.boundary) if self._points.is_regression else ValueRange()
            painter.drawPixmap(0, 0, self._point_layer(self._points, shown, ratio, theme, span))
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
