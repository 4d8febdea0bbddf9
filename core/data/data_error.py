"""The error of data that cannot be had: gone, changed, unreadable. Nothing is wrong with the experiment then."""

from __future__ import annotations

__all__ = ["DataError"]


class DataError(ValueError):
    """The text is a sentence for the user, without a full stop."""
