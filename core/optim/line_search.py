"""Line search for a step length that satisfies the strong Wolfe conditions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

_MAX_PROBES = 25
_MIN_DESCENT = 1e-4
_FLATTER = 0.9
# Stop when no weight moves by more than this within the interval.
_NARROW = 1e-9


@dataclass(frozen=True)
class _Point:
    """A step length, with value and slope along the direction there."""

    length: float
    value: float
    slope: float


def strong_wolfe(
    probe: Callable[[float], tuple[float, float]], value: float, slope: float, length: float, span: float
) -> float:
    """The step length found, starting at `length`; `probe` returns (value, slope) at a length.

    `value` and `slope` (negative) are those at 0; `span` is the largest absolute component of the direction. A length l
    is accepted when value(l) <= value + 1e-4 l slope and |slope(l)| <= 0.9 |slope|; after 25 probes the lowest is
    returned. Nocedal and Wright, 2006, algorithms 3.5 and 3.6, with cubic interpolation (3.59).
    """
    if length == 0.0:  # a schedule has ended
        return 0.0
    search = _Search(probe, _Point(0.0, value, slope), span)
    return search.run(length)


class _Search:
    def __init__(self, probe: Callable[[float], tuple[float, float]], start: _Point, span: float) -> None:
        self._probe, self._start, self._span = probe, start, span
        self._probes = 0

    def run(self, length: float) -> float:
        last, point = self._start, self._at(length)
        while self._probes <= _MAX_PROBES:
            # From the third probe on, as in PyTorch; the book starts at the second.
            if self._too_high(point) or (self._probes > 2 and not point.value < last.value):
                return self._narrow(last, point)
            if self._flat(point):
                return point.length
            if point.slope >= 0.0:
                return self._narrow(last, point)
            low = point.length + 0.01 * (point.length - last.length)
            last, point = point, self._at(_between(last, point, low, 10.0 * point.length))
        # Still descending: return the furthest point, unless the start is lower.
        return point.length if point.value < self._start.value else 0.0

    def _narrow(self, one: _Point, other: _Point) -> float:
        """The zoom phase: shrink the interval between two points, keeping the lower one as best."""
        best, end = (one, other) if one.value <= other.value else (other, one)
        slow = False
        while self._probes <= _MAX_PROBES:
            low, high = sorted((best.length, end.length))
            if (high - low) * self._span < _NARROW:
                break
            length = _between(best, end, low, high)
            margin = 0.1 * (high - low)
            if min(high - length, length - low) < margin:
                # Close to an end twice in a row: step away from it.
                if slow or length >= high or length <= low:
                    length = high - margin if abs(length - high) < abs(length - low) else low + margin
                    slow = False
                else:
                    slow = True
            else:
                slow = False
            point = self._at(length)
            if self._too_high(point) or not point.value < best.value:
                end = point
                if end.value < best.value:
                    best, end = end, best
                continue
            if self._flat(point):
                return point.length
            if point.slope * (end.length - best.length) >= 0.0:
                end = best
            best = point
        return best.length

    def _at(self, length: float) -> _Point:
        self._probes += 1
        return _Point(length, *self._probe(length))

    def _too_high(self, point: _Point) -> bool:
        return not point.value <= self._start.value + _MIN_DESCENT * point.length * self._start.slope

    def _flat(self, point: _Point) -> bool:
        return abs(point.slope) <= -_FLATTER * self._start.slope


def _between(one: _Point, other: _Point, low: float, high: float) -> float:
    """Minimum of the cubic through two points and their slopes, clamped to `low` and `high`."""
    middle = 0.5 * (low + high)
    if not all(map(math.isfinite, (one.value, one.slope, other.value, other.slope))):
        return middle
    a, b = (one, other) if one.length <= other.length else (other, one)
    first = a.slope + b.slope - 3.0 * (a.value - b.value) / (a.length - b.length)
    square = first * first - a.slope * b.slope
    if square < 0.0:
        return middle
    second = math.sqrt(square)
    divisor = b.slope - a.slope + 2.0 * second
    if divisor == 0.0:
        return middle
    lowest = b.length - (b.length - a.length) * ((b.slope + second - first) / divisor)
    return min(max(lowest, low), high)
