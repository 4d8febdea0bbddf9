"""Smoothed curves: an exponential moving average that goes on with a growing history instead of starting over."""

from __future__ import annotations

import math

import numpy as np

from core.spec.arrays import Array

__all__ = ["Smoother", "moving_average"]


# Powers of the weight are divided by within one stretch: they must stay far from the smallest number.
_MAX_DECADES = 100.0
_MAX_STRETCH = 4096


def moving_average(
    values: Array, weight: float, total: float = 0.0, count: float = 0.0
) -> tuple[Array, float, float]:
    """The debiased average of TensorBoard: at i, the sum of weight^(i-j) v_j over the sum of weight^(i-j), j <= i.

    `values` (moments,); 0 <= weight < 1. What is not finite stays as it is and counts for nothing. `total` and `count`
    are the two sums before the first value; those after the last one are returned with the averages.
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
    """Smooths one curve that grows: only what is new is worked out."""

    def __init__(self) -> None:
        self._weight = 0.0
        self._raw: Array = np.empty(0)
        self._smooth: Array = np.empty(0)
        self._length = 0
        self._sums = 0.0, 0.0

    def smooth(self, values: Array, weight: float) -> Array:
        """`moving_average` of values (moments,); quick when they are those of the last call and some more."""
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
        """Whether `values` begin as the last ones did; a few places tell, since a history is only appended to."""
        length = self._length
        if not 0 < length <= len(values):
            return False
        places = np.array([0, length // 3, length // 2, length - 1])
        return bool(np.array_equal(values[places], self._raw[places], equal_nan=True))
