"""Types of argparse for the words of a command line, which say what is wrong with a word."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable


def _whole(name: str, low: int, high: int = 2**31 - 1) -> Callable[[str], int]:
    def whole(text: str) -> int:
        if not text.isdecimal() or len(text) > 20 or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(
                f"{name} must be a whole number from {low} to {high}, got {text}"
            )
        return int(text)

    return whole


count = _whole("epochs", 0)
positive_count = _whole("it", 1)
seed_count = _whole("seeds", 2, 64)
seed = _whole("seed", 0)
size = _whole("batch size", 1)
sample_count = _whole("the number of samples", 1, 1_000_000)
steps = _whole("steps", 1, 10_000)
image_size = _whole("the size", 8, 64)
per_class = _whole("it", 1, 100_000)
context = _whole("the context", 4, 512)
characters = _whole("the number of characters", 1_000, 20_000_000)
text_length = _whole("the length", 1, 100_000)
top_k = _whole("top-k", 0, 65_536)


def jobs(text: str) -> int:
    from core.sweep.compute_target import MAX_JOBS

    return _whole("jobs", 1, MAX_JOBS)(text)


def _number(what: str, fits: Callable[[float], bool]) -> Callable[[str], float]:
    def number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise argparse.ArgumentTypeError(f"it must be a number, got {text}")
        if not fits(value):
            raise argparse.ArgumentTypeError(f"it must be a number {what}, got {text}")
        return value

    return number


number = _number("", lambda _: True)
temperature = _number("of at least 0", lambda value: value >= 0)
positive = _number("above 0", lambda value: value > 0)
share = _number("from 0.1 to 0.9", lambda value: 0.1 <= value <= 0.9)
sealed = _number("from 0 to 0.3", lambda value: 0.0 <= value <= 0.3)


def names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def reading(text: str) -> tuple[str, str]:
    name, sign, how = text.rpartition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f'it must be COLUMN=HOW, such as "price=comma", got {text}')
    return name.strip(), how.strip()
