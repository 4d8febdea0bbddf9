"""How commands fail: with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["HeadlessError", "StoppedError", "check_there", "sentences"]


class HeadlessError(Exception):
    """A sentence for the user: why the command failed."""


class StoppedError(Exception):
    """The command ended early at the user's request, after keeping what there was. `signal` is the signal's number."""

    def __init__(self, signal: int) -> None:
        super().__init__(signal)
        self.signal = signal


def check_there(path: Path) -> None:
    """Raise `HeadlessError` unless there is a file or folder."""
    if not path.exists():
        raise HeadlessError(f"There is no file {path}")


@contextmanager
def sentences(action: str = "") -> Iterator[None]:
    """Turn the errors of reading and writing files into `HeadlessError`; `action` says what cannot be done."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise HeadlessError(f"{action}: {reason}" if action else reason) from None
    except ValueError as error:
        raise HeadlessError(str(error)) from None
    except MemoryError:
        raise HeadlessError(f"{action or 'It'} takes more memory than there is") from None
