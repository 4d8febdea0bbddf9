"""The arithmetic of a curve chart: round ticks, a scale from values to 0 … 1, and curves thinned to the pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Scale", "linear_ticks", "log_scale", "nice_step", "thin", "tick_text"]

Floats = NDArray[np.floating[Any]]


def nice_step(span: float, count: int) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that divides `span` into at most `count` parts."""
    if not (span > 0.0 and math.isfinite(span)):
        return 1.0
    power = 10.0 ** math.floor(math.log10(span / count))
    for factor in (1.0, 2.0, 2.5, 5.0, 10.0):
        if span / (factor * power) <= count * (1.0 + 1e-9):
            return factor * power
    return 10.0 * power


def linear_ticks(low: float, high: float, count: int) -> tuple[float, ...]:
    """Round values within `low` … `high`, at most `count` + 1."""
    return _multiples(low, high, nice_step(high - low, count))


def _multiples(low: float, high: float, step: float) -> tuple[float, ...]:
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(number * step for number in range(first, last + 1))


def tick_text(value: float, step: float) -> str:
    """A tick's value with as many decimals as its step needs."""
    if value == 0.0:
        return "0"
    if abs(value) >= 1e5 or step < 1e-4:
        return f"{value:.2g}".replace("-", "−")
    decimals = max(0, -math.floor(math.log10(step)))
    if not math.isclose(step * 10.0**decimals, round(step * 10.0**decimals)):
        decimals += 1
    return f"{value:,.{decimals}f}".replace("-", "−")


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` (their logarithms, when `is_log`), with ticks and their texts."""

    low: float
    high: float
    ticks: tuple[float, ...]
    texts: tuple[str, ...]
    is_log: bool = False

    @classmethod
    def linear(cls, low: float, high: float, count: int, *, widen: bool = False) -> Scale:
        """A scale over `low` … `high`; `widen` moves both ends outwards to a tick."""
        if not high > low:
            high = low + 1.0
        step = nice_step(high - low, count)
        if widen:
            low, high = step * math.floor(low / step + 1e-9), step * math.ceil(high / step - 1e-9)
        ticks = _multiples(low, high, step)
        return cls(low, high, ticks, tuple(tick_text(tick, step) for tick in ticks))

    def place(self, values: Floats) -> Floats:
        """The values as 0 (low) … 1 (high); not finite where the scale has no place for them."""
        if self.is_log:
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.log10(values)
            values = np.where(np.isfinite(values), values, np.nan)
        low, high = (math.log10(end) if self.is_log else end for end in (self.low, self.high))
        placed: Floats = (values - low) / (high - low)
        return placed


def log_scale(least: float, most: float) -> Scale:
    """A logarithmic scale over positive `least` … `most`: decades, with 2 and 5 between when they are few."""
    first, last = math.floor(math.log10(least) + 1e-9), math.ceil(math.log10(most) - 1e-9)
    last = max(last, first + 1)
    skip = max(1, math.ceil((last - first) / 6))
    factors = (1, 2, 5) if last - first <= 2 else (1,)
    ticks = [f * 10.0**p for p in range(first, last + 1, skip) for f in factors if f * 10.0**p <= 10.0**last]
    texts = tuple(f"{tick:g}".replace("-", "−") for tick in ticks)
    return Scale(10.0**first, 10.0**last, tuple(ticks), texts, is_log=True)


def thin(x: Floats, y: Floats, buckets: int) -> tuple[Floats, Floats]:
    """The curve as it is, or, with more than two points per bucket, each bucket's least and greatest value.

    So the envelope stays exact on the screen while what is drawn does not grow. NaN is passed over.
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
