"""Buttons, bars, tables, questions, scroll areas: `push_button("Close", "Go back.", self, clicked=self.reject)`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QWidget,
)

from playground.views.widgets.boxes import set_up


def plain_table(heads: Sequence[tuple[str, str]], name: str, parent: QWidget) -> QTableWidget:
    """A table without rows; `heads` are its columns with their tooltips. One row can be chosen."""
    table = QTableWidget(0, len(heads), parent)
    for column, (head, tip) in enumerate(heads):
        item = QTableWidgetItem(head)
        item.setToolTip(tip)
        table.setHorizontalHeaderItem(column, item)
    table.setAccessibleName(name)
    table.verticalHeader().hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return table


def show_rows(table: QTableWidget, rows: Sequence[Sequence[tuple[str, str]]]) -> None:
    """Set the rows: a text and its color, "" for the usual one, in each cell. The chosen row stays."""
    table.setRowCount(len(rows))
    for place, cells in enumerate(rows):
        for column, (text, color) in enumerate(cells):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            if color:
                item.setForeground(QColor(color))
            table.setItem(place, column, item)


class Question(QMessageBox):
    """Question, and below it the meaning of the answer, in the middle of a window without a title bar."""

    def __init__(self, parent: QWidget, text: str, details: str = "", *, warns: bool = False) -> None:
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Warning if warns else QMessageBox.Icon.Question)
        self.setText(text)
        self.setInformativeText(details)
        # Qt polishes it after its window is made, which can then no longer lose its title bar.
        self.ensurePolished()


_WHOLE: Final = 1000


def push_button(text: str, tip: str, parent: QWidget, **properties: object) -> QPushButton:
    """A button that takes no Enter from the fields beside it; see `set_up` for the `properties`."""
    return set_up(QPushButton(text, parent), toolTip=tip, autoDefault=False, **properties)


def tool_button(
    name: str, tip: str, parent: QWidget, *, side_px: int = 0, **properties: object
) -> QToolButton:
    """A button without a text; `name` is what a screen reader says, `side_px` its fixed size."""
    made = set_up(QToolButton(parent), accessibleName=name, toolTip=tip, **properties)
    if side_px:
        made.setFixedSize(side_px, side_px)
    return made


class ProgressBar(QProgressBar):
    """A bar without a text; `name` is what a screen reader says."""

    def __init__(self, name: str, parent: QWidget, *, height_px: int = 0) -> None:
        super().__init__(parent)
        self.setTextVisible(False)
        self.setAccessibleName(name)
        if height_px:
            self.setFixedHeight(height_px)
        self.show_share(0.0)

    def show_share(self, share: float | None) -> None:
        """Show how much is done, from 0 to 1; None where that is not known."""
        self.setRange(0, 0 if share is None else _WHOLE)
        self.setValue(round(_WHOLE * (share or 0.0)))


class ScrollArea(QScrollArea):
    """A frameless area in which `content` is as wide as there is room, and scrolls up and down, or `sideways` too."""

    def __init__(
        self, parent: QWidget | None, content: QWidget | None = None, *, sideways: bool = False
    ) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if not sideways:
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        if content is not None:
            self.setWidget(content)
