"""Accuracy per epoch, or R² for regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.inspect.snapshot import Snapshot
from playground.views.results.tab import CurveTab, TileText, part_tiles
from playground.views.widgets.number_format import number_text, percent_text

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

__all__ = ["AccuracyTab"]


class AccuracyTab(CurveTab):
    """Training and test accuracy."""

    title = "Accuracy"
    tooltip = "How often the network is right, over the epochs"
    column = "accuracy"
    _is_regression = False

    @property
    def name(self) -> str:
        return "R²" if self._is_regression else self.title

    @property
    def tiles(self) -> tuple[TileText, TileText]:
        return part_tiles("R²" if self._is_regression else "accuracy")

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        self._is_regression = prepared.data.task == "regression"
        self.page.set_quantity("r2" if self._is_regression else "accuracy")

    def show_snapshot(self, snapshot: Snapshot) -> None:
        history = snapshot.history
        self.page.show_curves(history.epoch, history.train_accuracy, history.test_accuracy, snapshot.marks)

    def tile_values(self, snapshot: Snapshot) -> tuple[str, str]:
        return self._text(snapshot.train.accuracy), self._text(snapshot.test.accuracy)

    def _text(self, value: float) -> str:
        if self._is_regression or value != value:
            return number_text(value, 4)
        return percent_text(value, 1)
