"""The lanes of a race: trainers that start from the same weights where their shapes allow, and what they reached."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.experiment.project_file import TrainerState
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn.network import Network
from core.sweep.trial import TrialResult
from core.train.train_step import DivergedError
from core.train.trainer import Trainer
from playground.training.edit_effects import data_key

TARGET = 0.95
"""The score to which the lanes race; R² for values."""
_REQUEST = SnapshotRequest(grid=80, maps=12)
_REQUEST_AT_REST = SnapshotRequest(grid=200, maps=12)
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
        test = self.snapshot.test.accuracy
        return self.snapshot.train.accuracy if math.isnan(test) else test


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
        """What it has learned, and a snapshot of that."""
        state = TrainerState.of(self.trainer, self.data.pipeline)
        result = TrialResult.of_state(state, self.experiment.seed, self.seconds, self.failed)
        return result, self.taker.take(_REQUEST, running=False)

    def _end_epoch(self, seconds: float) -> None:
        now = float(self.trainer.epoch), self.seconds + seconds
        self.times.append(now)
        if len(self.times) > _MAX_TIMES:
            self.times = self.times[::2]
        test = self.trainer.test_evaluation.accuracy
        score = self.trainer.train_evaluation.accuracy if math.isnan(test) else test
        if self.reached is None and score >= TARGET:
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
