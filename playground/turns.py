"""Which views draw the next picture: all of them while that is cheap, else some at a time.

Drawing everything at once would then keep the mouse waiting for too long.
"""

from __future__ import annotations

from itertools import cycle
from typing import Final, Generic, TypeVar

__all__ = ["Turns"]

View = TypeVar("View")

_DEAR_SECONDS, _CHEAP_SECONDS = 0.007, 0.005
"""What all views together take when turns begin, and when they end; what they take jumps about."""
_NEWS: Final = 0.2


class Turns(Generic[View]):
    """Goes round `groups` of views; one may be in several of them."""

    def __init__(self, groups: tuple[tuple[View, ...], ...]) -> None:
        self.all: tuple[View, ...] = tuple(dict.fromkeys(view for group in groups for view in group))
        self._round = cycle(groups)
        self._seconds: dict[tuple[View, ...], float] = dict.fromkeys((self.all, *groups), 0.0)
        self._taken = False

    def next(self) -> tuple[View, ...]:
        """The views that draw the next picture."""
        return next(self._round) if self._taken else self.all

    def note(self, views: tuple[View, ...], seconds: float) -> None:
        """Learn what it took these views, which came from here, to draw."""
        known = self._seconds[views]
        self._seconds[views] = known + _NEWS * (seconds - known) if known else seconds
        if not self._taken and self._seconds[self.all] > _DEAR_SECONDS:
            self._taken = True
            self._forget()
        elif self._taken and all(self._groups()) and sum(self._groups()) < _CHEAP_SECONDS:
            self._taken = False
            self._forget()

    def _groups(self) -> list[float]:
        return [seconds for views, seconds in self._seconds.items() if views != self.all]

    def _forget(self) -> None:
        self._seconds = dict.fromkeys(self._seconds, 0.0)
