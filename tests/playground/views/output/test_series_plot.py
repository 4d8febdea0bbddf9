"""A forecast is drawn over its series, and another sample chosen by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Sunspots
from core.experiment.experiment import Experiment
from core.nn import Dense, Flatten
from playground.views.output.series_plot import moments_between
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
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
    qtbot.waitUntil(lambda: len(results.curves.canvas.levels) >= 2, timeout=PATIENCE_MS)
    assert {"last value", "linear autoregression"} <= {name for name, _ in results.curves.canvas.levels}
    assert results.tabs.isTabVisible(results.pages.indexOf(results.residuals))
    window.document.change("Other data", Experiment())
    qtbot.waitUntil(lambda: not plot.is_on, timeout=PATIENCE_MS)
    assert window.output.test_points.isVisible()


def test_the_knob_moves_the_split_in_time_in_one_step_of_undo(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(with_dataset(Experiment(), Sunspots(window=24, horizon=6)).replace(layers=(Flatten(),)))
    plot, document = window.output.series, window.document
    qtbot.waitUntil(lambda: plot.picture is not None, timeout=PATIENCE_MS)
    before, strip = document.experiment.train_share, plot.strip()
    steps = document.undo_stack.count()
    at = plot.knob.toPoint()
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=at)
    for share in (0.6, 0.5):
        QTest.mouseMove(plot, QPoint(round(strip.left() + share * strip.width()), at.y()))
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=at)
    assert document.experiment.train_share == pytest.approx(0.5, abs=0.02)
    assert document.undo_stack.count() == steps + 1
    assert window.side.data.share.value == document.experiment.train_share
    # There it is drawn, and another drag begins only there.
    middle = strip.left() + 0.5 * strip.width()
    qtbot.waitUntil(lambda: abs(plot.knob.x() - middle) < 5, timeout=PATIENCE_MS)
    QTest.mouseMove(plot, QPoint(round(strip.right()), at.y()))
    assert document.experiment.train_share == pytest.approx(0.5, abs=0.02)
    document.undo_stack.undo()
    assert document.experiment.train_share == before


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (1933.0, 1937.99, ["1933", "1934", "1935", "1936", "1937"]),
        (2020.1, 2020.9, ["Mar 2020", "May 2020", "Jul 2020", "Sep 2020", "Nov 2020"]),
        (2020.5, 2020.51, ["2 Jul", "3 Jul", "4 Jul", "5 Jul"]),
        (2020.5, 2020.501, ["18:00", "20:00", "22:00", "00:00", "02:00"]),
        (1749.0, 2009.0, ["1768", "1794", "1820", "1846", "1872", "1898", "1924", "1950", "1976", "2002"]),
    ],
)
def test_every_window_has_dates_with_room_for_them(first: float, last: float, told: list[str]) -> None:
    found = moments_between(first, last, 360)
    assert [text for _, text in found] == told
    assert all(first - 1e-3 <= moment <= last for moment, _ in found)


@pytest.mark.parametrize("span", [0.0, 1e-9, 1e-5, 1e-3, 0.05, 0.5, 1.5, 3.0, 300.0])
def test_dates_never_take_more_than_their_room(span: float) -> None:
    for width in (10, 100, 360, 2000):
        assert len(moments_between(1990.3, 1990.3 + span, width)) <= max(1, width // 34) + 1
