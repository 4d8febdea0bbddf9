"""What the words of a command line must be: types of argparse, which say what is wrong with a word."""

from __future__ import annotations

import argparse
import math


def count(text: str) -> int:
    return _whole("epochs", text, 0)


def positive_count(text: str) -> int:
    return _whole("it", text, 1)


def seed_count(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"seeds must be a whole number from 2 to 64, got {text}")
    return int(text)


def jobs(text: str) -> int:
    from core.sweep.compute_target import MAX_JOBS

    if not text.isdecimal() or not 1 <= int(text) <= MAX_JOBS:
        raise argparse.ArgumentTypeError(f"jobs must be a whole number from 1 to {MAX_JOBS}, got {text}")
    return int(text)


def seed(text: str) -> int:
    return _whole("seed", text, 0)


def size(text: str) -> int:
    return _whole("batch size", text, 1)


def sample_count(text: str) -> int:
    return _whole("the number of samples", text, 1, 1_000_000)


def steps(text: str) -> int:
    return _whole("steps", text, 1, 10_000)


def number(text: str) -> float:
    return _number(text)


def image_size(text: str) -> int:
    return _whole("the size", text, 8, 64)


def per_class(text: str) -> int:
    return _whole("it", text, 1, 100_000)


def context(text: str) -> int:
    return _whole("the context", text, 4, 512)


def characters(text: str) -> int:
    return _whole("the number of characters", text, 1_000, 20_000_000)


def text_length(text: str) -> int:
    return _whole("the length", text, 1, 100_000)


def top_k(text: str) -> int:
    return _whole("top-k", text, 0, 65_536)


def temperature(text: str) -> float:
    value = _number(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"it must be a number of at least 0, got {text}")
    return value


def _whole(name: str, text: str, low: int, high: int = 2**31 - 1) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise argparse.ArgumentTypeError(f"{name} must be a whole number from {low} to {high}, got {text}")
    return int(text)


def positive(text: str) -> float:
    value = _number(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"it must be a number above 0, got {text}")
    return value


def share(text: str) -> float:
    value = _number(text)
    if not 0.1 <= value <= 0.9:
        raise argparse.ArgumentTypeError(f"it must be a number from 0.1 to 0.9, got {text}")
    return value


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"it must be a number, got {text}")
    return value


def names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def reading(text: str) -> tuple[str, str]:
    name, sign, how = text.rpartition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f'it must be COLUMN=HOW, such as "price=comma", got {text}')
    return name.strip(), how.strip()
