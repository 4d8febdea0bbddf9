"""Spikes: a few values far above all others, which are clipped so that the rest stays readable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from core.spec.arrays import Array

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
