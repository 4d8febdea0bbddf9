"""The dialogs of the menu Help: all keys, and versions with the licence."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement, pairwise
from typing import Final

import numpy as np
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QDialogButtonBox, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.plugins import PLUGINS
from playground.views.dialogs.dialog import Dialog
from playground.views.theme.colors import GRID_PX
from playground.views.theme.icons import app_icon
from playground.views.widgets import SectionTitle
from playground.views.widgets.boxes import hbox, set_up, vbox

GESTURES: Final = (
    ("Drag a layer from the palette", "Put it into the stack"),
    ("Double-click a layer of the palette", "Put it at the end"),
    ("Drag a card", "Move the layer"),
    ("Hover a neuron", "See its map in the large plot"),
    ("Click a neuron", "See its numbers in the microscope"),
    ("Click a link", "Type its weight"),
    ("Double-click a slider", "Back to its default"),
)
"""(gesture, effect) of the mouse."""

CARD_KEYS: Final = (
    ("Walk along the stack", "Left or Right"),
    ("Select several", "Shift+Left or Shift+Right"),
    ("More or fewer units", "+ or −"),
    ("To its settings, and back", "Enter, Esc"),
    ("Insert a layer, and more", "Shift+F10"),
)
"""(effect, key) of the focused card."""

PLACE_KEYS: Final = (
    ("Layers below: add one", "Enter"),
    ("Neurons: walk, look inside", "Arrows, Enter"),
    ("Curves: read, zoom, next edit", "Arrows, + or −, Page Down"),
    ("Painting: class, paint", "1 … 9, Enter"),
    ("Drawing: pen, erase, clear", "Enter, E, Delete"),
)
"""(effect, key) of other focused widgets."""

_COLUMNS: Final = 3

_Section = tuple[str, list[tuple[str, str]]]
"""A heading and its rows (effect, key)."""


class ShortcutSheet(Dialog):
    """`groups` maps headings to actions; actions without a shortcut are left out. Deleted on close."""

    def __init__(
        self,
        groups: Mapping[str, Sequence[QAction]],
        parent: QWidget,
        gestures: Sequence[tuple[str, str]] = GESTURES,
    ) -> None:
        super().__init__("Keyboard shortcuts", parent)
        sections = [(title, rows) for title, actions in groups.items() if (rows := _rows(actions))]
        sections.append(("On a layer's card", list(CARD_KEYS)))
        sections.append(("Elsewhere", list(PLACE_KEYS)))
        sections.append(("Mouse", list(gestures)))
        columns = hbox(spacing=4 * GRID_PX)
        for part in _columns(sections):
            columns.addLayout(self._column(part))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        self._stack(columns, buttons, spacing=2 * GRID_PX)

    def _column(self, sections: list[_Section]) -> QVBoxLayout:
        column = vbox(spacing=6)
        for title, rows in sections:
            column.addWidget(SectionTitle(title, self))
            grid = QGridLayout()
            grid.setHorizontalSpacing(3 * GRID_PX)
            grid.setVerticalSpacing(2)
            grid.setColumnStretch(0, 1)
            for index, (what, key) in enumerate(rows):
                right = set_up(QLabel(key, self), role="muted")
                right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                grid.addWidget(QLabel(what, self), index, 0)
                grid.addWidget(right, index, 1)
            column.addLayout(grid)
            column.addSpacing(GRID_PX)
        column.addStretch(1)
        return column


def _rows(actions: Sequence[QAction]) -> list[tuple[str, str]]:
    return [(str(action.property("title")), _keys(action)) for action in actions if action.shortcuts()]


def _keys(action: QAction) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return "  or  ".join(key.toString(native) for key in action.shortcuts())


def _columns(sections: list[_Section]) -> list[list[_Section]]:
    """Consecutive columns of similar height: of all splits, the one with the least maximum height."""

    def height(part: list[_Section]) -> int:
        return sum(len(rows) + 2 for _, rows in part)

    def cut(places: tuple[int, ...]) -> list[list[_Section]]:
        return [sections[a:b] for a, b in pairwise((0, *places, len(sections)))]

    ways = map(cut, combinations_with_replacement(range(len(sections) + 1), _COLUMNS - 1))
    return min(ways, key=lambda parts: max(map(height, parts)))


_ICON_PX = 64


def version() -> str:
    """The installed version, "" if the package is not installed."""
    try:
        return importlib.metadata.version("numpynet-playground")
    except importlib.metadata.PackageNotFoundError:
        return ""


class AboutDialog(Dialog):
    """Deleted on close. "Copy" puts the versions on the clipboard, for bug reports."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("About NumpyNet Playground", parent)
        self.versions = (
            f"NumpyNet Playground {version()}\n"
            f"Python {platform.python_version()}, numpy {np.__version__}, Qt {qVersion()}\n"
            f"{platform.platform()}" + "".join(f"\n{line}" for line in (*PLUGINS.others, *PLUGINS.left_out))
        )
        picture = QLabel(self)
        picture.setPixmap(app_icon().pixmap(_ICON_PX, _ICON_PX))
        title = set_up(QLabel(f"NumpyNet Playground {version()}".strip(), self), role="value")
        what = QLabel(
            "Build a neural network by dragging layers, watch it learn live, take the weights home.", self
        )
        what.setWordWrap(True)
        details = set_up(QLabel(self), role="muted", wordWrap=True)
        details.setTextFormat(Qt.TextFormat.PlainText)
        details.setText(self.versions.partition("\n")[2])
        details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        licence = set_up(
            QLabel("Free software under the MIT licence, without any warranty.", self), role="muted"
        )
        texts = vbox(title, what, details, licence, spacing=GRID_PX)
        top = hbox((picture, 0, Qt.AlignmentFlag.AlignTop), (texts, 1), spacing=2 * GRID_PX)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        copy = set_up(QPushButton("Copy versions", self), clicked=self._copy)
        copy.setToolTip("Put the versions on the clipboard, for a report.")
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        vbox(
            top,
            buttons,
            parent=self,
            margins=(3 * GRID_PX, 3 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX),
            spacing=2 * GRID_PX,
        )
        self.setMinimumWidth(460)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.versions)
