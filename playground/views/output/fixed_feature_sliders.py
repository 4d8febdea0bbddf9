"""Sliders for the features of a table that are not axes: their fixed values on the plane."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from core.inspect.feature_ranges import FeatureRange
from playground.views.widgets import LabeledSlider
from playground.views.widgets.boxes import vbox
from playground.views.widgets.number_format import number_text, value_text

_TICKS = 200
_SPACING_PX = 4
_SHOWN = 3
"""Sliders visible at once, fewer on a small screen; others are scrolled to."""


class FixedFeatureSliders(QScrollArea):
    """Sliders from each feature's minimum to its maximum; a double click resets to the median."""

    value_changed = Signal(int, float)
    """Carries the feature's index and its new value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
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
        column_box = vbox(parent=ground, margins=(0, 0, 10, 0), spacing=_SPACING_PX)
        for number, column in columns.items():
            if column.low < column.high:
                slider = self.sliders[number] = self._slider(number, column, values[number], ground)
                column_box.addWidget(slider)
        column_box.addStretch(1)
        self.setWidget(ground)
        self.viewport().setAutoFillBackground(False)
        heights = [slider.sizeHint().height() + _SPACING_PX for slider in self.sliders.values()]
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
            tooltip=f"The picture shows the network's answers where {column.name} has this value.",
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
