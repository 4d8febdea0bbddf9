"""Base of the tabs of predictions: a row of score tiles, and a line while nothing is predicted."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from core.io.figure_text import HeldName, held_text
from playground.views.widgets import StatTile
from playground.views.widgets.boxes import hbox, set_up

MIN_WITH_TILES_PX = 240
"""In a lower tab the tiles would take the plot's place."""


class ScoreTiles(QWidget):
    """Tiles side by side."""

    def __init__(self, tooltips: Mapping[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self._texts = tooltips
        self.tiles = [set_up(StatTile(name, parent=self), toolTip=tip) for name, tip in tooltips.items()]
        hbox(*self.tiles, parent=self, margins=0, spacing=8)

    def show_held(self, held: HeldName) -> None:
        """Set what the samples are called that are not learned from."""
        for tile, (name, tip) in zip(self.tiles, self._texts.items(), strict=True):
            tile.set_caption(held_text(name, held))
            tile.setToolTip(held_text(tip, held))

    def fit(self, height_px: int) -> None:
        """Hide the tiles in a low tab."""
        self.setVisible(height_px >= MIN_WITH_TILES_PX)

    def show_values(self, *values: str) -> None:
        """Set the values, from the left; without any, there are none."""
        for tile, value in zip(self.tiles, values or ["–"] * len(self.tiles), strict=True):
            tile.set_value(value)

    def set_old(self, old: bool) -> None:
        """Grey the values, which are of an earlier moment, or not."""
        for tile in self.tiles:
            tile.set_old(old)


def waiting_label(text: str, parent: QWidget) -> QLabel:
    """The line in the middle of a tab that has nothing to show yet."""
    label = set_up(QLabel(text, parent), role="muted", wordWrap=True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
