"""Trains the lanes of a race on one thread, in turns: with Python's lock, several threads would only get in the way."""

from __future__ import annotations

import logging
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from core.data.datasets import DataError
from core.experiment.experiment import Experiment
from core.experiment.problems import find_problems
from core.experiment.project_file import TrainerState
from core.nn import LayerError
from core.nn.blas_threads import limit_blas_threads
from playground.training.mailbox import Mailbox
from playground.training.race.lanes import Lane, LaneMoment, make_lanes

__all__ = ["RaceRequest", "RaceWorker"]

log = logging.getLogger(__name__)

RaceRequest = tuple[int, tuple[Experiment, ...]]
"""The number of a race, and its experiments."""

_SLICE_SECONDS = 0.012
_FRAME_SECONDS = 0.033
_PICTURE_SHARE = 0.5
"""Pictures of slow networks take at most as long as the training between them."""


class RaceWorker(QObject):
    """Lives in the thread of a `RaceSession`; every slot is called through queued signals."""

    prepared = Signal(int, list)
    """The number of a race, and the PreparedData of every lane."""
    moments_ready = Signal()
    """Moments of all lanes are in the mailbox."""
    running_changed = Signal(int, bool)
    """The number of the race, and whether it is running."""
    states_ready = Signal(int, list)
    """The number of a race, and (TrainerState, seconds) of every lane."""
    failed = Signal(int, str)
    """The number of a race that cannot start, and why."""

    def __init__(
        self, requests: Mailbox[RaceRequest], moments: Mailbox[tuple[int, list[LaneMoment]]]
    ) -> None:
        super().__init__()
        self._requests, self._moments = requests, moments
        self._number = 0
        self._lanes: list[Lane] = []
        self._by_seconds = False
        self._epochs_per_second = 0.0
        self._stop_at = 0
        self._shown_at = self._show_cost = 0.0
        self._started_at, self._first_epoch = 0.0, 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._train_slice)

    @Slot()
    def take_request(self) -> None:
        """Begin the newest requested race, at epoch 0; it runs on if the one before was running.

        Without experiments the lanes of before are let go.
        """
        request = self._requests.take()
        if request is None:
            return
        running = self._timer.isActive()
        self._number, experiments = request
        self._halt()
        self._lanes = []
        if not experiments:
            return
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
        if running:
            self.play()

    @Slot()
    def play(self) -> None:
        if self._lanes and not self._at_end:
            self._started_at, self._first_epoch = perf_counter(), self._epoch
            self._timer.start(0)
            self.running_changed.emit(self._number, True)

    @Slot()
    def pause(self) -> None:
        if self._timer.isActive():
            self._halt()
            self._show()

    @Slot()
    def step_epoch(self) -> None:
        """Train every lane to the end of the next epoch."""
        if not self._lanes or self._timer.isActive():
            return
        target = self._epoch + 1
        for lane in self._lanes:
            lane.run(60.0, target)
        self._show()

    @Slot()
    def send_states(self) -> None:
        """Copy the states of all lanes; emits `states_ready`."""
        states = [(TrainerState.of(lane.trainer, lane.data.pipeline), lane.seconds) for lane in self._lanes]
        self.states_ready.emit(self._number, states)

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
    def _at_end(self) -> bool:
        return not self._running_lanes

    def _announce(self) -> None:
        self.prepared.emit(self._number, [lane.data for lane in self._lanes])
        self._show()
        self.running_changed.emit(self._number, False)

    def _train_slice(self) -> None:
        end = perf_counter() + _SLICE_SECONDS
        try:
            while perf_counter() < end and (lane := self._next_lane()) is not None:
                lane.run(max(1e-3, end - perf_counter()), self._limit_of(lane))
        except Exception as error:
            log.exception("A race stopped")
            self._halt()
            self.failed.emit(self._number, f"The race stopped: {error}")
            return
        if self._at_end:
            self._halt()
            self._show()
        elif self._moments.empty and perf_counter() >= self._shown_at + max(
            _FRAME_SECONDS, self._show_cost / _PICTURE_SHARE
        ):
            self._show()

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

    def _show(self) -> None:
        start = perf_counter()
        running = self._timer.isActive()
        self._moments.put((self._number, [lane.moment(running=running) for lane in self._lanes]))
        self._shown_at = perf_counter()
        self._show_cost = self._shown_at - start
        self.moments_ready.emit()

    def _halt(self) -> None:
        if self._timer.isActive():
            self._timer.stop()
            self.running_changed.emit(self._number, False)
