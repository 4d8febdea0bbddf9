"""The task's score per epoch: accuracy, or R² of values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.inspect.snapshot import Snapshot
from playground.views.results.tab import TABS, CurveTab

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData


@TABS.register
class AccuracyTab(CurveTab):
    """Training and test accuracy."""

    kind = "accuracy"
    title = "Accuracy"
    tooltip = "How often the network is right, over the epochs"
    position = 20
    column = "accuracy"

    @property
    def name(self) -> str:
        return self._score.title

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        self.page.set_quantity(self._score.key)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        history = snapshot.history
        self.show_levels(snapshot)
        self.page.show_curves(history.epoch, history.train_accuracy, history.test_accuracy, snapshot.marks)
