"""Predicted values of the test set and what is left of the true ones, for regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QLabel, QWidget

from core.inspect.snapshot import Snapshot
from core.io.number_text import rounded_text
from core.spec.arrays import Array
from core.train.metrics import mean_absolute_error, mean_squared_error, r2_score
from playground.model.document import Document
from playground.views.results.residuals_plot import ResidualsPlot
from playground.views.results.score_tiles import ScoreTiles, waiting_label
from playground.views.results.tab import TABS, ResultsTab
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import StatTile
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.chips import Chip
from playground.views.widgets.number_format import number_text

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_WAITING = "The plot shows the test part as soon as the network trains."


class ResidualsView(QWidget):
    """The scatter, a line for the point under the pointer, and score tiles; everything in the target's own units."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = ResidualsPlot(themes, self)
        self.against_true = Chip(
            "true", "Predicted", tooltip="Predicted values over the true ones", parent=self
        )
        self.residuals = Chip(
            "residuals",
            "Residuals",
            tooltip="What is left, true minus predicted, over predicted values",
            parent=self,
        )
        self.values = set_up(QComboBox(self), accessibleName="Predicted value")
        self.caption = set_up(QLabel(self), role="caption")
        self.caption.setMinimumWidth(1)
        self.empty = waiting_label(_WAITING, self)
        self.r2 = StatTile("Test R²", tooltip="1 is perfect, 0 is no better than the mean", parent=self)
        self.rmse = StatTile(
            "RMSE", tooltip="Root of the mean squared error, in the target's units", parent=self
        )
        self.mae = StatTile("MAE", tooltip="Mean absolute error, in the target's units", parent=self)
        self.tiles = ScoreTiles((self.r2, self.rmse, self.mae), self)
        self._target, self._unit = "", ""
        self._true: Array = np.empty((0, 1))
        self._predicted: Array | None = None
        self._basis = ""
        self._lay_out()
        self._connect()
        self.show_predictions(None)

    def set_target(self, true: Array, name: str = "", unit: str = "") -> None:
        """Set the true values (test samples, outputs) in their units, and drop the predictions."""
        self._true, self._target, self._unit = true.reshape(len(true), -1), name, unit
        # The list of values tells of its changes, and the predictions of before are of other samples.
        self._predicted = None
        count = self._true.shape[1]
        self.values.clear()
        self.values.addItems([f"Value {number + 1}" for number in range(count)])
        self.values.setVisible(count > 1)
        self.show_predictions(None)

    def show_predictions(self, predicted: Array | None, basis: str = "") -> None:
        """Set predictions (n, outputs) of the first n test samples; `basis` says of how many and when."""
        if predicted is not None and predicted is self._predicted:
            return
        self._predicted, self._basis = predicted, basis
        there = predicted is not None and len(predicted) > 0
        for widget in (self.plot, self.caption, self.against_true, self.residuals):
            widget.setVisible(there)
        self.empty.setVisible(not there)
        self._show_value()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.tiles.fit(self.height())

    def _show_value(self) -> None:
        """Show the chosen one of the predicted values."""
        if self._predicted is None or not len(self._predicted):
            self.tiles.show_values()
            return
        column = max(0, self.values.currentIndex())
        true = self._true[: len(self._predicted), column].astype(np.float64)
        predicted = self._predicted[:, column].astype(np.float64)
        self.plot.show_values(true, predicted)
        self.tiles.show_values(
            number_text(r2_score(true, predicted), 3) if len(true) > 1 else "–",
            rounded_text(mean_squared_error(true, predicted) ** 0.5),
            rounded_text(mean_absolute_error(true, predicted)),
        )

    def _read(self) -> None:
        point = self.plot.point
        unit = f" {self._unit}" if self._unit else ""
        if point is None:
            self.caption.setText(self._basis)
        else:
            true, predicted = point
            left = rounded_text(true - predicted)
            self.caption.setText(
                f"true {rounded_text(true)}, predicted {rounded_text(predicted)}, residual {left}{unit}"
            )

    def _connect(self) -> None:
        self.against_true.setChecked(True)
        choices = QButtonGroup(self)
        for chip in (self.against_true, self.residuals):
            choices.addButton(chip)
        self.residuals.toggled.connect(self.plot.show_residuals)
        self.values.currentIndexChanged.connect(self._show_value)
        self.plot.point_changed.connect(self._read)

    def _lay_out(self) -> None:
        head = hbox(self.against_true, self.residuals, self.values, STRETCH, spacing=6)
        vbox(
            head,
            self.caption,
            (self.plot, 1),
            (self.empty, 1),
            self.tiles,
            parent=self,
            margins=(0, 4, 0, 0),
            spacing=4,
        )


@TABS.register
class ResidualsTab(ResultsTab):
    """Predicted against true values, and residuals."""

    kind = "residuals"
    title = "Residuals"
    tooltip = "How far the predicted values are from the true ones"
    position = 40
    instead = "confusion"
    shown_without_data = False
    page: ResidualsView
    is_figure = True

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> ResidualsView:
        return ResidualsView(themes, panel)

    def fits(self, prepared: PreparedData) -> bool:
        return prepared.task.labels == "values"

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        if self.fits(prepared):
            data = prepared.data
            self.page.set_target(prepared.test_targets, data.target_name, data.target_unit)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.page.show_predictions(snapshot.evaluated.predicted, self.basis(snapshot))
        self.page.tiles.set_old(snapshot.scores_are_old)

    def clear(self) -> None:
        self.page.show_predictions(None)
