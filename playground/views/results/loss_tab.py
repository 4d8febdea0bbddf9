"""Loss per epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.inspect.snapshot import Snapshot
from playground.views.results.tab import TABS, CurveTab

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData


@TABS.register
class LossTab(CurveTab):
    """Training and test loss."""

    kind = "loss"
    title = "Loss"
    tooltip = "How wrong the network is, over the epochs; training makes it small"
    position = 10
    column = "loss"

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        self.page.set_note("of the scaled target" if prepared.encoding.scale else "")

    def show_snapshot(self, snapshot: Snapshot) -> None:
        history = snapshot.history
        self.page.show_curves(history.epoch, history.train_loss, history.test_loss, snapshot.marks)
