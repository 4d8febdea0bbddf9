"""The curves: round ticks, curves that are the history, exact values at the pointer; and the results panel."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from fakes import fake_prepared, fake_snapshot, mnist_experiment, points_experiment
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.datasets import DATASETS
from core.losses import LOSSES
from core.snapshot import Evaluation, History
from playground.views.results_panel import ResultsPanel
from playground.views.results_panel.curve_scale import Scale, linear_ticks, log_scale, thin, tick_text
from playground.views.results_panel.curves_plot import CurvesPlot
from playground.views.theme import DARK, LIGHT, ThemeSource, rgb


@pytest.fixture
def themes(qapp: QApplication) -> ThemeSource:
    return ThemeSource(None, "light", parent=qapp)


@pytest.fixture
def plot(qtbot: QtBot, themes: ThemeSource) -> CurvesPlot:
    made = CurvesPlot(themes)
    qtbot.addWidget(made)
    made.resize(326, 240)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def panel(qtbot: QtBot, themes: ThemeSource) -> ResultsPanel:
    made = ResultsPanel(themes)
    qtbot.addWidget(made)
    made.resize(350, 380)
    with qtbot.waitExposed(made):
        made.show()
    return made


def nearest_color(plot: CurvesPlot, wanted: str) -> int:
    """How far from `wanted` the nearest colour is around epoch 50 and value 0.5, as the largest channel's distance."""
    image = plot.canvas.grab().toImage()
    spot = plot.canvas.place(50, 0.5).toPoint()
    column = [rgb(image.pixelColor(spot.x(), y).name()) for y in range(spot.y() - 2, spot.y() + 3)]
    return min(max(abs(a - b) for a, b in zip(color, rgb(wanted), strict=True)) for color in column)


def test_ticks_are_round() -> None:
    assert linear_ticks(0, 412, 5) == (0, 100, 200, 300, 400)
    assert linear_ticks(0, 1, 4) == (0, 0.25, 0.5, 0.75, 1)
    assert [tick_text(value, 0.25) for value in (0, 0.25, 1)] == ["0", "0.25", "1.00"]
    assert [tick_text(value, 0.2) for value in (0.4, -0.2)] == ["0.4", "−0.2"]
    assert tick_text(1500, 500) == "1,500"


def test_a_widened_scale_ends_at_a_tick() -> None:
    scale = Scale.linear(0, 0.53, 5, widen=True)
    assert scale.high == pytest.approx(0.6)
    assert scale.ticks[-1] == pytest.approx(0.6)
    assert scale.place(np.array([0.3]))[0] == pytest.approx(0.5)


def test_a_logarithmic_scale_takes_whole_decades() -> None:
    scale = log_scale(0.003, 0.7)
    assert (scale.low, scale.high) == pytest.approx((0.001, 1))
    assert scale.place(np.array([0.001, 0.1, 1.0])) == pytest.approx([0, 2 / 3, 1])
    assert np.isnan(scale.place(np.array([0.0, -1.0]))).all()


@pytest.mark.parametrize("scale_of", [lambda v: Scale.linear(v, v, 5), lambda v: log_scale(v, v)])
def test_a_constant_has_a_scale(scale_of: Any) -> None:
    scale = scale_of(0.1)
    assert scale.high > scale.low
    assert len(scale.ticks) >= 2


def test_thinning_keeps_short_curves_and_the_extremes_of_long_ones() -> None:
    x = np.arange(10_000.0)
    y = np.sin(x / 500)
    y[4321] = 7.0
    y[8765] = np.nan
    assert thin(x[:100], y[:100], 60)[1] is not None
    assert np.array_equal(thin(x[:100], y[:100], 60)[1], y[:100])
    fewer_x, fewer_y = thin(x, y, 100)
    assert len(fewer_x) == len(fewer_y) == 200
    assert fewer_y.max() == 7.0
    assert fewer_y.min() == y[np.isfinite(y)].min()
    assert np.all(np.diff(fewer_x) >= 0)
    assert not np.isnan(fewer_y).any()


def test_curves_are_the_history(plot: CurvesPlot) -> None:
    history = fake_snapshot(points_experiment()).history
    plot.show_curves(history.epoch, history.train_loss, history.test_loss)
    epoch, train, test = plot.canvas.curves
    assert np.array_equal(epoch, history.epoch)
    assert np.array_equal(train, history.train_loss)
    assert np.array_equal(test, history.test_loss)
    assert plot.canvas.y_scale().low == 0.0
    assert plot.canvas.y_scale().high >= history.train_loss.max()


def test_the_curve_is_drawn_where_its_values_are(plot: CurvesPlot) -> None:
    epoch = np.arange(101.0)
    plot.show_curves(epoch, np.full(101, 0.5), np.full(101, np.nan))
    assert nearest_color(plot, LIGHT.train) < 40 < nearest_color(plot, LIGHT.test)


def test_the_pointer_reads_exact_values(qtbot: QtBot, plot: CurvesPlot) -> None:
    epoch = np.arange(301.0)
    train, test = np.linspace(0.6, 0.0, 301), np.linspace(0.6, 0.1, 301)
    train[212], test[212] = 0.0312, 0.0478
    plot.show_curves(epoch, train, test)
    qtbot.mouseMove(plot.canvas, QPoint(plot.canvas.place(212, 0.0).toPoint().x(), 60))
    text = plot.canvas.readout.text
    here = plot.canvas.moment
    assert here is not None
    assert abs(here - 212) <= 1
    assert text == f"epoch {here}: train {train[here]:.4f}, test {test[here]:.4f}"


def test_arrow_keys_read_values(qtbot: QtBot, plot: CurvesPlot) -> None:
    epoch = np.array([0.0, 0.5, 1.0])
    plot.show_curves(epoch, np.array([3.0, 2.0, 1.0]), np.full(3, np.nan))
    plot.canvas.setFocus()
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Home)
    assert plot.canvas.readout.text == "epoch 0: train 3.0000"
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Right)
    assert plot.canvas.readout.text == "epoch 0.50: train 2.0000"
    qtbot.keyClick(plot.canvas, Qt.Key.Key_End)
    assert plot.canvas.moment == 2


def test_log_scale_by_mouse(qtbot: QtBot, plot: CurvesPlot) -> None:
    plot.show_curves(np.arange(3.0), np.array([1.0, 0.1, 0.01]), np.array([0.0, np.inf, 0.5]))
    qtbot.mouseClick(plot.log_scale, Qt.MouseButton.LeftButton, pos=QPoint(8, plot.log_scale.height() // 2))
    assert plot.canvas.y_scale().is_log
    top, middle, bottom = (plot.canvas.place(0, value).y() for value in (1.0, 0.1, 0.01))
    assert middle - top == pytest.approx(bottom - middle)
    plot.canvas.grab()


def test_the_legend_names_the_test_part_only_when_there_is_one(plot: CurvesPlot) -> None:
    plot.show_curves(np.arange(3.0), np.ones(3), np.full(3, np.nan))
    assert "test" not in plot.legend.text()
    plot.show_curves(np.arange(3.0), np.ones(3), np.array([np.nan, np.nan, 1.0]))
    assert "test" in plot.legend.text()


def test_nothing_yet_and_odd_values_are_painted_without_complaint(plot: CurvesPlot) -> None:
    plot.clear()
    plot.canvas.grab()
    for values in ([np.nan], [np.inf, 1e300], [0.0, 0.0], [1e-30, 1e30]):
        array = np.array(values)
        plot.show_curves(np.arange(float(len(array))), array, array)
        for is_log in (False, True):
            plot.canvas.set_log(is_log)
            plot.canvas.grab()


def test_the_theme_changes_the_curve(plot: CurvesPlot, themes: ThemeSource) -> None:
    plot.show_curves(np.arange(101.0), np.full(101, 0.5), np.full(101, np.nan))
    themes.mode = "dark"
    assert DARK.train in plot.legend.text()
    assert nearest_color(plot, DARK.train) < 40 < nearest_color(plot, LIGHT.train)


def test_only_the_tab_in_front_is_updated(qtbot: QtBot, panel: ResultsPanel) -> None:
    panel.show_data(fake_prepared(points_experiment()))
    snapshot = dataclasses.replace(
        fake_snapshot(points_experiment()), train=Evaluation(0.0312, 0.98), test=Evaluation(0.0478, np.nan)
    )
    panel.show_snapshot(snapshot)
    assert (panel.train_tile.value, panel.test_tile.value) == ("0.0312", "0.0478")
    assert len(panel.loss.canvas.curves[0]) == len(snapshot.history)
    assert len(panel.accuracy.canvas.curves[0]) == 0
    qtbot.mouseClick(panel.tabs, Qt.MouseButton.LeftButton, pos=panel.tabs.tabRect(1).center())
    assert panel.pages.currentWidget() is panel.accuracy
    assert panel.accuracy.canvas.curves[1] == pytest.approx(100 * snapshot.history.train_accuracy)
    assert (panel.train_tile.value, panel.test_tile.value) == ("98.0 %", "–")
    assert (panel.accuracy.canvas.y_scale().low, panel.accuracy.canvas.y_scale().high) == (0, 100)


def test_tabs_by_keyboard(qtbot: QtBot, panel: ResultsPanel) -> None:
    panel.tabs.setFocus()
    qtbot.keyClick(panel.tabs, Qt.Key.Key_Right)
    assert panel.pages.currentWidget() is panel.accuracy
    assert panel.accuracy.isVisible()


def test_a_regression_shows_r2_and_no_matrix(panel: ResultsPanel) -> None:
    experiment = points_experiment(4, dataset=DATASETS.make("plane"), loss=LOSSES.make("mean_squared_error"))
    panel.show_data(fake_prepared(experiment))
    panel.show_snapshot(fake_snapshot(experiment))
    assert panel.tabs.tabText(1) == "R²"
    panel.tabs.setCurrentIndex(1)
    assert panel.accuracy.canvas.y_scale().high == 1
    panel.tabs.setCurrentIndex(2)
    assert panel.confusion.empty.isVisible()
    assert "regression" in panel.confusion.empty.text()


def test_the_way_through_an_epoch_is_shown_for_images_alone(panel: ResultsPanel) -> None:
    panel.show_data(fake_prepared(points_experiment()))
    moment = dataclasses.replace(fake_snapshot(points_experiment()), epoch=6, step=312, steps_per_epoch=469)
    panel.show_snapshot(moment)
    assert not panel.progress.isVisible()
    panel.show_data(fake_prepared(mnist_experiment()))
    panel.show_snapshot(moment)
    assert panel.progress.isVisible()
    assert panel.progress_text.text() == "Epoch 7 · batch 312 / 469"
    assert panel.progress.value() == 312
    panel.clear()
    assert not panel.progress.isVisible()
    assert panel.train_tile.value == "–"


def test_a_growing_history_keeps_the_crosshair_within_it(panel: ResultsPanel) -> None:
    panel.show_data(fake_prepared(points_experiment()))
    snapshot = fake_snapshot(points_experiment())
    panel.show_snapshot(snapshot)
    panel.loss.canvas._point_at(99)
    short = History(*(getattr(snapshot.history, field.name)[:5] for field in dataclasses.fields(History)))
    panel.show_snapshot(dataclasses.replace(snapshot, history=short))
    assert panel.loss.canvas.moment == 4
    panel.clear()
    assert panel.loss.canvas.moment is None
