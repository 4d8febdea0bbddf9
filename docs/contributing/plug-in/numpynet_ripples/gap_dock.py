"""A dock with one number: how much larger the loss is on test samples than on those of the training."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from playground.plugin import DockRow, Turn


class GapLabel(QLabel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.clear()

    def show_snapshot(self, snapshot: Any) -> None:
        """Called with each picture of the training."""
        gap = snapshot.figures.test.loss - snapshot.figures.train.loss
        self.setText(f"Test loss − training loss: {gap:+.4f}")

    def clear(self) -> None:
        """Called where nothing can be trained."""
        self.setText("No training")


class GapController:
    def __init__(self, window: Any) -> None:
        self._window = window

    def show(self) -> None:
        """Bring the dock to the front."""
        dock = next(dock for dock in self._window.panels.docks if dock.objectName() == "gap")
        dock.show()
        dock.raise_()


DOCK = DockRow(
    "gap", "Gap", Qt.DockWidgetArea.RightDockWidgetArea, 60, lambda panels, dock: GapLabel(dock),
    turn=Turn.OTHERS, behind="results", is_open=False,
)  # fmt: skip
