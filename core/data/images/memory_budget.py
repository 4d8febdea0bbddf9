"""One budget of memory for all threads that decode images: who needs much waits until the others are done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

__all__ = ["MemoryBudget"]


class MemoryBudget:
    """`most` bytes, of which every user takes what it needs at once, so that no two can wait for each other."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._free = most
        self._changed = Condition()

    @contextmanager
    def taking(self, count: int) -> Iterator[None]:
        """Wait until `count` bytes are free and hold them in the block; `MemoryError` when there never are so many."""
        if count > self.most:
            raise MemoryError(f"{count:,} bytes of {self.most:,}")
        with self._changed:
            self._changed.wait_for(lambda: self._free >= count)
            self._free -= count
        try:
            yield
        finally:
            with self._changed:
                self._free += count
                self._changed.notify_all()
