"""Views that draw the next snapshot: all while that is fast, else in turn, so that mouse events are not delayed."""

from __future__ import annotations

from collections import deque
from itertools import cycle
from statistics import median
from typing import Final, Generic, TypeVar

__all__ = ["RedrawScheduler"]

View = TypeVar("View")

_FRAME_BUDGET_SECONDS: Final = 0.008
_MEASURED_FRAMES: Final = 15
"""Use the median of the last 15 frames; single frames are noisy."""


class RedrawScheduler(Generic[View]):
    """Round-robin over `groups` of views; a view may be in several groups."""

    def __init__(self, groups: tuple[tuple[View, ...], ...]) -> None:
        self.all: tuple[View, ...] = tuple(dict.fromkeys(view for group in groups for view in group))
        self._round = cycle(groups)
        self._groups = tuple(dict.fromkeys(groups))
        self._seconds: dict[tuple[View, ...], deque[float]] = {}
        self._reset_timings()
        self._is_round_robin = False

    def next(self) -> tuple[View, ...]:
        """The views that draw the next snapshot."""
        return next(self._round) if self._is_round_robin else self.all

    def record_duration(self, views: tuple[View, ...], seconds: float) -> None:
        """Record how long these views took to draw."""
        self._seconds[views].append(seconds)
        parts = self._groups if self._is_round_robin else (self.all,)
        if any(len(self._seconds[part]) < _MEASURED_FRAMES for part in parts):
            return
        # Shared views and the cost per frame make this sum slightly high: round-robin ends late, and rarely.
        over_budget = sum(median(self._seconds[part]) for part in parts) > _FRAME_BUDGET_SECONDS
        if over_budget != self._is_round_robin:
            self._is_round_robin = over_budget
            self._reset_timings()

    def _reset_timings(self) -> None:
        self._seconds = {part: deque(maxlen=_MEASURED_FRAMES) for part in (self.all, *self._groups)}
