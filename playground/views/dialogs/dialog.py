"""Base of dialogs: title and margins, their buttons, hints on keys, and the frame of the wide ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from playground.views.theme.colors import GRID_PX
from playground.views.widgets.boxes import Item, hbox, set_up, vbox
from playground.views.widgets.controls import push_button
from playground.views.widgets.labels import hairline


def key_cap(text: str, parent: QWidget) -> QLabel:
    """A key."""
    label = set_up(QLabel(text, parent), role="key")
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return label


class KeyHints(QWidget):
    """Groups of keys, the last text of each what they do: ("↑", "↓", "format")."""

    def __init__(self, groups: Sequence[Sequence[str]], parent: QWidget) -> None:
        super().__init__(parent)
        row = hbox(parent=self, margins=0, spacing=4)
        for *keys, text in groups:
            for key in keys:
                row.addWidget(key_cap(key, self))
            label = set_up(QLabel(text, self), role="caption")
            row.addWidget(label)
            row.addSpacing(8)
        row.addStretch(1)


SIDE_PX: Final = 24
"""Of the parts of a wide dialog."""
_SCREEN_MARGIN_PX: Final = 40


class Dialog(QDialog):
    """Deleted when it is closed, unless it is `kept`."""

    def __init__(self, title: str, parent: QWidget, *, kept: bool = False) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, not kept)
        self.setWindowTitle(title)

    def _stack(self, *rows: Item, spacing: int = GRID_PX) -> QVBoxLayout:
        """Lay out the rows of a small dialog."""
        margins = 3 * GRID_PX, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX
        return vbox(*rows, parent=self, margins=margins, spacing=spacing)


class WideDialog(Dialog):
    """A heading above, and a line with buttons below; of its usual `size`, or as large as the window allows."""

    def __init__(self, title: str, heading: str, size: QSize, parent: QWidget, *, kept: bool = False) -> None:
        super().__init__(title, parent, kept=kept)
        self._usual = size
        self.heading, self.subtitle = (
            set_up(QLabel(heading, self), role="value"),
            set_up(QLabel(self), role="caption"),
        )

    def _frame(self, body: Item, *feet: Item, head: Item | None = None) -> None:
        """Lay out the parts; without a `head`, that is the heading alone."""
        titles = vbox(self.heading, self.subtitle, margins=(SIDE_PX, 14, SIDE_PX, 14), spacing=2)
        rows = head or titles, hairline(self), body, hairline(self), *feet
        vbox(*rows, parent=self, margins=0, spacing=0)

    def _fit_screen(self) -> None:
        parent = self.parentWidget()
        room = parent.window().size() if parent is not None else self.screen().availableSize()
        margin = QSize(_SCREEN_MARGIN_PX, _SCREEN_MARGIN_PX)
        self.resize(self._usual.boundedTo(room - margin).expandedTo(self.minimumSizeHint()))


def box_button(
    box: QDialogButtonBox, text: str, tip: str, role: str, *, primary: bool = False, **signals: object
) -> QPushButton:
    """A button of a dialog, with a `role` such as "AcceptRole"; Enter presses the `primary` one."""
    made = push_button(text, tip, box, primary="true" if primary else "false", **signals)
    made.setDefault(primary)
    box.addButton(made, QDialogButtonBox.ButtonRole[role])
    return made
