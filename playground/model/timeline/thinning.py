"""Which moments of a run a full timeline drops: it stays dense near its start, now and edits, and keeps every edit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SHARE = 0.25
"""Moments are as far apart as they are from now or an edit, plus this share of the run: five times denser near now."""
_EARLY = 4.0
"""At most this many times as far apart as they are from the start, where most is learned: of 2,000 moments of a run of
100,000 epochs, those of the first 200 epochs all stay."""

Values = NDArray[np.float64]


def drop_order(positions: Values, edits: Values, weight: Values) -> Values:
    """How little each moment is missed, (moments,): the lowest is dropped first; infinite for both ends.

    `positions` and `edits` ascend, in epochs. `weight` (moments,) multiplies the result.
    """
    count = len(positions)
    scores = np.full(count, np.inf)
    if count < 3:
        return scores
    gaps = positions[2:] - positions[:-2]
    span = max(positions[-1] - positions[0], 1e-9)
    centers = np.append(edits, positions[-1])
    inner = positions[1:-1]
    after = np.clip(np.searchsorted(centers, inner), 0, len(centers) - 1)
    before = np.maximum(after - 1, 0)
    distance = np.minimum(np.abs(centers[after] - inner), np.abs(inner - centers[before]))
    apart = np.minimum(distance + _SHARE * span, _EARLY * (inner - positions[0]))
    scores[1:-1] = gaps / apart * weight[1:-1]
    return scores


def thinned(scores: Values, sizes: Values, excess: float) -> NDArray[np.bool_]:
    """Moments to drop, (moments,): those of the lowest `scores` until their `sizes` sum to `excess`.

    No two neighbours at once, because each is missed more once the other is gone: call it again if that is too little.
    """
    drop = np.zeros(len(scores), np.bool_)
    freed = 0.0
    for index in np.argsort(scores, kind="stable"):
        if freed >= excess or not np.isfinite(scores[index]):
            break
        if drop[index - 1] or drop[(index + 1) % len(drop)]:
            continue
        drop[index] = True
        freed += sizes[index]
    return drop
