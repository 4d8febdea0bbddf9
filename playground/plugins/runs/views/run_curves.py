"""Curves of runs for an overlay, and the row of choices above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from PySide6.QtWidgets import QLabel, QWidget

from core.runs.packing import Curves
from core.runs.run import Run
from core.runs.run_columns import held_of, run_score
from core.seeds import curve_band
from playground.plugin import FlowLayout, Theme, ThemeSource, mix, set_up, vbox
from playground.views.widgets.charts.curve_scale import Quantity
from playground.views.widgets.charts.overlay_chart import (
    CurveBand,
    NamedCurve,
    OverlayChart,
    name_quantities,
    quantity_segments,
    smooth_box,
    unit_segments,
)

_COLUMNS = {"test_loss": 2, "train_loss": 1, "test_accuracy": 4}
_MIN_CHART_PX = 96
_BAND = ("lowest", "quartile 1", "median", "quartile 3", "highest")


class RunCurves(QWidget):
    """A chart with its quantity, axis and smoothing; what is drawn is asked of `curve` when they change."""

    def __init__(
        self, themes: ThemeSource, hint: str, parent: QWidget | None = None, *, is_narrow: bool = False
    ) -> None:
        super().__init__(parent)
        self._themes, self._is_narrow = themes, is_narrow
        self.quantity, self.unit = quantity_segments("Curves", self), unit_segments(self)
        self.smooth, self.chart = smooth_box(self), OverlayChart(themes, self, hint=hint)
        self.chart.setMinimumHeight(_MIN_CHART_PX)
        self.smooth.toggled.connect(self.chart.set_smooth)
        self.first = set_up(QLabel(self), role="reached", visible=False)
        self._drawn: tuple[list[tuple[Run, Curves, str, bool]], list[tuple[Run, Curves]]] = [], []
        self.score_name = ""
        """What a live set calls its score; "" for what the runs do."""
        self._end, self._target, self._reached = 0.0, 0.0, dict[int, float]()
        row = QWidget(self)
        choices = FlowLayout(row)
        for widget in (self.quantity, self.unit, self.smooth, self.first):
            choices.addWidget(widget)
        vbox(row, (self.chart, 1), parent=self, margins=0, spacing=4)
        for segments in (self.quantity, self.unit):
            segments.chosen.connect(self._draw)

    def show_runs(
        self,
        drawn: Iterable[tuple[Run, Curves, str, bool]],
        band: Iterable[tuple[Run, Curves]] = (),
        *,
        end: float = 0.0,
        target: float = 0.0,
        reached: Mapping[int, float] = MappingProxyType({}),
    ) -> None:
        """Draw runs with their colors, those that are quiet first, over the band of the quantiles of others.

        The epochs go to `end`; `reached` are those in which runs first had the score `target`, which has a line.
        """
        self._drawn = sorted(drawn, key=lambda each: not each[3]), list(band)
        self._end, self._target, self._reached = end, target, dict(reached)
        self._draw()

    def hasHeightForWidth(self) -> bool:
        # Else Qt takes the height that the chart would like for the least one.
        return False

    def show_first(self, text: str) -> None:
        """Say who was the first to reach the target."""
        self.first.setText(text)
        self.first.setVisible(bool(text))

    def _draw(self) -> None:
        drawn, banded = self._drawn
        quantity, unit, theme = self.quantity.current, self.unit.current, self._themes.theme
        runs = [each[0] for each in drawn] or [run for run, _ in banded]
        names = {run_score(run).name for run in runs}
        name = self.score_name or (names.pop() if len(names) == 1 else "score")
        name_quantities(self.quantity, name, held_of(runs))
        if self._is_narrow:
            self.quantity.set_text("test_accuracy", name[0].upper() + name[1:])
        curves = [_curve(*each, quantity, unit) for each in drawn if len(each[1])]
        lines, bands = _band([each for each in banded if len(each[1])], quantity, unit, theme)
        of: Quantity = "loss"
        if quantity == "test_accuracy":
            of = "accuracy" if all(run.classifies for run in runs) else "r2"
        is_score = quantity == "test_accuracy"
        reached = [
            (_places(run, np.array([[self._reached[run.id]], [known[-1, 0]]]), unit)[0], color)
            for run, known, color, _ in drawn
            if is_score and len(known) and run.id in self._reached
        ]
        self.chart.show_curves(
            [*lines, *curves], of, unit, bands=bands, end=self._end if unit == "epoch" else 0.0,
            target=self._target if is_score and self._target else None, reached=reached,
        )  # fmt: skip


def _curve(run: Run, curves: Curves, color: str, quiet: bool, quantity: str, unit: str) -> NamedCurve:
    x, y = _places(run, curves, unit), _values(curves, quantity)
    return NamedCurve(run.name, color, x, y, 1.0 if quiet else 2.0, quiet)


def _places(run: Run, curves: np.ndarray, unit: str) -> np.ndarray:
    x = curves[:, 0].astype(np.float64)
    return x * (run.seconds / max(1e-9, float(x[-1]))) if unit == "s" else x


def _values(curves: Curves, quantity: str) -> np.ndarray:
    """A column; the training set's where nothing was tested."""
    column = curves[:, _COLUMNS[quantity]]
    if quantity != "train_loss" and not np.isfinite(column).any():
        column = curves[:, 3 if quantity == "test_accuracy" else 1]
    return column.astype(np.float64)


def _band(
    runs: Sequence[tuple[Run, Curves]], quantity: str, unit: str, theme: Theme
) -> tuple[list[NamedCurve], list[CurveBand]]:
    """Median, quartiles and ends of many runs, the median last and so above the others."""
    if not runs:
        return [], []
    places = [_places(run, curves, unit) for run, curves in runs]
    x, band = curve_band(places, [_values(curves, quantity) for _, curves in runs])
    soft = mix(theme.surface, theme.accent, 0.5)
    colors = (theme.border_strong, soft, theme.accent, soft, theme.border_strong)
    lines = [
        NamedCurve(name, color, x, values, 2.4 if name == "median" else 1.0, name != "median")
        for name, color, values in zip(_BAND, colors, band, strict=True)
    ]
    areas = [
        CurveBand(theme.accent, opacity, x, band[low], band[high])
        for opacity, low, high in ((0.1, 0, 4), (0.22, 1, 3))
    ]
    return [lines[place] for place in (0, 4, 1, 3, 2)], areas
