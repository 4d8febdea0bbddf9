"""Keep slow parts of snapshots for a while, so that the others can be drawn often."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Generic, TypeVar

T = TypeVar("T")


class ThrottledCache(Generic[T]):
    """Computes at most once per `seconds`, and for at most `share` of the time."""

    def __init__(self, seconds: float, share: float) -> None:
        self._seconds, self._share = seconds, share
        self._next_at = 0.0
        self._key: object = None
        self.last: T | None = None
        """The last result."""

    def get(self, compute: Callable[[], T], key: object, *, running: bool) -> T:
        """The cached result for an equal `key` while `running` and not yet due; otherwise `compute()`."""
        start = perf_counter()
        if running and start < self._next_at and self.last is not None and key == self._key:
            return self.last
        result = self.last = compute()
        self._key = key
        self._next_at = start + max(self._seconds, (perf_counter() - start) / self._share)
        return result
