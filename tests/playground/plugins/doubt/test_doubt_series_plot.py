"""A forecast is drawn over its series, and another sample chosen by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from pytestqt.qtbot import QtBot

from core.data.datasets import Sunspots
from core.experiment.experiment import Experiment
from core.inspect.fog import NETWORKS, FogPart
from core.nn import Flatten
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
from tests.playground.driving import click
from tests.playground.views.output.test_series_plot import PATIENCE_MS
from tests.playground.window.trained_windows import train


def test_the_band_of_seeds_lies_around_their_forecasts(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(with_dataset(Experiment(), Sunspots(window=24, horizon=6)).replace(layers=(Flatten(),)))
    plot, fog = window.output.series, window.actions_by_name["fog"]
    qtbot.waitUntil(lambda: plot.picture is not None, timeout=PATIENCE_MS)
    plain = plot.grab().toImage()
    click(plot.band)
    assert fog.isChecked()

    def band_is_drawn() -> bool:
        found = None if plot.picture is None else plot.picture.part(FogPart)
        return found is not None and found.is_done

    qtbot.waitUntil(band_is_drawn, timeout=PATIENCE_MS)
    snapshot = plot.picture
    assert snapshot is not None
    band, parts, found = plot.seeds_band(snapshot), plot.parts(snapshot), snapshot.part(FogPart)
    assert band is not None
    assert parts is not None
    assert found is not None
    assert (band.shape, found.spread.size, NETWORKS) == ((2, 6), 0, 16)
    np.testing.assert_allclose(band.mean(axis=0), found.sample[0])
    assert (band[1] > band[0]).all()
    inside = int(((band[0] <= parts[1]) & (parts[1] <= band[1])).sum())
    assert plot.text().endswith(f" off, {inside} of 6 in band")
    assert plot.grab().toImage() != plain
    fog.trigger()
    assert not plot.band.isChecked()
    qtbot.waitUntil(lambda: plot.text().endswith("off on average"), timeout=PATIENCE_MS)
    window.document.change("Other data", Experiment())
    qtbot.waitUntil(lambda: not plot.is_on, timeout=PATIENCE_MS)
    assert not plot.band.isVisible()


def test_the_band_waits_until_the_seeds_are_half_as_far_and_says_so(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(with_dataset(Experiment(), Sunspots(window=24, horizon=6)).replace(layers=(Flatten(),)))
    plot = window.output.series
    train(window, qtbot, 3)
    click(plot.band)
    qtbot.waitUntil(lambda: plot.picture is not None and plot.seeds_band(plot.picture) is not None)
    snapshot = plot.picture
    assert snapshot is not None
    fog = snapshot.part(FogPart)
    assert fog is not None
    young = replace(snapshot, parts={**snapshot.parts, FogPart.kind: replace(fog, epoch=1, is_done=False)})
    plot.show_picture(young)
    assert plot.seeds_band(young) is None
    assert plot.text().endswith(" off; training the seeds, epoch 1 of 3")
    half = replace(snapshot, parts={**snapshot.parts, FogPart.kind: replace(fog, epoch=2, is_done=False)})
    plot.show_picture(half)
    assert plot.seeds_band(half) is not None
    assert plot.text().endswith(" in band, epoch 2")
