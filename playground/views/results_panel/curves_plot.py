"""A chart of one quantity over the epochs: the curves, the switch for a logarithmic axis, legend and context menu."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from playground.views.controls import Toast
from playground.views.results_panel.curve_canvas import CurveCanvas
from playground.views.results_panel.curve_scale import Quantity
from playground.views.theme import ThemeSource

__all__ = ["CurvesPlot"]

Floats = NDArray[np.floating[Any]]

_EMPTY: Floats = np.empty(0)


class CurvesPlot(QWidget):
    """The chart with a switch for a logarithmic axis at its left and the legend at its right."""

    def __init__(
        self, themes: ThemeSource, parent: QWidget | None = None, *, quantity: Quantity = "loss"
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self.canvas = CurveCanvas(themes, self, quantity=quantity)
        self.log_scale = QCheckBox("Log scale", self)
        self.log_scale.setToolTip("Space the axis by powers of ten, to see progress when the loss is small")
        self.log_scale.setAccessibleName("Logarithmic axis")
        self.log_scale.setVisible(quantity == "loss")
        self.log_scale.toggled.connect(self.canvas.set_log)
        self._make_menu()
        self.legend = QLabel(self)
        self.legend.setProperty("role", "caption")
        self.legend.setToolTip("Train: what the network learns from. Test: what it has never seen.")
        head = QHBoxLayout()
        head.addWidget(self.log_scale)
        head.addStretch(1)
        head.addWidget(self.legend)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.canvas, 1)
        self._legend_key: tuple[str, bool] | None = None
        self._show_legend()
        themes.theme_changed.connect(self._show_legend)

    def set_quantity(self, quantity: Quantity) -> None:
        """Say what the values are: a loss, a share from 0 to 1 that is shown in per cent, or R²."""
        self.canvas.set_quantity(quantity)
        for switch in (self.log_scale, self.log_action):
            switch.setVisible(quantity == "loss")

    def show_curves(self, epoch: Floats, train: Floats, test: Floats) -> None:
        """Draw values (moments,) over `epoch` (moments,), which rises; NaN is left out."""
        self.canvas.show_curves(epoch, train, test)
        self._show_legend()

    def clear(self) -> None:
        """No curves, but a hint how to get some."""
        self.show_curves(_EMPTY, _EMPTY, _EMPTY)

    def _make_menu(self) -> None:
        self.view_all = QAction("View all", self)
        self.view_all.triggered.connect(self.canvas.show_all)
        self.log_action = QAction("Log scale", self, checkable=True)
        self.log_action.setVisible(not self.log_scale.isHidden())
        self.log_action.toggled.connect(self.log_scale.setChecked)
        self.log_scale.toggled.connect(self.log_action.setChecked)
        self.save_picture = QAction("Save picture…", self)
        self.save_picture.triggered.connect(self._ask_where_to_save)
        self.canvas.addActions([self.view_all, self.log_action, self.save_picture])
        self.canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _ask_where_to_save(self) -> None:
        dialog = QFileDialog(self, "Save picture", "curves.png", "Picture (*.png)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.fileSelected.connect(self.save)
        dialog.open()

    def save(self, path: str) -> None:
        """Write the chart as it is, legend included, into a picture file."""
        if not self.grab().save(path):
            Toast(f"The picture could not be saved as {path}", self.window())

    def _show_legend(self) -> None:
        theme = self._themes.theme
        key = (theme.name, self.canvas.has_test)
        if key == self._legend_key:
            return
        self._legend_key = key
        text = f'<span style="color:{theme.train}">— train</span>'
        if self.canvas.has_test:
            text += f' &nbsp; <span style="color:{theme.test}">— test</span>'
        self.legend.setText(text)
