"""Trains the seeds of an experiment slice by slice, and takes pictures of what they have in common."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from core.data.datasets import DataError
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.experiment.problems import find_problems
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import LayerError
from core.nn.blas_threads import available_cores, limit_blas_threads
from core.seeds import SeedResult, SeedTraining, Way, agreement, curve_band
from core.spec.arrays import Array
from core.train.trainer import Trainer
from playground.training.mailbox import Mailbox

__all__ = ["SeedRun", "SeedsMoment", "SeedsRequest", "SeedsWorker"]

log = logging.getLogger(__name__)

QUANTITIES: Final = ("test_accuracy", "test_loss", "train_loss")
_REQUEST = SnapshotRequest(grid=56, maps=0)
_FINE_REQUEST = SnapshotRequest(grid=240, maps=0)
"""At rest: as fine as the picture is drawn."""
_TIE_SLOPE = 20.0
"""How fast a tie of the seeds turns to the side of their mean."""
_SLICE_SECONDS = 0.03
_FRAME_SECONDS = 0.05
_PICTURE_SHARE = 0.3
"""Pictures of many seeds take at most this share of the time."""


@dataclass(frozen=True)
class SeedsRequest:
    """What to train: `number` counts requests; `engine` is what the setting "auto" stands for."""

    number: int
    experiment: Experiment
    seeds: tuple[int, ...]
    epochs: int
    engine: str = "auto"


@dataclass(frozen=True)
class SeedRun:
    """What one seed has reached; `fault` says why it trains no further."""

    seed: int
    epoch: int
    loss: float
    score: float
    fault: str = ""


@dataclass(frozen=True, eq=False)
class SeedsMoment:
    """One moment of all seeds.

    - `bands`: epochs (moments,) and quantiles (5, moments) by the column of the history.
    - `picture`: a snapshot whose boundary is how far the seeds agree, or whose confusion matrix is the median.
    - `done` of `total` epochs, of all seeds together; `seconds` of training.
    """

    runs: tuple[SeedRun, ...]
    bands: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]]
    picture: Snapshot
    done: int
    total: int
    seconds: float
    way: Way
    running: bool

    @property
    def is_done(self) -> bool:
        return self.done >= self.total


class SeedsWorker(QObject):
    """Lives in the thread of a `SeedsSession`; every slot is called through queued signals."""

    prepared = Signal(int, object)
    """The number of a request, and its PreparedData."""
    moment_ready = Signal()
    """A moment is in the mailbox."""
    running_changed = Signal(int, bool)
    results_ready = Signal(int, list)
    """The number of a request, and (SeedResult, Snapshot) of every seed that was asked for."""
    failed = Signal(int, str)
    """The number of a request that cannot be trained, and why."""

    def __init__(self, requests: Mailbox[SeedsRequest], moments: Mailbox[tuple[int, SeedsMoment]]) -> None:
        super().__init__()
        self._requests, self._moments = requests, moments
        self._number = 0
        self._training: SeedTraining | None = None
        self._takers: dict[int, SnapshotTaker] = {}
        self._shown_at = self._show_cost = 0.0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._train_slice)
        self._coarse: SeedsMoment | None = None
        self._fine: list[Array] = []
        self._refining = QTimer(self)
        self._refining.timeout.connect(self._refine)

    @Slot()
    def take_request(self) -> None:
        """Begin the newest request, and train it."""
        request = self._requests.take()
        if request is None:
            return
        self.end()
        self._number = request.number
        if problems := find_problems(request.experiment):
            self.failed.emit(self._number, problems[0].sentence)
            return
        try:
            limit_blas_threads()
            # A core stays with the window.
            self._training = training = SeedTraining(
                request.experiment, request.seeds, request.epochs, engine=request.engine,
                cores=max(1, available_cores() - 1),
            )  # fmt: skip
        except (DataError, LayerError, ValueError, MemoryError, OSError) as error:
            self.failed.emit(self._number, str(error))
            return
        self._takers = {
            seed: SnapshotTaker(trainer, training.data, self._number, request.experiment, examines=False)
            for seed, trainer in training.trainers.items()
        }
        self.prepared.emit(self._number, training.data)
        self.play()
        self._show()

    @Slot()
    def play(self) -> None:
        if self._training is not None and not self._training.is_done and not self._timer.isActive():
            self._refining.stop()
            self._timer.start(0)
            self.running_changed.emit(self._number, True)

    @Slot()
    def pause(self) -> None:
        if self._timer.isActive():
            self._halt()
            self._show()

    @Slot()
    def end(self) -> None:
        """End threads and processes of the seeds; what they have learned is let go."""
        self._halt()
        self._refining.stop()
        self._coarse = None
        if self._training is not None:
            self._training.close()
            self._training = None
        self._takers = {}

    @Slot(object)
    def send_results(self, seeds: tuple[int, ...] | None) -> None:
        """Copy what some seeds, or all, have learned; emits `results_ready`."""
        training = self._training
        if training is None:
            return
        running = self._timer.isActive()
        found: list[tuple[SeedResult, Snapshot]] = [
            (result, self._takers[result.seed].take(_REQUEST, running=running))
            for result in training.results()
            if seeds is None or result.seed in seeds
        ]
        self.results_ready.emit(self._number, found)

    def _train_slice(self) -> None:
        training = self._training
        assert training is not None
        try:
            training.run_for(_SLICE_SECONDS)
        except Exception as error:
            log.exception("The training of seeds stopped")
            self._halt()
            self.failed.emit(self._number, f"The training of the seeds stopped: {error}")
            return
        if training.is_done:
            # Before the end is told: pictures of many seeds take a while, in which it would look like a pause.
            self._show()
            self._halt()
        elif self._moments.empty and perf_counter() >= self._shown_at + max(
            _FRAME_SECONDS, self._show_cost / _PICTURE_SHARE
        ):
            self._show()

    def _show(self) -> None:
        training = self._training
        assert training is not None
        start = perf_counter()
        training.write_back()
        running = self._timer.isActive() and not training.is_done
        moment = SeedsMoment(
            _runs(training), _bands(training), self._picture(training.data, running), training.finished_epochs,
            training.epochs * len(training.seeds), training.seconds, training.way, running,
        )  # fmt: skip
        self._moments.put((self._number, moment))
        self._shown_at = perf_counter()
        self._show_cost = self._shown_at - start
        self.moment_ready.emit()
        if not running and moment.picture.boundary is not None:
            self._coarse, self._fine = moment, []
            self._refining.start(0)

    def _refine(self) -> None:
        """Predict one more seed's plane finely; the last one makes another picture of the same moment."""
        coarse, takers = self._coarse, list(self._takers.values())
        if coarse is None or self._training is None:
            self._refining.stop()
            return
        if len(self._fine) < len(takers):
            plane = takers[len(self._fine)].take(_FINE_REQUEST, running=False).boundary
            self._fine.append(np.full(1, np.nan) if plane is None else plane)
            return
        self._refining.stop()
        good = [plane for plane in self._fine if np.isfinite(plane).all()]
        self._fine = []
        if good:
            values = not self._training.data.encoding.classes
            picture = replace(coarse.picture, boundary=_agreed(good, values=values))
            self._moments.put((self._number, replace(coarse, picture=picture)))
            self.moment_ready.emit()

    def _picture(self, data: PreparedData, running: bool) -> Snapshot:
        taken = [taker.take(_REQUEST, running=running) for taker in self._takers.values()]
        first = taken[0]
        planes = [each.boundary for each in taken if each.boundary is not None]
        good = [plane for plane in planes if np.isfinite(plane).all()]
        if good:
            return replace(first, boundary=_agreed(good, values=not data.encoding.classes))
        counts = [each.confusion for each in taken if each.confusion is not None]
        if counts:
            median = np.rint(np.median(counts, axis=0)).astype(np.int64)
            return replace(first, evaluated=replace(first.evaluated, confusion=median))
        return first

    def _halt(self) -> None:
        if self._timer.isActive():
            self._timer.stop()
            self.running_changed.emit(self._number, False)


def _agreed(planes: list[Array], *, values: bool) -> Array:
    """How far seeds agree; where as many say one as the other, their mean decides, or whole areas would be a line."""
    agreed = agreement(planes, values=values)
    if values or agreed.shape[-1] > 1:
        return agreed
    leaning = np.tanh(_TIE_SLOPE * np.mean(planes, axis=0)) / len(planes)
    return np.where(agreed == 0.0, leaning, agreed).astype(agreed.dtype)


def _runs(training: SeedTraining) -> tuple[SeedRun, ...]:
    faults = training.faults
    return tuple(
        SeedRun(seed, trainer.epoch, *_reached(trainer), faults.get(seed, ""))
        for seed, trainer in training.trainers.items()
    )


def _reached(trainer: Trainer) -> tuple[float, float]:
    """Loss and score on the test samples, or on those of the training without them."""
    test = trainer.test_evaluation
    found = trainer.train_evaluation if math.isnan(test.loss) else test
    return found.loss, found.accuracy


def _bands(training: SeedTraining) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    histories = [trainer.log.view() for trainer in training.trainers.values()]
    # While threads are at different epochs, the band ends where the last one is.
    running = [
        len(h) for h, seed in zip(histories, training.seeds, strict=True) if seed not in training.faults
    ]
    common = min(running, default=max(map(len, histories), default=0))
    epochs = [history.epoch[:common] for history in histories]
    found = {}
    for name in QUANTITIES:
        curves = [getattr(history, name)[:common] for history in histories]
        if name.startswith("test") and not any(np.isfinite(curve).any() for curve in curves):
            curves = [getattr(history, name.replace("test", "train"))[:common] for history in histories]
        found[name] = curve_band(epochs, curves)
    return found
