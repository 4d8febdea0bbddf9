"""Would more data help: scores over the number of training samples, with a forecast for twice as many."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from core.probes.learning_curve import BUDGET_SECONDS, SEEDS, LearningCurve, learning_curve
from playground.plugin import GRID_PX, CurveBand, NamedCurve, OverlayChart, ThemeSource, vbox
from playground.plugins.probes.views.page import Outcome, ProbePage, Work, register
from playground.views.widgets.charts.curve_scale import Quantity

_BAND = 0.18


@register
class LearningCurvePage(ProbePage):
    kind = "learning_curve"
    title = "More data"
    summary = (
        f"Would more data help? Trains the network anew with growing parts of the training samples, {SEEDS} seeds each "
        f"and equally many steps, for at most {BUDGET_SECONDS:g} seconds, and carries the curve on to twice as many."
    )
    group = "Is it worth it?"

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        told = "How long a network is trained with all samples; with fewer it gets as many steps."
        self.epochs = self.epochs_field(told)
        self.chart = OverlayChart(themes, self, hint="A score for each number of samples appears here.")
        vbox(self.captioned(self.epochs), (self.chart, 1), parent=self, margins=0, spacing=GRID_PX)

    def work(self) -> Work:
        epochs = int(self.epochs.value)
        return lambda material, report: learning_curve(
            material.subject.experiment, material.subject.prepared, report, epochs=epochs
        )

    def show_progress(self, progress: LearningCurve) -> None:
        theme = self._themes.theme
        curves, bands = [], []
        for name, color, scores in (
            ("train", theme.train, progress.train),
            ("test", theme.test, progress.test),
        ):
            known = np.isfinite(scores).any(axis=0)
            seen, sizes = scores[:, known], progress.sizes[known].astype(float)
            if known.any():
                curves.append(NamedCurve(name, color, sizes, progress.means(seen)))
                bands.append(CurveBand(color, _BAND, sizes, np.nanmin(seen, axis=0), np.nanmax(seen, axis=0)))
        if progress.is_whole:
            ahead = np.geomspace(progress.sizes[-1], 2.0 * progress.sizes[-1], 9)
            found = np.array([progress.forecast(samples) for samples in ahead])
            # It goes on where the curve ends, though a forecast of what was measured is not what was measured.
            middle, off = np.r_[progress.present, found[1:, 0]], found[:, 1]
            curves.append(NamedCurve("forecast", theme.text_muted, ahead, middle))
            bands.append(
                CurveBand(theme.text_muted, _BAND, ahead, middle - off, np.minimum(1.0, middle + off))
            )
        quantity: Quantity = "accuracy" if progress.score.is_share else "r2"
        self.chart.show_curves(curves, quantity, "samples", end=2.0 * float(progress.sizes[-1]), bands=bands)

    def show_result(self, result: LearningCurve) -> Outcome:
        self.show_progress(result)
        return Outcome(result.sentence, None if result.is_whole else False)

    def clear(self) -> None:
        self.chart.show_curves((), "accuracy", "samples")
