"""Trains the lanes of a race on one thread, in turns: with Python's lock, several threads would only get in the way."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from PySide6.QtCore import Slot

from core.data.datasets import DataError
from core.experiment.experiment import Experiment
from core.experiment.problems import find_problems
from core.inspect.snapshot import Snapshot
from core.nn import LayerError
from core.nn.blas_threads import limit_blas_threads
from core.sweep.trial import TrialResult
from playground.training.group_worker import GroupWorker
from playground.training.mailbox import Mailbox
from playground.training.race.lanes import Lane, LaneMoment, make_lanes

_SLICE_SECONDS = 0.012


@dataclass(frozen=True)
class RaceRequest:
    """The number of a race, and its experiments."""

    number: int
    experiments: tuple[Experiment, ...]


class RaceWorker(GroupWorker):
    """Lives in the thread of a `RaceSession`; every slot is called through queued signals."""

    title = "The race"

    def __init__(
        self, requests: Mailbox[RaceRequest], moments: Mailbox[tuple[int, list[LaneMoment]]]
    ) -> None:
        super().__init__(requests, moments)
        self._lanes: list[Lane] = []
        self._by_seconds = False
        self._epochs_per_second = 0.0
        self._stop_at = 0
        self._started_at, self._first_epoch = 0.0, 0

    def _begin(self, request: RaceRequest, *, was_running: bool) -> None:
        """Begin a race at epoch 0; it runs on if the one before was running."""
        experiments = request.experiments
        for experiment in experiments:
            if problems := find_problems(experiment):
                self.failed.emit(self._number, problems[0].sentence)
                return
        try:
            limit_blas_threads()
            self._lanes = make_lanes(experiments)
        except (DataError, LayerError, ValueError, MemoryError) as error:
            self.failed.emit(self._number, str(error))
            return
        self._announce()
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

    def _announce(self) -> None:
        self.prepared.emit(self._number, [lane.data for lane in self._lanes])
        self._show()
        self.running_changed.emit(self._number, False)

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
