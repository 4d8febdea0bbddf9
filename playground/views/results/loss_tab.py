"""Loss per epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.inspect.snapshot import Snapshot
from core.nn.autoencoder import is_variational
from playground.views.results.tab import TABS, CurveTab
from playground.views.widgets.charts.curve_scale import Quantity

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData


@TABS.register
class LossTab(CurveTab):
    """Training and test loss; with a Sampling layer both parts of the test loss."""

    kind = "loss"
    title = "Loss"
    tooltip = "How wrong the network is, over the epochs; training makes it small"
    position = 10
    column = "loss"

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        note = "of the scaled target" if prepared.encoding.scale else ""
        self.page.set_note(f"nats a {self._noun}" if self._noun else note)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.show_levels(snapshot)
        history, curves = snapshot.history, (snapshot.history.train_loss, snapshot.history.test_loss)
        of: Quantity = "spread" if self._has_spread(snapshot) else "loss"
        if of != self.page.quantity:
            self.page.set_quantity(of)
        if of == "spread":
            curves = history.test_added, history.test_loss - history.test_added
        self.page.show_curves(history.epoch, *curves, snapshot.marks)

    def values_of(self, snapshot: Snapshot) -> tuple[float, float] | None:
        # Of a moment without a row the parts are not known.
        return None if self._has_spread(snapshot) else super().values_of(snapshot)

    def _has_spread(self, snapshot: Snapshot) -> bool:
        return self._tested > 0 and is_variational(snapshot.experiment.layers)
