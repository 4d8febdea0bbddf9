"""A race on the GUI thread: one object in front of the worker and its thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from playground.training.mailbox import Mailbox
from playground.training.race.lanes import LaneMoment
from playground.training.race.worker import RaceRequest, RaceWorker
from playground.training.worker_thread import Arrivals, WorkerThread

__all__ = ["RaceSession"]


class RaceSession(QObject):
    """The thread starts with the first race. Moments of earlier races are dropped."""

    prepared = Signal(list)
    """The PreparedData of every lane of a race, before its first moments."""
    moments_taken = Signal(list)
    """A `LaneMoment` for every lane, in order."""
    running_changed = Signal(bool)
    states_ready = Signal(list)
    """(TrainerState, seconds) of every lane, after `request_states`."""
    failed = Signal(str)
    """A sentence: why the race cannot start."""

    _race_requested = Signal()
    _play_requested = Signal()
    _pause_requested = Signal()
    _epoch_requested = Signal()
    _states_requested = Signal()
    _configured = Signal(bool, float, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running = False
        self._number = 0
        self._requests: Mailbox[RaceRequest] = Mailbox()
        self._moments: Mailbox[tuple[int, list[LaneMoment]]] = Mailbox()
        self._worker = RaceWorker(self._requests, self._moments)
        self._thread = WorkerThread("race", self._worker, self)
        self._arrivals: Arrivals[list[LaneMoment]] = Arrivals()
        worker = self._worker
        pairs = (
            (self._race_requested, worker.take_request),
            (self._play_requested, worker.play),
            (self._pause_requested, worker.pause),
            (self._epoch_requested, worker.step_epoch),
            (self._configured, worker.configure),
            (self._states_requested, worker.send_states),
            (worker.states_ready, self._on_states_ready),
            (worker.prepared, self._on_prepared),
            (worker.moments_ready, self._take_moments),
            (worker.running_changed, self._on_running_changed),
            (worker.failed, self._on_failed),
        )
        self._thread.connect_queued(pairs)

    def start(self, experiments: tuple[Experiment, ...]) -> None:
        """Begin a race at epoch 0; it runs if one was running."""
        self._thread.begin()
        self._number += 1
        self._requests.put((self._number, experiments))
        self._race_requested.emit()

    def play(self) -> None:
        self._play_requested.emit()

    def pause(self) -> None:
        self._pause_requested.emit()

    def step_epoch(self) -> None:
        """Train every lane for one epoch."""
        self._epoch_requested.emit()

    def configure(self, *, by_seconds: bool, epochs_per_second: float, stop_at: int) -> None:
        """Equal seconds instead of equal epochs; the pace, 0 for full speed; the last epoch, 0 for none."""
        self._configured.emit(by_seconds, epochs_per_second, stop_at)

    def request_states(self) -> None:
        """Copy the states of all lanes; emits `states_ready`."""
        self._states_requested.emit()

    def clear(self) -> None:
        """End the race, and let go of what its lanes have learned."""
        if not self._thread.isRunning():
            return
        self._number += 1
        self._requests.put((self._number, ()))
        self._race_requested.emit()
        if self.running:
            self.running = False
            self.running_changed.emit(False)

    def close(self) -> None:
        """End the thread; waits for the current slice."""
        self.pause()
        self._thread.end()

    @Slot(int, list)
    def _on_prepared(self, number: int, data: list[PreparedData]) -> None:
        if number == self._number:
            self.prepared.emit(data)
            if (early := self._arrivals.begin(number)) is not None:
                self.moments_taken.emit(early)

    @Slot()
    def _take_moments(self) -> None:
        found = self._moments.take()
        if found is not None and self._arrivals.admits(*found) and found[0] == self._number:
            self.moments_taken.emit(found[1])

    @Slot(int, bool)
    def _on_running_changed(self, number: int, running: bool) -> None:
        if number == self._number:
            self.running = running
            self.running_changed.emit(running)

    @Slot(int, list)
    def _on_states_ready(self, number: int, states: list[object]) -> None:
        if number == self._number:
            self.states_ready.emit(states)

    @Slot(int, str)
    def _on_failed(self, number: int, sentence: str) -> None:
        if number == self._number:
            self.failed.emit(sentence)
