"""Leave the interpreter to the window, for threads that have much to do."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep, thread_time
from typing import Final

_MAX_REST_SECONDS: Final = 0.1


class DutyCycle:
    """Limits a thread of Python code to a `share` of one core's time; made and used by that thread.

    `clock` returns the seconds of a core that the thread has used.
    """

    def __init__(
        self, share: float, clock: Callable[[], float] = thread_time, wait: Callable[[float], None] = sleep
    ) -> None:
        self._rest_per_second = (1.0 - share) / share
        self._clock, self._wait = clock, wait
        self._rested_at = clock()

    def rest(self) -> None:
        """Sleep for the other share of the time since the last call, at most 0.1 s."""
        used = self._clock() - self._rested_at
        self._wait(min(_MAX_REST_SECONDS, max(0.0, self._rest_per_second * used)))
        self._rested_at = self._clock()
