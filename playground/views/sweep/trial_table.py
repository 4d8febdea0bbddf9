"""Every trial of a sweep as a row, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from core.runs.columns import Column, Columns
from core.runs.trial import TrialResult
from core.sweep.results_table import latest_results, trial_columns
from core.sweep.sweep import Sweep
from playground.views.widgets.painted import LEFT, RIGHT, Index

_NOWHERE: Final = QModelIndex()
_ROW_PX: Final = 26
_LEAST_PX: Final = 24
_ARROWS: Final = {Qt.SortOrder.AscendingOrder: "↑", Qt.SortOrder.DescendingOrder: "↓"}


class _Rows(QAbstractTableModel):
    """Columns are the settings, then what was measured."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.results: list[TrialResult] = []
        self._sweep: Sweep | None = None
        self._columns: list[Column[TrialResult]] = []
        self._order: tuple[int, Qt.SortOrder] | None = None

    def show_results(self, sweep: Sweep, results: Sequence[TrialResult]) -> None:
        self.beginResetModel()
        if sweep is not self._sweep:
            self._sweep, self._columns = sweep, _columns(sweep)
            self._order = first_order(sweep)
        self.results = latest_results(results)
        self._arrange()
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.results)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            title = self._columns[section].title
            # As text: the header's own arrow lies on the title.
            return (
                f"{title} {_ARROWS[self._order[1]]}" if self._order and self._order[0] == section else title
            )
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if section < len(self._columns) - 1 else LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        result = self.results[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[index.column()].shown(result)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() < len(self._columns) - 1:
            return RIGHT
        return result.sentence or None if role == Qt.ItemDataRole.ToolTipRole else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.beginResetModel()
        self._order = column, order
        self._arrange()
        self.endResetModel()

    def _arrange(self) -> None:
        if self._order is None:
            return
        column, order = self._columns[self._order[0]], self._order[1]
        falls = order == Qt.SortOrder.DescendingOrder
        reverse = falls != (column.best == "high")
        self.results = Columns(column).sorted(self.results, column.name, reverse=reverse)


class TrialTable(QTableView):
    """A click on a heading sorts; Return or a double click opens the trial."""

    opened = Signal(int)
    """The number of a row's trial."""
    pointed = Signal(int)
    """The number of the trial that is selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "runs")
        self.setAccessibleName("Trials, the best first")
        self.rows = _Rows(self)
        self.setModel(self.rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self._chosen: int | None = None
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_PX)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setMinimumSectionSize(_LEAST_PX)
        self.doubleClicked.connect(lambda index: self._emit(self.opened, index))
        self.selectionModel().currentRowChanged.connect(lambda index, _: self._emit(self.pointed, index))
        # All rows are others then, and the chosen trial is in another one.
        self.rows.modelReset.connect(self._mark_chosen)
        self.rows.modelReset.connect(self._share_width)

    def show_results(self, sweep: Sweep, results: Sequence[TrialResult]) -> None:
        """Show all trials, in the order that was chosen; first the best are above."""
        if not self.isSortingEnabled():
            self.horizontalHeader().setSortIndicator(*first_order(sweep))
        self.rows.show_results(sweep, results)
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicatorShown(False)

    def choose(self, number: int | None) -> None:
        """Mark the row of a trial, as when it is pointed at in another view."""
        if number != self._chosen:
            self._chosen = number
            self._mark_chosen()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._emit(self.opened, self.currentIndex())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def _share_width(self) -> None:
        """Give every column what its heading and the numbers in sight need, and an equal part of what is left."""
        header = self.horizontalHeader()
        needed = [
            max(header.sectionSizeHint(column), self.sizeHintForColumn(column))
            for column in range(header.count())
        ]
        spare = self.viewport().width() - sum(needed)
        for column, width in enumerate(needed):
            # Where there is no room, long ones give way.
            more = spare / len(needed) if spare >= 0 else spare * width / sum(needed)
            header.resizeSection(column, int(width + more))

    def _mark_chosen(self) -> None:
        numbers = [result.trial.number for result in self.rows.results]
        with QSignalBlocker(self.selectionModel()):
            self.clearSelection()
            if self._chosen in numbers:
                self.setCurrentIndex(self.rows.index(numbers.index(self._chosen), 0))
        self.viewport().update()

    def _emit(self, signal: Any, index: QModelIndex) -> None:
        if index.isValid():
            signal.emit(self.rows.results[index.row()].trial.number)


def first_order(sweep: Sweep) -> tuple[int, Qt.SortOrder]:
    """The column that is sorted by at first: the sweep's goal."""
    first = len(sweep.axes) + 1
    if sweep.objective == "test_accuracy":
        return first, Qt.SortOrder.DescendingOrder
    return first + (sweep.objective != "distance"), Qt.SortOrder.AscendingOrder


def _columns(sweep: Sweep) -> list[Column[TrialResult]]:
    """The settings, then what was measured; the score is that of the sweep's goal."""
    found = trial_columns(sweep, sweep.short_titles)
    goal = found["distance" if sweep.objective == "distance" else "test_score"]
    if goal.name == "test_score":
        goal = replace(goal, title=sweep.experiment.task.score.title, value=lambda each: each.final_score)
    settings = found.chosen(*(axis.path for axis in sweep.axes), "seed")
    measured = map(_of_done, (goal, found["test_loss"]))
    return [*settings, *measured, *found.chosen("parameters", "seconds", "status")]


def _of_done(column: Column[TrialResult]) -> Column[TrialResult]:
    """A training that diverged has measured none since its first steps."""

    def value(result: TrialResult) -> Any:
        return column.value(result) if result.status == "done" else None

    return replace(column, tie="", value=value)
