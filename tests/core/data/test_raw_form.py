"""Tokens are called by what they are."""

from __future__ import annotations

import pytest

from core.data.raw_form import RawTokens


@pytest.mark.parametrize(
    ("raw", "noun"),
    [
        (RawTokens(("\n", "a", "b")), "letter"),
        (RawTokens(("0", "1", "+", "=")), "token"),
        (RawTokens(("hello", "world"), " "), "word"),
        (RawTokens(("12", "+", "="), " "), "token"),
    ],
)
def test_tokens_are_letters_or_words_where_they_are(raw: RawTokens, noun: str) -> None:
    assert raw.noun == noun
