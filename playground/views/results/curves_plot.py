"""Chart of one quantity over epochs, with log scale switch, legend and context menu."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.spec.arrays import Array
from core.train.history import Mark
from playground.views.results.curve_canvas import NAMES, CurveCanvas
from playground.views.results.curve_scale import Quantity
from playground.views.results.smoothing_slider import SmoothingSlider
from playground.views.theme.theme import ThemeSource

__all__ = ["CurvesPlot", "share_choices"]


_EMPTY: Array = np.empty(0)
_SPACED = ("loss", "rate")
_PARTS_TIP = "Train: what the network learns from. Test: what it has never seen."
_LEGEND_TIPS: dict[Quantity, str] = {
    "rate": "Learning rate: how large the steps are. Gradient norm: how steep the loss is, at the end of each epoch."
}


class CurvesPlot(QWidget):
    """The chart, a log scale switch on its left and the legend on its right."""

    clear_requested = Signal()
    """Requests to drop the earlier runs."""

    def __init__(
        self, themes: ThemeSource, parent: QWidget | None = None, *, quantity: Quantity = "loss"
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._quantity: Quantity = quantity
        self.canvas = CurveCanvas(themes, self, quantity=quantity)
        self.log_scale = QCheckBox("Log", self)
        self.log_scale.setToolTip("Space the axis by powers of ten, to see progress when the loss is small")
        self.log_scale.setAccessibleName("Logarithmic axis")
        self.log_scale.setVisible(quantity == "loss")
        self.log_scale.toggled.connect(self.canvas.set_log)
        self.smoothing = SmoothingSlider(self)
        self.smoothing.value_changed.connect(self.canvas.set_smoothing)
        self._make_menu()
        self.legend = QLabel(self)
        self.legend.setProperty("role", "caption")
        self.legend.setToolTip(_LEGEND_TIPS.get(quantity, _PARTS_TIP))
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.log_scale)
        head.addWidget(self.smoothing)
        head.addStretch(1)
        head.addWidget(self.legend)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.canvas, 1)
        self._ghost_names: tuple[tuple[str, ...], ...] = ()
        self._legend_key: tuple[object, ...] | None = None
        self._show_legend()
        themes.theme_changed.connect(self._show_legend)
        # Learning rate and gradient norm have different magnitudes, but are both positive.
        self.log_scale.setChecked(quantity == "rate")

    def set_quantity(self, quantity: Quantity) -> None:
        """Set the quantity: a loss, a fraction 0 … 1 drawn in percent, or R²."""
        self._quantity = quantity
        self.canvas.set_quantity(quantity)
        self.log_scale.setVisible(quantity == "loss")
        self.log_action.setVisible(quantity in _SPACED)

    def show_curves(self, epoch: Array, train: Array, test: Array, marks: tuple[Mark, ...] = ()) -> None:
        """Set values (moments,) over ascending `epoch` (moments,); NaN leaves a gap. `marks` are the run's edits."""
        self.canvas.show_curves(epoch, train, test, marks)
        self._show_legend()

    def set_ghosts(self, curves: Sequence[tuple[Array, Array]]) -> None:
        """Set the curves of earlier runs, (epoch, values), drawn faintly behind; only the last three are kept."""
        self.canvas.set_ghosts(curves)
        self.clear_ghosts.setEnabled(bool(curves))
        self._ghost_names = ()
        self._show_legend()

    def name_ghosts(self, names: Sequence[Sequence[str]]) -> None:
        """Set what differs between each earlier run, oldest first, and the current one."""
        self._ghost_names = tuple(map(tuple, names))
        self._show_legend()

    def clear(self) -> None:
        """Drop the curves and show the hint."""
        self.show_curves(_EMPTY, _EMPTY, _EMPTY)

    def _make_menu(self) -> None:
        self.view_all = QAction("View all", self)
        self.view_all.triggered.connect(self.canvas.show_all)
        self.log_action = QAction("Log scale", self, checkable=True)
        self.log_action.setVisible(self._quantity in _SPACED)
        self.log_action.toggled.connect(self.log_scale.setChecked)
        self.log_scale.toggled.connect(self.log_action.setChecked)
        self.ghosts_action = QAction("Show earlier runs", self, checkable=True, checked=True)
        self.ghosts_action.toggled.connect(self._show_ghosts)
        self.clear_ghosts = QAction("Clear earlier runs", self)
        self.clear_ghosts.setEnabled(False)
        self.clear_ghosts.triggered.connect(self.clear_requested)
        self.canvas.addActions([self.view_all, self.log_action, self.ghosts_action, self.clear_ghosts])
        self.canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _show_ghosts(self, shown: bool) -> None:
        self.canvas.show_ghosts(shown)
        self._show_legend()

    def _show_legend(self) -> None:
        theme = self._themes.theme
        earlier = len(self.canvas.ghosts)
        key = (theme.name, self.canvas.has_test, earlier, self._ghost_names)
        if key == self._legend_key:
            return
        self._legend_key = key
        first, second = NAMES.get(self._quantity, ("train", "test"))
        entries = [(first, theme.train)]
        if self.canvas.has_test:
            entries.append((second, theme.test))
        if earlier:
            entries.append((self._ghosts_entry(earlier), theme.text_muted))
        text = " &nbsp;".join(
            f'<span style="color:{color}">—&nbsp;{name.replace(" ", "&nbsp;")}</span>'
            for name, color in entries
        )
        self.legend.setText(text)
        self.legend.setToolTip(self._ghosts_tip() if earlier else "")

    def _ghosts_entry(self, count: int) -> str:
        """Legend text of the earlier runs: the difference, if there is one run with one difference."""
        if count == 1 and len(self._ghost_names) == 1 and len(self._ghost_names[0]) == 1:
            return self._ghost_names[0][0]
        return "last run" if count == 1 else "last runs"

    def _ghosts_tip(self) -> str:
        lines = [", ".join(name) or "as now" for name in reversed(self._ghost_names)]
        return "\n".join(["Earlier runs, the last one first:", *lines]) if lines else ""


def share_choices(charts: Sequence[CurvesPlot]) -> None:
    """Synchronize smoothing and the visibility of earlier runs between charts."""
    for chart in charts:
        for other in charts:
            if other is not chart:
                chart.smoothing.value_changed.connect(other.smoothing.set_value)
                chart.ghosts_action.toggled.connect(other.ghosts_action.setChecked)
