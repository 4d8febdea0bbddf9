"""Histograms of a layer's weights and activations over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from core.inspect.histograms import HistogramsPart, LayerHistograms
from core.inspect.snapshot import Snapshot
from core.io.number_text import place_text
from playground.model.document import OUTPUT, Document
from playground.views.results.histogram_strip import HistogramStrip
from playground.views.results.tab import TABS, ResultsTab
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.labels import CutLabel

_WAITING = "Shown as soon as the network trains"


class WeightsView(QWidget):
    """Two histogram strips of the layer selected in `document`, or the first."""

    layer_changed = Signal()
    """Histograms of another layer are needed."""

    def __init__(
        self, themes: ThemeSource, parent: QWidget | None = None, *, document: Document | None = None
    ) -> None:
        super().__init__(parent)
        self.layer = 0
        """Index of the layer shown."""
        self._name = "Layer 1"
        self._shown: LayerHistograms | None = None
        self.title, hint = QLabel(self), CutLabel(self)
        for label in (self.title, hint):
            label.setProperty("role", "caption")
        hint.setProperty("control", True)
        hint.setText("Select another layer to see its numbers")
        self.weights = HistogramStrip("Weights", themes, self)
        self.weights.setToolTip("How large the weights of the layer are: training moves and spreads them")
        self.activations = HistogramStrip("Activations", themes, self)
        self.activations.setToolTip(
            "What the layer returns for training samples: all at 0 or at the ends, it learns little"
        )
        self.legend = set_up(CutLabel(self), role="caption")
        strips = hbox((self.weights, 1), (self.activations, 1), spacing=8)
        column = vbox(parent=self, margins=(0, 4, 0, 0), spacing=4)
        head = hbox(self.title, (hint, 1), spacing=8)
        column.addLayout(head)
        column.addLayout(strips, 1)
        column.addWidget(self.legend)
        self.set_layer(0, self._name)
        self._document = document
        if document is not None:
            document.selection_changed.connect(self._follow_document)
            document.experiment_changed.connect(self._follow_document)
            self._follow_document()

    def set_layer(self, layer: int, name: str) -> None:
        changed = layer != self.layer or name != self._name
        self.layer, self._name = layer, name
        self.title.setText(name)
        if changed or self._shown is None:
            self.clear()
        self.layer_changed.emit()

    def clear(self) -> None:
        self._shown = None
        self.weights.clear(_WAITING)
        self.activations.clear(_WAITING)
        self.legend.setText("")

    def show_history(self, found: Sequence[tuple[float, LayerHistograms]]) -> None:
        """Put histograms of earlier epochs, in order, before those that came since; not those of another layer."""
        if not found or found[0][1].layer != self.layer:
            return
        self.weights.fill([(epoch, each.weights) for epoch, each in found if each.weights is not None])
        self.activations.fill(
            [(epoch, each.activations) for epoch, each in found if each.activations is not None]
        )
        self._write_legend()

    def show_past(self, found: LayerHistograms | None, epoch: float) -> None:
        """Draw the histograms of an earlier epoch, and mark it; None for the newest."""
        if found is not None and found.layer != self.layer:
            return
        weights = None if found is None else found.weights
        activations = None if found is None else found.activations
        self.weights.show_past(None if weights is None else (epoch, weights))
        self.activations.show_past(None if activations is None else (epoch, activations))

    def show_histograms(self, found: LayerHistograms | None, epoch: float) -> None:
        """Append histograms, unless they were appended already or belong to another layer."""
        if found is None or found is self._shown or found.layer != self.layer:
            return
        self._shown = found
        for strip, histogram, why in (
            (self.weights, found.weights, f"{self._name} has no weights"),
            (self.activations, found.activations, "No output is a number"),
        ):
            if histogram is None:
                strip.clear(why)
            else:
                strip.add(epoch, histogram)
        self._write_legend()

    def _write_legend(self) -> None:
        epochs = self.activations.rows.epochs or self.weights.rows.epochs
        if len(epochs) > 1:
            self.legend.setText(
                f"A line for each moment: epoch {place_text(epochs[-1])} on top, {place_text(epochs[0])} below"
            )

    def _follow_document(self, *_: object) -> None:
        assert self._document is not None
        stack, selected = self._document.experiment.stack(), self._document.selected
        last = len(stack) - 1
        layer = 0 if selected is None else last if selected == OUTPUT else min(selected, last)
        place = "Output" if layer == last else f"Layer {layer + 1}"
        self.set_layer(layer, f"{place}, {stack[layer].title}")


@TABS.register
class WeightsTab(ResultsTab):
    """Histograms of the document's selected layer, or the first."""

    kind = "weights"
    title = "Weights"
    tooltip = "How the numbers of the selected layer are spread, over time"
    position = 60
    is_under_more = True
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
