"""The card above the network at the first start: a lesson, a ready network, or the user's own data."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from playground.views.theme.colors import GRID_PX
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.controls import tool_button

_CHOICES = (
    ("lesson_1", "Learn by a lesson", "Twelve short lessons, from one neuron to digits.", "Begin lesson 1"),
    ("play", "Play", "A ready network is below. Start it, then change things. Space does it, too.", "Start"),
    (
        "import_data",
        "Open my data",
        "A table: CSV, Excel and others. It stays on this computer.",
        "Choose a file…",
    ),
)


class StartCard(QFrame):
    """Not modal, and gone after the first choice, whether it is made here or elsewhere."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName("Where would you like to start?")
        heading = set_up(QLabel("Where would you like to start?", self), role="heading")
        self.close_button = tool_button("Close", "Close this card.", self, clicked=self.leave, text="×")
        self.close_button.setAutoRaise(True)
        self.buttons: dict[str, QPushButton] = {}
        choices = [self._choice(actions[name], *texts) for name, *texts in _CHOICES]
        row = hbox(*((choice, 1) for choice in choices), spacing=2 * GRID_PX)
        head = hbox(heading, STRETCH, self.close_button)
        vbox(head, row, parent=self, margins=2 * GRID_PX, spacing=GRID_PX)

    def _choice(self, action: QAction, title: str, text: str, call: str) -> QFrame:
        box = set_up(QFrame(self), role="card")
        name, words = (
            set_up(QLabel(title, box), role="title"),
            set_up(QLabel(text, box), role="muted", wordWrap=True),
        )
        button = set_up(QPushButton(call, box), primary=str(not self.buttons).lower(), clicked=action.trigger)
        button.setAccessibleDescription(text)
        action.triggered.connect(self.leave)
        self.buttons[title] = button
        vbox(name, (words, 1), hbox(button, STRETCH), parent=box, margins=12, spacing=GRID_PX)
        return box

    def leave(self) -> None:
        """Give the network its room."""
        self.hide()
        self.deleteLater()
