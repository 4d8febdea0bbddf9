"""Numbers as people read them, in sentences, cards and figures."""

from __future__ import annotations

import math
import re
from typing import Final, Literal

LARGE: Final = 10_000
"""Decimals are not shown from here on."""
_UNITS: Final = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_THOUSAND: Final = (1e3, "K")
_MIN_SHORT: Final = 99_950
_BEYOND: Final = 1e15
_RAISED: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_MAX_DIGITS: Final = 9


def true_minus(text: str) -> str:
    """The text with a true minus sign, as wide as a plus."""
    return text.replace("-", "−")


def rounded_text(value: float, digits: int = 3) -> str:
    """A number with `digits` significant digits and a true minus sign: 0.0123, 1,285, 5 million; else a dash."""
    if value != value:
        return "–"
    if abs(value) >= LARGE:
        return large_text(value)
    text = f"{value:,.0f}" if abs(value) >= 10**digits - 0.5 else f"{value:,.{digits}g}"
    return true_minus(text)


def number_text(value: float, decimals: int = 2) -> str:
    """A number with so many decimals and a true minus sign, or two digits where 0.00 would say nothing; else a dash."""
    if value != value:
        return "–"
    if abs(value) >= LARGE:
        return large_text(value)
    if decimals > 1 and 0 < abs(value) < 10**-decimals:
        return true_minus(f"{value:.2g}")
    text = f"{value:.{decimals}f}"
    if text.strip("-0.") == "":
        text = text.lstrip("-")
    return true_minus(text)


def apart_texts(first: float, second: float, digits: int = 3) -> tuple[str, str]:
    """Two numbers with so many digits that a sentence which compares them holds: 0.0338 and 0.0341."""
    for more in range(digits, _MAX_DIGITS + 1):
        found = rounded_text(first, more), rounded_text(second, more)
        if found[0] != found[1]:
            break
    return found


def large_text(value: float, *, short: bool = False) -> str:
    """A number of at least `LARGE`: 12,345, 5 million, 2.35 billion, 3.1 × 10¹⁸; `short` writes 5 M, 123 K."""
    sign = "−" if value < 0 else ""
    size = abs(value)
    if math.isinf(size):
        return f"{sign}∞"
    units = (*_UNITS, _THOUSAND) if short and size >= _MIN_SHORT else _UNITS
    for unit, name in units if size < _BEYOND else ():
        if size >= 0.9995 * unit:  # rounds up to `unit` at three digits
            return f"{sign}{size / unit:.3g} {name[0].upper() if short else name}"
    if size < _BEYOND:
        return f"{sign}{size:,.0f}"
    return power_text(value, 1)


def power_text(value: float, decimals: int = 2) -> str:
    """A number times a power of ten: 1.23 × 10⁻⁵."""
    mantissa, _, power = f"{value:.{decimals}e}".partition("e")
    return true_minus(f"{mantissa} × 10{str(int(power)).translate(_RAISED)}")


def percent_text(share: float, decimals: int = 0) -> str:
    """A fraction 0 … 1 as "83 %"; a dash if it is not finite."""
    return "–" if share != share else f"{number_text(100 * share, decimals)} %"


def count_text(count: int, noun: str) -> str:
    """A count with its noun: "1 class", "1,200 classes", "3 rows"; "Klasse|Klassen" gives the plural itself."""
    one, both, many = noun.partition("|")
    plural = one if count == 1 else many if both else f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{count:,} {plural}"


def epochs_text(epochs: float) -> str:
    """A number of epochs: "1 epoch", "1,030 epochs"."""
    return "1 epoch" if epochs == 1 else f"{place_text(epochs)} epochs"


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


_DECIMALS: Final = 4


def loss_text(value: float) -> str:
    """A loss: 0.0273, 1.5000; 1.23 × 10⁻⁵ where four decimals would say nothing, 12,345; a dash if it is not known."""
    if value and abs(value) < 10**-_DECIMALS:
        return power_text(value)
    return "0" if value == 0 else number_text(value, _DECIMALS)


def place_text(epoch: float, step: int = 0, steps: int = 1) -> str:
    """A position in training: finished epochs, and batches of the next one: "368", or "368 + 3/35".

    After its last batch an epoch is finished. Where no batches are known, such as on an axis, a fraction is said with
    decimals instead: 3.25, 45.3; of later ones the finished epochs, as the window counts them.
    """
    if step >= steps > 0:
        epoch, step = epoch + 1, 0
    decimals = 0 if step or epoch == int(epoch) or epoch >= 100 else 1 if epoch >= 10 else 2
    # The sum of batches is a little off, such as 7.7999.
    finished = f"{math.floor(epoch * 10**decimals + 1e-6) / 10**decimals:,.{decimals}f}"
    return f"{finished} + {step:,}/{steps:,}" if step else finished


def part_text(samples: int, of: int) -> str:
    """Of how many samples a figure is: "" of all, "of 250" of a part, "samples unknown" for 0."""
    if not samples:
        return "samples unknown"
    return f"of {samples:,}" if samples < of else ""


HeldName = Literal["test", "validation"]
"""What the samples are called that training does not see: the second where others are sealed for the test."""
_WORDS: Final = "testing: validation; test: validation"
"""Words of texts about the test, and what stands for them; "test~: validation~" would be where letters follow."""


def held_text(text: str, held: HeldName) -> str:
    """A text about test samples, as it is said where those are for validation.

    >>> held_text("Test loss: of 45 for testing", "validation")
    'Validation loss: of 45 for validation'
    """
    for pair in () if held == "test" else _WORDS.split("; "):
        old, new = pair.replace("~", "").split(": ")
        end = r"(?=\w)" if "~" in pair else "" if old.endswith("-") else r"(?!\w)"
        kept = {old: new, old.capitalize(): new.capitalize()}
        parts = re.split(rf"(?<![A-Za-z])({'|'.join(kept)}){end}", text)
        text = "".join(kept.get(part, part) if at % 2 else part for at, part in enumerate(parts))
    return text


def held_word(held: HeldName) -> str:
    """What these samples are called where people read it: "test", "validation"."""
    return held_text("test", held)
