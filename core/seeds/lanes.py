"""Trainings side by side: what a race and many seeds have in common, the lanes of a race, and who is ahead."""

from __future__ import annotations

import logging
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData, data_key, make_trainer, prepare
from ..experiment.project_file import TrainerState
from ..inspect.snapshot import Snapshot, SnapshotRequest
from ..inspect.snapshot_taker import SnapshotTaker
from ..io.sentence import error_sentence
from ..nn.network import Network
from ..runs.trial import Status, Trial, TrialResult, curve_of
from ..sweep.plan import Pace
from ..train.train_step import DivergedError
from ..train.trainer import Trainer
from .training import Way

log = logging.getLogger(__name__)

TARGET: Final = 0.95
"""The score to which the lanes race; R² for values."""
_REQUEST: Final = SnapshotRequest(grid=80, maps=12)
_REQUEST_AT_REST: Final = replace(_REQUEST, grid=200)
"""Of points and tables; a plane of images takes a second."""

Learned = tuple[TrialResult, Snapshot]
"""A result with its weights, and a picture of it."""


@dataclass(frozen=True, eq=False)
class LaneMoment:
    """One moment of a lane; `reached`: epoch and seconds at which the score first was `TARGET`, or None."""

    run: TrialResult
    snapshot: Snapshot
    reached: tuple[float, float] | None


@dataclass(frozen=True, eq=False)
class Moment:
    """One moment of trainings side by side.

    - `runs`: what came of each so far, without curves and weights.
    - `done` of `total` epochs, of all together; a total of 0 has no end. `seconds` of training.
    - `curves`: of each, as of a `TrialResult`.
    - `lanes`: those of a race. `picture`, of seeds: a snapshot whose boundary and image are how far they agree, or
      whose confusion matrix is the median. Without pictures both are empty.
    """

    runs: tuple[TrialResult, ...]
    done: int
    total: int
    seconds: float
    running: bool
    curves: tuple[NDArray[np.float32], ...] = ()
    lanes: tuple[LaneMoment, ...] = ()
    picture: Snapshot | None = None
    way: Way = "in_turn"

    @property
    def is_done(self) -> bool:
        return 0 < self.total <= self.done


class LaneSet:
    """Trainings that one thread trains together. Made by it, used by it, and closed by it."""

    slice_seconds: ClassVar[float]
    frame_seconds: ClassVar[float]
    picture_share: ClassVar[float]
    """Pictures of slow networks take at most this share of the time of the training between them."""

    data: Any
    """What is trained on."""

    @property
    def is_done(self) -> bool:
        """Whether all are at their end."""
        raise NotImplementedError

    def runs(self) -> tuple[TrialResult, ...]:
        """What came of each so far, without curves and weights."""
        raise NotImplementedError

    def ended(self) -> Collection[int]:
        """The places in `runs` of those that train no further."""
        raise NotImplementedError

    def moment(self, *, running: bool, drawn: bool = True) -> Moment:
        """All now; without pictures unless `drawn`."""
        raise NotImplementedError

    def results(self, wanted: Collection[int] | None = None) -> list[Learned]:
        """What those at the wanted places have learned, None for all."""
        raise NotImplementedError

    def begin(self, pace: Pace) -> None:
        """The training begins, or goes on, at this pace."""

    def run_for(self, seconds: float) -> None:
        """Train for about so long. What goes wrong in one of them ends that one alone."""
        raise NotImplementedError

    def step_epoch(self) -> None:
        """Train each to the end of the next epoch, where they can be stepped."""

    def draw_at(self, pixels: int) -> None:
        """Pictures at rest are for so many pixels a side."""

    @property
    def refines(self) -> bool:
        """Whether `refine` has something to do."""
        return False

    def refine(self) -> Moment | None:
        """Go on with a finer picture of the last moment, which is at rest; that moment anew when it is finished."""

    def close(self) -> None:
        """End the threads."""


def places(runs: Sequence[TrialResult]) -> list[int]:
    """Places from 1, by score and then by loss, equal ones shared; 0 before anything is trained."""
    if not any(run.epochs for run in runs):
        return [0] * len(runs)
    ranks = [run.rank("test_accuracy") for run in runs]
    return [1 + sum(other > own for other in ranks) for own in ranks]


def leaders_of(moments: Sequence[LaneMoment]) -> list[int]:
    """The lanes that reached the target in the fewest epochs: several are tied, whatever the milliseconds say."""
    there = {number: moment.reached[0] for number, moment in enumerate(moments) if moment.reached is not None}
    return [number for number, epoch in there.items() if epoch == min(there.values())]


@dataclass(eq=False)
class Lane:
    """One configuration while it is trained."""

    number: int
    experiment: Experiment
    data: PreparedData
    trainer: Trainer
    taker: SnapshotTaker
    seconds: float = 0.0
    reached: tuple[float, float] | None = None
    status: Status = "done"
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
        except Exception as error:
            self.status = "diverged" if isinstance(error, DivergedError) else "failed"
            self.failed = error_sentence(error)
            log.info("A lane stopped", exc_info=error)
        self.seconds += perf_counter() - start

    def go_on_from(self, state: TrainerState, seconds: float) -> None:
        """Go on where an earlier training ended after `seconds`. Raises `ValueError` if it was of another network."""
        state.restore(self.trainer)
        self.seconds, log = seconds, state.history
        scores = log.train_accuracy if np.isnan(log.test_accuracy).all() else log.test_accuracy
        if (there := np.flatnonzero((scores >= TARGET) & (log.epoch >= 1.0))).size:
            epoch = math.ceil(log.epoch[there[0]])
            self.reached = float(epoch), seconds * epoch / max(1, epoch, self.trainer.epoch)

    def result(self) -> TrialResult:
        """What came of it so far, without curve and weights."""
        trial = Trial(self.number, self.number, self.experiment.seed, self.trainer.epoch)
        return TrialResult.of(trial, self.trainer, self.seconds, self.status, self.failed)

    def moment(self, *, running: bool) -> LaneMoment:
        """A snapshot and what was reached."""
        fine = not running and len(self.data.data.shape) < 3
        snapshot = self.taker.take(_REQUEST_AT_REST if fine else _REQUEST, running=running)
        return LaneMoment(self.result(), snapshot, self.reached)

    def learned(self) -> Learned:
        """The trained network, and a snapshot of it."""
        state = TrainerState.of(self.trainer, self.data.pipeline)
        found = TrialResult.of_state(
            state, self.experiment.seed, self.seconds, self.failed, number=self.number, status=self.status
        )
        return found, self.taker.take(_REQUEST, running=False)

    def _end_epoch(self, seconds: float) -> None:
        if self.reached is None and self.trainer.figures.decisive.score >= TARGET:
            self.reached = float(self.trainer.epoch), self.seconds + seconds


class Lanes(LaneSet):
    """The lanes of a race; `data` are those of each. `so_far`: see `Plan`. Raises `DataError` and `LayerError`."""

    slice_seconds, frame_seconds, picture_share = 0.012, 0.033, 0.5

    def __init__(
        self,
        experiments: Sequence[Experiment],
        pace: Pace,
        so_far: Mapping[int, tuple[TrainerState, float]] | None = None,
    ) -> None:
        self.lanes = make_lanes(experiments)
        for number, past in (so_far or {}).items():
            self.lanes[number].go_on_from(*past)
        self.data = [lane.data for lane in self.lanes]
        self.begin(pace)

    @property
    def is_done(self) -> bool:
        return not self._running

    def runs(self) -> tuple[TrialResult, ...]:
        return tuple(lane.result() for lane in self.lanes)

    def ended(self) -> Collection[int]:
        return [place for place, lane in enumerate(self.lanes) if lane not in self._running]

    def moment(self, *, running: bool, drawn: bool = True) -> Moment:
        lanes = tuple(lane.moment(running=running) for lane in self.lanes) if drawn else ()
        runs = tuple(lane.run for lane in lanes) or self.runs()
        stop = self._pace.stop_at
        done = sum(min(stop or lane.trainer.epoch, lane.trainer.epoch) for lane in self.lanes)
        seconds = sum(lane.seconds for lane in self.lanes)
        curves = tuple(curve_of(lane.trainer.log.view()) for lane in self.lanes)
        return Moment(runs, done, stop * len(self.lanes), seconds, running, curves, lanes)

    def results(self, wanted: Collection[int] | None = None) -> list[Learned]:
        return [lane.learned() for lane in self.lanes if wanted is None or lane.number in wanted]

    def begin(self, pace: Pace) -> None:
        self._pace, self._started_at, self._first_epoch = pace, perf_counter(), self._epoch

    def run_for(self, seconds: float) -> None:
        """Train the lanes that are behind, one after the other; nothing if none is due at this pace."""
        end = perf_counter() + seconds
        while (left := end - perf_counter()) > 0 and (lane := self._next()) is not None:
            lane.run(max(1e-3, left), min(self._last_epoch, lane.trainer.epoch + 1))

    def step_epoch(self) -> None:
        target = self._epoch + 1
        for lane in self.lanes:
            lane.run(60.0, target)

    @property
    def _last_epoch(self) -> int:
        return self._pace.stop_at or 10**9

    @property
    def _running(self) -> list[Lane]:
        return [lane for lane in self.lanes if not lane.failed and lane.trainer.epoch < self._last_epoch]

    @property
    def _epoch(self) -> int:
        """The epoch of the last lane that can go on."""
        return min((lane.trainer.epoch for lane in self.lanes if not lane.failed), default=0)

    def _next(self) -> Lane | None:
        """The lane that is furthest behind, in epochs or seconds; None if nothing is due at this pace."""
        pace, due = self._pace, math.inf
        if pace.epochs_per_second:
            due = self._first_epoch + 1 + (perf_counter() - self._started_at) * pace.epochs_per_second
        lanes = [lane for lane in self._running if lane.trainer.epoch < due]
        return min(
            lanes,
            key=lambda lane: lane.seconds if pace.by_seconds else lane.trainer.fractional_epoch,
            default=None,
        )


def make_lanes(experiments: Sequence[Experiment]) -> list[Lane]:
    """Lanes at epoch 0. Raises `DataError` and `LayerError`.

    Weights of the same shape and initializer at the same place are those of the first lane; so are the order of the
    batches and dropout, which follow from the seed.
    """
    lanes: list[Lane] = []
    for number, experiment in enumerate(experiments):
        # Inputs, scaling and loss may differ, and the data where that was asked for. What is the same is kept once:
        # 10,000 images take 60 MB.
        alike = (lane.data for lane in lanes if data_key(lane.experiment) == data_key(experiment))
        own = next(alike, None) or prepare(experiment)
        trainer = make_trainer(experiment, own, record_initial=False)
        if lanes and experiment.seed == experiments[0].seed:
            _share_weights(lanes[0].trainer.network, trainer.network)
        trainer.start_history()
        taker = SnapshotTaker(trainer, own, number + 1, experiment, examines=False)
        lanes.append(Lane(number, experiment, own, trainer, taker))
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
