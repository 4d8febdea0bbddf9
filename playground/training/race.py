"""A race: its lanes, the worker that trains them in turns, and the session on the GUI thread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Slot

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.experiment.project_file import TrainerState
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn.network import Network
from core.runs.trial import TrialResult
from core.train.train_step import DivergedError
from core.train.trainer import Trainer
from playground.training.edit_effects import data_key
from playground.training.group_session import GroupSession
from playground.training.group_worker import GroupRequest, GroupWorker
from playground.training.mailbox import Mailbox

TARGET = 0.95
"""The score to which the lanes race; R² for values."""
_REQUEST = SnapshotRequest(grid=80, maps=12)
_REQUEST_AT_REST = replace(_REQUEST, grid=200)
"""Of points and tables; a plane of images takes a second."""
_MAX_TIMES = 20_000


@dataclass(frozen=True, eq=False)
class LaneMoment:
    """One moment of a lane.

    - `times` (moments, 2): epochs, and the seconds of training that they took, ascending.
    - `reached`: epoch and seconds at which the score first was `TARGET`, or None. `failed`: why it stopped, or "".
    """

    snapshot: Snapshot
    seconds: float
    parameters: int
    times: NDArray[np.float64]
    reached: tuple[float, float] | None
    failed: str = ""

    @property
    def score(self) -> float:
        """The latest test score, or the training score without test samples."""
        return self.snapshot.figures.decisive.score


def places(moments: Sequence[LaneMoment]) -> list[int]:
    """Places from 1, by score and then by loss, equal ones shared; 0 before anything is trained."""
    if all(moment.snapshot.epoch == 0 for moment in moments):
        return [0] * len(moments)

    def key(number: int) -> tuple[float, float]:
        moment = moments[number]
        loss = moment.snapshot.figures.test.loss
        score = moment.score if not moment.failed and not math.isnan(moment.score) else -math.inf
        return -score, loss if not math.isnan(loss) else math.inf

    keys = [key(number) for number in range(len(moments))]
    return [1 + sum(other < own for other in keys) for own in keys]


def leaders_of(moments: Sequence[LaneMoment]) -> list[int]:
    """The lanes that reached the target in the fewest epochs: several are tied, whatever the milliseconds say."""
    there = {number: moment.reached[0] for number, moment in enumerate(moments) if moment.reached is not None}
    return [number for number, epoch in there.items() if epoch == min(there.values())]


@dataclass(eq=False)
class Lane:
    """One configuration while it is trained; belongs to the thread that trains."""

    experiment: Experiment
    data: PreparedData
    trainer: Trainer
    taker: SnapshotTaker
    seconds: float = 0.0
    times: list[tuple[float, float]] = field(default_factory=lambda: [(0.0, 0.0)])
    reached: tuple[float, float] | None = None
    failed: str = ""

    def run(self, seconds: float, until_epoch: int) -> None:
        """Train for at most `seconds`, and not beyond an epoch."""
        if self.failed or self.trainer.epoch >= until_epoch:
            return
        trainer, start = self.trainer, perf_counter()
        try:
            while trainer.epoch < until_epoch and perf_counter() - start < seconds:
                epoch, left = trainer.epoch, seconds - (perf_counter() - start)
                trainer.run_for(max(left, 1e-4), max(1, trainer.steps_left))
                if trainer.epoch != epoch:
                    self._end_epoch(perf_counter() - start)
        except DivergedError as error:
            self.failed = str(error)
        self.seconds += perf_counter() - start

    def moment(self, *, running: bool) -> LaneMoment:
        """A snapshot and what was reached."""
        network = self.trainer.network
        fine = not running and len(self.data.data.shape) < 3
        snapshot = self.taker.take(_REQUEST_AT_REST if fine else _REQUEST, running=running)
        times = np.array([*self.times, (self.trainer.fractional_epoch, self.seconds)])
        return LaneMoment(snapshot, self.seconds, network.parameter_count, times, self.reached, self.failed)

    def result(self) -> tuple[TrialResult, Snapshot]:
        """The trained network, and a snapshot of it."""
        state = TrainerState.of(self.trainer, self.data.pipeline)
        result = TrialResult.of_state(state, self.experiment.seed, self.seconds, self.failed)
        return result, self.taker.take(_REQUEST, running=False)

    def _end_epoch(self, seconds: float) -> None:
        now = float(self.trainer.epoch), self.seconds + seconds
        self.times.append(now)
        if len(self.times) > _MAX_TIMES:
            self.times = self.times[::2]
        if self.reached is None and self.trainer.figures.decisive.score >= TARGET:
            self.reached = now


def make_lanes(experiments: tuple[Experiment, ...]) -> list[Lane]:
    """Lanes at epoch 0. Raises `DataError` and `LayerError`.

    Weights of the same shape and initializer at the same place are those of the first lane; so are the order of the
    batches and dropout, which follow from the seed.
    """
    lanes: list[Lane] = []
    for number, experiment in enumerate(experiments, 1):
        # Inputs, scaling and loss may differ, and the data where that was asked for. What is the same is kept once:
        # 10,000 images take 60 MB.
        alike = (lane.data for lane in lanes if data_key(lane.experiment) == data_key(experiment))
        own = next(alike, None) or prepare(experiment)
        trainer = make_trainer(experiment, own, record_initial=False)
        if lanes and experiment.seed == experiments[0].seed:
            _share_weights(lanes[0].trainer.network, trainer.network)
        trainer.start_history()
        taker = SnapshotTaker(trainer, own, number, experiment, examines=False)
        lanes.append(Lane(experiment, own, trainer, taker))
    return lanes


def _share_weights(first: Network, other: Network) -> None:
    """Copy arrays of the same shape at the same place, unless their initializers differ."""
    pairs = zip(first.layers, other.layers, first.weights, other.weights, strict=False)
    for layer, own_layer, weights, own in pairs:
        for name in weights.keys() & own.keys():
            same = getattr(layer, f"{name}_initializer", None) == getattr(
                own_layer, f"{name}_initializer", None
            )
            if same and weights[name].shape == own[name].shape:
                own[name][...] = weights[name]
    other.prune_links()


_SLICE_SECONDS = 0.012


class RaceWorker(GroupWorker):
    """Lives in the thread of a `RaceSession`; every slot is called through queued signals."""

    title = "The race"

    def __init__(
        self, requests: Mailbox[GroupRequest], moments: Mailbox[tuple[int, list[LaneMoment]]]
    ) -> None:
        super().__init__(requests, moments)
        self._lanes: list[Lane] = []
        self._by_seconds = False
        self._epochs_per_second = 0.0
        self._stop_at = 0
        self._started_at, self._first_epoch = 0.0, 0

    def _make(self, request: GroupRequest) -> list[PreparedData]:
        self._lanes = make_lanes(request.experiments)
        return [lane.data for lane in self._lanes]

    def _begin(self, *, was_running: bool) -> None:
        self._show()
        self.running_changed.emit(self._number, False)
        if was_running:
            self.play()

    def _let_go(self) -> None:
        self._lanes = []

    @Slot()
    def step_epoch(self) -> None:
        """Train every lane to the end of the next epoch."""
        if not self._lanes or self._timer.isActive():
            return
        target = self._epoch + 1
        for lane in self._lanes:
            lane.run(60.0, target)
        self._show()

    def _results(self, wanted: tuple[int, ...] | None) -> list[tuple[TrialResult, Snapshot]]:
        return [lane.result() for lane in self._lanes]

    @Slot(bool, float, int)
    def configure(self, by_seconds: bool, epochs_per_second: float, stop_at: int) -> None:
        """Equal seconds instead of equal epochs; the pace, 0 for full speed; the last epoch, 0 for none."""
        self._by_seconds, self._epochs_per_second, self._stop_at = by_seconds, epochs_per_second, stop_at
        self._started_at, self._first_epoch = perf_counter(), self._epoch

    @property
    def _running_lanes(self) -> list[Lane]:
        last = self._stop_at or 10**9
        return [lane for lane in self._lanes if not lane.failed and lane.trainer.epoch < last]

    @property
    def _epoch(self) -> int:
        """The epoch of the last lane that can go on."""
        return min((lane.trainer.epoch for lane in self._lanes if not lane.failed), default=0)

    @property
    def _has_trainers(self) -> bool:
        return bool(self._lanes)

    @property
    def _is_done(self) -> bool:
        return not self._running_lanes

    def _before_playing(self) -> None:
        self._started_at, self._first_epoch = perf_counter(), self._epoch

    def _train(self) -> None:
        end = perf_counter() + _SLICE_SECONDS
        while perf_counter() < end and (lane := self._next_lane()) is not None:
            lane.run(max(1e-3, end - perf_counter()), self._limit_of(lane))

    def _moment(self, *, running: bool) -> list[LaneMoment]:
        return [lane.moment(running=running) for lane in self._lanes]

    def _next_lane(self) -> Lane | None:
        """The lane that is furthest behind, in epochs or seconds; None if nothing is due at this pace."""
        lanes = [lane for lane in self._running_lanes if lane.trainer.epoch < self._due_epoch]
        if not lanes:
            return None
        if self._by_seconds:
            return min(lanes, key=lambda lane: lane.seconds)
        return min(lanes, key=lambda lane: lane.trainer.fractional_epoch)

    def _limit_of(self, lane: Lane) -> int:
        """The epoch at which another lane has its turn."""
        last = self._stop_at or 10**9
        return min(last, lane.trainer.epoch + 1)

    @property
    def _due_epoch(self) -> float:
        if not self._epochs_per_second:
            return float("inf")
        return self._first_epoch + 1 + (perf_counter() - self._started_at) * self._epochs_per_second


class RaceSession(GroupSession):
    """`prepared` has the PreparedData of every lane, `moment_taken` a list with a `LaneMoment` for each, in order.

    `results_ready` has (TrialResult, Snapshot) of every lane.
    """

    _worker: RaceWorker

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("race", RaceWorker, parent)

    def start(self, experiments: tuple[Experiment, ...]) -> None:
        """Begin a race at epoch 0; it runs if one was running."""
        self._request(GroupRequest(self._next_number(), experiments))

    def step_epoch(self) -> None:
        """Train every lane for one epoch."""
        self._thread.call(self._worker.step_epoch)

    def configure(self, *, by_seconds: bool, epochs_per_second: float, stop_at: int) -> None:
        """Equal seconds instead of equal epochs; the pace, 0 for full speed; the last epoch, 0 for none."""
        self._thread.call(self._worker.configure, by_seconds, epochs_per_second, stop_at)
