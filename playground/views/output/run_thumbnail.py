"""The picture by which a run is recognized: its boundary, or its confusion matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.inspect.snapshot import Snapshot
from playground.model.runs.run_record import THUMBNAIL_PX
from playground.views.output.boundary_colors import ValueRange, shade_classes, shade_signed
from playground.views.theme.theme import LIGHT, class_shades, diverging_lut, rgb

__all__ = ["run_thumbnail"]


def run_thumbnail(snapshot: Snapshot) -> bytes:
    """RGB bytes of `THUMBNAIL_PX` squared pixels, in the colors of the light theme; b"" if there is nothing to show."""
    if snapshot.boundary is not None:
        return _scaled(_boundary(snapshot.boundary)[::-1])
    return b"" if snapshot.confusion is None else _scaled(_confusion(snapshot.confusion))


def _boundary(outputs: NDArray[np.floating]) -> NDArray[np.uint8]:
    if outputs.shape[2] > 1:
        return shade_classes(outputs, class_shades(LIGHT))
    values = outputs[:, :, 0]
    return shade_signed(ValueRange.of(values).signed(values), diverging_lut(LIGHT))


def _confusion(counts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Shares of each true class, from the field's color to the accent."""
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    low, high = np.array(rgb(LIGHT.field), float), np.array(rgb(LIGHT.accent), float)
    colors: NDArray[np.uint8] = np.rint(low + (high - low) * shares[:, :, None]).astype(np.uint8)
    return colors


def _scaled(pixels: NDArray[np.uint8]) -> bytes:
    rows, columns = (np.arange(THUMBNAIL_PX) * size // THUMBNAIL_PX for size in pixels.shape[:2])
    return np.ascontiguousarray(pixels[rows[:, None], columns, :3]).tobytes()
