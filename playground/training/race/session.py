"""A race on the GUI thread."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from core.experiment.experiment import Experiment
from playground.training.group_session import GroupSession
from playground.training.race.worker import RaceRequest, RaceWorker


class RaceSession(GroupSession):
    """`prepared` has the PreparedData of every lane, `moment_taken` a list with a `LaneMoment` for each, in order.

    `results_ready` has (TrialResult, Snapshot) of every lane.
    """

    _epoch_requested = Signal()
    _configured = Signal(bool, float, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("race", RaceWorker, parent)

    def start(self, experiments: tuple[Experiment, ...]) -> None:
        """Begin a race at epoch 0; it runs if one was running."""
        self._request(RaceRequest(self._next_number(), experiments))

    def step_epoch(self) -> None:
        """Train every lane for one epoch."""
        self._epoch_requested.emit()

    def configure(self, *, by_seconds: bool, epochs_per_second: float, stop_at: int) -> None:
        """Equal seconds instead of equal epochs; the pace, 0 for full speed; the last epoch, 0 for none."""
        self._configured.emit(by_seconds, epochs_per_second, stop_at)

    def _own_pairs(self) -> Iterable[tuple[object, object]]:
        assert isinstance(self._worker, RaceWorker)
        return (
            (self._epoch_requested, self._worker.step_epoch),
            (self._configured, self._worker.configure),
        )
