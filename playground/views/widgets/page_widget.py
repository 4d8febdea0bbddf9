"""Base of the pages of the window: a surface, a message about what cannot be done, buttons with icons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from core.experiment.prepare import PreparedData
from core.inspect.snapshot import Snapshot
from playground.views.theme.icons import BESIDE_TEXT, icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import Item, set_up, vbox
from playground.views.widgets.labels import SteadyLabel


class PageWidget(QWidget):
    """The subclass lays out `message`, and calls `_restyle` when its buttons have other icons."""

    def __init__(self, name: str, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_up(self, objectName=f"{name}_page", role="canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._themes = themes
        self._buttons: list[QPushButton] = []
        self.message = set_up(QLabel(self), role="danger", wordWrap=True)
        self.message.hide()
        themes.theme_changed.connect(self._restyle)

    def show_message(self, sentence: str) -> None:
        """Show why there is nothing to see; "" hides it."""
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))

    def _button(self, text: str, picture: str, tip: str) -> QPushButton:
        """A button with the icon of its property "picture"."""
        button = set_up(QPushButton(text, self), picture=picture, toolTip=tip, autoDefault=False)
        button.setIconSize(BESIDE_TEXT)
        self._buttons.append(button)
        return button

    def _muted(self, text: str, buddy: QWidget) -> QLabel:
        """The name of a field, to stand before it."""
        label = set_up(QLabel(text, self), role="muted")
        label.setBuddy(buddy)
        return label

    def _restyle(self) -> None:
        for button in self._buttons:
            if picture := button.property("picture"):
                button.setIcon(icon(str(picture), self._themes.theme))


class PartsPage(PageWidget):
    """Base of the pages that show snapshots with the parts that they ask for."""

    parts_changed = Signal()
    """`parts` are others."""
    row_chosen = Signal(int)
    """Carries the sample to look at."""
    csv_requested = Signal()

    @property
    def parts(self) -> Mapping[str, Any]:
        """Request of the page for snapshots."""
        raise NotImplementedError

    def clear(self) -> None:
        """Show nothing, without data."""

    def show_data(self, prepared: PreparedData) -> None:
        """Set the data of the next snapshots."""

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what is another object than before."""


def titled(text: str, parent: QWidget) -> QLabel:
    """The title of a card, which may be cut."""
    label = set_up(SteadyLabel(parent), role="title", minimumWidth=1)
    label.setText(text)
    return label


def fill_card(card: QFrame, *items: Item) -> QFrame:
    """Lay out what is in a card."""
    card.setProperty("role", "lane")
    vbox(*items, parent=card, margins=(12, 8, 12, 8), spacing=4)
    return card
