"""Pictures of a run: by which it is recognized (its boundary, what it writes, its confusion), and of a race's lane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from core.experiment.prepare import PreparedData
from core.inspect.latent import draws_samples
from core.inspect.plane_image import PlaneImage, PlaneKind, ValueRange, enlarged
from core.inspect.snapshot import Snapshot
from core.inspect.texts import SampleTextsPart
from core.runs.packing import THUMBNAIL_PX
from playground.views.output.boundary_colors import PlaneColors
from playground.views.output.boundary_points import BoundaryPoints
from playground.views.theme.colors import LIGHT, Theme, rgb
from playground.views.widgets.array_images import paint_lines
from playground.views.widgets.picture_plot import SquarePicture

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

    def show(self, snapshot: Snapshot, shown: SquarePicture, theme: Theme, running: bool) -> None:
        """Draw a snapshot for a square, fine unless it is `running`."""
        shown.show_image(self.image(snapshot, shown.side, shown.devicePixelRatioF(), theme, fine=not running))

    def _point_layer(
        self, points: BoundaryPoints, size: QSize, ratio: float, theme: Theme, span: ValueRange
    ) -> QPixmap:
        key = size, ratio, theme, span
        if key != self._drawn:
            self._drawn = key
            self._layer = points.picture(size, ratio, theme, span, with_test=True)
        return self._layer


_LINES = 3


def run_thumbnail(snapshot: Snapshot) -> bytes:
    """RGB bytes of `THUMBNAIL_PX` squared pixels, in the colors of the light theme; b"" if there is nothing to show."""
    if texts := snapshot.part(SampleTextsPart):
        return lines_thumbnail(texts.short_lines)
    pixels = snapshot_pixels(snapshot, LIGHT, THUMBNAIL_PX)
    return b"" if pixels is None else _scaled(pixels)


def snapshot_pixels(
    snapshot: Snapshot, theme: Theme, side_px: int, *, points_on_it: bool = False
) -> NDArray[np.uint8] | None:
    """RGBA (rows, columns, 4): the boundary, `side_px` squared, else the confusion matrix; None if there is neither.

    A boundary with points on it is paler, and has a decision line; the snapshot's own image is taken, if it has one.
    """
    if points_on_it and snapshot.boundary is not None and snapshot.image is not None:
        return _rgba(snapshot.image, theme, snapshot.boundary.shape[2], points_on_it=points_on_it)
    if snapshot.boundary is not None:
        kind = _kind(snapshot.boundary, snapshot.experiment.task.classifies)
        return _boundary(snapshot.boundary, theme, side_px, kind, points_on_it=points_on_it)
    if snapshot.confusion is None:
        return None
    colors = _confusion(snapshot.confusion, theme)
    return np.concatenate([colors, np.full((*colors.shape[:2], 1), 255, np.uint8)], axis=2)


def boundary_thumbnail(boundary: NDArray[np.floating], classifies: bool) -> bytes:
    """As `run_thumbnail`, of a boundary as `Snapshot.boundary` has it."""
    return _scaled(_boundary(boundary, LIGHT, THUMBNAIL_PX, _kind(boundary, classifies), points_on_it=False))


def confusion_thumbnail(counts: NDArray[np.int64]) -> bytes:
    """As `run_thumbnail`, of a confusion matrix."""
    return _scaled(_confusion(counts, LIGHT))


def lines_thumbnail(lines: Sequence[str]) -> bytes:
    """As `run_thumbnail`, of texts, in letters that can be read at half the size."""
    image = lines_image(lines[:_LINES], LIGHT, THUMBNAIL_PX // 2, 2.0)
    return bytes(image.convertToFormat(QImage.Format.Format_RGB888).constBits())


def lines_image(lines: Sequence[str], theme: Theme, side_px: int, ratio: float = 1.0) -> QImage:
    """Texts below each other, `side_px` squared, with `ratio` device pixels for each."""
    image = QImage(QSize(side_px, side_px) * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(theme.surface))
    painter = QPainter(image)
    paint_lines(painter, QRectF(0, 0, side_px, side_px), lines, theme)
    painter.end()
    return image


def boundary_pixmap(boundary: NDArray[np.floating], theme: Theme, side_px: int, classifies: bool) -> QPixmap:
    """A boundary as `Snapshot.boundary` has it, `side_px` squared, with a decision line."""
    image = enlarged(boundary, side_px, _kind(boundary, classifies))
    return plane_pixmap(image, theme, boundary.shape[2])


def plane_pixmap(image: PlaneImage, theme: Theme, classes: int) -> QPixmap:
    """A plane of outputs, one or as many as there are classes, with its decision line."""
    words = np.ascontiguousarray(_words(image, theme, classes, points_on_it=False))
    made = QImage(words.data, image.side, image.side, 4 * image.side, QImage.Format.Format_RGB32)
    return QPixmap.fromImage(made.copy())


def _boundary(
    outputs: NDArray[np.floating], theme: Theme, side_px: int, kind: PlaneKind, *, points_on_it: bool
) -> NDArray[np.uint8]:
    image = enlarged(outputs, side_px, kind)
    if not points_on_it:
        image = replace(image, line=None)
    return _rgba(image, theme, outputs.shape[2], points_on_it=points_on_it)


def _rgba(image: PlaneImage, theme: Theme, classes: int, *, points_on_it: bool) -> NDArray[np.uint8]:
    words = _words(image, theme, classes, points_on_it=points_on_it)
    return np.stack([words >> shift & 255 for shift in (16, 8, 0, 24)], axis=2).astype(np.uint8)


def _words(image: PlaneImage, theme: Theme, classes: int, *, points_on_it: bool) -> NDArray[np.uint32]:
    """Colors 0xAARRGGBB."""
    span = ValueRange.of(image.values)
    return _colors_of(theme).pixels(image, span, classes, strong=not points_on_it, discretize=False)


def _kind(boundary: NDArray[np.floating], classifies: bool) -> PlaneKind:
    return "values" if not classifies else "signed" if boundary.shape[2] == 1 else "classes"


_colors_of = cache(PlaneColors)


def _confusion(counts: NDArray[np.int64], theme: Theme) -> NDArray[np.uint8]:
    """Shares of each true class, from the field's color to the accent."""
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    low, high = np.array(rgb(theme.field), float), np.array(rgb(theme.accent), float)
    colors: NDArray[np.uint8] = np.rint(low + (high - low) * shares[:, :, None]).astype(np.uint8)
    return colors


def _scaled(pixels: NDArray[np.uint8]) -> bytes:
    rows, columns = (np.arange(THUMBNAIL_PX) * size // THUMBNAIL_PX for size in pixels.shape[:2])
    return np.ascontiguousarray(pixels[rows[:, None], columns, :3]).tobytes()
