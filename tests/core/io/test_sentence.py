"""Sentences of what goes wrong: short, in one line, and never empty."""

from __future__ import annotations

import errno

import numpy as np
import pytest

from core.io.sentence import MAX_LETTERS, error_reason, one_line, short_sentence

REASONS: list[tuple[Exception, str]] = [
    (MemoryError(), "it takes more memory than there is"),
    (MemoryError("Unable to allocate 7.45 GiB"), "it takes more memory than there is"),
    (RecursionError("maximum recursion depth exceeded"), "its parts are nested too deeply"),
    (KeyError("loss"), "KeyError: 'loss'"),
    (IndexError("tuple index out of range"), "IndexError: tuple index out of range"),
    (AssertionError(), "AssertionError"),
    (ValueError("the rate must be positive, got 0"), "the rate must be positive, got 0"),
    (ValueError(), "ValueError"),
    (np.linalg.LinAlgError("Singular matrix"), "Singular matrix"),
    (OSError(errno.ENOSPC, "No space left on device"), "there is no space left on the disk"),
    (PermissionError(errno.EACCES, "Permission denied", "mine.csv"), "Permission denied"),
]


@pytest.mark.parametrize(("error", "reason"), REASONS, ids=[repr(error) for error, _ in REASONS])
def test_every_error_has_a_reason_in_words(error: Exception, reason: str) -> None:
    assert error_reason(error) == reason


def test_sentences_are_short_and_in_one_line() -> None:
    assert len(error_reason(ValueError("x" * 10_000))) <= MAX_LETTERS + 3
    assert short_sentence("short") == "short"
    assert one_line("a\n\x1b[31mb") == "a [31mb"
