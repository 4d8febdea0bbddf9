"""How well the training goes: a tab for each way to look at it, two numbers, and the way through an epoch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from core.inspect.snapshot import Snapshot
from playground.model.document import Document
from playground.views.results.confusion_view import ConfusionView
from playground.views.results.curves_plot import CurvesPlot, share_choices
from playground.views.results.previous_runs import Column, PreviousRuns
from playground.views.results.run_names import difference
from playground.views.results.weights_view import WeightsView
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import StatTile
from playground.views.widgets.hover_readout import number_text

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

__all__ = ["ResultsPanel"]

_LOSS, _ACCURACY, _CONFUSION, _RATE, _WEIGHTS = range(5)
_LONG_EPOCH_STEPS = 30
_MIN_PAGE_PX = 128
_READABLE_PAGE_PX = 158
_SPACING_PX = 8


class ResultsPanel(QWidget):
    """Only the tab in front is brought up to date; the others follow when they are chosen.

    The weights are those of the layer that is selected in `document`, else of the first.
    """

    histograms_requested = Signal(object)
    """The layer of the stack whose histograms snapshots shall carry from now on, or None."""
    readable_changed = Signal()

    def __init__(
        self, themes: ThemeSource, parent: QWidget | None = None, *, document: Document | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("results_panel")
        self.setProperty("role", "panel")
        self.loss = CurvesPlot(themes, self, quantity="loss")
        self.accuracy = CurvesPlot(themes, self, quantity="accuracy")
        self.rate = CurvesPlot(themes, self, quantity="rate")
        self.confusion = ConfusionView(themes, self)
        self.weights = WeightsView(themes, self, document=document)
        self._charts: tuple[tuple[CurvesPlot, Column], ...] = (
            (self.loss, "loss"),
            (self.accuracy, "accuracy"),
            (self.rate, "rate"),
        )
        self.tabs = QTabBar(self)
        self.pages = QStackedWidget(self)
        self.train_tile = StatTile("Training loss", parent=self)
        self.test_tile = StatTile("Test loss", parent=self)
        self.foot = QWidget(self)
        self.tiles = QWidget(self.foot)
        self.progress_text = QLabel(self.foot)
        self.progress = QProgressBar(self.foot)
        self._snapshot: Snapshot | None = None
        self._previous_runs = PreviousRuns()
        self._document = document
        self._requested: int | None = None
        self._data_kind: tuple[object, ...] = ()
        self._is_regression = False
        self._is_images = False
        self._stale = False
        self._lay_out()
        self._show_progress()
        share_choices([chart for chart, _ in self._charts])
        for chart, _ in self._charts:
            chart.clear_requested.connect(self.clear_previous_runs)
        self.tabs.currentChanged.connect(self._change_page)
        self._change_page(_LOSS)
        self.weights.layer_changed.connect(self._request_histograms)
        if document is not None:
            document.experiment_changed.connect(self._name_previous_runs)

    def show_data(self, prepared: PreparedData) -> None:
        """Take new data: the names of its classes, or that it has none. The curves wait for the next snapshot."""
        data = prepared.data
        data_kind = (data.task, data.n_classes, data.shape)
        if self._data_kind != data_kind:
            self._previous_runs.restart()
            self._show_previous_runs()
        self._data_kind = data_kind
        self._is_regression = data.task == "regression"
        self._is_images = len(data.shape) == 3
        self.tabs.setTabText(_ACCURACY, "R²" if self._is_regression else "Accuracy")
        self.accuracy.set_quantity("r2" if self._is_regression else "accuracy")
        names = data.class_names or tuple(str(number) for number in range(data.n_classes))
        self.confusion.set_classes(names, is_regression=self._is_regression)
        self.clear()
        self._change_page(self.tabs.currentIndex())
        self.readable_changed.emit()

    def allow_training(self, possible: bool) -> None:
        """Say whether the network could run."""
        for chart, _ in self._charts:
            chart.canvas.allow_training(possible)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Bring the tab in front, the tiles and the progress line up to date."""
        document = self._document
        if self._previous_runs.update(snapshot, None if document is None else document.experiment):
            self._show_previous_runs()
        self._snapshot = snapshot
        self._stale = not self.isVisible()
        if not self._stale:
            self._update_page()
            self._show_progress()

    def clear(self) -> None:
        """Forget the run."""
        self._snapshot = None
        self.loss.clear()
        self.accuracy.clear()
        self.rate.clear()
        self.weights.clear()
        self.confusion.show_counts(None)
        for tile in (self.train_tile, self.test_tile):
            tile.set_value("–")
        self._show_progress()

    def clear_previous_runs(self) -> None:
        """Take the curves of earlier runs away."""
        self._previous_runs.clear()
        self._show_previous_runs()

    @property
    def readable_px(self) -> int:
        """The height at which any page and what stands below it can be read well."""
        below = self.tiles.sizeHint().height() + _SPACING_PX
        if not self.progress.isHidden():
            rows = (self.progress_text, self.progress)
            below += sum(row.sizeHint().height() + _SPACING_PX for row in rows)
        return self.tabs.sizeHint().height() + _READABLE_PAGE_PX + below + 2 * _SPACING_PX

    def minimumSizeHint(self) -> QSize:
        """Without the foot, which gives way to the page where the panel is low."""
        least = super().minimumSizeHint()
        return least if self.foot.isHidden() else least - QSize(0, self._foot_px)

    @property
    def share(self) -> float:
        """The part of the height beside the output that it should have at least: a large matrix needs half of it."""
        return 0.5 if self._is_images else 0.0

    @property
    def _foot_px(self) -> int:
        height = self.foot.minimumSizeHint().height()
        return height + _SPACING_PX if height > 0 else 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_foot()

    def _fit_foot(self) -> None:
        more = self._foot_px
        self.foot.setVisible(0 < more <= self.height() - self.minimumSizeHint().height())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request_histograms()
        if self._stale and self._snapshot is not None:
            self.show_snapshot(self._snapshot)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._request_histograms()

    def _request_histograms(self) -> None:
        """Ask for what the weights' tab needs, but only while it can be seen."""
        seen = self.isVisible() and self.tabs.currentIndex() == _WEIGHTS
        wanted = self.weights.layer if seen else None
        if wanted != self._requested:
            self._requested = wanted
            self.histograms_requested.emit(wanted)

    def _change_page(self, page: int) -> None:
        self.pages.setCurrentIndex(page)
        # The pages behind must not keep the window from being low.
        front = self.pages.currentWidget()
        least = 0 if front is None else front.minimumSizeHint().height()
        self.pages.setMinimumHeight(max(least, _MIN_PAGE_PX))
        self.tiles.setVisible(page not in (_CONFUSION, _WEIGHTS))
        self._fit_foot()
        if page == _RATE:
            self.train_tile.set_caption("Learning rate")
            self.train_tile.setToolTip("How large the steps are, as far as the schedule leaves them")
            self.test_tile.set_caption("Gradient norm")
            self.test_tile.setToolTip(
                "How steep the loss is: the length of the gradient at the end of the epoch"
            )
        else:
            noun = "loss" if page == _LOSS else "R²" if self._is_regression else "accuracy"
            for tile, part in ((self.train_tile, "Training"), (self.test_tile, "Test")):
                tile.set_caption(f"{part} {noun}")
                seen = "learns from" if part == "Training" else "has never seen"
                tile.setToolTip(f"The {noun} on the samples that the network {seen}")
        self._request_histograms()
        self._update_page()

    def _update_page(self) -> None:
        snapshot = self._snapshot
        if snapshot is None:
            return
        history, page = snapshot.history, self.tabs.currentIndex()
        if page == _CONFUSION:
            self.confusion.show_counts(snapshot.confusion)
        elif page == _WEIGHTS:
            epoch = snapshot.epoch + snapshot.step / max(1, snapshot.steps_per_epoch)
            self.weights.show_histograms(snapshot.histograms, epoch)
        elif page == _RATE:
            rates, norms = history.learning_rate, history.gradient_norm
            self.rate.show_curves(history.epoch, rates, norms, snapshot.marks)
            self.train_tile.set_value(_rate_text(snapshot.learning_rate))
            self.test_tile.set_value(_rate_text(float(norms[-1]) if len(norms) else math.nan))
        elif page == _LOSS:
            self.loss.show_curves(history.epoch, history.train_loss, history.test_loss, snapshot.marks)
            self.train_tile.set_value(number_text(snapshot.train.loss, 4))
            self.test_tile.set_value(number_text(snapshot.test.loss, 4))
        else:
            self.accuracy.show_curves(
                history.epoch, history.train_accuracy, history.test_accuracy, snapshot.marks
            )
            self.train_tile.set_value(self._accuracy_text(snapshot.train.accuracy))
            self.test_tile.set_value(self._accuracy_text(snapshot.test.accuracy))

    def _show_previous_runs(self) -> None:
        for chart, column in self._charts:
            chart.set_ghosts(
                [self._previous_runs.curve(run.history, column) for run in self._previous_runs.runs]
            )
        self._name_previous_runs()

    def _name_previous_runs(self) -> None:
        if self._document is None or not self._previous_runs.runs:
            return
        now = self._document.experiment
        names = [
            () if run.experiment is None else difference(run.experiment, now)
            for run in self._previous_runs.runs
        ]
        for chart, _ in self._charts:
            chart.name_ghosts(names)

    def _accuracy_text(self, value: float) -> str:
        if self._is_regression or value != value:
            return number_text(value, 4)
        return f"{100 * value:.1f} %"

    def _show_progress(self) -> None:
        snapshot = self._snapshot
        there = snapshot is not None and self._is_images and snapshot.steps_per_epoch >= _LONG_EPOCH_STEPS
        if there == self.progress.isHidden():
            self.progress_text.setVisible(there)
            self.progress.setVisible(there)
            self._fit_foot()
            self.readable_changed.emit()
        if snapshot is None or not there:
            return
        batches = snapshot.steps_per_epoch
        batch = snapshot.step % batches
        self.progress_text.setText(f"Epoch {snapshot.epoch + 1} · batch {batch:,} / {batches:,}")
        if self.progress.maximum() != batches:
            self.progress.setRange(0, batches)
        self.progress.setValue(batch)

    def _lay_out(self) -> None:
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Results")
        for name, tooltip, page in (
            ("Loss", "How wrong the network is, over the epochs; training makes it small", self.loss),
            ("Accuracy", "How often the network is right, over the epochs", self.accuracy),
            ("Confusion", "Which classes the network takes for which", self.confusion),
            ("Rate", "How large the steps are and how steep the loss is, over the epochs", self.rate),
            ("Weights", "How the numbers of the selected layer are spread, over time", self.weights),
        ):
            self.tabs.setTabToolTip(self.tabs.addTab(name), tooltip)
            self.pages.addWidget(page)
        line = QFrame(self)
        line.setProperty("role", "line")
        line.setFixedHeight(1)
        tiles = QHBoxLayout(self.tiles)
        tiles.setContentsMargins(0, 0, 0, 0)
        tiles.setSpacing(8)
        tiles.addWidget(self.train_tile)
        tiles.addWidget(self.test_tile)
        self.progress_text.setProperty("role", "muted")
        self.progress.setTextVisible(False)
        self.progress_text.hide()
        self.progress.hide()
        self.progress.setAccessibleName("Batches of this epoch")
        head = QVBoxLayout()
        head.setSpacing(0)
        head.addWidget(self.tabs)
        head.addWidget(line)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 8)
        column.setSpacing(_SPACING_PX)
        column.addLayout(head)
        column.addWidget(self.pages, 1)
        foot = QVBoxLayout(self.foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(8)
        for widget in (self.tiles, self.progress_text, self.progress):
            foot.addWidget(widget)
        column.addWidget(self.foot)


def _rate_text(value: float) -> str:
    return f"{value:.3g}" if math.isfinite(value) else "–"
