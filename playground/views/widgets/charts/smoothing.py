"""Incremental exponential moving average of growing curves."""

from __future__ import annotations

import math

import numpy as np

from core.spec.arrays import Array

# Values are divided by powers of the weight within one block: keep these far from underflow.
_MAX_DECADES = 100.0
_MAX_STRETCH = 4096


def moving_average(
    values: Array, weight: float, total: float = 0.0, count: float = 0.0
) -> tuple[Array, float, float]:
    """TensorBoard's debiased average: at i, the sum of weight^(i-j) v_j over the sum of weight^(i-j), j <= i.

    `values` (moments,); 0 <= weight < 1. Values that are not finite are returned unchanged and skipped. `total` and
    `count` are both sums before the first value; those after the last one are returned with the averages.
    """
    if weight == 0.0:
        return values, total, count
    averages = np.array(values, np.float64)
    there = np.flatnonzero(np.isfinite(averages))
    kept = averages[there]
    stretch = max(1, min(_MAX_STRETCH, len(kept), int(_MAX_DECADES / -math.log10(weight))))
    powers = weight ** np.arange(1, stretch + 1)
    for start in range(0, len(kept), stretch):
        part = kept[start : start + stretch]
        decay = powers[: len(part)]
        totals = decay * (total + np.cumsum(part / decay))
        counts = decay * (count + np.cumsum(1.0 / decay))
        part[:] = totals / counts
        total, count = float(totals[-1]), float(counts[-1])
    averages[there] = kept
    return averages, total, count


class Smoother:
    """Smooths a growing curve: only new values are computed."""

    def __init__(self) -> None:
        self._weight = 0.0
        self._raw: Array = np.empty(0)
        self._smooth: Array = np.empty(0)
        self._length = 0
        self._sums = 0.0, 0.0

    def smooth(self, values: Array, weight: float) -> Array:
        """`moving_average` of values (moments,); incremental if they extend those of the last call."""
        if weight == 0.0:
            return values
        if weight != self._weight or not self._continued_by(values):
            self._weight, self._length, self._sums = weight, 0, (0.0, 0.0)
        if len(values) > len(self._smooth):
            grown = np.empty(2 * len(values))
            grown[: self._length] = self._smooth[: self._length]
            self._smooth = grown
        new, *sums = moving_average(values[self._length :], weight, *self._sums)
        self._smooth[self._length : len(values)] = new
        self._sums = sums[0], sums[1]
        self._raw, self._length = values, len(values)
        return self._smooth[: self._length]

    def _continued_by(self, values: Array) -> bool:
        """Whether `values` extend the last ones; a few samples are enough, since histories are append-only."""
        length = self._length
        if not 0 < length <= len(values):
            return False
        places = np.array([0, length // 3, length // 2, length - 1])
        return bool(np.array_equal(values[places], self._raw[places], equal_nan=True))
