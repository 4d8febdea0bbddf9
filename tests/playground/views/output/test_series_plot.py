"""A forecast is drawn over its series, and another sample chosen by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from core.data.datasets import Sunspots
from core.experiment.adapt import with_dataset
from core.experiment.experiment import Experiment
from core.nn import Dense, Flatten
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press

PATIENCE_MS = 60_000


def test_the_forecast_of_a_sample_is_seen_and_another_chosen(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    made = with_dataset(Experiment(), Sunspots(window=24, horizon=6))
    made = made.replace(layers=(Flatten(), Dense(4, "tanh")))
    window = make(made)
    plot, inspection = window.output.series, window.session.inspection
    qtbot.waitUntil(lambda: plot.picture is not None, timeout=PATIENCE_MS)
    assert plot.isVisible()
    assert window.output.title.accessibleName() == "Forecast"
    assert not window.output.legend.isVisible()
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    found = plot.parts(snapshot)
    assert found is not None
    data = made.dataset.load(0)
    seen, truth, forecast = found
    index = int(plot._prepared.test_index[0])  # type: ignore[union-attr]
    np.testing.assert_array_equal(seen, data.inputs[index, :, 0])
    np.testing.assert_array_equal(truth, data.targets[index])
    np.testing.assert_array_equal(forecast, snapshot.sample_output)
    off = float(np.abs(truth - forecast).mean())
    assert plot.text() == f"Test sample 1: {off:.1f} off on average"
    window.grab()
    # The end of the series is its last test sample; what is learned from is not chosen.
    strip = plot.strip()
    click(plot, QPointF(strip.right() - 1, strip.center().y()).toPoint())
    last = plot.row
    assert len(plot._prepared.test) - 10 < last == inspection.state.sample  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: plot.text().startswith(f"Test sample {last + 1:,}:"), timeout=PATIENCE_MS)
    click(plot, QPointF(strip.left() + 1, strip.center().y()).toPoint())
    assert inspection.state.sample == 0
    press(window, Qt.Key.Key_Right)
    assert inspection.state.sample == 1
    press(window, Qt.Key.Key_PageUp)
    assert inspection.state.sample == 0
    results = window.panels.results
    qtbot.waitUntil(lambda: len(results.loss.canvas.levels) >= 2, timeout=PATIENCE_MS)
    assert {"last value", "linear autoregression"} <= {name for name, _ in results.loss.canvas.levels}
    assert results.tabs.isTabVisible(results.pages.indexOf(results.residuals))
    window.document.change("Other data", Experiment())
    qtbot.waitUntil(lambda: not plot.is_on, timeout=PATIENCE_MS)
    assert window.output.embed.isVisible()
