"""Number formats for display, and those that sentences of the engine have too."""

from __future__ import annotations

import math

from core.io.number_text import LARGE, rounded_text
from core.io.number_text import number_text as number_text


def value_text(value: float, span: float) -> str:
    """A value with enough digits to resolve about a hundredth of its range."""
    if not 1e-4 < span < 1e7:
        return rounded_text(value, 4)
    return number_text(value, max(0, 2 - math.floor(math.log10(span))))


def seconds_text(seconds: float) -> str:
    """Seconds of training, with digits for small networks: 312, 3.6, 0.39, 0.0004; a dash if they are not known."""
    if 0 < seconds < 0.001:
        return rounded_text(seconds, 1)
    if 100 <= seconds < LARGE:
        return f"{seconds:,.0f}"
    return number_text(seconds, 1 if seconds >= 1 or seconds == 0 else 2 if seconds >= 0.1 else 3)


def size_text(size: int) -> str:
    """A number of bytes: 812 B, 2.9 KB, 1.4 MB."""
    if size < 1_000:
        return f"{size} B"
    value, unit = (size / 1e3, "KB") if size < 999_950 else (size / 1e6, "MB")
    return f"{value:.1f} {unit}" if value < 99.95 else f"{value:,.0f} {unit}"


def round_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below `least`."""
    power: float = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def multiples(step: float, low: float, high: float) -> list[float]:
    """The multiples of `step` from `low` to `high`."""
    return [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
