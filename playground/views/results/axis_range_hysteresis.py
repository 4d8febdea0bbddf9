"""Hysteresis of an axis range: its ends move in strides, to stay readable and save redraws."""

from __future__ import annotations

from typing import Final

_NEAR: Final = 0.06
_STRIDE: Final = 0.04
"""Both as fractions of the axis range."""


class AxisRangeHysteresis:
    """Keeps the ends while the values stay near them, with room to grow; jumps to ends that are far away."""

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
