"""Predicted values of the test set and what is left of the true ones, for regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from core.inspect.snapshot import Snapshot
from playground.model.document import Document
from playground.views.results.residuals_view import ResidualsView
from playground.views.results.tab import TABS, ResultsTab
from playground.views.theme.theme import ThemeSource

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData


@TABS.register
class ResidualsTab(ResultsTab):
    """Predicted against true values, and residuals."""

    kind = "residuals"
    title = "Residuals"
    tooltip = "How far the predicted values are from the true ones"
    position = 40
    instead = "confusion"
    shown_without_data = False
    page: ResidualsView
    is_figure = True

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> ResidualsView:
        return ResidualsView(themes, panel)

    def fits(self, prepared: PreparedData) -> bool:
        return prepared.task.labels == "values"

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        if self.fits(prepared):
            data = prepared.data
            self.page.set_target(prepared.test_targets, data.target_name, data.target_unit)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.page.show_predictions(snapshot.evaluated.predicted, self.basis(snapshot))
        self.page.tiles.set_old(snapshot.scores_are_old)

    def clear(self) -> None:
        self.page.show_predictions(None)
