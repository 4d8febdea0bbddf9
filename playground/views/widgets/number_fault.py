"""Why a typed text is not a number that a setting allows."""

from __future__ import annotations

import math


def typed_number(text: str) -> float | None:
    """The finite number in `text`, with point or comma, or None."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def number_fault(
    name: str, text: str, low: float, high: float, *, above: bool = False, integer: bool = False
) -> str:
    """A sentence that names subject, rule and value; "" if `text` is valid. `low` is exclusive with `above`."""
    number = typed_number(text)
    if number is None:
        return f"{name}: must be a number, got {text.strip()!r}."
    if integer and number != round(number):
        return f"{name}: must be a whole number, got {number:g}."
    got = f"got {number:.0f}." if integer and abs(number) < 1e15 else f"got {number:g}."
    if above and number <= low:
        return f"{name}: must be above {low:g}, {got}"
    if number < low:
        return f"{name}: must be at least {low:g}, {got}"
    if number > high:
        return f"{name}: must be at most {high:g}, {got}"
    return ""
