"""Number formats for display."""

from __future__ import annotations

import math
from typing import Final

__all__ = [
    "LARGE",
    "count_text",
    "epoch_text",
    "large_text",
    "number_text",
    "percent_text",
    "rounded_text",
    "seconds_text",
    "significant_text",
    "size_text",
    "true_minus",
    "value_text",
]

LARGE: Final = 10_000
"""Decimals are not shown from here on."""
_UNITS: Final = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_BEYOND: Final = 1e15
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def true_minus(text: str) -> str:
    """The text with a true minus sign, as wide as a plus."""
    return text.replace("-", "−")


def number_text(value: float, decimals: int = 2) -> str:
    """A number with a true minus sign; a dash if it is not finite."""
    if value != value:
        return "–"
    if abs(value) >= LARGE:
        return large_text(value)
    text = f"{value:.{decimals}f}"
    if text.strip("-0.") == "":
        text = text.lstrip("-")
    return true_minus(text)


def significant_text(value: float, digits: int = 3) -> str:
    """A number with `digits` significant digits, of any size: −0.0123, 1.5e−05; a dash if it is not finite."""
    return true_minus(f"{value:.{digits}g}") if math.isfinite(value) else "–"


def value_text(value: float, span: float) -> str:
    """A value with enough digits to resolve about a hundredth of its range."""
    if not 1e-4 < span < 1e7:
        return significant_text(value, 4)
    return number_text(value, max(0, 2 - math.floor(math.log10(span))))


def percent_text(share: float, decimals: int = 0) -> str:
    """A fraction 0 … 1 as "83 %"; a dash if it is not finite."""
    return "–" if share != share else f"{100 * share:.{decimals}f} %"


def count_text(count: int, noun: str) -> str:
    """A count with its noun: "1 class", "1,200 classes", "3 rows"."""
    plural = noun if count == 1 else f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{count:,} {plural}"


def epoch_text(epoch: float) -> str:
    """An epoch: 1,200, or 3.25 within an epoch."""
    return f"{epoch:,.0f}" if epoch == int(epoch) else f"{epoch:,.2f}"


def large_text(value: float, *, short: bool = False) -> str:
    """A number of at least `LARGE`: 12,345, 5 million, 2.35 billion, 3.1 × 10¹⁸; `short` writes 5 M, 2.35 B."""
    sign = "−" if value < 0 else ""
    size = abs(value)
    if math.isinf(size):
        return f"{sign}∞"
    for unit, name in _UNITS if size < _BEYOND else ():
        if size >= 0.9995 * unit:  # rounds up to `unit` at three digits
            return f"{sign}{size / unit:.3g} {name[0].upper() if short else name}"
    if size < _BEYOND:
        return f"{sign}{size:,.0f}"
    mantissa, _, power = f"{size:.1e}".partition("e+")
    return f"{sign}{mantissa} × 10{power.translate(_RAISED)}"


def rounded_text(value: float, digits: int = 3) -> str:
    """A number with `digits` significant digits and a true minus sign: 0.0123, 1,285, 5 million; else a dash."""
    if value != value:
        return "–"
    if abs(value) >= LARGE:
        return large_text(value)
    text = f"{value:,.0f}" if abs(value) >= 10**digits - 0.5 else f"{value:,.{digits}g}"
    return true_minus(text)


def seconds_text(seconds: float) -> str:
    """Seconds of training, with digits for small networks: 312, 3.6, 0.39, 0.005; a dash if they are not known."""
    if 100 <= seconds < LARGE:
        return f"{seconds:,.0f}"
    return number_text(seconds, 1 if seconds >= 1 or seconds == 0 else 2 if seconds >= 0.1 else 3)


def size_text(size: int) -> str:
    """A number of bytes: 812 B, 2.9 KB, 1.4 MB."""
    if size < 1_000:
        return f"{size} B"
    value, unit = (size / 1e3, "KB") if size < 999_950 else (size / 1e6, "MB")
    return f"{value:.1f} {unit}" if value < 99.95 else f"{value:,.0f} {unit}"
