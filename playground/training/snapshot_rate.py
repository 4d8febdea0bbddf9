"""The rate of snapshots: the one policy, for the worker's thread and for the GUI thread.

1. At rest, every edit, pause, step and request draws a snapshot at once.
2. While training, about 64 snapshots a second: screens show 60, and slices end slightly early or late.
3. Taking and drawing snapshots may use 30 % of the training time, and half of it where that keeps 20 a second; after a
   slow one, the next is due later, but within 0.25 s. A snapshot of 0.1 s still comes about three times a second. At a
   selected speed, a slow one is that by the median of five, and they may use 40 % where that keeps 50 a second: a small
   GPT on texts has 62 a second so, and 45 with 30 %. Where training is faster than that speed, they may use 85 %: it
   would only wait. At 60 epochs a second, points made from noise are drawn 60 times a second so, and 31 with 30 %.
4. numpy's engine waits until a snapshot is drawn, for at most 0.1 s: two threads that both need the interpreter slow
   each other down. The compiled engine does not need it, and trains on while a core is free; the window looks for its
   snapshots every 4 ms (`SnapshotWatch`), and the next is taken after the last is drawn.
5. If all views together need more than 8 ms, they draw in turn, the boundary with every other snapshot: drawing them
   all would delay mouse events. Snapshots more than 0.19 s apart are drawn by all views.

Measured with 2-8-8-8-1 at full speed on two cores: 62 snapshots a second cost 22 % of numpy's steps, and 16 % of the
compiled engine's.

`SnapshotRate` applies rules 2 to 4 on the worker's thread, `RedrawScheduler` rule 5 on the GUI thread. Two neighbours
decide something else: `playground.training.step_pacer` the steps due at the selected speed, and the `Cost` of a part of
snapshots (`core.inspect.snapshot`) how old it may be. Views declare their `Turn`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from itertools import cycle
from statistics import median
from time import perf_counter
from typing import Final, Generic, TypeVar

from core.nn.blas_threads import available_cores

View = TypeVar("View")

_FRAME_SECONDS: Final = 1 / 64
_SNAPSHOT_SHARE: Final = 0.3
_WAITING_SHARE: Final = 0.85
_MAX_PAUSE_SECONDS: Final = 0.25
_SMOOTH_SHARE: Final = 0.4
_SMOOTH_SECONDS: Final = 1 / 50
_WATCHABLE_SECONDS: Final = 1 / 20
_MEASURED_COSTS: Final = 5
"""The median of so many: figures and texts change with every fifth snapshot or less, which costs twice as much then."""
MAX_WAIT_SECONDS = 0.1
_FREE_SHARE: Final = 0.8
"""Share of a slice that training must have a core for, to go on while the window draws."""
_NEWEST: Final = 0.05
_SLICE_SECONDS: Final = 0.008
_MIN_SLICE_SECONDS: Final = 0.001

_DRAW_BUDGET_SECONDS: Final = 0.008
_QUICK_SECONDS: Final = 0.19
_MEASURED_FRAMES: Final = 15
"""Use the median of the last 15 frames; single frames are noisy."""


class SnapshotRate:
    """When the next snapshot of a training is due. `clock` returns seconds."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._next_at = 0.0
        self._costs: deque[float] = deque(maxlen=_MEASURED_COSTS)
        self._free = 1.0 if available_cores() > 1 else 0.0
        self.needs_no_interpreter = False
        """Whether the engine trains without the interpreter's lock."""
        self.training_waits = False
        """Whether training is faster than the selected speed."""
        self.at_full_speed = False
        """Whether no speed is selected: then steps count more than pictures."""

    @property
    def is_due(self) -> bool:
        # Another slice would end later after the moment than this one ends before it.
        return self._clock() >= self._next_at - 0.5 * _MIN_SLICE_SECONDS

    @property
    def wait_seconds(self) -> float:
        """The longest time that training waits for the drawing of a snapshot; 0: it goes on meanwhile."""
        return 0.0 if self.needs_no_interpreter and self._free > _FREE_SHARE else MAX_WAIT_SECONDS

    def record_slice(self, seconds: float, own: float) -> None:
        """Record that a slice took `seconds`, and `own` of them on a core: the rest it waited for one."""
        if seconds > 0.0:
            self._free += _NEWEST * (min(1.0, own / seconds) - self._free)

    def slice_seconds(self) -> float:
        """Time to train before the next snapshot is due: 1 to 8 ms, so that requests are served soon."""
        return min(_SLICE_SECONDS, max(_MIN_SLICE_SECONDS, self._next_at - self._clock()))

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure what a snapshot costs the training: taking it and waiting for its drawing."""
        start = self._clock()
        yield
        end = self._clock()
        self._costs.append(end - start)
        cost, share = median(self._costs), _SNAPSHOT_SHARE
        if self.at_full_speed:
            cost = end - start
        elif self.training_waits:
            share = _WAITING_SHARE
        elif cost <= _SMOOTH_SHARE * _SMOOTH_SECONDS:
            share = _SMOOTH_SHARE
        pause = cost * (1 - share) / share
        if cost <= 0.5 * _WATCHABLE_SECONDS:
            pause = min(pause, _WATCHABLE_SECONDS - cost)
        # Slices end late, by up to 2 ms on average: time that training has had before the snapshot is not due after it.
        late = start - self._next_at if start - self._next_at < _FRAME_SECONDS else 0.0
        self._next_at = max(start + _FRAME_SECONDS, end + min(pause, _MAX_PAUSE_SECONDS)) - late


class Turn(Enum):
    """Cost and urgency of a view: which views it draws with, while all do not fit into a picture."""

    BOUNDARY = "the boundary, which users watch: every other snapshot"
    NETWORK = "the network"
    OTHERS = "all else"
    EACH = "small, and waited for: every snapshot"


def drawing_turns(views: Iterable[tuple[View, Turn]]) -> tuple[tuple[View, ...], ...]:
    """The groups of rule 5, in their order."""
    listed = list(views)
    boundary, network, others = (
        tuple(view for view, own in listed if own in (turn, Turn.EACH))
        for turn in (Turn.BOUNDARY, Turn.NETWORK, Turn.OTHERS)
    )
    return boundary, network, boundary, others


class RedrawScheduler(Generic[View]):
    """Views that draw the next snapshot: all while that is fast, else `groups` in turn. A view may be in several."""

    def __init__(
        self, groups: tuple[tuple[View, ...], ...], clock: Callable[[], float] = perf_counter
    ) -> None:
        self.all: tuple[View, ...] = tuple(dict.fromkeys(view for group in groups for view in group))
        self._clock = clock
        self._round = cycle(groups)
        self._groups = tuple(dict.fromkeys(groups))
        self._seconds: dict[tuple[View, ...], deque[float]] = {}
        self._reset_timings()
        self._is_round_robin = False
        self._last_at = float("-inf")

    @contextmanager
    def frame(self, *, running: bool) -> Iterator[tuple[View, ...]]:
        """The views that draw the next snapshot; the time until the end of the `with` is measured."""
        start = self._clock()
        quick, self._last_at = start - self._last_at < _QUICK_SECONDS, start
        if not (quick and running):
            yield self.all
            return
        views = next(self._round) if self._is_round_robin else self.all
        yield views
        self._record(views, self._clock() - start)

    def _record(self, views: tuple[View, ...], seconds: float) -> None:
        self._seconds[views].append(seconds)
        parts = self._groups if self._is_round_robin else (self.all,)
        if any(len(self._seconds[part]) < _MEASURED_FRAMES for part in parts):
            return
        # Shared views and the cost per frame make this sum slightly high: round-robin ends late, and rarely.
        over_budget = sum(median(self._seconds[part]) for part in parts) > _DRAW_BUDGET_SECONDS
        if over_budget != self._is_round_robin:
            self._is_round_robin = over_budget
            self._reset_timings()

    def _reset_timings(self) -> None:
        self._seconds = {part: deque(maxlen=_MEASURED_FRAMES) for part in (self.all, *self._groups)}
