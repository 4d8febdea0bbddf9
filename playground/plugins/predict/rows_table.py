"""The table of new rows: predictions at the left, cells to type into, copy and paste as in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QObject,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QUndoCommand,
    QUndoStack,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from playground.plugin import Theme, ThemeSource, class_color, font, set_up
from playground.plugins.predict.images_model import PICTURE_PX, ImagesModel
from playground.plugins.predict.predictions_model import (
    MAX_ROWS,
    PREDICTION,
    PredictionsModel,
    RowPrediction,
    RowsModel,
)
from playground.views.widgets.descendants import children_of
from playground.views.widgets.painted import (
    LEFT,
    RIGHT,
    Index,
    PaintedDelegate,
    PaintedHeader,
    draw_text,
    use_colors,
)

Rows = list[list[str]]
_LIMIT: Final = 100


class RowsUndo(QObject):
    """Follows a model: its edits are steps, and other rows or columns forget them."""

    def __init__(self, model: RowsModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(_LIMIT)
        model.edited.connect(self._push)
        model.rows_replaced.connect(self.stack.clear)

    def _push(self, before: Rows) -> None:
        self.stack.push(_Edit(self._model, before, self._model.filled_rows))


class _Edit(QUndoCommand):
    """All rows before and after an edit; there are at most 1,000."""

    def __init__(self, model: RowsModel, before: Rows, after: Rows) -> None:
        super().__init__("Edit rows")
        self._model, self._before, self._after = model, before, after
        self._is_done = True

    def redo(self) -> None:
        # Qt calls this when the step is pushed, too.
        if not self._is_done:
            self._model.restore(self._after)
        self._is_done = True

    def undo(self) -> None:
        self._model.restore(self._before)
        self._is_done = False


_MARKS = ("\t", ";", ",")
_SHOWN = 5


@dataclass(frozen=True)
class PastedRows:
    """`cells` in the order of the table's columns if they came with names (`named`), else from the current cell on.

    `note` says in a sentence what was left out or is missing.
    """

    cells: list[list[str]]
    named: bool = False
    note: str = ""


def read_pasted(text: str, names: Sequence[str]) -> PastedRows:
    """The cells in a text; a first row that has any of the columns' names is one of names."""
    rows = [row for row in _rows(text, len(names)) if any(cell.strip() for cell in row)]
    left_out = (
        f"Only the first {MAX_ROWS:,} of {len(rows):,} rows were pasted" if len(rows) > MAX_ROWS else ""
    )
    first = [cell.strip() for cell in rows[0]] if rows else []
    if not set(first) & set(names):
        return PastedRows([[cell.strip() for cell in row] for row in rows[:MAX_ROWS]], note=left_out)
    places = [first.index(name) if name in first else None for name in names]
    cells = [
        [row[place].strip() if place is not None and place < len(row) else "" for place in places]
        for row in rows[1 : MAX_ROWS + 1]
    ]
    missing = [name for name in names if name not in first]
    unused = [name for name in first if name and name not in names]
    notes = [left_out] if left_out else []
    notes += [f"The pasted rows lack {_listed(missing)}"] if missing else []
    notes += [f"Not used: {_listed(unused)}"] if unused else []
    return PastedRows(cells, named=True, note="; ".join(notes))


def _rows(text: str, columns: int) -> list[list[str]]:
    """Split by the first mark that gives more than one cell; a single column is not split at its decimal commas."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    mark = next((mark for mark in _MARKS if mark in text), "\t")
    if columns == 1 and mark == ",":
        mark = "\t"
    try:
        return list(csv.reader(io.StringIO(text), delimiter=mark))
    except csv.Error:
        return [line.split(mark) for line in text.split("\n")]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")


_ROW_PX: Final = 28
_PREDICTION_PX: Final = 170
_CELL_PX: Final = (96, 220)
_PAD_PX: Final = 8
_DOT_PX: Final = 9

_TABS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class RowsTable(QTableView):
    """Shows the model of rows or of images. `message_requested` carries what pasting left out."""

    message_requested = Signal(str)
    row_changed = Signal()
    """Another row is current."""

    def __init__(self, rows: RowsModel, images: ImagesModel, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows, self._images = rows, images
        self.edits = RowsUndo(rows, self)
        self.setHorizontalHeader(_Header(themes, self))
        cells = _CellDelegate(self)
        # After the key event of the editor, which undo removes.
        cells.undo_requested.connect(self.undo, Qt.ConnectionType.QueuedConnection)
        self.setItemDelegate(cells)
        self._prediction_delegate = _PredictionDelegate(themes, self)
        self.setItemDelegateForColumn(PREDICTION, self._prediction_delegate)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setIconSize(QSize(PICTURE_PX, PICTURE_PX))
        self.setWordWrap(False)
        self.setAccessibleName("Rows to predict")
        self.setToolTip("")
        self.verticalHeader().setMinimumSectionSize(20)
        self.verticalHeader().setAccessibleName("Rows")
        self.use(rows)

    def use(self, model: PredictionsModel) -> None:
        """Show the rows or the images."""
        before = self.model()
        if before is not model:
            if before is not None:
                before.modelReset.disconnect(self._fit_columns)
            self.setModel(model)
            self._drop_selections()
            self.selectionModel().currentRowChanged.connect(self.row_changed)
            model.modelReset.connect(self._fit_columns)
        height = PICTURE_PX + _PAD_PX if model is self._images else _ROW_PX
        self.verticalHeader().setDefaultSectionSize(height)
        self._fit_columns()

    def _drop_selections(self) -> None:
        """Delete what a change of model leaves behind: Qt makes a selection for the table and each header, uses one."""
        for view in (self, self.horizontalHeader(), self.verticalHeader()):
            for selection in children_of(view, QItemSelectionModel):
                if selection is not self.selectionModel():
                    selection.deleteLater()

    @property
    def current_row(self) -> int:
        """The current row; the first without one."""
        return max(0, self.currentIndex().row())

    def event(self, event: QEvent) -> bool:
        # Tab leaves the table, as no other key does; in an open cell it goes on to the next one. Not by
        # `tabKeyNavigation`, without which the focus leaves whenever a cell is closed.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _TABS:
            return QWidget.focusNextPrevChild(self, event.key() == Qt.Key.Key_Tab)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C, Ctrl+V, Ctrl+Z, Ctrl+Shift+Z, Delete; Enter edits."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self._restore(self.edits.stack.redo)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear_cells()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._edit_current()
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """Put the selected cells on the clipboard, as spreadsheets take them."""
        places = sorted((index.row(), index.column()) for index in self.selectedIndexes())
        lines: dict[int, list[str]] = {}
        for row, column in places:
            lines.setdefault(row, []).append(str(self.model().index(row, column).data() or ""))
        if lines:
            QGuiApplication.clipboard().setText("\n".join("\t".join(cells) for cells in lines.values()))

    def paste(self) -> None:
        """Write the rows of the clipboard from the current cell on; rows with names come below the others."""
        if self.model() is not self._rows or self._rows.read_only:
            return
        found = read_pasted(QGuiApplication.clipboard().text(), [each.name for each in self._rows.columns])
        if not found.cells:
            self.message_requested.emit("There are no rows on the clipboard")
            return
        index = self.currentIndex()
        if found.named:
            row, column = len(self._rows.filled_rows), 0
        else:
            row, column = self.current_row, max(0, index.column() - 1)
        self._rows.set_cells(row, column, found.cells)
        self.message_requested.emit(found.note)

    def undo(self) -> None:
        """Take the last edit of the rows back."""
        self._restore(self.edits.stack.undo)

    def clear_cells(self) -> None:
        """Remove the selected rows that are selected whole, and empty the other selected cells."""
        if self.model() is not self._rows or self._rows.read_only:
            return
        rows = [index.row() for index in self.selectionModel().selectedRows()]
        if rows:
            self._rows.remove(rows)
            return
        self.edits.stack.beginMacro("Empty cells")
        for index in self.selectedIndexes():
            if index.column() != PREDICTION:
                self._rows.setData(index, "")
        self.edits.stack.endMacro()

    def _restore(self, step: Callable[[], None]) -> None:
        """Undo or redo, in the same cell."""
        index = self.currentIndex()
        row, column = index.row(), index.column()
        step()
        self.setCurrentIndex(self._rows.index(min(row, self._rows.rowCount() - 1), column))

    def _edit_current(self) -> None:
        index = self.currentIndex()
        editing = self.state() is QAbstractItemView.State.EditingState
        if index.flags() & Qt.ItemFlag.ItemIsEditable and not editing:
            self.edit(index)

    def _fit_columns(self) -> None:
        model = self.model()
        self.setColumnWidth(PREDICTION, _PREDICTION_PX)
        if model is self._images:
            self.setColumnWidth(1, 2 * _CELL_PX[1])
            return
        bold, small = QFontMetrics(font(bold=True)), QFontMetrics(font("small"))
        for place, column in enumerate(self._rows.columns, 1):
            texts = [bold.horizontalAdvance(column.name), small.horizontalAdvance(column.hint)]
            self.setColumnWidth(place, min(max(_CELL_PX[0], max(texts) + 3 * _PAD_PX), _CELL_PX[1]))


class _Header(PaintedHeader):
    """Name and hint of each column."""

    def _paint(self, painter: QPainter, rect: QRect, column: int, theme: Theme) -> None:
        model = self.model()
        name = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        columns = model.columns if isinstance(model, RowsModel) else ()
        hint = columns[column - 1].hint if 0 < column <= len(columns) else ""
        ground = theme.accent_soft if column == PREDICTION else theme.surface
        self._write(painter, rect, name, hint, ground=ground, ink=theme.text)


class _PredictionDelegate(PaintedDelegate):
    """A dot in the class's color, its name, and its probability at the right."""

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, theme: Theme) -> None:
        model, rect = index.model(), option.rect
        painter.fillRect(rect, QColor(theme.accent_soft))
        prediction = model.prediction(index.row()) if isinstance(model, PredictionsModel) else None
        if prediction is not None:
            self._paint_prediction(painter, rect.adjusted(_PAD_PX, 0, -_PAD_PX, 0), prediction, theme)

    def _paint_prediction(
        self, painter: QPainter, place: QRect, prediction: RowPrediction, theme: Theme
    ) -> None:
        draw_text(painter, place, prediction.detail, theme.text_muted, font(), RIGHT)
        right = (
            painter.fontMetrics().horizontalAdvance(prediction.detail) + _PAD_PX if prediction.detail else 0
        )
        left = 0
        if prediction.number is not None:
            use_colors(painter, class_color(prediction.number))
            painter.drawEllipse(place.left(), place.center().y() - _DOT_PX // 2, _DOT_PX, _DOT_PX)
            left = _DOT_PX + _PAD_PX
        place = place.adjusted(left, 0, -right, 0)
        draw_text(painter, place, prediction.text, theme.text, font(bold=True), LEFT, cut=True)


class _CellDelegate(QStyledItemDelegate):
    """Editors of cells: a line with the hint, or a combo box of the known categories that takes other texts too."""

    undo_requested = Signal()
    """Undo in an editor in which there is nothing to undo."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            line = watched.lineEdit() if isinstance(watched, QComboBox) else watched
            undo = event.matches(QKeySequence.StandardKey.Undo)
            if undo and isinstance(line, QLineEdit) and not line.isUndoAvailable():
                # A combo box emits `activated` when it loses the focus by closing.
                watched.blockSignals(True)
                self.closeEditor.emit(watched, QStyledItemDelegate.EndEditHint.NoHint)
                self.undo_requested.emit()
                return True
        return super().eventFilter(watched, event)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        model = index.model()
        assert isinstance(model, RowsModel)
        column = model.columns[index.column() - 1]
        if not column.categories:
            line = set_up(QLineEdit(parent), accessibleName=column.name, placeholderText=column.hint)
            line.setFrame(False)
            return line
        combo = set_up(QComboBox(parent), accessibleName=column.name, editable=True)
        combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        combo.addItems(["", *column.categories] if column.fill else column.categories)
        combo.activated.connect(lambda _: self._finish(combo))
        return combo

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        text = str(index.data(Qt.ItemDataRole.EditRole) or "")
        if isinstance(editor, QComboBox):
            editor.setCurrentText(text)
            # As Qt does with a line: what is typed replaces the text.
            line = editor.lineEdit()
            assert line is not None
            line.selectAll()
        elif isinstance(editor, QLineEdit):
            editor.setText(text)

    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:
        text = editor.currentText() if isinstance(editor, QComboBox) else ""
        model.setData(index, editor.text() if isinstance(editor, QLineEdit) else text)

    def _finish(self, editor: QWidget) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.NoHint)
