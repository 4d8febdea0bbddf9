"""Footage of a film: moments of one or more runs, each run with its data and history."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from core.experiment.prepare import PreparedData
from core.train.history import History, HistoryLog
from playground.model.timeline.moment import Moment, Vectors
from playground.model.timeline.store import TimelineStore


@dataclass(frozen=True, eq=False)
class Take:
    """A moment with the data of its run."""

    moment: Moment
    data: PreparedData


@dataclass(frozen=True, eq=False)
class Scene:
    """Takes of one run, by position; `history` is also that of the runs that it continues, and that continue it."""

    takes: tuple[Take, ...]
    history: History

    @property
    def data(self) -> PreparedData:
        return self.takes[0].data


@dataclass(frozen=True, eq=False)
class Shot:
    """Content of one frame: a moment, `position` in epochs."""

    scene: Scene
    moment: Moment
    position: float


@dataclass(frozen=True, eq=False)
class Footage:
    """Raises `ValueError` without moments.

    `vectors(moment)` returns a moment's vectors, None if they were dropped.
    """

    scenes: tuple[Scene, ...]
    vectors: Callable[[Moment], Vectors | None]

    def __post_init__(self) -> None:
        if not self.scenes:
            raise ValueError("Film: there must be moments to show, got none")

    @property
    def end(self) -> float:
        """The last position, in epochs."""
        return self.scenes[-1].takes[-1].moment.position

    def shot(self, position: float) -> Shot:
        """The last moment until a position."""
        index = bisect_right(self.scenes, position, key=lambda scene: scene.takes[0].moment.position) - 1
        scene = self.scenes[max(0, index)]
        index = bisect_right(scene.takes, position, key=lambda take: take.moment.position) - 1
        return Shot(scene, scene.takes[max(0, index)].moment, position)


def timeline_footage(store: TimelineStore, run: int) -> Footage:
    """All moments of a run and of those that it continues. Raises `ValueError` if there are none."""
    takes = []
    for moment in store.moments(run):
        if (line := store.line(moment.run)) is not None:
            takes.append(Take(moment, line.data))
    return Footage(scenes_of(takes), store.vectors)


def scenes_of(takes: Iterable[Take]) -> tuple[Scene, ...]:
    """A scene for each run; scenes between which epochs go on share a history."""
    runs = [tuple(group) for _, group in groupby(takes, key=lambda take: take.moment.run)]
    stretches: list[list[tuple[Take, ...]]] = []
    for run in runs:
        goes_on = bool(stretches) and run[0].moment.position >= stretches[-1][-1][-1].moment.position
        if goes_on and run[0].data.task == stretches[-1][-1][-1].data.task:
            stretches[-1].append(run)
        else:
            stretches.append([run])
    found = []
    for stretch in stretches:
        history = _history([take.moment for run in stretch for take in run])
        found += [Scene(run, history) for run in stretch]
    return tuple(found)


def _history(moments: Sequence[Moment]) -> History:
    """The figures of moments, once each."""
    log, rows = HistoryLog(), {moment.figures.place.position: moment for moment in moments}
    for position in sorted(rows):
        log.add(rows[position].figures, rows[position].learning_rate, math.nan)
    return log.view()
