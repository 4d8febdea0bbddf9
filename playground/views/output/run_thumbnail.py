"""The picture by which a run is recognized: its boundary, or its confusion matrix."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPixmap

from core.inspect.plane_image import PlaneKind, enlarged
from core.inspect.snapshot import Snapshot
from playground.model.runs.run_record import THUMBNAIL_PX
from playground.views.output.boundary_colors import PlaneColors, ValueRange
from playground.views.theme.theme import LIGHT, Theme, rgb

__all__ = [
    "boundary_pixmap",
    "boundary_thumbnail",
    "confusion_pixmap",
    "confusion_thumbnail",
    "run_thumbnail",
    "snapshot_pixels",
]


def run_thumbnail(snapshot: Snapshot) -> bytes:
    """RGB bytes of `THUMBNAIL_PX` squared pixels, in the colors of the light theme; b"" if there is nothing to show."""
    pixels = snapshot_pixels(snapshot, LIGHT, THUMBNAIL_PX)
    return b"" if pixels is None else _scaled(pixels)


def snapshot_pixels(
    snapshot: Snapshot, theme: Theme, side_px: int, *, points_on_it: bool = False
) -> NDArray[np.uint8] | None:
    """RGBA (rows, columns, 4): the boundary, `side_px` squared, else the confusion matrix; None if there is neither.

    A boundary with points on it is paler, and has a decision line.
    """
    if snapshot.boundary is not None:
        kind = _kind(snapshot.boundary, snapshot.experiment.dataset.info().task == "classification")
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


def confusion_pixmap(counts: NDArray[np.int64], theme: Theme, side_px: int) -> QPixmap:
    """A confusion matrix, at least `side_px` squared: shares of each true class, a whole number of pixels a cell."""
    times = max(1, -(-side_px // len(counts)))
    pixels = np.repeat(np.repeat(_confusion(counts, theme), times, axis=0), times, axis=1)
    height, width = pixels.shape[:2]
    image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image.copy())


def boundary_pixmap(boundary: NDArray[np.floating], theme: Theme, side_px: int, classifies: bool) -> QPixmap:
    """A boundary as `Snapshot.boundary` has it, `side_px` squared, with a decision line."""
    kind = _kind(boundary, classifies)
    pixels = _boundary(boundary, theme, side_px, kind, points_on_it=False, has_line=True)
    height, width = pixels.shape[:2]
    image = QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return QPixmap.fromImage(image.copy())


def _boundary(
    outputs: NDArray[np.floating],
    theme: Theme,
    side_px: int,
    kind: PlaneKind,
    *,
    points_on_it: bool,
    has_line: bool = False,
) -> NDArray[np.uint8]:
    image = enlarged(outputs, side_px, kind)
    if not (points_on_it or has_line):
        image = replace(image, line=None)
    span, classes = ValueRange.of(image.values), outputs.shape[2]
    words = _colors_of(theme).pixels(image, span, classes, strong=not points_on_it, discretize=False)
    return np.stack([words >> shift & 255 for shift in (16, 8, 0, 24)], axis=2).astype(np.uint8)


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
