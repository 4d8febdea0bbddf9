"""Many seeds on the GUI thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, Signal

from core.experiment.experiment import Experiment
from playground.training.group_session import GroupSession
from playground.training.seeds.worker import SeedsRequest, SeedsWorker


class SeedsSession(GroupSession):
    """`prepared` has the PreparedData of all, `moment_taken` a `SeedsMoment`.

    `results_ready` has (TrialResult, Snapshot) of every seed that was asked for.
    """

    _pixels_changed = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("seeds", SeedsWorker, parent)

    def start(self, experiment: Experiment, seeds: Sequence[int], epochs: int, engine: str = "auto") -> None:
        """Train an experiment from every seed; those of before are let go."""
        self._request(SeedsRequest(self._next_number(), experiment, tuple(seeds), epochs, engine))

    def draw_at(self, pixels: int) -> None:
        """Pictures at rest are predicted for so many pixels a side."""
        self._pixels_changed.emit(pixels)

    def _own_pairs(self) -> Iterable[tuple[object, object]]:
        assert isinstance(self._worker, SeedsWorker)
        return ((self._pixels_changed, self._worker.draw_at),)
