"""Qt item model of samples with true and predicted class.

Thumbnails are made on first paint, so that ten thousand samples cost no more than a screenful.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPixmap

from core.data.label_corrections import LabelCorrections
from core.data.pipeline import TableInputs
from core.inspect.predictions import Predictions
from core.io.number_text import percent_text, rounded_text
from core.predict import RowColumn, row_columns
from playground.views.theme.colors import Theme
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.class_names import class_labels, class_name

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

Index = QModelIndex | QPersistentModelIndex

_TITLES: Final = ("True", "Taken for", "Sure")
_TIPS: Final = (
    "The class that the sample has",
    "The class that the network takes it for",
    "How sure the network is of that",
)
# More than fit on the largest screens.
_KEPT_PICTURES: Final = 1200
_VALUES: Final = 8


class SampleModel(QAbstractTableModel):
    """A row per sample: class, predicted class, confidence, then a table's values."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._prepared: PreparedData | None = None
        self._predictions: Predictions | None = None
        self._rows: NDArray[np.int64] = np.empty(0, np.int64)
        self._index: NDArray[np.int64] = np.empty(0, np.int64)
        self._corrected: dict[int, int | None] = {}
        self._names: tuple[str, ...] = ()
        self._columns: tuple[str, ...] = ()
        self._raw: tuple[RowColumn, ...] = ()
        """The columns of a table, of which a category is several inputs."""
        self._pictures: dict[tuple[int, float], QPixmap] = {}

    def show_samples(
        self,
        prepared: PreparedData | None,
        predictions: Predictions | None,
        rows: NDArray[np.int64],
        corrections: LabelCorrections,
    ) -> None:
        """Set the rows of the predicted split, in order."""
        self.beginResetModel()
        if prepared is not self._prepared:
            self._pictures.clear()
        self._prepared, self._predictions, self._rows = prepared, predictions, rows
        self._corrected = dict(corrections)
        self._columns = self._raw = ()
        if prepared is not None and predictions is not None:
            self._index = prepared.train_index if predictions.part == "train" else prepared.test_index
            data = prepared.data
            self._names = class_labels(data)
            is_table = isinstance(prepared.pipeline.inputs, TableInputs)
            self._raw = row_columns(prepared.pipeline) if is_table else ()
            if self._raw:
                self._columns = tuple(column.name for column in self._raw)
            elif len(data.shape) == 1:
                self._columns = data.feature_names or tuple(f"x{n + 1}" for n in range(data.shape[0]))
        self.endResetModel()

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._pictures.clear()
        if len(self._rows):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, self.columnCount() - 1))

    @property
    def shows_images(self) -> bool:
        return self._prepared is not None and len(self._prepared.data.shape) == 3

    def part_row(self, row: int) -> int:
        """Index in the split of a list row."""
        return int(self._rows[row])

    def dataset_row(self, row: int) -> int:
        """Index in the dataset of a list row."""
        return int(self._index[self._rows[row]])

    def place_of(self, dataset_row: int, otherwise: int) -> int:
        """List row of a dataset row; `otherwise` if it is not listed."""
        found = np.flatnonzero(self._index[self._rows] == dataset_row)
        return int(found[0]) if len(found) else otherwise

    def true(self, row: int) -> int:
        assert self._predictions is not None
        return int(self._predictions.true[self._rows[row]])

    def predicted(self, row: int) -> int:
        assert self._predictions is not None
        return int(self._predictions.predicted[self._rows[row]])

    def name(self, label: int) -> str:
        return class_name(self._names, label)

    def percent(self, row: int) -> str:
        """Confidence of the prediction."""
        assert self._predictions is not None
        return percent_text(float(self._predictions.confidence[self._rows[row]]))

    def is_corrected(self, row: int) -> bool:
        """Whether the label was corrected."""
        return self.dataset_row(row) in self._corrected

    def picture(self, row: int, size_px: int, ratio: float) -> QPixmap:
        """Thumbnail of `size_px` a side, at `ratio` device pixels per point."""
        assert self._prepared is not None
        sample = self.dataset_row(row)
        key = (sample, ratio)
        if key not in self._pictures:
            if len(self._pictures) >= _KEPT_PICTURES:
                self._pictures.clear()
            image = gray_image(self._prepared.data.inputs[sample], self._theme, round(size_px * ratio))
            made = QPixmap.fromImage(image)
            made.setDevicePixelRatio(ratio)
            self._pictures[key] = made
        return self._pictures[key]

    def text(self, row: int) -> str:
        """Text of a sample: "Row 12 of the data: 4, taken for 9, 97 %"."""
        relabelled = ", relabelled" if self.is_corrected(row) else ""
        true, predicted = self.name(self.true(row)), self.name(self.predicted(row))
        where = f"Row {self.dataset_row(row) + 1:,} of the data"
        return f"{where}: {true}, taken for {predicted}, {self.percent(row)}{relabelled}"

    def values_text(self, row: int) -> str:
        """The first values of a table or a point: "x1 0.31, x2 -0.2"; empty for images."""
        shown = enumerate(self._columns[:_VALUES], len(_TITLES))
        return ", ".join(f"{name} {self._cell(row, column)}" for column, name in shown)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return len(_TITLES) + len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._predictions is None:
            return None
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(row, column)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole:
            wrong = column == 1 and self.true(row) != self.predicted(row)
            relabelled = column == 0 and self.is_corrected(row)
            if wrong or relabelled:
                return QColor(self._theme.danger if wrong else self._theme.accent)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < self.columnCount():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        own = section < len(_TITLES)
        if role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[section] if own else self._columns[section - len(_TITLES)]
        if role == Qt.ItemDataRole.ToolTipRole:
            return _TIPS[section] if own else self._columns[section - len(_TITLES)]
        return None

    def _cell(self, row: int, column: int) -> str:
        assert self._prepared is not None
        if column == 0:
            return self.name(self.true(row))
        if column == 1:
            return self.name(self.predicted(row))
        if column == 2:
            return self.percent(row)
        if self._raw:
            sample = self.dataset_row(row)
            raw = self._prepared.pipeline.inputs.raw(self._prepared.data.inputs[sample : sample + 1])
            found = self._raw[column - len(_TITLES)]
            return found.shown(raw[found.name][0])
        value = float(self._prepared.data.inputs[self.dataset_row(row), column - len(_TITLES)])
        return rounded_text(value, 4)


def _alignment(column: int) -> Qt.AlignmentFlag:
    """Names are left-aligned, numbers right-aligned."""
    side = Qt.AlignmentFlag.AlignRight if column > 1 else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
