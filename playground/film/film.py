"""A film from a run's moments: which moment each frame shows, and its snapshots."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import attrgetter
from pathlib import Path

import numpy as np
from PIL import Image

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer
from core.inspect.snapshot import Snapshot
from core.inspect.snapshot_taker import SnapshotTaker
from core.train.history import History
from playground.film.composer import FrameComposer, frame_request
from playground.film.settings import FilmSettings
from playground.film.writer import write_film
from playground.model.timeline.moment import Moment, Vectors, load_weights

__all__ = ["Film"]


class Film:
    """`vectors(moment)` returns a moment's vectors, None if dropped; `moments` ascend and are of one network each."""

    def __init__(
        self,
        settings: FilmSettings,
        data: PreparedData,
        moments: Sequence[Moment],
        vectors: Callable[[Moment], Vectors | None],
        history: History,
        footer: str = "",
    ) -> None:
        if not moments:
            raise ValueError("Film: there must be moments to show, got none")
        self.settings, self._data = settings, data
        self._moments, self._vectors = moments, vectors
        end = moments[-1].position
        self._composer = FrameComposer(settings, data, history, end, footer)
        self._positions = settings.positions(end)
        self._request = frame_request(settings)
        self._taker: SnapshotTaker | None = None
        self._experiment: Experiment | None = None
        self._last: tuple[Moment, Snapshot] | None = None
        self._drawn: tuple[Moment, float, Image.Image] | None = None

    def __len__(self) -> int:
        return self.settings.title_frames + len(self._positions)

    def position(self, number: int) -> float:
        """The epoch of a frame; 0 for the title card."""
        return self._positions[max(0, number - self.settings.title_frames)]

    def frame(self, number: int) -> Image.Image:
        """One frame."""
        if number < self.settings.title_frames:
            return self._composer.title()
        position = self.position(number)
        moment = self._moments[max(0, bisect_right(self._moments, position, key=attrgetter("position")) - 1)]
        if self._drawn is not None and self._drawn[:2] == (moment, position):
            return self._drawn[2]
        image = self._composer.frame(self._snapshot(moment), position)
        self._drawn = moment, position, image
        return image

    def write(self, path: Path, report: Callable[[int, int], None] | None = None) -> None:
        """Write the film; see `write_film`."""
        settings = self.settings
        write_film(path, len(self), settings.fps, self.frame, loop=settings.loop, report=report)

    def _snapshot(self, moment: Moment) -> Snapshot:
        """The moment's snapshot, or the last one where it was dropped."""
        if self._last is not None and self._last[0] is moment:
            return self._last[1]
        vectors = self._vectors(moment)
        if vectors is None and self._last is not None:
            return self._last[1]
        if vectors is None:
            raise ValueError("Film: the moments are no longer kept")
        if self._taker is None or moment.experiment is not self._experiment:
            self._trainer = make_trainer(moment.experiment, self._data, evaluate=False, record_initial=False)
            self._taker = SnapshotTaker(self._trainer, self._data, 0, moment.experiment, examines=False)
            self._experiment = moment.experiment
        load_weights(moment, vectors, self._trainer)
        self._taker.forget()
        with np.errstate(all="ignore"):
            snapshot = self._taker.take(self._request, running=True)
        self._last = moment, snapshot
        return snapshot
