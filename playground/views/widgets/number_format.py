"""Numbers and classes in words: formats for display, names, and why a typed text is no number that a setting allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from core.data.dataset import Data
from core.io.number_text import LARGE, large_text, rounded_text, true_minus
from core.io.number_text import number_text as number_text
from core.io.number_text import seconds_text as seconds_text

_FEW: Final = 4


def number(value: float) -> str:
    """About three digits and a true minus sign: 0.42, −12.3, 0.0031, 4.2e−05, 5 million."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "?"
    size = abs(value)
    if size == 0.0:
        return "0"
    if size >= LARGE:
        return large_text(value)
    if size < 0.001:
        text = f"{value:.1e}"
    else:
        decimals = 1 if size >= 100 else 2 if size >= 0.1 else 3 if size >= 0.01 else 4
        text = f"{value:.{decimals}f}"
    return true_minus(text)


def class_labels(data: Data) -> tuple[str, ...]:
    """The name of every class; "class 0" where there are none, or a few numbers; empty for regression."""
    name = class_words if data.n_classes <= _FEW else class_name
    return tuple(name(data.class_names, number) for number in range(data.n_classes))


def class_name(names: Sequence[str], number: int) -> str:
    """The name of a class, "class 3" without a name."""
    return names[number] if number < len(names) else f"class {number}"


def class_words(names: Sequence[str], number: int) -> str:
    """A class within a sentence: its name, or "class 3" also if names are numbers."""
    name = class_name(names, number)
    return f"class {name}" if name.isdigit() else name


def typed_number(text: str) -> float | None:
    """The finite number in `text`, with point or comma and either minus, or None."""
    try:
        number = float(text.strip().replace(",", ".").replace("−", "-"))
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


def value_text(value: float, span: float) -> str:
    """A value with enough digits to resolve about a hundredth of its range."""
    if not 1e-4 < span < 1e7:
        return rounded_text(value, 4)
    decimals = max(0, 2 - math.floor(math.log10(span)))
    return number_text(round(value, decimals), decimals)


def round_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below `least`."""
    power: float = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def multiples(step: float, low: float, high: float) -> list[float]:
    """The multiples of `step` from `low` to `high`."""
    return [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
