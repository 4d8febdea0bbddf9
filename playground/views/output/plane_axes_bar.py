"""Choice of the plane of a table: its two principal components, or two features with the others fixed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QSizePolicy, QToolButton, QWidget

from core.data.plane import PlaneChoice
from core.inspect.feature_ranges import FeatureRange, feature_ranges
from core.inspect.snapshot import SnapshotRequest
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import ChoiceCombo, LabeledSlider
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.controls import ScrollArea
from playground.views.widgets.number_format import number_text, value_text
from playground.views.widgets.settings_form.disclosure import Disclosure

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_TICKS = 200
_SLIDER_GAP_PX = 4
_SHOWN = 3
"""Sliders visible at once, fewer on a small screen; others are scrolled to."""


class FixedFeatureSliders(ScrollArea):
    """Sliders from each feature's minimum to its maximum; a double click resets to the median."""

    value_changed = Signal(int, float)
    """Carries the feature's index and its new value."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMaximumHeight(0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName("Values of the other features")
        self.sliders: dict[int, LabeledSlider] = {}
        """By feature index. Constant features have none."""
        self._columns: dict[int, FeatureRange] = {}

    def show_columns(self, columns: Mapping[int, FeatureRange], values: Sequence[float]) -> None:
        """Replace the sliders; `values` has one value per feature of the table."""
        self.sliders, self._columns = {}, dict(columns)
        ground = QWidget()
        ground.setAutoFillBackground(False)
        column_box = vbox(parent=ground, margins=(0, 0, 10, 0), spacing=_SLIDER_GAP_PX)
        for number, column in columns.items():
            if column.low < column.high:
                slider = self.sliders[number] = self._slider(number, column, values[number], ground)
                column_box.addWidget(slider)
        column_box.addStretch(1)
        self.setWidget(ground)
        self.viewport().setAutoFillBackground(False)
        heights = [slider.sizeHint().height() + _SLIDER_GAP_PX for slider in self.sliders.values()]
        one = max(heights, default=0)
        self.setMinimumHeight(one)
        self.setMaximumHeight(sum(heights[:_SHOWN]))
        self.updateGeometry()
        # The wheel scrolls by one slider.
        self.verticalScrollBar().setSingleStep(max(1, one))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.maximumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.minimumHeight())

    def show_values(self, values: Sequence[float]) -> None:
        """Set all values without emitting signals."""
        for number, slider in self.sliders.items():
            slider.set_value(_share(self._columns[number], values[number]))

    def _slider(self, number: int, column: FeatureRange, value: float, parent: QWidget) -> LabeledSlider:
        span = column.high - column.low
        steps = round(span) if column.whole and span <= 1000 else _TICKS

        # A slider of fractions: features may be as small as 1e-12 or as large as 1e12.
        def written(share: float) -> str:
            value = _value(column, share)
            return number_text(value, 0) if column.whole else value_text(value, span)

        slider = LabeledSlider(
            column.name,
            0.0,
            1.0,
            _share(column, value),
            default=_share(column, column.median),
            step=1.0 / steps,
            formatter=written,
            tooltip=f"The picture shows the network's predictions where {column.name} has this value.",
            parent=parent,
        )
        slider.value_changed.connect(self._follow)
        slider.track.setObjectName(f"plane_slider_{number}")
        return slider

    def _follow(self) -> None:
        slider = self.sender()
        for number, own in self.sliders.items():
            if own is slider:
                self.value_changed.emit(number, _value(self._columns[number], own.value))


def _share(column: FeatureRange, value: float) -> float:
    return (value - column.low) / (column.high - column.low)


def _value(column: FeatureRange, share: float) -> float:
    value = column.low + share * (column.high - column.low)
    if column.whole:
        return float(round(value))
    # Round the error of the conversion away: it is beyond the digits of data.
    return float(f"{value:.7g}") if math.isfinite(value) else value


_MAIN, _TWO = "main", "two"
# Maximum rate of requests while a slider is dragged; more would only queue.
_INTERVAL_MS = 16
_SPACING_PX = 8


class PlaneAxesBar(QWidget):
    """Axes and fixed values; the panel places `mode`, which toggles them.

    Hidden if there are no axes to choose. The choice is kept while the data have the same features.
    """

    plane_requested = Signal(object)
    """Carries the PlaneChoice, or None for the principal components."""
    height_changed = Signal(int)
    """Carries the change of the needed height in pixels."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_up(self, objectName="plane_bar", accessibleName="Plane of the output")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._themes = themes
        self._prepared: PreparedData | None = None
        self._names: tuple[str, ...] | None = None
        self._columns: tuple[FeatureRange, ...] = ()
        self._values: list[float] = []
        self._sample = 0
        self._shown: PlaneChoice | None = None
        self._height = 0
        self._soon = QTimer(self, interval=_INTERVAL_MS, singleShot=True)
        self._soon.timeout.connect(self._request)
        self._make_axes()
        self._make_others(themes)
        self._lay_out()
        self._show_parts()

    @property
    def choice(self) -> PlaneChoice | None:
        """The choice; None for the principal components."""
        if self.mode.current == _MAIN or not self._columns:
            return None
        return PlaneChoice(int(self.x_axis.current), int(self.y_axis.current), tuple(self._values))

    def show_data(self, prepared: PreparedData) -> None:
        """Offer the features of the data."""
        names = prepared.columns
        same = self._names == names
        self._prepared, self._names, self._sample = prepared, names, 0
        if not same:
            self._columns, self._values = (), []
            self.mode.set_current(_MAIN)
        if len(names) >= 3:
            self._take_columns(keep=same)
        self.mode.setVisible(len(names) >= 3)
        self._show_parts()
        self._request()

    def clear(self) -> None:
        """Drop the data; the choice is kept for data with the same features."""
        self._prepared = None
        self.mode.hide()
        self._show_parts()

    def show_inspection(self, state: SnapshotRequest) -> None:
        """Set the plane that is shown, and the sample through which it may pass."""
        moved = state.sample != self._sample
        self._shown, self._sample = state.plane, state.sample
        self._allow_sample()
        if moved and self._columns and self.at_sample.isChecked():
            self._take_sample()

    def _allow_sample(self) -> None:
        self.at_sample.setEnabled(self._sample_values() is not None)

    def _sample_values(self) -> list[float] | None:
        """The sample's values in original units; None without one."""
        prepared = self._prepared
        if prepared is None or (at := prepared.find(self._sample)[2]) < 0:
            return None
        values: list[float] = prepared.data.inputs[at].astype(float).tolist()
        return values

    # --- the parts ------------------------------------------------------------------------------------------------

    def _make_axes(self) -> None:
        self.mode = ChoiceCombo(
            [(_MAIN, "Main directions"), (_TWO, "Two features")],
            name="Plane",
            tooltip="Which part of the input space the picture shows: the two directions in which the data spread "
            "most (PCA), or two features of your choice while all others stand still.",
            parent=self,
        )
        self.x_axis = ChoiceCombo(
            name="Horizontal axis", tooltip="The feature that grows to the right.", parent=self
        )
        self.y_axis = ChoiceCombo(
            name="Vertical axis", tooltip="The feature that grows upwards.", parent=self
        )
        self.swap = set_up(QToolButton(self), objectName="swap_axes", small="true", clicked=self._swap_axes)
        self.swap.setAccessibleName("Swap the axes")
        self.swap.setToolTip("Swap the horizontal and the vertical axis.")
        self.swap.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._restyle()
        self._themes.theme_changed.connect(self._restyle)
        self.mode.hide()
        self.mode.chosen.connect(self._choose_mode)
        self.x_axis.chosen.connect(lambda key: self._choose_axis(key, self.x_axis, self.y_axis))
        self.y_axis.chosen.connect(lambda key: self._choose_axis(key, self.y_axis, self.x_axis))

    def _make_others(self, themes: ThemeSource) -> None:
        self.disclosure = Disclosure(
            themes,
            "Other features",
            "Other features",
            tooltip="Sliders for the features that are no axis: at which values the picture is taken.",
            parent=self,
        )
        self.at_sample = set_up(QCheckBox("At the sample", self), checked=True)
        self.at_sample.setAccessibleName("Other features at the sample")
        self.at_sample.setToolTip(
            "Hold the other features at the values of the chosen sample, so that the picture, and every neuron, goes "
            "through it. Click a point to choose another. A slider moved by hand ends this."
        )
        self.at_sample.setAccessibleDescription(self.at_sample.toolTip())
        self.others = FixedFeatureSliders(self)
        self.disclosure.toggled_open.connect(self._show_parts)
        self.at_sample.clicked.connect(self._take_sample)
        self.others.value_changed.connect(self._choose_value)

    def _lay_out(self) -> None:
        axes = hbox(spacing=4)
        for text, combo in (("→", self.x_axis), ("↑", self.y_axis)):
            arrow = set_up(QLabel(text, self), role="muted", toolTip=combo.toolTip())
            axes.addWidget(arrow)
            axes.addWidget(combo, 1)
        axes.addWidget(self.swap)
        for combo in (self.x_axis, self.y_axis):
            # The panel sets the width, not the longest name; the popup has full names.
            combo.setSizeAdjustPolicy(combo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(4)
            combo.setMaxVisibleItems(24)
        rest = hbox(self.disclosure, STRETCH, self.at_sample)
        vbox(axes, rest, self.others, parent=self, margins=0, spacing=4)

    def _show_parts(self) -> None:
        two = self.mode.current == _TWO and not self.mode.isHidden()
        self.others.setVisible(self.disclosure.is_open)
        self.setVisible(two)
        height = self.sizeHint().height() + _SPACING_PX if two else 0
        if height != self._height:
            more, self._height = height - self._height, height
            self.height_changed.emit(more)

    # --- what is shown --------------------------------------------------------------------------------------------

    def _take_columns(self, *, keep: bool) -> None:
        """Update feature names and ranges; `keep` keeps the choice."""
        assert self._prepared is not None
        if self.mode.current == _MAIN and not keep:
            # Measured on demand: it takes time for a large table.
            self._list_axes(*_weightiest(self._prepared))
        elif self._columns:
            self._columns = feature_ranges(self._prepared)
            if self.at_sample.isChecked():
                self._values = self._sample_values() or self._values
            self._show_sliders()
        self._allow_sample()

    def _list_axes(self, x: int, y: int) -> None:
        assert self._prepared is not None
        choices = [(str(number), name) for number, name in enumerate(self._prepared.columns)]
        self.x_axis.set_choices(choices, str(x))
        self.y_axis.set_choices(choices, str(y))

    def _show_sliders(self) -> None:
        axes = {self.x_axis.current, self.y_axis.current}
        others = {i: column for i, column in enumerate(self._columns) if str(i) not in axes}
        self.others.show_columns(others, self._values)

    # --- what is chosen -------------------------------------------------------------------------------------------

    def _choose_mode(self, mode: str) -> None:
        if mode == _TWO and not self._columns and self._prepared is not None:
            self._columns = feature_ranges(self._prepared)
            sample = self._sample_values() if self.at_sample.isChecked() else None
            self._values = sample or [column.median for column in self._columns]
            self._show_sliders()
        self._show_parts()
        self._request()

    def _choose_axis(self, key: str, axis: ChoiceCombo, other: ChoiceCombo) -> None:
        before = self._shown
        if key == other.current and before is not None:
            # Choosing the other axis' feature swaps the two.
            other.set_current(str(before.x if axis is self.x_axis else before.y))
        self._show_sliders()
        self._request()

    def _swap_axes(self) -> None:
        before = self.x_axis.current
        self.x_axis.set_current(self.y_axis.current)
        self.y_axis.set_current(before)
        self._request()

    def _choose_value(self, column: int, value: float) -> None:
        self._values[column] = value
        self.at_sample.setChecked(False)
        if not self._soon.isActive():
            self._soon.start()

    def _take_sample(self) -> None:
        values = self._sample_values() if self.at_sample.isChecked() else None
        if values is not None:
            self._values = values
            self.others.show_values(values)
            self._request()

    def _restyle(self) -> None:
        self.swap.setIcon(icon("swap", self._themes.theme))

    def _request(self) -> None:
        if self.choice != self._shown:
            self.plane_requested.emit(self.choice)


def _weightiest(prepared: PreparedData) -> tuple[int, int]:
    """The features with the largest weights in the two principal components, as default axes."""
    first, second = np.abs(prepared.plane.axes)
    x = int(np.argmax(first))
    second = second.copy()
    second[x] = -1.0
    return x, int(np.argmax(second))
