"""A one-slot mailbox: a new item replaces an older one that was not taken, so nothing piles up."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Thread-safe between two threads without a lock: a deque's append and pop are atomic."""

    def __init__(self) -> None:
        self._slot: deque[T] = deque(maxlen=1)
        self.is_watched = False
        """Whether the reader looks for items by itself, so that it need not be told of one."""

    @property
    def empty(self) -> bool:
        return not self._slot

    def put(self, item: T) -> None:
        self._slot.append(item)

    def peek(self) -> T | None:
        """The item, which stays; or None."""
        try:
            return self._slot[0]
        except IndexError:
            return None

    def take(self) -> T | None:
        """Remove and return the item, or None."""
        try:
            return self._slot.pop()
        except IndexError:
            return None
