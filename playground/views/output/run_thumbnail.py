"""The picture by which a run is recognized: its boundary, or its confusion matrix."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.inspect.plane_image import PlaneKind, enlarged
from core.inspect.snapshot import Snapshot
from playground.model.runs.run_record import THUMBNAIL_PX
from playground.views.output.boundary_colors import PlaneColors, ValueRange
from playground.views.theme.theme import LIGHT, Theme, rgb

__all__ = ["run_thumbnail", "snapshot_pixels"]


def run_thumbnail(snapshot: Snapshot) -> bytes:
    """RGB bytes of `THUMBNAIL_PX` squared pixels, in the colors of the light theme; b"" if there is nothing to show."""
    pixels = snapshot_pixels(snapshot, LIGHT, THUMBNAIL_PX)
    return b"" if pixels is None else _scaled(pixels)


def snapshot_pixels(snapshot: Snapshot, theme: Theme, side_px: int) -> NDArray[np.uint8] | None:
    """RGBA (rows, columns, 4): the boundary, `side_px` squared, else the confusion matrix; None if there is neither."""
    if snapshot.boundary is not None:
        is_regression = snapshot.experiment.dataset.info().task == "regression"
        return _boundary(snapshot.boundary, theme, side_px, is_regression=is_regression)
    if snapshot.confusion is None:
        return None
    colors = _confusion(snapshot.confusion, theme)
    return np.concatenate([colors, np.full((*colors.shape[:2], 1), 255, np.uint8)], axis=2)


def _boundary(
    outputs: NDArray[np.floating], theme: Theme, side_px: int, *, is_regression: bool
) -> NDArray[np.uint8]:
    kind: PlaneKind = "values" if is_regression else "signed" if outputs.shape[2] == 1 else "classes"
    image = replace(enlarged(outputs, side_px, kind), line=None)
    span, classes = ValueRange.of(image.values), outputs.shape[2]
    words = PlaneColors(theme).pixels(image, span, classes, strong=True, discretize=False)
    return np.stack([words >> shift & 255 for shift in (16, 8, 0, 24)], axis=2).astype(np.uint8)


def _confusion(counts: NDArray[np.int64], theme: Theme) -> NDArray[np.uint8]:
    """Shares of each true class, from the field's color to the accent."""
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    low, high = np.array(rgb(theme.field), float), np.array(rgb(theme.accent), float)
    colors: NDArray[np.uint8] = np.rint(low + (high - low) * shares[:, :, None]).astype(np.uint8)
    return colors


def _scaled(pixels: NDArray[np.uint8]) -> bytes:
    rows, columns = (np.arange(THUMBNAIL_PX) * size // THUMBNAIL_PX for size in pixels.shape[:2])
    return np.ascontiguousarray(pixels[rows[:, None], columns, :3]).tobytes()
