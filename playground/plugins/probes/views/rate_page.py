"""The learning rate range test: the loss over the rate, which a click adopts."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QLabel, QWidget

from core.experiment.experiment import Experiment
from core.probes.rate_range import HIGHEST, LOWEST, RateRange, rate_range_test
from playground.plugin import GRID_PX, STRETCH, Segments, ThemeSource, hbox, push_button, set_up, vbox
from playground.plugins.probes.views.curve_plot import CurvePlot, Mark
from playground.plugins.probes.views.page import Outcome, ProbePage, Work, register
from playground.views.widgets.charts.curve_scale import drawable, value_range

_NOTHING = RateRange(np.empty(0), np.empty(0))


@register
class RatePage(ProbePage):
    kind = "rate_range"
    title = "Range test"
    summary = (
        "The loss while the learning rate grows from step to step (Smith, 2017). Click on the curve, or press Enter at "
        "the crosshair, to take that rate."
    )
    group = "Learning rate"

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self.start = Segments(
            [
                ("fresh", "Initial weights", "As a new training would begin"),
                ("present", "Present weights", "As the training would go on from here"),
            ],
            name="Start from",
            parent=self,
        )
        self.plot = CurvePlot(
            themes,
            self,
            name="Loss over the learning rate",
            names=("Learning rate", "Loss"),
            logs=(True, False),
            picks=True,
        )
        self.plot.picked.connect(self._adopt)
        tip = "Take this learning rate; one step of undo takes it back."
        self.steepest, self.tenth = push_button("", tip, self), push_button("", tip, self)
        self._result = _NOTHING
        self._rate = 0.0
        caption = set_up(QLabel("Start from", self), role="muted")
        row = hbox(caption, self.start, STRETCH, self.steepest, self.tenth, spacing=GRID_PX)
        vbox(row, (self.plot, 1), parent=self, margins=0, spacing=GRID_PX)
        self.steepest.clicked.connect(lambda: self._adopt(self._result.steepest))
        self.tenth.clicked.connect(lambda: self._adopt(self._result.tenth))
        self.clear()

    def why_not(self, experiment: Experiment) -> str:
        optimizer = experiment.training.optimizer
        if optimizer.full_batch:
            return f"{optimizer.title} searches along lines for the length of its steps: there is no rate to look for."
        return ""

    def work(self) -> Work:
        fresh = self.start.current == "fresh"
        return lambda material, report: rate_range_test(material.subject, report, fresh=fresh)

    def show_experiment(self, experiment: Experiment) -> None:
        self._rate = experiment.training.optimizer.learning_rate
        if self._result is not _NOTHING:
            self.show_progress(self._result)

    def show_result(self, result: RateRange) -> Outcome:
        self._result = result
        for button, rate, text in (
            (self.steepest, result.steepest, "Steepest"),
            (self.tenth, result.tenth, "A tenth of the lowest"),
        ):
            button.setEnabled(rate is not None)
            button.setText(text if rate is None else f"{text}: {rounded_rate(rate):g}")
        self.show_progress(result)
        return Outcome(result.sentence, None if result.steepest is not None else False)

    def clear(self) -> None:
        self.show_result(_NOTHING)

    def show_progress(self, progress: RateRange) -> None:
        losses = progress.losses
        marks = [Mark(self._rate, f"now {self._rate:g}")] if LOWEST <= self._rate <= HIGHEST else []
        if progress.steepest is not None:
            marks.append(Mark(progress.steepest, "steepest"))
        if len(losses):
            # The last losses, where it blows up, must not flatten the rest.
            top = min(float(losses.max()), 1.5 * float(max(losses[0], losses.min())))
            losses = np.minimum(losses, top)
        y = value_range(losses[drawable(losses, False)], "loss", is_log=False, whole=False)
        x = np.log10(LOWEST), np.log10(HIGHEST)
        self.plot.show_curve(progress.rates, progress.losses, (x, y), marks)

    def _adopt(self, rate: float | None) -> None:
        if rate is None:
            return
        chosen = rounded_rate(rate)

        def change(experiment: Experiment) -> Experiment:
            optimizer = experiment.training.optimizer.replace(learning_rate=chosen)
            return experiment.with_training(optimizer=optimizer)

        self.change_requested.emit(f"Learning rate {chosen:g}", change, "")
        self.message_requested.emit(f"The learning rate is {chosen:g} now; undo brings the old one back.")


def rounded_rate(rate: float) -> float:
    """A rate to two digits, as one would type it."""
    return float(f"{rate:.2g}")
