"""EpochsView: how long runs have trained, as a sentence."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from playground.plugins.runs.views.shown import VIEWS, RunView, Shown, ViewRow
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import vbox


class EpochsView(RunView):
    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.label = QLabel(self.content)
        vbox(self.label, parent=self.content)

    def draw(self, shown: Shown) -> None:
        self.label.setText(f"{sum(run.epochs for run in shown.runs):,.0f} epochs")


VIEWS.register(ViewRow("epochs", "Epochs", "How long they have trained", 60, EpochsView))
