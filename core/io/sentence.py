"""Keep messages short, and in one line, when they quote names and values from files."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MAX_LETTERS = 400
"""Five lines of a dialog; a value in a file may have millions. A command that installs a package into a folder with a
long name is not cut: it names that folder twice."""

_END_LETTERS = 150
_NOUNS = "nouns"
"""As the language of the program writes them."""


class SentenceError(ValueError):
    """A short sentence for the user, without a full stop."""

    def __init__(self, sentence: str) -> None:
        super().__init__(short_sentence(sentence))


def short_sentence(text: str) -> str:
    """`text`, with its middle elided if longer than `MAX_LETTERS`."""
    if len(text) <= MAX_LETTERS:
        return text
    return f"{text[: MAX_LETTERS - _END_LETTERS - 3]} … {text[-_END_LETTERS:]}"


def printable(text: str, keep: str = "") -> str:
    """`text` with what does not show, such as an escape for a terminal, as its number, U+001B; but not of `keep`."""
    return "".join(
        letter if letter.isprintable() or letter in keep else f"U+{ord(letter):04X}" for letter in text
    )


def one_line(text: str) -> str:
    """`text` without line breaks and control characters, which could move a terminal's cursor or end a comment."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def in_sentence(title: str) -> str:
    """A title within a sentence: "learning rate" of "Learning rate", "ReLU"; in German nouns keep their capital."""
    return title if _NOUNS.istitle() else re.sub(r"^[A-Z](?=[a-z]*\b)", lambda found: found[0].lower(), title)


def error_reason(error: BaseException) -> str:
    """What went wrong, as the end of a sentence. Errors of Python may say nothing, or only which key is missing."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "there is no space left on the disk"
    if isinstance(error, MemoryError):
        return "it takes more memory than there is"
    if isinstance(error, RecursionError):
        return "its parts are nested too deeply"
    text = str(getattr(error, "strerror", None) or error)
    if text and not isinstance(error, LookupError | TypeError | AttributeError | AssertionError):
        return short_sentence(text)
    return short_sentence(f"{type(error).__name__}: {text}".rstrip(": "))


def error_sentence(error: BaseException) -> str:
    """Why something has stopped. What this program raises is a sentence already."""
    reason = error_reason(error)
    return reason if reason == short_sentence(str(error)) else f"It stopped: {reason}"


@contextmanager
def opening(path: Path, errors: tuple[type[Exception], ...] = (ValueError,)) -> Iterator[None]:
    """Raise `errors` of this block as a `ValueError` that says which file cannot be opened."""
    try:
        yield
    except errors as error:
        raise ValueError(short_sentence(f"{path.name} cannot be opened: {error}")) from None
