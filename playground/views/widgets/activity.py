"""Something that goes on for a while, in the status bar: what it is, and a button that ends it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from playground.views.theme.colors import GRID_PX
from playground.views.widgets.boxes import hbox, set_up


class Activity(QWidget):
    """Hidden without a text. `end_requested` is emitted by the button."""

    end_requested = Signal()

    def __init__(
        self, name: str, button: str, tooltip: str, parent: QWidget | None = None, *, role: str = "caption"
    ) -> None:
        """`name` is for screen readers; `role` is the label's."""
        super().__init__(parent)
        self._name = name
        self.label = set_up(QLabel(self), role=role, toolTip=name)
        self.button = set_up(QPushButton(button, self), small=True, flat=True)
        self.button.setAccessibleName(f"{button}: {name}")
        self.button.setToolTip(tooltip)
        self.button.clicked.connect(self.end_requested)
        hbox(self.label, self.button, parent=self, margins=(0, 0, 2 * GRID_PX, 0), spacing=GRID_PX // 2)
        self.hide()

    def show_text(self, text: str) -> None:
        """Show what goes on; "" hides it."""
        if text != self.label.text():
            self.label.setText(text)
            self.label.setAccessibleName(text)
        self.setVisible(bool(text))
