"""Confusion matrix of the test set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from core.inspect.snapshot import Snapshot
from playground.model.document import Document
from playground.views.results.confusion_view import ConfusionView
from playground.views.results.tab import TABS, ResultsTab
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.class_names import class_labels

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData


@TABS.register
class ConfusionTab(ResultsTab):
    """Confusion matrix and averaged scores."""

    kind = "confusion"
    title = "Confusion"
    tooltip = "Which classes the network takes for which"
    position = 30
    instead = "residuals"
    page: ConfusionView
    is_figure = True

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> ConfusionView:
        return ConfusionView(themes, panel)

    def fits(self, prepared: PreparedData) -> bool:
        return prepared.task.classifies

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        data = prepared.data
        self.page.set_classes(class_labels(data))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.page.show_counts(snapshot.confusion, self.basis(snapshot))
        self.page.tiles.set_old(snapshot.scores_are_old)

    def clear(self) -> None:
        self.page.show_counts(None)
