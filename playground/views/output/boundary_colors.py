"""Colors of the decision boundary: lookups in RGBA tables, since this runs for every frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.spec.arrays import Array
from playground.views.theme.theme import CLASS_COLORS

__all__ = ["ValueRange", "shade_classes", "shade_signed", "signed_index"]

Pixels = NDArray[np.uint8]

_ALMOST_ONE = 1.5


@dataclass(frozen=True)
class ValueRange:
    """Limits of the signed color map."""

    low: float = -1.0
    high: float = 1.0

    @classmethod
    def of(cls, values: Array) -> ValueRange:
        """-1 … 1 if that contains all values but some noise, else their range.

        Values of both signs get a symmetric range, so that the neutral color is zero.
        """
        finite = values[np.isfinite(values)]
        if not finite.size:
            return cls()
        low, high = float(finite.min()), float(finite.max())
        if low >= -_ALMOST_ONE and high <= _ALMOST_ONE:
            return cls()
        if low < 0.0 < high:
            reach = max(-low, high)
            return cls(-reach, reach)
        return cls(low, high) if high > low else cls(low - 1.0, high + 1.0)

    def signed(self, values: Array) -> Array:
        """Values scaled from `low` … `high` to -1 … 1."""
        if (self.low, self.high) == (-1.0, 1.0):
            return values
        scaled: Array = (values - 0.5 * (self.low + self.high)) * (2.0 / (self.high - self.low))
        return scaled


def signed_index(values: Array) -> NDArray[np.uint8]:
    """Index 0 … 255 into the signed color map; clipped to -1 … 1, NaN is the middle."""
    with np.errstate(
        over="ignore"
    ):  # the last picture before a divergence has values near the end of float32
        scaled = values * 127.5
    scaled += 128.0  # the middle, plus half an entry for rounding
    np.clip(scaled, 0.0, 255.0, out=scaled)
    if np.isnan(scaled.max(initial=0.0)):
        np.nan_to_num(scaled, copy=False, nan=127.0)
    return scaled.astype(np.uint8)


def shade_signed(values: Array, lut: Pixels, discretize: bool = False) -> Pixels:
    """Pixels (rows, columns, 4) of signed values (rows, columns) by a table (256, 4); discretized, its ends only."""
    if discretize:
        return lut[np.where(values > 0.0, 255, 0)]
    return lut.take(signed_index(values), axis=0)


def shade_classes(probabilities: Array, shades: Pixels, discretize: bool = False) -> Pixels:
    """Pixels (rows, columns, 4) of probabilities (rows, columns, classes): the predicted class, paler when uncertain.

    `shades` (colors, 256, 4) has every class at every certainty. Certainty is 0 for equal probabilities and 1 for a
    single class; its root is drawn, so that colors fade only near a boundary.
    """
    classes = probabilities.shape[2]
    best = probabilities[:, :, 0].copy()
    winner = np.zeros(best.shape, np.intp)
    for number in range(1, classes):  # faster than argmax over a short last axis
        candidate = probabilities[:, :, number]
        larger = candidate > best
        winner[larger] = number
        np.copyto(best, candidate, where=larger)
    winner %= len(CLASS_COLORS)
    winner *= 256
    if discretize:
        winner += 255
    else:
        chance = 1.0 / classes
        certainty = np.clip((best - chance) / (1.0 - chance), 0.0, 1.0)
        winner += signed_index(2.0 * np.sqrt(certainty) - 1.0)
    return shades.reshape(-1, 4).take(winner, axis=0)
