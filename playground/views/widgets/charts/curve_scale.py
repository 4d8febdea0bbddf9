"""What is computed of curves: ranges of axes without the spikes that flatten the rest, downsampling, and smoothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from core.io.number_text import loss_text, number_text, percent_text, rounded_text
from core.spec.arrays import Array

# Values are divided by powers of the weight within one block: keep these far from underflow.
_MAX_STRETCH_DECADES = 100.0
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
    stretch = max(1, min(_MAX_STRETCH, len(kept), int(_MAX_STRETCH_DECADES / -math.log10(weight))))
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


_MIN_VALUES: Final = 20
_MAX_VALUES: Final = 2000
"""A sample of so many is enough for the share, and is sorted in 20 us."""
_SHARE: Final = 0.03
"""At most this share of a curve is clipped, but always one value."""
_FAR, _FAR_ENOUGH = 1.5, 1.3
"""Clip what exceeds the others by the first factor; go on until it exceeds them by less than the second."""
_START, _START_AGAIN = 20.0, 14.0
"""Likewise, a first value alone is shown unless it exceeds the others so far. A start that falls over several is what
the run has learned, and always shown."""


class SpikeClipper:
    """Chooses the highest value to show. Thresholds to begin and to end differ, so that the axis does not flicker."""

    def __init__(self) -> None:
        self._clips = self._clips_start = False

    def ceiling(self, curves: Sequence[Array], start: float) -> float | None:
        """The highest value to show of `curves` (finite values), None for all; `start`: where the run began, or NaN."""
        curves = [curve for curve in curves if len(curve)]
        if not curves or max(map(len, curves)) < _MIN_VALUES:
            self._clips = self._clips_start = False
            return None
        usual = max(map(_usual, curves))
        is_alone = all(curve[1] <= _FAR * usual for curve in curves if len(curve) > 1)
        far = (_START_AGAIN if self._clips_start else _START) * usual
        self._clips_start = is_alone and start > far
        shown = usual if self._clips_start or not start > usual else start
        most = max(float(curve.max()) for curve in curves)
        self._clips = 0.0 < (_FAR_ENOUGH if self._clips else _FAR) * shown < most
        return shown if self._clips else None


def _usual(curve: Array) -> float:
    """The highest value apart from the share that may be clipped."""
    few = curve[:: 1 + len(curve) // _MAX_VALUES]
    place = len(few) - 1 - max(1, int(_SHARE * len(few)))
    return float(np.partition(few, place)[place]) if place >= 0 else float(few.max())


_NEAR: Final = 0.06
_STRIDE: Final = 0.04
"""Both as fractions of the axis range."""


class AxisRangeHysteresis:
    """Ends of an axis that move in strides, to stay readable and save redraws.

    They are kept while the values stay near them, with room to grow; ends that are far away are taken at once.
    """

    def __init__(self) -> None:
        self._low = self._high = 0.0

    def fit(self, low: float, high: float) -> tuple[float, float]:
        """Ends of the axis for values from `low` to `high`."""
        span = self._high - self._low
        near = _NEAR * span
        if span > 0.0 and abs(low - self._low) <= near and abs(high - self._high) <= near:
            low = self._low if low >= self._low else low - _STRIDE * span
            high = self._high if high <= self._high else high + _STRIDE * span
        self._low, self._high = low, high
        return low, high


Quantity = Literal["loss", "spread", "accuracy", "r2", "rate"]


def quantity_text(value: float, quantity: Quantity) -> str:
    """A value of a curve, as tiles have it; accuracies are in percent."""
    if quantity == "accuracy":
        return percent_text(value / 100, 1)
    if quantity in ("loss", "spread"):
        return loss_text(value)
    return rounded_text(value) if quantity == "rate" else number_text(value, 3)


_MAX = 1e300  # larger ranges overflow
_MAX_DECADES = 24
_ROOM = 0.05


def drawable(values: Array, is_log: bool) -> NDArray[np.bool_]:
    """Mask of the values that can be drawn: finite, and positive on a logarithmic axis."""
    good: NDArray[np.bool_] = np.abs(values) < _MAX  # False for NaN
    return good & (values > 0.0) if is_log else good


def value_range(
    values: Array, quantity: Quantity, *, is_log: bool, whole: bool, ceiling: float = math.inf
) -> tuple[float, float]:
    """Axis limits for drawable values, or for their log10 (the limits then too); values above `ceiling` do not count.

    `whole` gives accuracy 0 … 100 (percent), R² its range with 1 and 0 included (from -1 at the lowest), and linear
    losses from 0; otherwise the limits are the values' range with some room.
    """
    if whole and quantity == "accuracy":
        return 0.0, 100.0
    if not values.size:
        return (-1.0, 0.0) if is_log else (0.0, 1.0)
    least, most = float(values.min()), min(float(values.max()), ceiling)
    if whole and quantity == "r2":
        return max(-1.0, min(0.0, least)), 1.0
    if whole and not is_log:
        return 0.0, (1.0 + _ROOM) * most if most > 0.0 else 1.0
    if is_log:
        least = max(least, most - _MAX_DECADES)
    room = _ROOM * (most - least) or max(_ROOM * abs(most), 1e-9)
    return least - room, most + room


def thin(x: Array, y: Array, buckets: int) -> tuple[Array, Array]:
    """The curve, or each bucket's minimum and maximum if it has more than two points per bucket.

    The drawn envelope stays exact while the number of points is bounded. NaN is ignored. (pyqtgraph's own downsampling
    drops the last values and takes several times as long for each frame.)
    """
    if len(x) <= 2 * buckets:
        return x, y
    starts = np.linspace(0, len(x), buckets, endpoint=False).astype(np.intp)
    thinned = np.empty(2 * buckets, y.dtype)
    thinned[::2] = np.fmin.reduceat(y, starts)
    thinned[1::2] = np.fmax.reduceat(y, starts)
    ends = np.append(starts[1:], len(x)) - 1
    places = np.empty(2 * buckets, x.dtype)
    places[::2], places[1::2] = x[starts], x[ends]
    # In falling buckets the maximum comes first, or the line would be drawn as a saw.
    falls = np.flatnonzero(y[starts] > y[ends])
    thinned[2 * falls], thinned[2 * falls + 1] = thinned[2 * falls + 1], thinned[2 * falls].copy()
    return places, thinned


def value_at(x: Array, y: Array, place: float) -> float:
    """The last value up to a place; NaN before the first and after the last."""
    if not len(x) or not x[0] <= place <= x[-1]:
        return float("nan")
    return float(y[int(np.searchsorted(x, place, "right")) - 1])
