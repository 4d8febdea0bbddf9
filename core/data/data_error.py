"""What is wrong with data, as a sentence."""

from __future__ import annotations

from ..io.sentence import SentenceError


class DataError(SentenceError):
    """A short sentence for the user, without a full stop."""
