"""Samples with true and predicted class as a Qt item model, and its list views in the gallery.

Images are thumbnails, each with "4 → 9" and confidence; rows are a table. Thumbnails are made on first paint, so that
ten thousand samples cost no more than a screenful.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QListView,
    QStyle,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from core.data.label_corrections import LabelCorrections
from core.data.pipeline import TableInputs
from core.inspect.predictions import SplitPredictions
from core.io.number_text import percent_text, rounded_text
from core.predict import RowColumn, row_columns
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.number_format import class_labels, class_name
from playground.views.widgets.painted import Index, PaintedDelegate, draw_box, draw_dot, draw_text

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_TRUE: Final = ("True", "What the data say of the sample")
_TAKEN: Final = ("Taken for", "The class that the network takes it for")
_SURE: Final = ("Sure", "How sure the network is of that")
_NO_CORRECTIONS: Final = LabelCorrections()
# More than fit on the largest screens.
_KEPT_PICTURES: Final = 1200
_VALUES: Final = 8


class SampleModel(QAbstractTableModel):
    """A row per sample: class, predicted class, confidence, then a table's values.

    Of two models side by side there are the predictions of both; of values they are numbers without confidence.
    """

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._prepared: PreparedData | None = None
        self._predictions: list[SplitPredictions] = []
        self._heads: list[tuple[str, str]] = []
        """Titles and tooltips of the columns before a table's values."""
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
        predictions: SplitPredictions | None,
        rows: NDArray[np.int64],
        corrections: LabelCorrections = _NO_CORRECTIONS,
        other: SplitPredictions | None = None,
    ) -> None:
        """Set the rows of the predicted split, in order; `other` are those of a model B beside the network."""
        self.beginResetModel()
        if prepared is not self._prepared:
            self._pictures.clear()
        self._prepared, self._rows = prepared, rows
        self._corrected = dict(corrections)
        self._columns = self._raw = ()
        self._predictions = [each for each in (predictions, other) if each is not None]
        self._heads = [_TRUE]
        for letter in "AB"[: len(self._predictions)]:
            sure = [_SURE] if prepared is None or prepared.task.classifies else []
            says = _TAKEN if other is None else (f"{letter} says", f"What model {letter} says of it")
            self._heads += [says, *sure]
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

    def row_number(self, row: int) -> int:
        """The row of the user's file, or of the data, from 1, of a list row."""
        assert self._prepared is not None
        return int(self._prepared.data.row_numbers(self._index[self._rows[[row]]])[0])

    def place_of(self, dataset_row: int, otherwise: int) -> int:
        """List row of a dataset row; `otherwise` if it is not listed."""
        found = np.flatnonzero(self._index[self._rows] == dataset_row)
        return int(found[0]) if len(found) else otherwise

    @property
    def models(self) -> int:
        """Number of models whose predictions there are."""
        return len(self._predictions)

    def true(self, row: int) -> Any:
        """Class number, or value."""
        return self._predictions[0].true[self._rows[row]].item()

    def predicted(self, row: int, model: int = 0) -> Any:
        """Class number, or value."""
        return self._predictions[model].predicted[self._rows[row]].item()

    def name(self, label: Any) -> str:
        return class_name(self._names, label) if isinstance(label, int) else rounded_text(label, 4)

    def said(self, row: int, model: int) -> str:
        """Prediction of a model; of two with a mark."""
        label, true = self.predicted(row, model), self.true(row)
        mark = "" if self.models < 2 or not isinstance(label, int) else " ✓" if label == true else " ✗"
        return f"{self.name(label)}{mark}"

    def is_wrong(self, row: int, model: int) -> bool:
        """Whether a model says another class than the data."""
        label = self.predicted(row, model)
        return isinstance(label, int) and label != self.true(row)

    def percent(self, row: int, model: int = 0) -> str:
        """Confidence of the prediction; a dash for values."""
        return percent_text(float(self._predictions[model].confidence[self._rows[row]]))

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
        says = ("taken for",) if self.models == 1 else ("A says", "B says")
        predictions = (
            f"{word} {self.name(self.predicted(row, model))}, {self.percent(row, model)}".removesuffix(", –")
            for model, word in enumerate(says)
        )
        where = f"Row {self.row_number(row):,} of the data"
        return f"{where}: {', '.join((self.name(self.true(row)), *predictions))}{relabelled}"

    def values(self, row: int) -> list[str]:
        """The first values of a table or a point: "x1 0.31"; none of an image."""
        shown = enumerate(self._columns[:_VALUES], len(self._heads))
        return [f"{name} {self._cell(row, column)}" for column, name in shown]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return len(self._heads) + len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not self._predictions:
            return None
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(row, column)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole:
            model, part = self._prediction_at(column)
            wrong = part == 0 and self.is_wrong(row, model)
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
            return self._alignment(section)
        heads = [*self._heads, *((name, name) for name in self._columns)]
        place = {Qt.ItemDataRole.DisplayRole: 0, Qt.ItemDataRole.ToolTipRole: 1}.get(Qt.ItemDataRole(role))
        return None if place is None else heads[section][place]

    def _prediction_at(self, column: int) -> tuple[int, int]:
        """The model of a column, and 0 for what it says, 1 for how sure it is; (0, -1) for other columns."""
        if not 0 < column < len(self._heads):
            return 0, -1
        model, part = divmod(column - 1, (len(self._heads) - 1) // len(self._predictions))
        return model, part

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        """Names are left-aligned, numbers right-aligned."""
        is_name = column == 0 or self._prediction_at(column)[1] == 0
        side = Qt.AlignmentFlag.AlignLeft if is_name else Qt.AlignmentFlag.AlignRight
        return side | Qt.AlignmentFlag.AlignVCenter

    def _cell(self, row: int, column: int) -> str:
        assert self._prepared is not None
        if column == 0:
            return self.name(self.true(row))
        model, part = self._prediction_at(column)
        if part >= 0:
            return self.percent(row, model) if part else self.said(row, model)
        if self._raw:
            sample = self.dataset_row(row)
            raw = self._prepared.pipeline.inputs.raw(self._prepared.data.inputs[sample : sample + 1])
            found = self._raw[column - len(self._heads)]
            return found.shown(raw[found.name][0])
        value = float(self._prepared.data.inputs[self.dataset_row(row), column - len(self._heads)])
        return rounded_text(value, 4)


_ROW_PX = 24
_AIR_PX = 12
_TIP = "Choose a sample to see its way through the network; Ctrl and Shift choose several."
_IMAGE_PX: Final = 64
_MARGIN_PX: Final = 7
_LINE_PX: Final = 15
_DOT_PX: Final = 4.0

_ITEM_SIZE: Final = QSize(_IMAGE_PX + 2 * _MARGIN_PX + 6, _IMAGE_PX + 2 * _LINE_PX + 2 * _MARGIN_PX + 2)


class SampleThumbnails(QListView):
    """A wrapping list of thumbnails."""

    def __init__(self, model: SampleModel, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Qt need not measure ten thousand items.
        self.setUniformItemSizes(True)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setGridSize(_ITEM_SIZE)
        self.setMouseTracking(True)
        self.setItemDelegate(ThumbnailDelegate(model, themes, self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        _set_up(self, model)


class SampleTable(QTableView):
    """A row per sample, with its values."""

    def __init__(self, model: SampleModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_PX)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        # Size columns by visible rows only.
        self.horizontalHeader().setResizeContentsPrecision(0)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        _set_up(self, model)

    def fit_columns(self) -> None:
        """Fit column widths to the visible rows, with some padding."""
        self.resizeColumnsToContents()
        for column in range(self.model().columnCount()):
            self.setColumnWidth(column, self.columnWidth(column) + _AIR_PX)


def _set_up(view: QAbstractItemView, model: SampleModel) -> None:
    view.setModel(model)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    view.setAccessibleName("Samples")
    view.setToolTip(_TIP)


class ThumbnailDelegate(PaintedDelegate):
    """For the items of a `SampleModel` of images."""

    def __init__(self, model: SampleModel, themes: ThemeSource, parent: QObject) -> None:
        super().__init__(themes, parent)
        self._model, self._small = model, font("small")

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return _ITEM_SIZE

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, theme: Theme) -> None:
        whole, state = QRectF(option.rect), option.state
        tile = QRectF(whole.center().x() - _IMAGE_PX / 2, whole.top() + _MARGIN_PX, _IMAGE_PX, _IMAGE_PX)
        self._paint_ground(painter, whole.adjusted(1, 1, -1, -1), state)
        self._paint_image(painter, tile, index.row())
        self._paint_caption(painter, tile, whole, index.row())

    def _paint_ground(self, painter: QPainter, place: QRectF, state: QStyle.StateFlag) -> None:
        theme = self._themes.theme
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if selected or focused or hovered:
            ground, edge = theme.accent_soft if selected else theme.field, theme.accent
            draw_box(painter, place, RADIUS_SMALL_PX, ground, edge if selected or focused else None, 2)

    def _paint_image(self, painter: QPainter, tile: QRectF, row: int) -> None:
        rounded = QPainterPath()
        rounded.addRoundedRect(tile, 4, 4)
        painter.save()
        painter.setClipPath(rounded)
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(tile.topLeft(), self._model.picture(row, _IMAGE_PX, ratio))
        painter.restore()
        if self._model.is_corrected(row):
            theme = self._themes.theme
            draw_dot(painter, tile.topRight() + QPointF(-2, 2), _DOT_PX, theme.accent, theme.surface, 2)

    def _paint_caption(self, painter: QPainter, tile: QRectF, whole: QRectF, row: int) -> None:
        theme, model = self._themes.theme, self._model
        true, predicted = model.name(model.true(row)), model.name(model.predicted(row))
        line = QRectF(whole.left() + 3, tile.bottom() + 2, whole.width() - 6, _LINE_PX)
        painter.setFont(self._small)
        metrics = QFontMetricsF(self._small)
        right = Qt.TextElideMode.ElideRight
        both = model.models > 1
        if not both and not model.is_wrong(row, 0):
            name = metrics.elidedText(predicted, right, line.width() - 14)
            draw_text(painter, line, f"{name} ✓", theme.text)
        else:
            between = " | " if both else " → "
            words = [model.said(row, 0), model.said(row, 1)] if both else [true, predicted]
            room = (line.width() - metrics.horizontalAdvance(between)) / 2
            names = [metrics.elidedText(word, right, room) for word in words]
            wrong = [both and model.is_wrong(row, 0), model.is_wrong(row, 1) if both else True]
            left = line.center().x() - metrics.horizontalAdvance(between.join(names)) / 2
            for text, red in ((f"{names[0]}{between}", wrong[0]), (names[1], wrong[1])):
                painter.setPen(QColor(theme.danger if red else theme.text_muted))
                painter.drawText(QPointF(left, line.top() + metrics.ascent()), text)
                left += metrics.horizontalAdvance(text)
        below = f"is {true}" if both else model.percent(row)
        draw_text(painter, line.translated(0, _LINE_PX), below, theme.text_muted)
