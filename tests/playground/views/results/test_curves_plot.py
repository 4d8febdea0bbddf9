"""The curves plot: ticks, zoom, data, readout; and the results panel."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS
from core.nn.losses import LOSSES
from core.train.history import Evaluation, History
from playground.views.results import ResultsPanel
from playground.views.results.curve_axis import CurveAxis
from playground.views.results.curve_scale import drawable, thin, value_range
from playground.views.results.curves_plot import CurvesPlot
from playground.views.theme.theme import DARK, LIGHT, ThemeSource, rgb
from playground.views.widgets import Toast
from tests.playground.fakes import fake_prepared, fake_snapshot, mnist_experiment, points_experiment
from tests.playground.wheel import NOTCH, turn_wheel


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
    """Distance (largest channel) of `wanted` from the nearest color around epoch 50 and value 0.5."""
    image = plot.canvas.grab().toImage()
    spot = plot.canvas.place(50, 0.5).toPoint()
    column = [rgb(image.pixelColor(spot.x(), y).name()) for y in range(spot.y() - 2, spot.y() + 3)]
    return min(max(abs(a - b) for a, b in zip(color, rgb(wanted), strict=True)) for color in column)


def texts(axis: CurveAxis, low: float, high: float) -> list[str]:
    """Tick labels of an axis of 200 pixels from `low` to `high` (log10 of the values if logarithmic)."""
    [(spacing, values)] = axis.tickValues(low, high, 200.0)
    assert all(low - 1e-9 <= value <= high + 1e-9 for value in values)
    return axis.tickStrings(values, 1.0, spacing)


def test_ticks_are_round(qapp: QApplication) -> None:
    axis = CurveAxis("left")
    assert texts(axis, 0, 0.53) == ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]
    assert texts(axis, -1, 1) == ["−1.0", "−0.5", "0", "0.5", "1.0"]
    assert texts(axis, 0, 4200)[1:3] == ["1,000", "2,000"]
    assert texts(axis, 0, 4e-5)[-1] == "4e−05"
    assert texts(axis, 0, 6e6)[-2:] == ["5 M", "6 M"]
    assert texts(CurveAxis("bottom"), 0, 6e6)[-1] == "6 million"
    assert texts(axis, 5_000_000, 5_006_000)[-2:] == ["5,005,000", "5,006,000"]
    axis.set_unit(" %")
    assert texts(axis, 0, 100)[-1] == "100 %"


def test_logarithmic_ticks_are_decades_or_what_fits_between(qapp: QApplication) -> None:
    axis = CurveAxis("left")
    axis.setLogMode(True)
    assert texts(axis, -3, 0) == ["0.001", "0.01", "0.1", "1"]
    assert texts(axis, -1, 0) == ["0.1", "0.2", "0.5", "1"]
    assert texts(axis, *np.log10([0.31, 0.39])) == ["0.32", "0.34", "0.36", "0.38"]
    assert len(texts(axis, -20, 0)) <= 7


def test_the_axis_of_a_loss_starts_at_zero_and_of_a_part_where_its_values_are() -> None:
    values = np.array([0.2, 0.4])
    assert value_range(values, "loss", is_log=False, whole=True) == (0.0, pytest.approx(0.42))
    assert value_range(values, "loss", is_log=False, whole=False) == pytest.approx((0.19, 0.41))
    assert value_range(values, "accuracy", is_log=False, whole=True) == (0, 100)
    assert value_range(np.array([-7.0, 0.5]), "r2", is_log=False, whole=True) == (-1, 1)
    assert value_range(np.array([-2.0, 0.0]), "loss", is_log=True, whole=True) == pytest.approx((-2.1, 0.1))


@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize("values", [[], [0.0], [0.1, 0.1], [-3.0]])
def test_nothing_and_a_constant_have_a_range(values: list[float], is_log: bool) -> None:
    for whole in (False, True):
        low, high = value_range(np.array(values), "loss", is_log=is_log, whole=whole)
        assert low < high


def test_what_has_no_place_is_not_drawn() -> None:
    values = np.array([1.0, 0.0, -1.0, np.nan, np.inf, 1e305])
    assert drawable(values, False).tolist() == [True, True, True, False, False, False]
    assert drawable(values, True).tolist() == [True, False, False, False, False, False]


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
    assert plot.canvas.x_range == (0, 99)
    assert plot.canvas.y_range[0] == 0.0
    assert plot.canvas.y_range[1] >= history.train_loss.max()


def test_the_curve_is_drawn_where_its_values_are(plot: CurvesPlot) -> None:
    epoch = np.arange(101.0)
    plot.show_curves(epoch, np.full(101, 0.5), np.full(101, np.nan))
    assert nearest_color(plot, LIGHT.train) < 40 < nearest_color(plot, LIGHT.test)


def test_the_pointer_reads_exact_values(qtbot: QtBot, plot: CurvesPlot) -> None:
    epoch = np.arange(301.0)
    train, test = np.linspace(0.6, 0.0, 301), np.linspace(0.6, 0.1, 301)
    train[212], test[212] = 0.0312, 0.0478
    plot.show_curves(epoch, train, test)
    qtbot.mouseMove(plot.canvas.viewport(), QPoint(plot.canvas.place(212, 0.0).toPoint().x(), 60))
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
    assert plot.canvas.y_range[0] > 0.0
    top, middle, bottom = (plot.canvas.place(0, value).y() for value in (1.0, 0.1, 0.01))
    assert middle - top == pytest.approx(bottom - middle)
    plot.canvas.grab()


def show_falling(plot: CurvesPlot, moments: int = 401) -> None:
    epoch = np.arange(float(moments))
    plot.show_curves(epoch, np.exp(-epoch / 80), np.exp(-epoch / 80) + 0.1)


def test_the_wheel_zooms_at_the_pointer_and_new_values_leave_the_view(qtbot: QtBot, plot: CurvesPlot) -> None:
    show_falling(plot)
    pointer = plot.canvas.place(200, 0.5).toPoint()
    for _ in range(5):
        turn_wheel(plot.canvas, pointer)
    low, high = plot.canvas.x_range
    assert plot.canvas.is_zoomed
    assert 0 < low < 200 < high < 400
    assert plot.canvas.place(200, 0.5).x() == pytest.approx(pointer.x(), abs=2)
    bottom, top = plot.canvas.y_range
    assert 0 < bottom < top < 1  # only the visible range
    show_falling(plot, 601)
    assert plot.canvas.x_range == (low, high)
    qtbot.mouseDClick(plot.canvas.viewport(), Qt.MouseButton.LeftButton, pos=pointer)
    assert plot.canvas.x_range == (0, 600)
    show_falling(plot, 701)
    assert plot.canvas.x_range == (0, 700)


def test_zooming_out_ends_at_all_epochs_and_follows_again(plot: CurvesPlot) -> None:
    show_falling(plot)
    pointer = plot.canvas.place(100, 0.5).toPoint()
    turn_wheel(plot.canvas, pointer, 5 * NOTCH)
    for _ in range(3):
        turn_wheel(plot.canvas, pointer, -5 * NOTCH)
    assert not plot.canvas.is_zoomed
    assert plot.canvas.x_range == (0, 400)
    for _ in range(30):
        turn_wheel(plot.canvas, pointer, 5 * NOTCH)
    low, high = plot.canvas.x_range
    assert high - low == pytest.approx(2.0)


def test_a_drag_moves_along_the_epochs_and_stops_at_their_ends(
    qtbot: QtBot, plot: CurvesPlot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", 0)  # these moves are faster than a hand's
    show_falling(plot)
    plot.canvas.zoom(0.5)
    assert plot.canvas.x_range == (100, 300)
    viewport, start = plot.canvas.viewport(), plot.canvas.place(200, 0.1).toPoint()

    def drag(distance: int) -> None:
        qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
        for step in range(1, 5):
            move_pressed(viewport, start + QPoint(distance * step // 4, 0))
        qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(distance, 0))

    drag(60)
    low, high = plot.canvas.x_range
    assert high - low == pytest.approx(200)
    assert 0 < low < 90
    for _ in range(4):
        drag(100)
    assert plot.canvas.x_range == pytest.approx((0, 200))


def move_pressed(viewport: QWidget, to: QPoint) -> None:
    """A move with the left button down, which QTest does not offer."""
    left = Qt.MouseButton.LeftButton
    where = QPointF(to)
    place = QPointF(viewport.mapToGlobal(to))
    event = QMouseEvent(
        QEvent.Type.MouseMove, where, place, Qt.MouseButton.NoButton, left, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(viewport, event)


def test_zoom_by_keyboard(qtbot: QtBot, plot: CurvesPlot) -> None:
    show_falling(plot)
    plot.canvas.setFocus()
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Plus)
    assert plot.canvas.x_range == (100, 300)
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Minus)
    assert plot.canvas.x_range == (0, 400)
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Plus)
    qtbot.keyClick(plot.canvas, Qt.Key.Key_A)
    assert not plot.canvas.is_zoomed


def test_a_new_run_is_followed(plot: CurvesPlot) -> None:
    show_falling(plot)
    plot.canvas.zoom(0.5)
    show_falling(plot, 11)
    assert plot.canvas.x_range == (0, 10)


def test_the_context_menu_is_for_readers(plot: CurvesPlot, tmp_path: Path) -> None:
    assert [action.text() for action in plot.canvas.actions()] == [
        "View all",
        "Log scale",
        "Show earlier runs",
        "Clear earlier runs",
        "Save picture…",
    ]
    show_falling(plot)
    plot.canvas.zoom(0.5)
    plot.view_all.trigger()
    assert plot.canvas.x_range == (0, 400)
    plot.log_action.trigger()
    assert plot.log_scale.isChecked()
    plot.set_quantity("accuracy")
    assert not plot.log_action.isVisible()
    plot.save(str(tmp_path / "curves.png"))
    assert not QImage(str(tmp_path / "curves.png")).isNull()


def test_a_picture_that_cannot_be_saved_is_told(plot: CurvesPlot, tmp_path: Path) -> None:
    plot.save(str(tmp_path / "no folder" / "curves.png"))
    toast = plot.findChild(Toast)
    assert toast is not None
    assert "could not be saved" in toast.accessibleName()


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
    assert panel.accuracy.canvas.y_range == (0, 100)


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
    assert panel.accuracy.canvas.y_range[1] == 1
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


def test_an_empty_chart_does_not_ask_for_space_where_nothing_can_run(panel: ResultsPanel) -> None:
    before = panel.loss.canvas.grab().toImage()
    panel.allow_training(False)
    assert panel.loss.canvas.grab().toImage() != before
    panel.allow_training(True)
    assert panel.loss.canvas.grab().toImage() == before
