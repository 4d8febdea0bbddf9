"""Sentences for the user stay short, whatever names and values from a file they quote."""

from __future__ import annotations

__all__ = ["MAX_LETTERS", "short_sentence"]

MAX_LETTERS = 200
"""Three lines of a dialog; a file name alone may have 255 letters, and a value in a file millions."""

_END_LETTERS = 70


def short_sentence(text: str) -> str:
    """`text` with its middle left out where it is longer than `MAX_LETTERS`; subject and end stay."""
    if len(text) <= MAX_LETTERS:
        return text
    return f"{text[: MAX_LETTERS - _END_LETTERS - 3]} … {text[-_END_LETTERS:]}"
