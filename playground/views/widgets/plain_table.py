"""A table of texts that are only read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QWidget


def plain_table(heads: Mapping[str, str], name: str, parent: QWidget) -> QTableWidget:
    """A table without rows; `heads` are its columns with their tooltips. One row can be chosen."""
    table = QTableWidget(0, len(heads), parent)
    for column, (head, tip) in enumerate(heads.items()):
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
