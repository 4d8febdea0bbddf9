"""The error of data that cannot be had: gone, changed, unreadable. Nothing is wrong with the experiment then."""

from __future__ import annotations

from core.io.sentence import short_sentence

__all__ = ["DataError"]


class DataError(ValueError):
    """The text is a short sentence for the user, without a full stop."""

    def __init__(self, sentence: str) -> None:
        super().__init__(short_sentence(sentence))
