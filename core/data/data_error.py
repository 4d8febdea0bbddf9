"""What is wrong with data, as a sentence."""

from __future__ import annotations

from ..io.sentence import short_sentence


class DataError(ValueError):
    """A short sentence for the user, without a full stop."""

    def __init__(self, sentence: str) -> None:
        super().__init__(short_sentence(sentence))
