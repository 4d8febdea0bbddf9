"""Overfit one batch: the curve of its loss, and the bound."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from core.probes.overfit_batch import OverfitTest, overfit_batch
from playground.plugin import ThemeSource, vbox
from playground.plugins.probes.views.curve_plot import CurvePlot, Mark
from playground.plugins.probes.views.page import ProbePage, Work, register
from playground.views.widgets.charts.curve_scale import drawable, value_range


@register
class OverfitPage(ProbePage):
    kind = "overfit"
    title = "Overfit one batch"
    summary = (
        "Trains a copy from its initial weights on one batch, without regularization and schedule. "
        "A network that cannot learn a few samples by heart will not learn many either."
    )
    group = "Does it learn?"

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self.plot = CurvePlot(
            themes, self, name="Loss of the batch", names=("Step", "Loss"), logs=(False, True)
        )
        vbox(self.plot, parent=self, margins=0)

    def work(self) -> Work:
        return lambda material, report: overfit_batch(material.subject, report)

    def show_progress(self, progress: OverfitTest) -> None:
        losses = progress.losses
        values = np.append(losses, progress.bound)
        y = value_range(np.log10(values[drawable(values, True)]), "loss", is_log=True, whole=False)
        marks = (Mark(progress.bound, "bound", is_level=True),)
        self.plot.show_curve(
            np.arange(len(losses), dtype=float), losses, ((0.0, max(10.0, len(losses) - 1.0)), y), marks
        )

    def clear(self) -> None:
        self.plot.show_curve(np.empty(0), np.empty(0), ((0.0, 100.0), (-2.0, 0.0)))
