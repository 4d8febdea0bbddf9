"""Learning rate and gradient norm per epoch."""

from __future__ import annotations

import math

from core.inspect.snapshot import Snapshot
from core.io.number_text import rounded_text
from playground.views.results.tab import TABS, CurveTab, Tile


@TABS.register
class RateTab(CurveTab):
    """Learning rate and gradient norm."""

    kind = "rate"
    title = "Rate"
    tooltip = "How large the steps are and how steep the loss is, over the epochs"
    position = 50
    column = "rate"
    shows_scores = False

    def tiles(self, snapshot: Snapshot | None = None) -> tuple[Tile, Tile]:
        rate, norm = math.nan, math.nan
        if snapshot is not None:
            history = snapshot.history
            norms = history.gradient_norm[history.epoch <= snapshot.fractional_epoch]
            rate, norm = snapshot.learning_rate, float(norms[-1]) if len(norms) else math.nan
        steep = "How steep the loss is: the length of the gradient at the end of the epoch"
        return (
            Tile(
                "Learning rate",
                "How large the steps are, as far as the schedule leaves them",
                rounded_text(rate),
            ),
            Tile("Gradient norm", steep, rounded_text(norm)),
        )

    def show_snapshot(self, snapshot: Snapshot) -> None:
        history = snapshot.history
        self.page.show_curves(history.epoch, history.learning_rate, history.gradient_norm, snapshot.marks)
