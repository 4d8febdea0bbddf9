"""Take snapshots of earlier moments on a thread of its own, with a network of its own: training goes on meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer, Signal, Slot

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer
from core.inspect.data_map import DataMapPass
from core.inspect.found_samples import MistakeSearch
from core.inspect.histograms import HistogramsPart, LayerHistograms
from core.inspect.plane_scan import PlaneRefinement
from core.inspect.predictions import Part, PredictionPass
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.inspect.texts import TextsPart, TextWish
from core.nn.network import Network
from core.spec.arrays import Array
from core.train.trainer import RestEvaluation, Trainer
from playground.model.timeline.moment import Moment, load_weights, spread_moments
from playground.model.timeline.store import TimelineStore
from playground.training.background_task import SlicedTaskRunner
from playground.training.edit_effects import changes_live, sees_same_samples
from playground.training.mailbox import Mailbox
from playground.training.worker_thread import Worker, guarded

log = logging.getLogger(__name__)

THUMBNAIL_GRID = 40
_LINES = 3
_SLICE_SECONDS = 0.004
_REST_MS = 80
"""Without another request for so long, the pointer rests."""
_MAPPED: Final = 50
"""Moments whose networks predict for the data map."""


@dataclass(frozen=True, eq=False)
class PastRequest:
    """A moment to show, as one of run `run`; `contents` as for live snapshots."""

    moment: Moment
    run: int
    contents: SnapshotRequest


@dataclass(frozen=True, eq=False)
class MapRequest:
    """A split to map by the networks of run `run`, whose experiment is given, up to an epoch."""

    part: Part
    run: int
    experiment: Experiment
    until: float


@dataclass(frozen=True, eq=False)
class PastSnapshot:
    """A snapshot without history, which the live one has; None if the moment was dropped."""

    moment: Moment
    run: int
    snapshot: Snapshot | None


@dataclass(frozen=True, eq=False)
class MomentPicture:
    """A moment in small: `boundary` (rows, columns, outputs) and `confusion` (classes, classes), as in snapshots.

    In place of both `lines` that a network of texts writes then, all with the same random numbers.
    """

    moment: Moment
    boundary: Array | None
    confusion: NDArray[np.int64] | None
    lines: tuple[str, ...] = ()


@dataclass(eq=False)
class _Viewer:
    """A network for the moments of one experiment on some data."""

    data: PreparedData
    trainer: Trainer
    taker: SnapshotTaker
    run: int
    moment: Moment | None = None


class PastWorker(Worker):
    """Lives in its thread; every slot is called through queued signals. Snapshots go through a mailbox."""

    title = "The look at an earlier moment"
    failed = Signal(str)
    """A sentence: why something cannot be shown."""
    snapshot_ready = Signal()
    thumbnail_ready = Signal(object)
    """A Thumbnail."""
    histograms_ready = Signal(object)
    """The (Moment, LayerHistograms) pairs of the requested layer, by position."""

    predictions_ready = Signal(object)
    """The requested `SplitPredictions`, or None."""
    mistake_found = Signal(object)
    """The requested `Misclassified`, or None."""
    map_progressed = Signal(float)
    """Progress of the data map, 0 … 1."""
    map_ready = Signal(object)
    """The requested `DataMap`, or None."""

    def __init__(
        self, store: TimelineStore, requests: Mailbox[PastRequest], snapshots: Mailbox[PastSnapshot]
    ) -> None:
        super().__init__()
        self._store, self._requests, self._snapshots = store, requests, snapshots
        self._viewer: _Viewer | None = None
        self._small: _Viewer | None = None
        self._waiting: list[Moment] = []
        self._uncounted: list[Moment] = []
        self._counted: list[tuple[Moment, LayerHistograms]] = []
        self._layer = 0
        self._refining = SlicedTaskRunner(lambda: _SLICE_SECONDS, self)
        self._refining.progressed.connect(self._put_refined)
        self._evaluating = self._task_runner(self._put_evaluated)
        self._predicting = self._task_runner(self.predictions_ready.emit)
        self._searching = self._task_runner(self.mistake_found.emit)
        self._mapping = self._task_runner(self.map_ready.emit)
        self._mapping.progressed.connect(self._tell_progress)
        self._map: DataMapPass | None = None
        self._refinement: PlaneRefinement | None = None
        self._refined = 0
        self._shown: PastRequest | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._take_next)
        self._resting = QTimer(self, interval=_REST_MS, singleShot=True)
        self._resting.timeout.connect(self._refine)

    @Slot()
    def take(self) -> None:
        """Take the newest requested snapshot."""
        request = self._requests.take()
        if request is None:
            return
        snapshot = None
        try:
            snapshot = self._snapshot(request)
        except Exception as error:
            self.tell(error)
        self._refining.cancel()
        if self._shown is None or request.moment is not self._shown.moment:
            # Their weights are overwritten; predictions have a copy.
            self._evaluating.cancel()
            self._searching.cancel()
        self._shown = request
        self._put(snapshot)
        self._resting.start()

    def fail(self, sentence: str) -> None:
        self.failed.emit(sentence)

    @Slot(object)
    def make_thumbnails(self, moments: list[Moment]) -> None:
        """Make thumbnails while no snapshot is requested; replaces an earlier list."""
        self._waiting = list(reversed(moments))
        self._timer.start()

    @Slot(object)
    def make_histograms(self, request: tuple[int, list[Moment]]) -> None:
        """Count a layer's values at some moments while no snapshot is requested; replaces an earlier request."""
        self._layer, moments = request
        self._uncounted, self._counted = list(reversed(moments)), []
        self._timer.start()

    @Slot()
    def forget(self) -> None:
        """Free the networks and their data."""
        self._viewer = self._small = self._shown = self._refinement = self._map = None
        self._waiting, self._uncounted = [], []
        self._resting.stop()
        for task in (self._refining, self._evaluating, self._predicting, self._searching, self._mapping):
            task.cancel()

    @Slot(str)
    def predict_part(self, part: Part) -> None:
        """Predict every sample of a split at the shown moment; emits `predictions_ready`."""
        if (viewer := self._viewer) is None or not viewer.data.task.classifies:
            self._predicting.start(None)
        else:
            self._predicting.start(PredictionPass(viewer.trainer, viewer.data, part, viewer.run))

    @Slot(int)
    def find_mistake(self, after: int) -> None:
        """Search for the next test sample after row `after` that the network of the shown moment gets wrong."""
        if (viewer := self._viewer) is not None and viewer.data.task.classifies:
            self._searching.start(MistakeSearch(viewer.trainer, viewer.data, after, viewer.run))

    @Slot(object)
    def make_map(self, request: MapRequest | None) -> None:
        """Let earlier networks of a run predict a split; None ends that. Emits `map_ready`."""
        self._mapping.cancel()
        if request is None:
            return
        line = self._store.line(request.run)
        if line is None or not line.data.task.classifies or line.data.encoding.tokens:
            self._mapping.start(None)
            return
        fitting = [
            moment
            for moment in self._store.moments(request.run)
            # The first weights are chance.
            if 0 < moment.position <= request.until
            and sees_same_samples(moment.experiment, request.experiment)
        ]
        spread = spread_moments(fitting, _MAPPED)
        loads = [(moment.position, partial(self._network, moment)) for moment in spread]
        self._map = DataMapPass(loads, line.data, request.part, request.run)
        self._mapping.start(self._map)

    def _network(self, moment: Moment) -> Network | None:
        """The network of a moment, until the next one is loaded."""
        viewer = self._load(moment, 0, small=True)
        return None if viewer is None else viewer.trainer.network

    @guarded
    def _tell_progress(self) -> None:
        if self._map is not None:
            self.map_progressed.emit(self._map.share)

    def _task_runner(self, then: Callable[[object], None]) -> SlicedTaskRunner:
        runner = SlicedTaskRunner(lambda: _SLICE_SECONDS, self)
        runner.finished.connect(then)
        return runner

    def _snapshot(self, request: PastRequest) -> Snapshot | None:
        viewer = self._load(request.moment, request.run, small=False)
        if viewer is None:
            return None
        with np.errstate(all="ignore"):
            # While more requests wait, slow parts may be those of an earlier moment.
            return viewer.taker.take(request.contents, running=not self._requests.empty)

    def _put(self, snapshot: Snapshot | None) -> None:
        assert self._shown is not None
        self._snapshots.put(PastSnapshot(self._shown.moment, self._shown.run, snapshot))
        self.snapshot_ready.emit()

    @guarded
    def _refine(self) -> None:
        """Predict the plane at the plot's pixels and all test samples, once no other moment is requested."""
        if self._viewer is not None and self._viewer.trainer.lacks_figures:
            self._evaluating.start(RestEvaluation(self._viewer.trainer))
        self._refinement = None if self._viewer is None else self._viewer.taker.refinement()
        self._refined = 0
        if self._refinement is not None:
            self._refining.start(self._refinement)

    @guarded
    def _put_evaluated(self, evaluated: object) -> None:
        if evaluated and self._viewer is not None:
            self._put(self._viewer.taker.take_evaluated())

    @guarded
    def _put_refined(self) -> None:
        task, viewer = self._refinement, self._viewer
        if task is not None and viewer is not None and task.count != self._refined:
            self._refined = task.count
            self._put(viewer.taker.take_refined())

    @guarded
    def _take_next(self) -> None:
        """One thumbnail or one moment's histograms, so that a snapshot need not wait for all."""
        if self._waiting:
            self._take_thumbnail()
        elif self._uncounted:
            self._count_values()
        else:
            self._timer.stop()

    def _count_values(self) -> None:
        moment = self._uncounted.pop()
        viewer = self._load(moment, 0, small=True)
        found = None if viewer is None else viewer.taker.take_part(HistogramsPart, self._layer)
        if found is not None:
            self._counted.append((moment, found))
        if not self._uncounted:
            self.histograms_ready.emit(self._counted)

    def _take_thumbnail(self) -> None:
        moment = self._waiting.pop()
        viewer = self._load(moment, 0, small=True)
        if viewer is None:
            return
        with np.errstate(all="ignore"):
            texts = viewer.taker.take_part(TextsPart, TextWish(count=_LINES))
            boundary, confusion = viewer.taker.take_small(THUMBNAIL_GRID)
        lines = () if texts is None else texts.short_lines
        self.thumbnail_ready.emit(MomentPicture(moment, boundary, confusion, lines))

    def _load(self, moment: Moment, run: int, *, small: bool) -> _Viewer | None:
        """A network with the moment's weights; None if they were dropped."""
        line, vectors = self._store.line(moment.run), self._store.vectors(moment)
        if line is None or vectors is None:
            return None
        viewer = self._small if small else self._viewer
        if viewer is None or not _fits(viewer, line.data, run, moment):
            trainer = make_trainer(moment.experiment, line.data, evaluate=False, record_initial=False)
            taker = SnapshotTaker(trainer, line.data, run, moment.experiment, examines=False)
            viewer = _Viewer(line.data, trainer, taker, run)
        elif moment.experiment is not viewer.taker.experiment:
            viewer.trainer.network.intervene(moment.experiment.interventions)
            viewer.trainer.configure(moment.experiment.training)
            viewer.taker.experiment = moment.experiment
        if small:
            self._small = viewer
        else:
            self._viewer = viewer
        if moment is not viewer.moment:
            load_weights(moment, vectors, viewer.trainer)
            viewer.taker.forget()
            viewer.moment = moment
        return viewer


def _fits(viewer: _Viewer, data: PreparedData, run: int, moment: Moment) -> bool:
    """Whether the network can show the moment: only live settings differ."""
    shown = viewer.taker.experiment
    if viewer.data is not data or viewer.run != run:
        return False
    return shown is moment.experiment or changes_live(shown, moment.experiment)
