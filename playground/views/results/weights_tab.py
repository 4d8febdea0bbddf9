"""Histograms of a layer's weights and activations over time."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from core.inspect.histograms import HistogramsPart
from core.inspect.snapshot import Snapshot
from playground.model.document import Document
from playground.views.results.tab import TABS, ResultsTab
from playground.views.results.weights_view import WeightsView
from playground.views.theme.theme import ThemeSource


@TABS.register
class WeightsTab(ResultsTab):
    """Histograms of the document's selected layer, or the first."""

    kind = "weights"
    title = "Weights"
    tooltip = "How the numbers of the selected layer are spread, over time"
    position = 60
    page: WeightsView

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> WeightsView:
        view = WeightsView(themes, panel, document=document)
        view.layer_changed.connect(self.parts_changed)
        return view

    @property
    def parts(self) -> dict[str, Any]:
        return {HistogramsPart.kind: self.page.layer}

    def show_snapshot(self, snapshot: Snapshot) -> None:
        epoch, histograms = snapshot.fractional_epoch, snapshot.part(HistogramsPart)
        if snapshot.is_past:
            self.page.show_past(histograms, epoch)
        else:
            self.page.show_past(None, epoch)
            self.page.show_histograms(histograms, epoch)

    def clear(self) -> None:
        self.page.clear()
