"""Loss per epoch."""

from __future__ import annotations

from core.inspect.snapshot import Snapshot
from playground.views.results.tab import CurveTab, TileText, part_tiles
from playground.views.widgets.number_format import number_text

__all__ = ["LossTab"]


class LossTab(CurveTab):
    """Training and test loss."""

    title = "Loss"
    tooltip = "How wrong the network is, over the epochs; training makes it small"
    column = "loss"

    @property
    def tiles(self) -> tuple[TileText, TileText]:
        return part_tiles("loss")

    def show_snapshot(self, snapshot: Snapshot) -> None:
        history = snapshot.history
        self.page.show_curves(history.epoch, history.train_loss, history.test_loss, snapshot.marks)

    def tile_values(self, snapshot: Snapshot) -> tuple[str, str]:
        return number_text(snapshot.train.loss, 4), number_text(snapshot.test.loss, 4)
