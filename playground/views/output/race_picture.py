"""The picture of a lane in a race: its boundary with the points, or its confusion matrix."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from core.experiment.prepare import PreparedData
from core.inspect.snapshot import Snapshot
from playground.views.output.boundary_colors import ValueRange
from playground.views.output.run_thumbnail import snapshot_pixels
from playground.views.theme.theme import CLASS_COLORS, Theme

__all__ = ["race_picture"]

_MAX_POINTS = 400
_SIDE_PX = 200
"""Finer costs time that the race has better uses for."""
_DOT_PX = 2.6
_MAX_STRETCH = 1.35
"""A plane is drawn at most this much wider than high, or the reverse."""


def race_picture(snapshot: Snapshot, data: PreparedData, size: QSize, ratio: float, theme: Theme) -> QImage:
    """The picture for `size`, at `ratio` device pixels for each."""
    image = QImage(size * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(theme.field))
    pixels = snapshot_pixels(snapshot, theme, _SIDE_PX)
    if pixels is None:
        return image
    rows, columns = pixels.shape[:2]
    source = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGBX8888)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, snapshot.boundary is not None)
    width = min(size.width(), round(_MAX_STRETCH * size.height()))
    shown = QSize(width, min(size.height(), round(_MAX_STRETCH * width)))
    painter.translate((size.width() - shown.width()) / 2, (size.height() - shown.height()) / 2)
    painter.drawImage(QRectF(QPointF(), QSizeF(shown)), source)
    if snapshot.boundary is not None:
        _draw_points(painter, data, shown, theme)
    painter.end()
    return image


def _draw_points(painter: QPainter, data: PreparedData, size: QSize, theme: Theme) -> None:
    plane = data.plane
    (left, low), (right, high) = plane.low, plane.high
    points, labels = data.test_points[:_MAX_POINTS], data.test_targets[:_MAX_POINTS]
    if not len(points):
        points, labels = data.train_points[:_MAX_POINTS], data.train_targets[:_MAX_POINTS]
    x = (points[:, 0] - left) / (right - left) * size.width()
    y = size.height() - (points[:, 1] - low) / (high - low) * size.height()
    colors = _colors(labels, data, theme)
    painter.setPen(QPen(QColor(theme.surface), 0.8))
    for color in dict.fromkeys(colors):
        painter.setBrush(QColor(color))
        for place in np.flatnonzero(np.array(colors) == color):
            painter.drawEllipse(QPointF(float(x[place]), float(y[place])), _DOT_PX, _DOT_PX)


def _colors(labels: np.ndarray, data: PreparedData, theme: Theme) -> list[str]:
    classes = data.encoding.classes
    if classes > 2 or (classes and data.encoding.outputs > 1):
        return [CLASS_COLORS[int(label) % len(CLASS_COLORS)] for label in labels]
    values = labels if classes else ValueRange.of(labels[:, 0]).signed(labels[:, 0]) > 0
    return [theme.positive if value else theme.negative for value in values]
