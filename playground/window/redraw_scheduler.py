"""Which views draw the next picture: all of them while that is cheap, else some at a time.

Drawing everything at once would then keep the mouse waiting for too long.
"""

from __future__ import annotations

from collections import deque
from itertools import cycle
from statistics import median
from typing import Final, Generic, TypeVar

__all__ = ["Turns"]

View = TypeVar("View")

_DEAR_SECONDS: Final = 0.008
_PICTURES: Final = 15
"""By so many of the last pictures is judged what they take: single ones are late for reasons of others."""


class Turns(Generic[View]):
    """Goes round `groups` of views; one may be in several of them."""

    def __init__(self, groups: tuple[tuple[View, ...], ...]) -> None:
        self.all: tuple[View, ...] = tuple(dict.fromkeys(view for group in groups for view in group))
        self._round = cycle(groups)
        self._groups = tuple(dict.fromkeys(groups))
        self._seconds: dict[tuple[View, ...], deque[float]] = {}
        self._forget()
        self._taken = False

    def next(self) -> tuple[View, ...]:
        """The views that draw the next picture."""
        return next(self._round) if self._taken else self.all

    def note(self, views: tuple[View, ...], seconds: float) -> None:
        """Learn what it took these views, which came from here, to draw."""
        self._seconds[views].append(seconds)
        parts = self._groups if self._taken else (self.all,)
        if any(len(self._seconds[part]) < _PICTURES for part in parts):
            return
        # One view is in two groups, and each picture costs something by itself: turns end a little late, and seldom.
        dear = sum(median(self._seconds[part]) for part in parts) > _DEAR_SECONDS
        if dear != self._taken:
            self._taken = dear
            self._forget()

    def _forget(self) -> None:
        self._seconds = {part: deque(maxlen=_PICTURES) for part in (self.all, *self._groups)}
