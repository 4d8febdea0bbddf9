"""Loss per epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.inspect.snapshot import Snapshot
from playground.views.results.tab import CurveTab, TileText, part_tiles
from playground.views.widgets.number_format import number_text

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

__all__ = ["LossTab"]


class LossTab(CurveTab):
    """Training and test loss."""

    title = "Loss"
    tooltip = "How wrong the network is, over the epochs; training makes it small"
    column = "loss"

    @property
    def tiles(self) -> tuple[TileText, TileText]:
        return part_tiles("loss")

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        self.page.set_note("of the scaled target" if prepared.encoding.scale else "")

    def show_snapshot(self, snapshot: Snapshot) -> None:
        history = snapshot.history
        self.page.show_curves(history.epoch, history.train_loss, history.test_loss, snapshot.marks)

    def train_basis(self, snapshot: Snapshot) -> str:
        mean = "the mean over the batches since the point before"
        return mean if snapshot.averages_batches else super().train_basis(snapshot)

    def tile_values(self, snapshot: Snapshot) -> tuple[str, str]:
        return number_text(snapshot.train.loss, 4), number_text(snapshot.test.loss, 4)
