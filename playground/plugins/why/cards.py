"""The cards beside the reasons: what one column alone does, and how far probabilities can be trusted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from core.explain.certainty import ThresholdCurves
from core.explain.dependence import Dependence
from core.inspect.explanations import Certainty
from core.io.number_text import number_text, percent_text, rounded_text
from playground.plugin import ChoiceCombo, CutLabel, Segments, ThemeSource, fill_card, hbox, set_up, titled
from playground.plugins.why.chart import Dots, Drawing, Line, ReasonChart

_CURVES: Final = 40
"""Single curves that are drawn: 200 take 10 ms a frame."""
_COLUMN_PX: Final = 160
_WHOLE: Final = (0.0, 100.0)
_ABOVE: Final = (0.0, 102.0)


class Card(QFrame):
    """A title above a chart, and a line below it."""

    def __init__(
        self, themes: ThemeSource, title: str, chart: str, parent: QWidget, tool: QWidget, *below: QWidget
    ) -> None:
        """`tool` stands beside the title, the others beside the line below."""
        super().__init__(parent)
        self.chart, self.text = ReasonChart(themes, chart, self), set_up(CutLabel(self), role="caption")
        head, foot = hbox((titled(title, self), 1), tool), hbox((self.text, 1), *below, spacing=6)
        fill_card(self, head, (self.chart, 1), foot)


class DependenceCard(Card):
    """Partial dependence over the individual curves."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        self.column = ChoiceCombo((), name="Column", tooltip="The column that is changed alone")
        self.column.setFixedWidth(_COLUMN_PX)
        super().__init__(themes, "One column alone", "The prediction over one column", parent, self.column)
        self._found: Dependence | None = None
        self._classes = 0
        self.chart.moved.connect(self._read)

    def show_columns(self, names: Sequence[str]) -> None:
        """Offer the columns of other data."""
        kept = self.column.current if self.column.current in names else None
        self.column.set_choices([(name, name) for name in names], kept)
        self.setVisible(bool(names))

    def show_dependence(self, found: Dependence | None, name: str, classes: int) -> None:
        """Draw; `name` is that of the class or the value, `classes` their number."""
        self._found, self._classes = found, classes
        if found is None or not all(np.isfinite(each).all() for each in (found.curves, found.own)):
            self._found = None
            self.chart.show_drawing(Drawing(hint="The prediction over all values of a column appears here"))
            self.text.setText("")
            return
        factor = 100.0 if classes else 1.0
        curves, average, own = (factor * each for each in (found.curves, found.average, found.own))
        drawn, grid, here = curves[:: max(1, len(curves) // _CURVES)], found.grid, found.here
        low, high = float(min(drawn.min(), own.min())), float(max(drawn.max(), own.max()))
        first, last = float(grid[0]), float(grid[-1])
        room = 0.5 if found.categories or last <= first else 0.0
        is_on_it = first <= here <= last
        self.chart.show_drawing(
            Drawing(
                [*(Line(grid, each, 1.0, True) for each in drawn), Line(grid, average, 2.5)],
                x_range=(first - room, last + room),
                y_range=_WHOLE if classes else (low, high if high > low else low + 1.0),
                y_name=f"{name}; thin: rows, thick: their mean",
                unit=" %" if classes else "",
                mark=here,
                point=(here, float(np.interp(here, grid, own))) if is_on_it else None,
                names=found.categories,
            )
        )
        self._read(self.chart.place)

    def _read(self, place: float | None) -> None:
        """Write the predictions at a place, or what the column does on the whole."""
        found = self._found
        if found is None:
            return
        if place is None or math.isnan(place):
            spread = self._text(float(found.average.max() - found.average.min()))
            self.text.setText(f"On average it moves the prediction by up to {spread}")
            return
        at = min(round(place), len(found.categories) - 1) if found.categories else place
        shown = found.categories[int(at)] if found.categories else rounded_text(at)
        average, own = (float(np.interp(at, found.grid, each)) for each in (found.average, found.own))
        self.text.setText(f"{shown}: this sample {self._text(own)}, mean {self._text(average)}")

    def _text(self, value: float) -> str:
        return percent_text(value, 1) if self._classes else rounded_text(value, 4)


class CertaintyCard(Card):
    """The reliability curve, or the ROC or precision-recall curve with a threshold to drag."""

    calibrate_requested = Signal()
    threshold_chosen = Signal(float)
    """Requests to call the second class from this probability on; only where two share an output."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        self.curve = Segments(
            [
                ("reliability", "Reliability", "How often it is so when the network says 70 %"),
                ("roc", "ROC", "What is found against what is called by mistake, at every threshold"),
                ("precision", "Precision", "How many that are called are so, against how many are found"),
            ],
            name="How sure",
        )
        self.calibrate = set_up(QPushButton("Calibrate"), autoDefault=False)
        self.calibrate.setToolTip(
            "Divide the last layer by the temperature that suits samples set apart, so that 70 % means 70 %"
        )
        self.calibrate.clicked.connect(lambda: self.calibrate_requested.emit())
        chart = "How far the probabilities can be trusted"
        super().__init__(themes, "How sure", chart, parent, self.curve, self.calibrate)
        self._found: Certainty | None = None
        self._name = ""
        self._said: float | None = None
        self._cut = 0.5
        self.threshold = 0.5
        """From which probability on the class is called."""
        self.chart.moved.connect(self._on_moved)
        self.chart.settled.connect(self._settle)
        self.chart.reset_requested.connect(self._reset)
        self.curve.chosen.connect(self._on_curve)

    def show_cut(self, cut: float) -> None:
        """Set from which probability on the network says the second of two classes."""
        self._cut = cut
        self.chart.place = None

    def _settle(self) -> None:
        if self._found is not None and self._found.label in (0, 1):
            self.threshold_chosen.emit(self.threshold if self._found.label else 1.0 - self.threshold)

    def _reset(self) -> None:
        self.threshold = 0.5
        self._settle()
        self._show()

    def show_certainty(self, found: Certainty | None, name: str, said: float | None) -> None:
        """Draw; `name` is that of the class, `said` its probability for the chosen sample."""
        if found is not None and self.chart.place is None:
            self.threshold = 1.0 - self._cut if found.label == 0 else self._cut
        self._found, self._name, self._said = found, name, said
        self._show()

    def _on_curve(self) -> None:
        self.chart.place = None
        self._show()

    def _on_moved(self, place: float) -> None:
        curves = None if self._found is None else self._found.curves
        if self.chart.drags and curves is not None and len(curves.thresholds):
            # The threshold whose point is nearest.
            across = (
                curves.roc[0][1:] if self.curve.current == "roc" else curves.hits / max(1, curves.positives)
            )
            near = int(np.abs(across - place / 100).argmin())
            # Between this sample and the next, so that rounding moves neither to the other side.
            self.threshold = float(np.append(curves.thresholds, 0.0)[near : near + 2].mean())
        self._show()

    def _show(self) -> None:
        found, key = self._found, self.curve.current
        curves = None if found is None else found.curves
        self.chart.drags = key != "reliability"
        # The captions of the curves need its room.
        self.calibrate.setVisible(key == "reliability")
        if found is None:
            self._show_hint("How often it is right appears here")
        elif key == "reliability":
            self._show_reliability(found)
        elif curves is None:
            self._show_hint("Choose a class as prediction: these curves are of one class")
        elif not curves.positives or not curves.negatives:
            self._show_hint("All samples are of one side: there is no curve")
        else:
            self._show_curves(curves, key)

    def _show_hint(self, hint: str) -> None:
        self.chart.show_drawing(Drawing(hint=hint))
        self.text.setText("")

    def _show_reliability(self, found: Certainty) -> None:
        bins, place = found.reliability, self.chart.place
        sizes = bins.counts / max(1, int(bins.counts.max(initial=1)))
        x, y, low, high = (100 * each for each in (bins.said, bins.is_so, *bins.intervals))
        self.chart.show_drawing(
            Drawing(
                [Line(x, y)],
                Dots(x, y, sizes, low, high),
                x_range=_WHOLE,
                y_range=_ABOVE,
                x_name="says, % →",
                y_name=f"is {'right' if found.label < 0 else self._name}; bars: 95 %",
                unit=" %",
                straight=True,
                mark=None if self._said is None else 100 * self._said,
            )
        )
        if place is None or not len(x):
            error = percent_text(bins.error, 1)
            self.text.setText(f"Off by {error} (ECE), {found.count:,} samples")
            return
        near = int(np.abs(x - place).argmin())
        says, are = (percent_text(float(each[near])) for each in (bins.said, bins.is_so))
        self.text.setText(f"Where it says {says}, {are} are so, of {int(bins.counts[near]):,}")

    def _show_curves(self, curves: ThresholdCurves, key: str) -> None:
        is_roc = key == "roc"
        hits, mistakes = curves.at(self.threshold)
        recall, called = hits / curves.positives, hits + mistakes
        if is_roc:
            (x, y), point = curves.roc, (mistakes / curves.negatives, recall)
        else:
            (y, x), point = curves.precision_recall, (recall, hits / called if called else 1.0)
            x, y = x[::-1], y[::-1]
        self.chart.show_drawing(
            Drawing(
                [Line(100 * x, 100 * y)],
                x_range=_WHOLE,
                y_range=_ABOVE,
                x_name="called by mistake, % →" if is_roc else "found, % →",
                y_name=f"{self._name}: found" if is_roc else f"called {self._name}: is so",
                unit=" %",
                straight=is_roc,
                point=(100 * point[0], 100 * point[1]),
            )
        )
        area = f"; area {number_text(curves.area, 3)}" if is_roc else ""
        self.text.setText(
            f"From {percent_text(self.threshold, 1)} on: {hits:,} of {curves.positives:,} found, "
            f"{mistakes:,} by mistake{area}"
        )
