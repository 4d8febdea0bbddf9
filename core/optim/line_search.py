"""How far to go along a direction: a search for a point that is lower and flatter enough (strong Wolfe conditions)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["strong_wolfe"]

_MAX_PROBES = 25
_MIN_DESCENT = 1e-4
_FLATTER = 0.9
# An interval in which no weight moves by more than this is not searched any further.
_NARROW = 1e-9


@dataclass(frozen=True)
class _Point:
    """A length along the direction, the value there and the slope along the direction."""

    length: float
    value: float
    slope: float


def strong_wolfe(
    probe: Callable[[float], tuple[float, float]], value: float, slope: float, length: float, span: float
) -> float:
    """The length found, starting with `length`; `probe` returns (value, slope) at a length.

    `value` and `slope` are those at 0, where the slope is negative; `span` is the largest part of the direction.
    A length l fits when value(l) <= value + 1e-4 l slope and |slope(l)| <= 0.9 |slope|; after 25 probes the lowest
    is taken. Nocedal and Wright, 2006, algorithms 3.5 and 3.6, with cubic interpolation (3.59).
    """
    if length == 0.0:  # a schedule has come to its end
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
            # From the third probe on, as in PyTorch; the book would already begin with the second.
            if self._too_high(point) or (self._probes > 2 and not point.value < last.value):
                return self._narrow(last, point)
            if self._flat(point):
                return point.length
            if point.slope >= 0.0:
                return self._narrow(last, point)
            low = point.length + 0.01 * (point.length - last.length)
            last, point = point, self._at(_between(last, point, low, 10.0 * point.length))
        # It goes down for ever: the furthest point, unless the start is lower still.
        return point.length if point.value < self._start.value else 0.0

    def _narrow(self, one: _Point, other: _Point) -> float:
        """Close in on a good point between two, of which the lower one stays the best so far."""
        best, end = (one, other) if one.value <= other.value else (other, one)
        slow = False
        while self._probes <= _MAX_PROBES:
            low, high = sorted((best.length, end.length))
            if (high - low) * self._span < _NARROW:
                break
            length = _between(best, end, low, high)
            margin = 0.1 * (high - low)
            if min(high - length, length - low) < margin:
                # The second time in a row that it sticks to an end: away from there.
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
    """Where the cubic through two points and their slopes is lowest, within `low` and `high`."""
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
