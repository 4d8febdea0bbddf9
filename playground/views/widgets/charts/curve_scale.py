"""Axis ranges and downsampling of a curve chart."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.spec.arrays import Array

Quantity = Literal["loss", "spread", "accuracy", "r2", "rate"]

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
