"""How numbers of the data and the training are written: as a reader would, not as a computer does."""

from __future__ import annotations

import math
from typing import Final

__all__ = ["LARGE", "large_text", "rounded_text"]

LARGE: Final = 10_000
"""From here on decimals say nothing more."""
_UNITS: Final = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_BEYOND: Final = 1e15
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def large_text(value: float, *, short: bool = False) -> str:
    """A number of at least `LARGE`: 12,345, 5 million, 2.35 billion, 3.1 × 10¹⁸; `short` writes 5 M, 2.35 B."""
    sign = "−" if value < 0 else ""
    size = abs(value)
    if math.isinf(size):
        return f"{sign}∞"
    for unit, name in _UNITS if size < _BEYOND else ():
        if size >= 0.9995 * unit:  # what three digits round up to it
            return f"{sign}{size / unit:.3g} {name[0].upper() if short else name}"
    if size < _BEYOND:
        return f"{sign}{size:,.0f}"
    mantissa, _, power = f"{size:.1e}".partition("e+")
    return f"{sign}{mantissa} × 10{power.translate(_RAISED)}"


def rounded_text(value: float, digits: int = 3) -> str:
    """A number with the digits that matter and a true minus sign: 0.0123, 1,285, 5 million; a dash for none."""
    if value != value:
        return "–"
    if abs(value) >= LARGE:
        return large_text(value)
    text = f"{value:,.0f}" if abs(value) >= 10**digits - 0.5 else f"{value:,.{digits}g}"
    return text.replace("-", "−")
