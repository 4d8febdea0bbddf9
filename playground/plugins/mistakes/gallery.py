"""Gallery of misclassified samples of a confusion-matrix cell, or the data map of all, with label corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QLabel, QMenu, QPushButton, QStackedWidget, QWidget

from core.experiment.experiment import Experiment
from core.inspect.data_map import DataMap
from core.inspect.predictions import SplitPredictions
from core.inspect.snapshot import Snapshot
from core.io.number_text import held_word, percent_text
from core.spec import SettingError
from playground.model.label_edits import with_corrections, without_corrections
from playground.plugin import GRID_PX, CutLabel, Document, Segments, ThemeSource, class_labels
from playground.plugins.mistakes.bars import CorrectionBar, FilterBar
from playground.plugins.mistakes.data_map_view import DataMapView
from playground.views.widgets.boxes import bring_up, hbox, set_up, vbox
from playground.views.widgets.sample_views import SampleModel, SampleTable, SampleThumbnails

if TYPE_CHECKING:
    from core.data.label_corrections import LabelCorrections
    from core.experiment.prepare import PreparedData

_NOTHING: Final = np.empty(0, np.int64)
_WAITING: Final = "Looking at the samples…"
_NO_CLASSES: Final = "There are mistakes to see when a network tells classes apart and can run."
_TOO_FEW: Final = (
    "The map shows how sure the network was of each sample from epoch to epoch. This run remembers fewer than "
    "two epochs with these samples: train."
)
_MIN_EPOCHS: Final = 2
_MODES: Final = (
    ("list", "Mistakes", "The samples that the network gets wrong"),
    (
        "map",
        "Map",
        "Which samples are easy, ambiguous, or hard and perhaps mislabelled, over the epochs",
    ),
)


class MistakesGallery(QDialog):
    """Modeless. Emits `predictions_requested`; reply with `show_predictions`."""

    predictions_requested = Signal(str)
    """Carries the split to predict: "test" or "train"."""
    map_requested = Signal(object)
    """Carries the split to map; None if its map is no longer wanted. Reply with `show_map`."""
    sample_chosen = Signal(int)
    """Carries the sample to inspect: a test row, or ~row of a training sample."""
    closed = Signal()

    def __init__(self, document: Document, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Mistakes")
        self.setModal(False)
        self.resize(660, min(620, self.screen().availableGeometry().height() - 60))
        self._document, self._themes = document, themes
        self._prepared: PreparedData | None = None
        self._predicted_on: PreparedData | None = None
        self._predictions: SplitPredictions | None = None
        self._map: DataMap | None = None
        self._mapped_on: PreparedData | None = None
        self._loading = self._wants_focus = False
        self._source = _source(document.experiment)
        self._corrections = document.experiment.corrections
        self.mode = Segments(_MODES, name="View", parent=self)
        self.filters = FilterBar(self)
        self.model = SampleModel(themes.theme, self)
        self.thumbnails = SampleThumbnails(self.model, themes, self)
        self.table = SampleTable(self.model, self)
        self.map = DataMapView(self.model, themes, self)
        self.empty = set_up(QLabel(_WAITING, self), role="muted", wordWrap=True)
        self.pages = QStackedWidget(self)
        self.sheet = QWidget(self)
        self.count, self.moment = (set_up(kind(self), role="muted") for kind in (CutLabel, QLabel))
        self.refresh = set_up(QPushButton("Refresh", self), autoDefault=False)
        self.refresh.setToolTip("Let the network as it is now predict again.")
        self.corrections = CorrectionBar(self)
        self._lay_out()
        self._connect()
        self._show_experiment(document.experiment)
        self._show_list()

    def open_cell(self, true: int | None, predicted: int | None) -> None:
        """Show misclassified test samples of a confusion-matrix cell; None is any class."""
        self._choose_mode("list")
        self.filters.choose(true, predicted)
        bring_up(self)
        self._show_list()
        self._request()
        self._wants_focus = True

    def show_data(self, prepared: PreparedData) -> None:
        """Set a run's data and request its predictions."""
        before, self._prepared = self._prepared, prepared
        names = class_labels(prepared.data)
        if before is None or names != class_labels(before.data):
            self.filters.set_classes(names)
            self.corrections.set_classes(names)
            self._show_list()
        self.filters.show_held(prepared.held_name)
        self._show_corrections()
        if not self.isVisible():
            self._clear()
        self._request()

    def clear(self) -> None:
        """Drop the samples and the class names."""
        self._prepared, self._loading = None, False
        self.filters.set_classes(())
        self.corrections.set_classes(())
        self.refresh.setEnabled(False)
        self._clear()

    def show_map_progress(self, share: float) -> None:
        """Say how much of the requested map is made, 0 … 1."""
        self.moment.setText(f"making it, {percent_text(share)}")

    def show_map(self, found: DataMap | None) -> None:
        """Set the requested map; None if there are no classes. The predictions that stand beside it follow."""
        self._map, self._mapped_on = found, self._prepared
        self.predictions_requested.emit(self.filters.part)

    def show_predictions(self, predictions: SplitPredictions | None) -> None:
        """Set the requested predictions; None if there are none."""
        if self._prepared is None:
            # They belong to data that were dropped since.
            predictions = None
        if predictions is not None and predictions.part != self.filters.part:
            return
        self._predicted_on, self._predictions, self._loading = self._prepared, predictions, False
        self.refresh.setEnabled(False)
        self._show_list()
        if self._wants_focus and self.pages.currentWidget() is self._view:
            # Enabled only now.
            self._view.setFocus()
        self._wants_focus = False

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Enable "Refresh" if the network has trained since the predictions."""
        predictions = self._predictions
        if predictions is None or not self.isVisible():
            return
        if (snapshot.epoch, snapshot.step) != (predictions.place.epoch, predictions.place.step):
            self.refresh.setEnabled(True)
            if self._is_map and not self._has_map and not self._loading and snapshot.epoch >= _MIN_EPOCHS:
                self._request()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.map_requested.emit(None)
        self.closed.emit()

    @property
    def _view(self) -> SampleThumbnails | SampleTable:
        return self.thumbnails if self.model.shows_images else self.table

    @property
    def chosen(self) -> list[int]:
        """Selected rows of the list, from the top."""
        # By range: ten thousand samples with thirty values each are many cells.
        stretches = self._view.selectionModel().selection().toList()
        return sorted({row for each in stretches for row in range(each.top(), each.bottom() + 1)})

    @property
    def _index(self) -> NDArray[np.int64]:
        """Dataset rows of the predicted split."""
        if self._predicted_on is None:
            return _NOTHING
        return (
            self._predicted_on.train_index if self.filters.part == "train" else self._predicted_on.test_index
        )

    @property
    def _is_map(self) -> bool:
        return self.mode.current == "map"

    @property
    def _has_map(self) -> bool:
        """Whether the map is of the predicted samples, and of some epochs."""
        found = self._map
        fits = found is not None and self._mapped_on is self._predicted_on and found.part == self.filters.part
        return fits and found is not None and len(found.epochs) >= _MIN_EPOCHS

    def _request(self) -> None:
        if self.isVisible() and self._prepared is not None:
            self._loading = True
            if self._is_map:
                self.map_requested.emit(self.filters.part)
            else:
                self.predictions_requested.emit(self.filters.part)

    def _choose_mode(self, mode: str) -> None:
        """Show the mistakes, or the data map with the samples that belong to it."""
        self.mode.set_current(mode)
        self.filters.show_map(self._is_map)
        if not self._is_map:
            self.map_requested.emit(None)

    def _on_mode(self, mode: str) -> None:
        self._choose_mode(mode)
        if self._is_map:
            # What is learned from is what may mislead.
            self.filters.chips["train"].setChecked(True)
        self._choose_part()

    def _clear(self) -> None:
        """Clear the list and free its data, which may be large."""
        self._predicted_on = self._predictions = self._map = self._mapped_on = None
        self._show_list()

    def _choose_part(self) -> None:
        self._predictions = None
        self._request()
        self._show_list()

    def _show_experiment(self, experiment: Experiment) -> None:
        """Keep the list until new predictions arrive, unless its rows are other samples now."""
        source = _source(experiment)
        if source != self._source:
            self._source = source
            # A run of the other data is about to ask, or the window clears the gallery.
            self._loading = self._prepared is not None
            self._clear()
        elif experiment.corrections != self._corrections:
            # Update at once: new predictions take a moment.
            self._show_list()
        self._corrections = experiment.corrections
        self._show_corrections()

    def _show_corrections(self) -> None:
        tested = _NOTHING if self._prepared is None else self._prepared.test_index
        relabelled = [row for row, label in self._own_corrections(self._prepared) if label is not None]
        self.corrections.show_corrections(self._corrections, int(np.isin(relabelled, tested).sum()))

    def _show_list(self) -> None:
        """Apply the filters and keep the current sample."""
        predictions, corrections = self._predictions, self._own_corrections(self._predicted_on)
        if predictions is not None:
            predictions = predictions.relabelled(self._index, corrections)
        rows = _NOTHING if predictions is None else self._rows_of(predictions)
        place = self._view.currentIndex().row() if self.chosen else -1
        sample = self.model.dataset_row(place) if place >= 0 else -1
        self.model.show_samples(self._predicted_on, predictions, rows, corrections)
        if len(rows):
            self.pages.setCurrentWidget(self._view)
            if self._view is self.table:
                self.table.fit_columns()
            if place >= 0:
                self._choose(self.model.place_of(sample, min(place, len(rows) - 1)))
        else:
            self.pages.setCurrentWidget(self.empty)
            self.empty.setText(self._why_empty())
        self.map.setVisible(self._is_map and len(rows) > 0)
        self.map.show_map(self._map if self._is_map and len(rows) else None, rows)
        self._show_text(len(rows))
        self._show_choice()

    def _rows_of(self, predictions: SplitPredictions) -> NDArray[np.int64]:
        """Mistakes by the filters; all samples of the map, the hardest first."""
        if not self._is_map:
            return predictions.select(*self.filters.cell)
        if self._map is None or not self._has_map:
            return _NOTHING
        rows = np.argsort(self._map.mean, kind="stable")
        true, label = predictions.true[rows], self.filters.cell[0]
        return rows[true >= 0 if label is None else true == label]

    def _choose(self, place: int) -> None:
        """Select the same sample as before, or the one at its place."""
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self._view.selectionModel().setCurrentIndex(self.model.index(place, 0), flags)

    def _why_empty(self) -> str:
        if self._predictions is None:
            return _WAITING if self._loading else _NO_CLASSES
        true, predicted = self.filters.true.currentText(), self.filters.predicted.currentText()
        if self._is_map:
            return f"No {self._part_text} sample is of {true}." if self._has_map else _TOO_FEW
        if self.filters.cell == (None, None):
            return f"The network makes no mistake on the {self._part_text} samples."
        return f"No {self._part_text} sample of {true} is taken for {predicted}."

    @property
    def _part_text(self) -> str:
        return "training" if self.filters.part == "train" else held_word(self._document.experiment.held_name)

    def _show_text(self, listed: int) -> None:
        predictions = self._predictions
        if predictions is None:
            self.count.setText("")
            self.moment.clear()
            return
        right = self.filters.cell[0] is not None and self.filters.cell[0] == self.filters.cell[1]
        order = "least sure first" if right else "surest first"
        order = "hardest first" if self._is_map else order
        of = f"of {len(predictions):,} " if listed < len(predictions) else ""
        what = f"{listed:,} {of}{self._part_text} samples"
        self.count.setText(f"{what}, {order}" if listed > 1 else what)
        self.moment.setText(f"epoch {predictions.place.text}")

    def _show_choice(self) -> None:
        chosen = self.chosen
        self.corrections.set_possible(bool(chosen))
        self.map.show_chosen(chosen)

    def _inspect(self, index: QModelIndex) -> None:
        # After a reset of the model nothing is selected by the user.
        if index.isValid() and self._predictions is not None and self.chosen:
            row = self.model.part_row(index.row())
            self.sample_chosen.emit(row if self._predictions.part == "test" else ~row)

    def _follow_choice(self) -> None:
        self._show_choice()
        self._inspect(self._view.currentIndex())

    def _choose_hardest(self, count: int) -> None:
        last = self.model.index(min(count, self.model.rowCount()) - 1, self.model.columnCount() - 1)
        self._choose(0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self._view.selectionModel().select(QItemSelection(self.model.index(0, 0), last), flags)

    def _drop(self) -> None:
        # Samples may have been dropped since the prediction.
        gone = [row for row, label in self._own_corrections(self._predicted_on) if label is None]
        if len(self.chosen) >= len(np.setdiff1d(self._index, gone)):
            self.count.setText(f"At least one {self._part_text} sample must be kept.")
            return
        self._correct(None)

    def _correct(self, label: int | None) -> None:
        # What is called so already is not relabelled.
        chosen = [row for row in self.chosen if label is None or self.model.true(row) != label]
        own = np.array([self.model.dataset_row(row) for row in chosen], np.int64)
        if not len(own) or self._predicted_on is None:
            return
        rows = self._predicted_on.loaded_rows(own)
        verb = "Drop" if label is None else "Relabel"
        text = f"{verb} {len(rows):,} samples" if len(rows) > 1 else f"{verb} a sample"
        try:
            corrected = with_corrections(self._document.experiment, rows, label)
        except SettingError as error:
            # The maximum number of corrections is reached.
            self.count.setText(f"{error}.")
        else:
            self._document.change(text, corrected)

    def _own_corrections(self, prepared: PreparedData | None) -> LabelCorrections:
        """The corrections, by the rows of the data beside which the test is sealed."""
        corrections = self._document.experiment.corrections
        return corrections.within(None if prepared is None else prepared.data.rest)

    def _restore_all(self) -> None:
        self._document.change("Restore samples", without_corrections(self._document.experiment))

    def _open_menu(self, at: QPoint) -> None:
        if not self.chosen:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addMenu(self.corrections.classes)
        menu.addAction(self.corrections.drop_action)
        menu.popup(self._view.viewport().mapToGlobal(at))

    def _restyle(self) -> None:
        self.model.show_theme(self._themes.theme)

    def _connect(self) -> None:
        self.sheet.addAction(self.corrections.drop_action)
        self.mode.chosen.connect(self._on_mode)
        self.map.plot.row_chosen.connect(self._choose)
        self.map.hardest_chosen.connect(self._choose_hardest)
        self.corrections.relabel_requested.connect(self._correct)
        self.corrections.drop_requested.connect(self._drop)
        self.corrections.restore_requested.connect(self._restore_all)
        for view in (self.thumbnails, self.table):
            view.selectionModel().selectionChanged.connect(self._follow_choice)
            view.customContextMenuRequested.connect(self._open_menu)
        self.filters.part_chosen.connect(self._choose_part)
        self.filters.cell_chosen.connect(self._show_list)
        self.refresh.clicked.connect(self._request)
        self._document.experiment_changed.connect(self._show_experiment)
        self._themes.theme_changed.connect(self._restyle)

    def _lay_out(self) -> None:
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for page in (self.empty, self.thumbnails, self.table):
            self.pages.addWidget(page)
        vbox(self.map, (self.pages, 1), parent=self.sheet, margins=0, spacing=GRID_PX)
        line = hbox(self.mode, (self.count, 1), self.moment, self.refresh, spacing=GRID_PX)
        shown, margins = (self.filters, line, (self.sheet, 1), self.corrections), (16, 12, 16, 12)
        vbox(*shown, parent=self, margins=margins, spacing=GRID_PX + 2)


def _source(experiment: Experiment) -> tuple[object, ...]:
    """Identifies the dataset rows and their splits."""
    seed = experiment.data_seed if experiment.dataset.uses_seed else 0
    return experiment.dataset, seed
