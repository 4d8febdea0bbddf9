"""Outputs over the plane as small images, for thumbnails and films."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from core.spec.arrays import Array
from playground.views.theme.theme import CLASS_COLORS, Theme, class_shades
from playground.views.widgets.array_images import packed_lut, reach, value_image

__all__ = ["confusion_image", "output_image"]

_ALMOST_ONE = 1.5


def output_image(outputs: Array, theme: Theme) -> QImage:
    """Outputs (rows, columns, outputs) of a snapshot, row 0 at the bottom, with a pixel for each value."""
    values = outputs[::-1]
    if values.shape[2] > 1:
        return _class_image(values, theme)
    largest = reach(values)
    return value_image(values[:, :, 0], packed_lut(theme), 1.0 if largest < _ALMOST_ONE else largest)


def confusion_image(counts: NDArray[np.int64], theme: Theme) -> QImage:
    """A confusion matrix (classes, classes), each row relative to its sum: right in blue, wrong in orange."""
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    signed = -np.sqrt(shares)
    np.fill_diagonal(signed, shares.diagonal())
    return value_image(signed, packed_lut(theme), 1.0)


def _class_image(probabilities: Array, theme: Theme) -> QImage:
    """The most likely class of each place, paler where it is unsure."""
    classes = probabilities.shape[2]
    winner = np.argmax(probabilities, axis=2)
    best = np.nan_to_num(np.take_along_axis(probabilities, winner[:, :, None], axis=2)[:, :, 0])
    certainty = np.sqrt(np.clip((best - 1 / classes) / (1 - 1 / classes), 0.0, 1.0))
    pixels = class_shades(theme)[winner % len(CLASS_COLORS), (255 * certainty).astype(np.uint8)]
    pixels = np.ascontiguousarray(pixels)
    height, width = winner.shape
    # `copy` owns its pixels, so the array may be freed.
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
