"""A quiet bar with a sentence and a few answers, above what it is about; unlike a dialog it holds nothing up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QWidget

from playground.views.theme.colors import GRID_PX
from playground.views.widgets.boxes import hbox, set_up


@dataclass(frozen=True)
class Notice:
    """A sentence, and the answers to it: (text of the button, what it does)."""

    text: str
    answers: tuple[tuple[str, str], ...]


class NoticeBar(QFrame):
    """Shows one notice; hidden without one. A click leaves the notice for its owner to take away."""

    answered = Signal(str)
    """The text of the clicked button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self.notice: Notice | None = None
        self.buttons: dict[str, QPushButton] = {}
        self.label = set_up(QLabel(self), wordWrap=True)
        # A long file name is cut off rather than widen the window.
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._row = hbox((self.label, 1), parent=self, margins=(12, 4, GRID_PX, 4), spacing=GRID_PX)
        self.hide()

    def show_notice(self, notice: Notice | None) -> None:
        """Show a notice and announce it to screen readers; None hides the bar."""
        if notice == self.notice:
            return
        self.notice = notice
        for button in self.buttons.values():
            button.hide()
            button.deleteLater()
        self.buttons = {}
        if notice is not None:
            self.label.setText(notice.text)
            self.label.setToolTip(notice.text)
            self.setAccessibleName(notice.text)
            self.buttons = {text: self._add_button(text, tooltip) for text, tooltip in notice.answers}
        self.setVisible(notice is not None)
        if notice is not None:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _add_button(self, text: str, tooltip: str) -> QPushButton:
        button = set_up(QPushButton(text, self), toolTip=tooltip, accessibleName=text)
        button.clicked.connect(partial(self.answered.emit, text))
        self._row.addWidget(button)
        return button
