"""Looks that take their time, and so come only now and then while a training runs."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Generic, TypeVar

__all__ = ["_ThrottledCache"]

T = TypeVar("T")


class _ThrottledCache(Generic[T]):
    """Looks once in `seconds`, or more seldom, so that it takes no more than `share` of the time."""

    def __init__(self, seconds: float, share: float) -> None:
        self._seconds, self._share = seconds, share
        self._next_at = 0.0
        self._subject: object = None
        self.last: T | None = None
        """What was seen last."""

    def get(self, look: Callable[[], T], subject: object, *, running: bool) -> T:
        """`look()`, or what it returned last for an equal `subject` when, while `running`, it is not due yet."""
        start = perf_counter()
        if running and start < self._next_at and self.last is not None and subject == self._subject:
            return self.last
        seen = self.last = look()
        self._subject = subject
        self._next_at = start + max(self._seconds, (perf_counter() - start) / self._share)
        return seen
