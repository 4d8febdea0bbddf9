"""Keep messages short, and in one line, when they quote names and values from files."""

from __future__ import annotations

MAX_LETTERS = 200
"""Three lines of a dialog; a file name may have 255 characters, a value in a file millions."""

_END_LETTERS = 70


def short_sentence(text: str) -> str:
    """`text`, with its middle elided if longer than `MAX_LETTERS`."""
    if len(text) <= MAX_LETTERS:
        return text
    return f"{text[: MAX_LETTERS - _END_LETTERS - 3]} … {text[-_END_LETTERS:]}"


def one_line(text: str) -> str:
    """`text` without line breaks and control characters, which could move a terminal's cursor or end a comment."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
