"""Qt table model of a table's first rows, with the columns' roles in the header."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QObject, Qt
from PySide6.QtGui import QColor

from core.data.tables.column_hints import ColumnHint
from core.data.tables.table import Column, Table
from core.data.tables.table_schema import TableSchema
from playground.views.dialogs.import_data.table_text import doubt_about, reading_of
from playground.views.theme.colors import Theme
from playground.views.widgets.painted import Index

ROLE_TITLES: Final = {"feature": "Feature", "target": "Target", "ignore": "Ignored"}
_MAX_TEXT_LENGTH = 80


class PreviewModel(QAbstractTableModel):
    """Read-only; `show_choice` sets the column roles."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._table: Table | None = None
        self._roles: list[str] = []
        self._hints: dict[str, list[str]] = {}

    def show_table(self, table: Table | None) -> None:
        """Set the table, with all columns ignored."""
        self.beginResetModel()
        self._table = table
        self._roles = ["ignore"] * (0 if table is None else len(table.columns))
        self.endResetModel()

    def show_choice(self, choice: TableSchema) -> None:
        """Set the column roles."""
        if self._table is None:
            return
        features = set(choice.features)
        self._roles = [
            "target" if c.name == choice.target else "feature" if c.name in features else "ignore"
            for c in self._table.columns
        ]
        self._emit_changed()

    def show_hints(self, hints: Sequence[ColumnHint]) -> None:
        """Set the hints, which the columns' tooltips say."""
        self._hints = {}
        for hint in hints:
            for name in hint.columns:
                self._hints.setdefault(name, []).append(f"{hint.sentence}.")
        self._emit_changed()

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._emit_changed()

    def _emit_changed(self) -> None:
        if self._table is not None and self._roles:
            last = len(self._roles) - 1
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, last)
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, last))

    def column(self, place: int) -> Column:
        """The column at index `place`."""
        assert self._table is not None
        return self._table.columns[place]

    def role(self, place: int) -> str:
        """The role of the column at index `place`, a key of `ROLE_TITLES`."""
        return self._roles[place]

    def note(self, place: int) -> str:
        """Text below a column's name: "number · € · 3 missing"."""
        column = self.column(place)
        gaps = f" · {column.missing:,} missing" if column.missing else ""
        return f"{reading_of(column)}{gaps}"

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if self._table is None else len(self._table.preview)

    def columnCount(self, parent: Index | None = None) -> int:
        return len(self._roles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._table is None or not index.isValid():
            return None
        place = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            text = self._table.preview[index.row()][place].strip()
            return text if len(text) <= _MAX_TEXT_LENGTH else f"{text[:_MAX_TEXT_LENGTH]}…"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self._is_number(place) else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and self._roles[place] == "ignore":
            return QColor(self._theme.text_faint)
        if role == Qt.ItemDataRole.BackgroundRole and self._roles[place] == "target":
            return QColor(self._theme.accent_soft)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if self._table is None or orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if not 0 <= section < len(self._roles):
            return None
        column, title = self._table.columns[section], ROLE_TITLES[self._roles[section]]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.name
        if role == Qt.ItemDataRole.ToolTipRole:
            hint = f"{column.hint}." if column.hint else "Click to choose: feature, target or ignore."
            lines = [
                column.name, self.note(section), doubt_about(column), *self._hints.get(column.name, ()), hint
            ]  # fmt: skip
            return "\n".join(line for line in lines if line)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.name}, {self.note(section)}, {title}"
        return None

    def _is_number(self, place: int) -> bool:
        return self.column(place).type == "number"
