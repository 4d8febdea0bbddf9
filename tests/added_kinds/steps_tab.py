"""StepsTab: how many steps the run has made."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from core.inspect.snapshot import Snapshot
from playground.model.document import Document
from playground.views.results.tab import TABS, ResultsTab, Tile
from playground.views.theme.theme import ThemeSource


@TABS.register
class StepsTab(ResultsTab):
    """A sentence, and two tiles with its numbers."""

    kind = "steps"
    title = "Steps"
    tooltip = "How many steps were made"
    position = 55
    page: QLabel

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> QLabel:
        return QLabel(panel)

    def tiles(self, snapshot: Snapshot | None = None) -> tuple[Tile, Tile]:
        epoch, step = ("–", "–") if snapshot is None else (f"{snapshot.epoch}", f"{snapshot.step}")
        return Tile("Epochs", "Whole ones", epoch), Tile("Steps", "Of this epoch", step)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.page.setText(f"{snapshot.epoch * snapshot.steps_per_epoch + snapshot.step} steps")

    def clear(self) -> None:
        self.page.clear()
