"""The moments of all runs of a document, bounded in memory and on disk.

A run that continues another one, after an edit or a branch, shows the moments of that one up to where it began.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from threading import RLock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.experiment.prepare import PreparedData
from core.train.history import HistoryLog
from playground.model.timeline.moment import Edit, Moment, Vectors
from playground.model.timeline.spill import SpillFolder

_SHARE = 0.25
"""Moments are as far apart as they are from now or an edit, plus this share of the run: five times denser near now."""
_EARLY = 4.0
"""At most this many times as far apart as they are from the start, where most is learned: of 2,000 moments of a run of
100,000 epochs, those of the first 200 epochs all stay."""

Values = NDArray[np.float64]


def drop_order(positions: Values, edits: Values, weight: Values) -> Values:
    """Cost of losing each moment, (moments,): the lowest is dropped first; infinite for both ends.

    `positions` and `edits` ascend, in epochs. `weight` (moments,) multiplies the result.
    """
    count = len(positions)
    scores = np.full(count, np.inf)
    if count < 3:
        return scores
    gaps = positions[2:] - positions[:-2]
    span = max(positions[-1] - positions[0], 1e-9)
    centers = np.append(edits, positions[-1])
    inner = positions[1:-1]
    after = np.clip(np.searchsorted(centers, inner), 0, len(centers) - 1)
    before = np.maximum(after - 1, 0)
    distance = np.minimum(np.abs(centers[after] - inner), np.abs(inner - centers[before]))
    apart = np.minimum(distance + _SHARE * span, _EARLY * (inner - positions[0]))
    scores[1:-1] = gaps / apart * weight[1:-1]
    return scores


def thinned(scores: Values, sizes: Values, excess: float) -> NDArray[np.bool_]:
    """Moments to drop, (moments,): those of the lowest `scores` until their `sizes` sum to `excess`.

    No two neighbours at once, because each is missed more once the other is gone: call it again if that is too little.
    """
    drop = np.zeros(len(scores), np.bool_)
    freed = 0.0
    for index in np.argsort(scores, kind="stable"):
        if freed >= excess or not np.isfinite(scores[index]):
            break
        if drop[index - 1] or drop[(index + 1) % len(drop)]:
            continue
        drop[index] = True
        freed += sizes[index]
    return drop


log = logging.getLogger(__name__)

MAX_MOMENTS: Final = 2_000
"""More than a slider has pixels."""
DISK_TIMES: Final = 4
"""Moments above the memory limit may take this many times as much on disk."""
_MAX_EDITS = 200
_MAX_RUNS = 32
_KEPT = 7 / 8
_OTHER_RUNS = 1 / 16
"""Factor for moments that only undo can reach."""
_RESUMABLE = 4.0
"""Factor for moments from which others are replayed."""

_position = attrgetter("position")


@dataclass(eq=False)
class Line:
    """One run: it continues `parent`, another run's number, from `start` epochs on; None begins at epoch 0.

    `history` belongs to the trainer, and only its thread may read it.
    """

    run: int
    data: PreparedData
    history: HistoryLog
    parent: int | None = None
    start: float = 0.0
    moments: list[Moment] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)


class TimelineStore:
    """May be used by several threads. Moments in memory take at most `memory_limit` bytes, on disk four times that."""

    def __init__(self, memory_limit: int = 256_000_000, spill: SpillFolder | None = None) -> None:
        self._lock = RLock()
        self._spill = spill or SpillFolder()
        self._memory_limit = memory_limit
        self._lines: dict[int, Line] = {}
        self._current = 0
        self._vectors: dict[int, Vectors] = {}
        self.memory_bytes = self.disk_bytes = 0
        self._disk_works = True
        self.records = True
        """Whether moments are recorded, because somebody looks at them."""
        self.version = 0
        """Changes whenever moments or edits do."""

    @property
    def count(self) -> int:
        """Moments of all runs."""
        with self._lock:
            return sum(len(line.moments) for line in self._lines.values())

    @property
    def memory_limit(self) -> int:
        return self._memory_limit

    @memory_limit.setter
    def memory_limit(self, limit: int) -> None:
        with self._lock:
            self._memory_limit = limit
            self._disk_works = True
            self._make_room()

    def begin(
        self, run: int, data: PreparedData, history: HistoryLog, parent: int | None, start: float
    ) -> None:
        """Make `run` the current one; it continues `parent` from `start` epochs on."""
        with self._lock:
            parent = parent if parent in self._lines else None
            self._lines[run] = Line(run, data, history, parent, start)
            self._current = run
            self.version += 1
            while len(self._lines) > _MAX_RUNS and self._remove_oldest_line():
                pass

    def add(self, moment: Moment, vectors: Vectors) -> None:
        """Add a moment of a run that was begun, after its earlier ones; it replaces one at the same position."""
        with self._lock:
            line = self._lines.get(moment.run)
            if line is None:
                return
            if line.moments and line.moments[-1].position >= moment.position:
                self._free(line.moments.pop())
            line.moments.append(moment)
            self._vectors[moment.number] = vectors
            self.memory_bytes += moment.nbytes
            self.version += 1
            self._make_room()

    def mark(self, run: int, edit: Edit, *, replaces: bool = False) -> None:
        """Note an edit; with `replaces` instead of the last one, whose drag goes on."""
        with self._lock:
            line = self._lines.get(run)
            if line is None:
                return
            if line.edits and (replaces or line.edits[-1].position == edit.position):
                line.edits.pop()
            line.edits = [*line.edits, edit][-_MAX_EDITS:]
            self.version += 1

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._lines.clear()
            self._vectors.clear()
            self.memory_bytes = self.disk_bytes = 0
            self._spill.close()
            self.version += 1

    def moments(self, run: int) -> tuple[Moment, ...]:
        """The moments of a run and of those that it continues, by position."""
        with self._lock:
            found: list[Moment] = []
            for line, end in reversed(self._chain(run)):
                found += line.moments if end == np.inf else [m for m in line.moments if m.position < end]
            return tuple(found)

    def edits(self, run: int) -> tuple[Edit, ...]:
        """The edits of a run and of those that it continues, by position."""
        with self._lock:
            found = [
                edit
                for line, end in reversed(self._chain(run))
                for edit in line.edits
                if edit.position <= end
            ]
            return tuple(found)

    def last(self, run: int) -> Moment | None:
        """The last moment of a run itself."""
        with self._lock:
            line = self._lines.get(run)
            return line.moments[-1] if line is not None and line.moments else None

    def vectors(self, moment: Moment) -> Vectors | None:
        """The moment's vectors, read-only; None if it was dropped or cannot be read."""
        with self._lock:
            found = self._vectors.get(moment.number)
            if found is not None or moment.number not in self._spill:
                return found
            try:
                return self._spill.read(moment.number)
            except (OSError, ValueError) as error:
                log.warning("A moment on disk cannot be read: %s", error)
                return None

    def line(self, run: int) -> Line | None:
        """A run with its data and history; None if it was dropped."""
        return self._lines.get(run)

    def resumable_before(self, moment: Moment) -> Moment | None:
        """The nearest moment from which training leads exactly to this one; None if it was dropped."""
        with self._lock:
            line = self._lines.get(moment.run)
            if line is None:
                return None
            count = bisect_right(line.moments, moment.position, key=_position)
            for each in reversed(line.moments[:count]):
                if each.segment != moment.segment:
                    return None
                if each.resumable:
                    return each
            return None

    def _chain(self, run: int | None) -> list[tuple[Line, float]]:
        """The run and those that it continues, each with the position where it ends for this run."""
        found: list[tuple[Line, float]] = []
        end = np.inf
        while run is not None and (line := self._lines.get(run)) is not None:
            found.append((line, end))
            end = min(end, line.start)
            run = line.parent
        return found

    # -- the limits -------------------------------------------------------------------------------------------------

    def _make_room(self) -> None:
        limit = self._memory_limit
        total_limit = limit * (1 + DISK_TIMES) if self._disk_works else limit
        for _ in range(20):
            count, total = self.count, self.memory_bytes + self.disk_bytes
            if count <= MAX_MOMENTS and total <= total_limit:
                break
            share = max(count / MAX_MOMENTS, total / max(1, total_limit))
            if not self._thin(1 - _KEPT / share) and not self._remove_oldest_line():
                break
        if self.memory_bytes > limit and self._disk_works:
            self._spill_oldest(limit)
        if self.memory_bytes > limit and not self._disk_works:
            self._thin(1 - _KEPT * limit / self.memory_bytes)

    def _spill_oldest(self, limit: int) -> None:
        """Move moments to disk, those that were added first. Few at a time: the window waits for the lock."""
        sizes = {m.number: m.nbytes for line in self._lines.values() for m in line.moments}
        for number in list(self._vectors):
            if self.memory_bytes <= limit:
                return
            try:
                self._spill.write(number, self._vectors[number])
            except OSError as error:
                log.warning("Moments cannot be kept on disk: %s", error)
                self._disk_works = False
                return
            del self._vectors[number]
            self.memory_bytes -= sizes[number]
            self.disk_bytes += sizes[number]

    def _thin(self, share: float) -> bool:
        """Drop about `share` of the bytes and of the moments; whether any were."""
        places = list(self._scored())
        if not places:
            return False
        scores = np.concatenate([each for _, each in places])
        moments = [(line, moment) for line, _ in places for moment in line.moments]
        sizes = np.array([moment.nbytes for _, moment in moments], float)
        dropped = np.flatnonzero(thinned(scores, sizes, share * float(sizes.sum())))
        self._drop({moments[index][1] for index in dropped})
        return len(dropped) > 0

    def _scored(self) -> Iterator[tuple[Line, NDArray[np.float64]]]:
        """Every run with the scores of its moments."""
        shown = {line.run for line, _ in self._chain(self._current)}
        for line in self._lines.values():
            positions = np.array([moment.position for moment in line.moments], float)
            weight = np.array([_RESUMABLE if moment.resumable else 1.0 for moment in line.moments], float)
            edits = np.array([edit.position for edit in line.edits], float)
            scores = drop_order(positions, edits, weight)
            if line.run not in shown:
                scores *= _OTHER_RUNS
            # The first moment of a segment is the one from which its others are replayed.
            first = [i for i, m in enumerate(line.moments) if i and m.segment != line.moments[i - 1].segment]
            scores[first] = np.maximum(scores[first], 1e6)
            yield line, scores

    def _drop(self, gone: set[Moment]) -> None:
        for line in self._lines.values():
            line.moments = [moment for moment in line.moments if moment not in gone]
        for moment in gone:
            self._free(moment)
        self.version += 1

    def _free(self, moment: Moment) -> None:
        if self._vectors.pop(moment.number, None) is not None:
            self.memory_bytes -= moment.nbytes
        elif moment.number in self._spill:
            self._spill.remove(moment.number)
            self.disk_bytes -= moment.nbytes

    def _remove_oldest_line(self) -> bool:
        """Drop a run that the current one does not continue; whether there is one."""
        shown = {line.run for line, _ in self._chain(self._current)}
        for run, line in self._lines.items():
            if run not in shown:
                for moment in line.moments:
                    self._free(moment)
                del self._lines[run]
                return True
        return False
