"""Curves with marks and runs before, to be read."""

from __future__ import annotations

import dataclasses

import numpy as np
from PySide6.QtCore import QPoint

from core.inspect.snapshot import Snapshot
from core.train.figures import Place
from core.train.history import History, Mark
from playground.views.results.curves_plot import CurvesPlot
from playground.views.theme.colors import rgb
from tests.playground.fakes import fake_snapshot, points_experiment, with_figures


def show_flat(plot: CurvesPlot, marks: tuple[Mark, ...] = ()) -> None:
    plot.show_curves(np.arange(101.0), np.full(101, 0.5), np.full(101, np.nan), marks)


def has_color(plot: CurvesPlot, spot: QPoint, wanted: str, reach: int = 3) -> bool:
    """Whether a pixel near `spot` has about this color."""
    image = plot.canvas.grab().toImage()
    x, y = spot.x(), spot.y()
    colors = [
        rgb(image.pixelColor(i, j).name())
        for i in range(x - reach, x + reach + 1)
        for j in range(y - reach, y + reach + 1)
    ]
    return any(max(abs(a - b) for a, b in zip(color, rgb(wanted), strict=True)) < 45 for color in colors)


# -- the last runs ----------------------------------------------------------------------------------------------------


def run_of(number: int, moments: int = 100, first: int = 1) -> list[Snapshot]:
    """The first and the last snapshot of a run."""
    whole = fake_snapshot(points_experiment(), seed=number, run=number)
    columns = [getattr(whole.history, item.name) for item in dataclasses.fields(History)]
    return [
        dataclasses.replace(
            with_figures(whole, place=Place(length - 1, position=length - 1.0)),
            epoch=length - 1,
            history=History(*(column[:length] for column in columns)),
        )
        for length in (first, moments)
    ]
