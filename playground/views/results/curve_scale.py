"""The arithmetic of a curve chart: how far its axis reaches, and curves thinned to the pixels."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.spec.arrays import Array

__all__ = ["Quantity", "drawable", "thin", "value_range"]

Quantity = Literal["loss", "accuracy", "r2", "rate"]

_MAX = 1e300  # beyond it ranges overflow
_MAX_DECADES = 24
_ROOM = 0.05


def drawable(values: Array, is_log: bool) -> NDArray[np.bool_]:
    """Which values have a place in a chart: neither NaN nor infinite, and positive when it is logarithmic."""
    good: NDArray[np.bool_] = np.abs(values) < _MAX  # not so for NaN
    return good & (values > 0.0) if is_log else good


def value_range(values: Array, quantity: Quantity, *, is_log: bool, whole: bool) -> tuple[float, float]:
    """The two ends of an axis for drawable values, or for their logarithms (also these to base 10).

    The `whole` of a loss is shown from 0, of an accuracy (in per cent) to 100, of R² to 1 and from -1 at least; of a
    part, and of logarithms, as much as there is.
    """
    if whole and quantity == "accuracy":
        return 0.0, 100.0
    if not values.size:
        return (-1.0, 0.0) if is_log else (0.0, 1.0)
    least, most = float(values.min()), float(values.max())
    if whole and quantity == "r2":
        return max(-1.0, min(0.0, least)), 1.0
    if whole and not is_log:
        return 0.0, (1.0 + _ROOM) * most if most > 0.0 else 1.0
    if is_log:
        least = max(least, most - _MAX_DECADES)
    room = _ROOM * (most - least) or max(_ROOM * abs(most), 1e-9)
    return least - room, most + room


def thin(x: Array, y: Array, buckets: int) -> tuple[Array, Array]:
    """The curve as it is, or, with more than two points per bucket, each bucket's least and greatest value.

    So the envelope stays exact on the screen while what is drawn does not grow. NaN is passed over. (pyqtgraph's own
    downsampling leaves out the last values, and takes several times as long for each frame.)
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
    # A falling curve goes from the greatest to the least: keep that, so that a line is not drawn as a saw.
    falls = np.flatnonzero(y[starts] > y[ends])
    thinned[2 * falls], thinned[2 * falls + 1] = thinned[2 * falls + 1], thinned[2 * falls].copy()
    return places, thinned
