"""Number of steps due at the selected speed."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter

from playground.model.training_speed import Speed

# After a pause or a slow epoch the backlog is dropped, not caught up.
_MAX_GAP_SECONDS = 0.25


class StepPacer:
    """Counts the steps that a speed allows; full speed is unlimited. `clock` returns seconds."""

    def __init__(self, speed: Speed, clock: Callable[[], float] = perf_counter) -> None:
        self._speed, self._clock = speed, clock
        self.start()

    @property
    def interval_ms(self) -> int:
        """Timer interval: 0 at full speed and where the network cannot keep up, else short for an even rhythm."""
        return 0 if self._speed.kind == "max" or self.is_behind else 4

    def start(self) -> None:
        """Count from now; the first step is due at once."""
        self._last = self._clock()
        self._due = 1.0
        self.is_behind = False
        """Set by the caller: whether the steps due took longer than they may."""
        self.backlog_seconds = math.inf if self._speed.kind == "max" else 0.0
        """For how long steps had been due when they were last taken."""

    def steps_due(self, steps_per_epoch: int) -> int | None:
        """Take the whole steps that are due now; None means unlimited."""
        if self._speed.kind == "max":
            return None
        now = self._clock()
        per_second = self._speed.per_second * (steps_per_epoch if self._speed.kind == "epochs" else 1)
        most = _MAX_GAP_SECONDS * per_second + 1.0
        self._due = min(self._due + (now - self._last) * per_second, most)
        self._last = now
        whole = math.floor(self._due)
        self._due -= whole
        self.backlog_seconds = (whole - 1) / per_second
        return whole

    def put_back(self, steps: int) -> None:
        """Make `steps` due again that a slice, which ended for a snapshot, had no time for."""
        self._due += steps
