"""Predictions for new samples, and Qt table models: the prediction first, then the row's cells or the image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QColor

from core.data.pipeline import Pipeline, Predictions, ValueOutputs
from core.data.pipeline.columns import NumberColumn
from core.data.tables.table import is_missing
from core.io.number_text import percent_text, rounded_text
from core.predict.row_columns import RowColumn, encode_row
from playground.plugin import LEFT, RIGHT, Index, Theme, ThemeSource

_DIGITS = 4


@dataclass(frozen=True)
class RowPrediction:
    """A label with its probability in `detail`, or values with their units.

    `number` is the class's, None for values; `shares` are (class, probability) in the order of the classes.
    """

    text: str
    detail: str = ""
    number: int | None = None
    shares: tuple[tuple[str, float], ...] = ()


def row_predictions(pipeline: Pipeline, predictions: Predictions) -> list[RowPrediction]:
    """The predictions (n,) row by row."""
    if predictions.numbers is None or predictions.probabilities is None:
        assert predictions.values is not None
        columns = pipeline.outputs.columns if isinstance(pipeline.outputs, ValueOutputs) else ()
        return [RowPrediction(_value_text(columns, values)) for values in predictions.values.tolist()]
    names = tuple(getattr(pipeline.outputs, "names", ()))
    found = []
    for number, shares in zip(predictions.numbers.tolist(), predictions.probabilities.tolist(), strict=True):
        pairs = tuple(zip(names, shares, strict=True))
        found.append(RowPrediction(names[number], percent_text(shares[number]), number, pairs))
    return found


def _value_text(columns: tuple[NumberColumn, ...], values: list[float]) -> str:
    texts = []
    for column, value in zip(columns, values, strict=True):
        name = f"{column.name} " if len(values) > 1 else ""
        texts.append(f"{name}{rounded_text(value, _DIGITS)} {column.unit}".strip())
    return ", ".join(texts)


PREDICTION: Final = 0
"""The column of the predictions."""
MAX_ROWS: Final = 1_000
"""Rows that are predicted at every picture; a file with more is predicted whole when it is saved."""
Role = Qt.ItemDataRole


class PredictionsModel(QAbstractTableModel):
    """Base of the models: predictions in column 0. `samples_changed` requests new ones."""

    samples_changed = Signal()

    def __init__(self, themes: ThemeSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = themes.theme
        self._predictions: dict[int, RowPrediction] = {}
        themes.theme_changed.connect(self._show_theme)

    def prediction(self, row: int) -> RowPrediction | None:
        """The prediction for a row; None if there is none yet."""
        return self._predictions.get(row)

    def show_predictions(self, rows: Sequence[int], predictions: Sequence[RowPrediction]) -> None:
        """Set all predictions: those of `rows`."""
        self._predictions = dict(zip(rows, predictions, strict=True))
        if self.rowCount():
            self.dataChanged.emit(self.index(0, PREDICTION), self.index(self.rowCount() - 1, PREDICTION))

    def encoded(self) -> tuple[list[int], NDArray[Any] | None]:
        """The rows that can be predicted, and what `FittedInputs.encode` gives for them."""
        raise NotImplementedError

    def notes(self, row: int) -> list[str]:
        """Sentences on a row: what is wrong with it, or unlike the data."""
        return []

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        prediction = self._predictions.get(index.row()) if index.column() == PREDICTION else None
        if prediction is not None and role in (Role.DisplayRole, Role.AccessibleTextRole):
            return f"{prediction.text} {prediction.detail}".strip()
        return int(LEFT) if role == Role.TextAlignmentRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Role.DisplayRole else None
        return "Prediction" if section == PREDICTION and role == Role.DisplayRole else None

    def _show_theme(self, theme: Theme) -> None:
        self.theme = theme
        if self.rowCount():
            self.dataChanged.emit(
                self.index(0, 0), self.index(self.rowCount() - 1, max(0, self.columnCount() - 1))
            )


class RowsModel(PredictionsModel):
    """Typed rows of texts. Unless it is `read_only`, an empty row follows them, to type into."""

    edited = Signal(object)
    """Cells or rows have changed; carries `filled_rows` as they were before."""
    rows_replaced = Signal()
    """There are other rows or columns than those that were edited."""

    def __init__(self, themes: ThemeSource, parent: QObject | None = None) -> None:
        super().__init__(themes, parent)
        self.columns: tuple[RowColumn, ...] = ()
        self.read_only = False
        self._rows: list[list[str]] = []
        self._encoded: list[NDArray[np.float64] | None] = []

    @property
    def filled_rows(self) -> list[list[str]]:
        """Copies of the rows up to the last one that is not empty."""
        rows = list(self._rows)
        while rows and _is_empty(rows[-1]):
            rows.pop()
        return [list(row) for row in rows]

    def show_columns(self, columns: Sequence[RowColumn]) -> None:
        """Set the columns; cells stay where a column of that name stays."""
        before = {column.name: place for place, column in enumerate(self.columns)}
        places = [before.get(column.name) for column in columns]
        same = places == list(range(len(self.columns)))
        kept = [[row[place] if place is not None else "" for place in places] for row in self.filled_rows]
        self.columns = tuple(columns)
        self._set_rows(kept, read_only=self.read_only)
        if not same:
            self.rows_replaced.emit()

    def show_rows(self, rows: Sequence[Sequence[str]], *, read_only: bool = False) -> None:
        """Replace all rows, of which the first `MAX_ROWS` are kept."""
        self._set_rows(rows, read_only=read_only)
        self.rows_replaced.emit()

    def restore(self, rows: Sequence[Sequence[str]]) -> None:
        """Replace the rows by those of an earlier or later edit."""
        self._set_rows(rows, read_only=False)

    def _set_rows(self, rows: Sequence[Sequence[str]], *, read_only: bool) -> None:
        self.beginResetModel()
        self.read_only = read_only
        self._predictions = {}
        self._rows = [list(row) for row in rows[:MAX_ROWS]]
        self._encoded = [self._encode(row) for row in self._rows]
        self._add_empty()
        self.endResetModel()
        self.samples_changed.emit()

    def set_cells(self, row: int, column: int, cells: Sequence[Sequence[str]]) -> None:
        """Write texts from a cell on (`column` counts from 0 without predictions); rows are added, columns are not."""
        before = self.filled_rows
        count = min(MAX_ROWS, row + len(cells))
        missing = count - len(self._rows)
        if missing > 0:
            self.beginInsertRows(QModelIndex(), len(self._rows), count - 1)
            self._rows += [[""] * len(self.columns) for _ in range(missing)]
            self._encoded += [None] * missing
            self.endInsertRows()
        for place in range(row, count):
            texts = cells[place - row][: len(self.columns) - column]
            self._rows[place][column : column + len(texts)] = texts
            self._encoded[place] = self._encode(self._rows[place])
            self._predictions.pop(place, None)
        self.dataChanged.emit(self.index(row, 0), self.index(count - 1, len(self.columns)))
        self._append_empty()
        self.samples_changed.emit()
        self.edited.emit(before)

    def remove(self, rows: Sequence[int]) -> None:
        """Remove rows."""
        kept = [row for place, row in enumerate(self._rows) if place not in set(rows)]
        while kept and _is_empty(kept[-1]):
            kept.pop()
        before = self.filled_rows
        self._set_rows(kept, read_only=False)
        self.edited.emit(before)

    def encoded(self) -> tuple[list[int], NDArray[Any] | None]:
        found = {row: encoded for row, encoded in enumerate(self._encoded) if encoded is not None}
        return list(found), np.stack(list(found.values())) if found else None

    def notes(self, row: int) -> list[str]:
        if not 0 <= row < len(self._rows) or _is_empty(self._rows[row]):
            return []
        pairs = list(zip(self.columns, self._rows[row], strict=True))
        faults = [fault for column, text in pairs if (fault := column.fault(text))]
        return faults or [doubt for column, text in pairs if (doubt := column.doubt(text))]

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 1 + len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        editable = index.column() != PREDICTION and not self.read_only
        return super().flags(index) | (Qt.ItemFlag.ItemIsEditable if editable else Qt.ItemFlag.NoItemFlags)

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        text = str(value).strip()
        if role != Role.EditRole or index.column() == PREDICTION:
            return False
        if text != self._rows[index.row()][index.column() - 1]:
            self.set_cells(index.row(), index.column() - 1, [[text]])
        return True

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid() or index.column() == PREDICTION:
            return super().data(index, role)
        row, column = self._rows[index.row()], self.columns[index.column() - 1]
        text = row[index.column() - 1]
        if role == Role.EditRole:
            return text
        if role == Role.DisplayRole:
            return column.fill if is_missing(text) and not _is_empty(row) else text
        if role == Role.TextAlignmentRole:
            return int(LEFT if column.categories else RIGHT)
        if role == Role.ForegroundRole:
            return self._ink(column, row, text)
        if role == Role.BackgroundRole and not _is_empty(row) and column.fault(text):
            return QColor(self.theme.danger_soft)
        if role in (Role.ToolTipRole, Role.AccessibleDescriptionRole) and not _is_empty(row):
            filled = f"{column.name} is filled in with {column.fill}" if is_missing(text) else ""
            return column.fault(text) or column.doubt(text) or filled
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical or section == PREDICTION or section > len(self.columns):
            return super().headerData(section, orientation, role)
        column = self.columns[section - 1]
        if role == Role.DisplayRole:
            return column.name
        filled = f"may be empty, then {column.fill}" if column.fill else "must be given"
        if role == Role.ToolTipRole:
            texts = ", ".join(column.categories[:20])
            return "\n".join(filter(None, (column.name, column.hint, texts, filled)))
        if role == Role.AccessibleTextRole:
            return ", ".join(filter(None, (column.name, column.hint, filled)))
        return None

    def _ink(self, column: RowColumn, row: Sequence[str], text: str) -> QColor:
        if is_missing(text) or _is_empty(row):
            return QColor(self.theme.text_faint)
        if column.fault(text):
            return QColor(self.theme.danger)
        return QColor(self.theme.warning if column.doubt(text) else self.theme.text)

    def _encode(self, row: Sequence[str]) -> NDArray[np.float64] | None:
        return None if _is_empty(row) else encode_row(self.columns, row)

    def _needs_empty(self) -> bool:
        full = len(self._rows) >= MAX_ROWS or self.read_only or not self.columns
        return not full and (not self._rows or not _is_empty(self._rows[-1]))

    def _add_empty(self) -> None:
        if self._needs_empty():
            self._rows.append([""] * len(self.columns))
            self._encoded.append(None)

    def _append_empty(self) -> None:
        if self._needs_empty():
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows))
            self._add_empty()
            self.endInsertRows()


def _is_empty(row: Sequence[str]) -> bool:
    return not any(text.strip() for text in row)
