"""Learning rate and gradient norm per epoch."""

from __future__ import annotations

import math

from core.inspect.snapshot import Snapshot
from playground.views.results.tab import CurveTab, TileText
from playground.views.widgets.number_format import rounded_text

__all__ = ["RateTab"]


class RateTab(CurveTab):
    """Learning rate and gradient norm."""

    title = "Rate"
    tooltip = "How large the steps are and how steep the loss is, over the epochs"
    column = "rate"
    shows_scores = False

    @property
    def tiles(self) -> tuple[TileText, TileText]:
        return (
            TileText("Learning rate", "How large the steps are, as far as the schedule leaves them"),
            TileText(
                "Gradient norm", "How steep the loss is: the length of the gradient at the end of the epoch"
            ),
        )

    def show_snapshot(self, snapshot: Snapshot) -> None:
        history = snapshot.history
        self.page.show_curves(history.epoch, history.learning_rate, history.gradient_norm, snapshot.marks)

    def tile_values(self, snapshot: Snapshot) -> tuple[str, str]:
        norms = snapshot.history.gradient_norm
        return rounded_text(snapshot.learning_rate), rounded_text(
            float(norms[-1]) if len(norms) else math.nan
        )
