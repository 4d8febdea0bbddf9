"""Numbers in texts and files from outside: finite, and of no more digits than this program writes itself.

Python neither reads nor shows a whole number of 5,000 digits, and one of 400 is too large for a float: wherever such a
one came through, a later line raised an error of Python instead of a sentence.
"""

from __future__ import annotations

import math
import re
from typing import Final

from .sentence import short_sentence

MAX_DIGITS: Final = 40
"""The state of a random generator, which projects keep, is a number of 128 bits."""
MAX_WHOLE: Final = 10**MAX_DIGITS - 1
_WHOLE: Final = re.compile(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}")


def whole(value: object) -> int:
    """The whole number that a text or a value of a file is. Raises `ValueError` for anything else, such as true."""
    if type(value) is int and abs(value) <= MAX_WHOLE:
        return value
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    got = hex(value) if type(value) is int else repr(value)
    raise ValueError(short_sentence(f"a number must be whole and of at most {MAX_DIGITS} digits, got {got}"))


def finite(value: object) -> float:
    """The number that a text or a value of a file is. Raises `ValueError` for anything else, such as NaN."""
    if isinstance(value, str | float) or type(value) is int:
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number
    got = hex(value) if type(value) is int else repr(value)
    raise ValueError(short_sentence(f"a number must be finite, got {got}"))
