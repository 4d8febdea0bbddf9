"""A live recording: the moments of a training as they come, of all its runs, with the times at which they came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from time import perf_counter
from typing import Final

from core.experiment.prepare import PreparedData
from playground.model.timeline.moment import Moment, Vectors
from playground.model.timeline.store import Line
from playground.plugins.film.footage import Footage, Take, scenes_of

_INTERVAL_SECONDS: Final = 1 / 60
"""No film has more frames."""
_PAUSE_SECONDS: Final = 0.5
"""Longer waits, such as a pause, are cut to this."""
_MAX_BYTES: Final = 256_000_000
_MAX_TAKES: Final = 4_000


class Recording:
    """`add` is called on the training's thread. A long recording keeps fewer moments of every second.

    Where that is not enough, because runs on several large datasets were recorded, the first runs are dropped.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter, max_bytes: int = _MAX_BYTES) -> None:
        self._clock, self._max_bytes = clock, max_bytes
        self._lock = Lock()
        self._takes: list[Take] = []
        self._vectors: dict[int, Vectors] = {}
        self._data: Counter[PreparedData] = Counter()
        """Number of takes of each."""
        self._bytes = self._data_bytes = 0
        self._interval = _INTERVAL_SECONDS
        self.seconds = self._at = 0.0
        """Length of the recording."""

    def __len__(self) -> int:
        return len(self._takes)

    def add(self, line: Line, moment: Moment, vectors: Vectors) -> None:
        """Record a moment of a run."""
        with self._lock:
            now = self._clock()
            if self._takes:
                self.seconds += min(now - self._at, _PAUSE_SECONDS)
            self._at = now
            if len(self._takes) > 1:
                before, last = self._takes[-2:]
                close = self.seconds - (before.seconds or 0.0) < self._interval
                if close and before.moment.run == last.moment.run == moment.run:
                    self._remove(self._takes.pop())
            self._keep(line, moment, vectors)
            if self._bytes > self._max_bytes or len(self._takes) > _MAX_TAKES:
                self._thin()
            # The data of the current run are in memory anyway.
            while (
                self._bytes + self._data_bytes - line.data.nbytes > self._max_bytes
                and self._takes[0].moment.run != moment.run
            ):
                self._drop_run(self._takes[0].moment.run)

    def footage(self) -> Footage:
        """The recording so far. Raises `ValueError` if that is nothing."""
        with self._lock:
            vectors = dict(self._vectors)
            return Footage(scenes_of(self._takes), lambda moment: vectors.get(moment.number))

    def _keep(self, line: Line, moment: Moment, vectors: Vectors) -> None:
        # Without what only training needs.
        self._vectors[moment.number] = vectors[:2]
        self._takes.append(Take(replace(moment, numbers=None), line.data, self.seconds))
        self._bytes += sum(vector.nbytes for vector in vectors[:2])
        self._data_bytes += 0 if line.data in self._data else line.data.nbytes
        self._data[line.data] += 1

    def _remove(self, take: Take) -> None:
        self._bytes -= sum(vector.nbytes for vector in self._vectors.pop(take.moment.number))
        self._data[take.data] -= 1
        if not self._data[take.data]:
            del self._data[take.data]
            self._data_bytes -= take.data.nbytes

    def _drop_run(self, run: int) -> None:
        for take in self._takes:
            if take.moment.run == run:
                self._remove(take)
        self._takes = [take for take in self._takes if take.moment.run != run]

    def _thin(self) -> None:
        """Drop every second moment but the first and the last."""
        dropped = self._takes[1:-1:2]
        gone = {take.moment.number for take in dropped}
        self._takes = [take for take in self._takes if take.moment.number not in gone]
        for take in dropped:
            self._remove(take)
        self._interval *= 2
