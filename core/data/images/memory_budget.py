"""A memory budget shared by threads that decode images."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class MemoryBudget:
    """A budget of `most` bytes. Each block takes all it needs at once, which avoids deadlocks."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._free = most
        self._changed = Condition()

    @contextmanager
    def taking(self, count: int) -> Iterator[None]:
        """Wait for `count` free bytes and reserve them in the block; `MemoryError` if beyond the budget."""
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
