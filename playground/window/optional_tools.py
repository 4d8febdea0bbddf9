"""Tools that only some data allow: painting points and drawing images."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from playground.window.panels import Panels


class OptionalTools(QObject):
    """Enables the actions `paint` and `draw`, and their panels, if the data allow them."""

    def __init__(self, panels: Panels, paint: QAction, draw: QAction, parent: QObject) -> None:
        super().__init__(parent)
        self._panels, self._paint, self._draw = panels, paint, draw
        panels.painting.active_changed.connect(self._show_painting)
        panels.painting.possible_changed.connect(self._allow_painting)
        panels.drawing.possible_changed.connect(self._allow_drawing)

    def refresh(self) -> None:
        """Update both from the current data."""
        self._allow_painting(self._panels.painting.possible)
        self._allow_drawing(self._panels.drawing.possible)

    def _show_painting(self, on: bool) -> None:
        self._paint.setChecked(on)
        self._panels.show_painting(on)

    def _allow_painting(self, possible: bool) -> None:
        _allow(self._paint, possible, "Painting needs two features")

    def _allow_drawing(self, possible: bool) -> None:
        _allow(self._draw, possible, "Drawing needs a dataset of images")
        self._panels.allow_drawing(possible)


def _allow(action: QAction, possible: bool, reason: str) -> None:
    action.setEnabled(possible)
    action.setToolTip(str(action.property("tip")) if possible else reason)
