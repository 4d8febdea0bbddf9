"""Reading learning curves: edit markers, smoothing and previous runs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS
from core.inspect.snapshot import Snapshot
from core.nn.losses import LOSSES
from core.train.history import History, Mark
from playground.views.results import ResultsPanel
from playground.views.results.curves_plot import CurvesPlot
from playground.views.results.edit_markers import apart, marks_text
from playground.views.results.smoothing import Smoother, moving_average
from playground.views.theme.theme import DARK, LIGHT, ThemeSource, rgb
from tests.playground.fakes import fake_prepared, fake_snapshot, points_experiment

MARKS = (Mark(20.0, "Add Dense"), Mark(55.5, "Change Tanh"), Mark(56.0, "Remove Dense"))


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
    made.show_data(fake_prepared(points_experiment()))
    return made


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


def has_ink(plot: CurvesPlot, spot: QPoint) -> bool:
    """Whether a dot of a dotted line is near `spot`: between two pixels each is only half as dark."""
    image = plot.canvas.grab().toImage()
    paper = rgb(LIGHT.surface)
    around = [(spot.x() + i, spot.y() + j) for i in range(-2, 3) for j in range(-6, 7)]
    return any(
        max(paper[k] - rgb(image.pixelColor(*place).name())[k] for k in range(3)) > 30 for place in around
    )


def at(plot: CurvesPlot, epoch: float) -> QPoint:
    """At the top of the chart, where the tick of a marker is."""
    return QPoint(round(plot.canvas.place(epoch, 0.0).x()), round(plot.canvas.area().top()) + 2)


# -- marks ------------------------------------------------------------------------------------------------------------


def test_an_edit_has_a_tick_where_it_was(plot: CurvesPlot, themes: ThemeSource) -> None:
    show_flat(plot, MARKS)
    assert has_color(plot, at(plot, 20), LIGHT.text_faint)
    assert not has_color(plot, at(plot, 35), LIGHT.text_faint)
    themes.mode = "dark"
    assert has_color(plot, at(plot, 20), DARK.text_faint)
    show_flat(plot)
    assert not has_color(plot, at(plot, 20), DARK.text_faint)


def test_the_pointer_near_a_mark_reads_it(qtbot: QtBot, plot: CurvesPlot) -> None:
    show_flat(plot, MARKS)
    qtbot.mouseMove(plot.canvas.viewport(), at(plot, 20.4))
    assert plot.canvas.readout.text == "epoch 20: train 0.5000\nepoch 20: Add Dense"
    assert has_color(plot, at(plot, 20), LIGHT.accent)
    qtbot.mouseMove(plot.canvas.viewport(), at(plot, 35))
    assert "Add Dense" not in plot.canvas.readout.text
    qtbot.mouseMove(plot.canvas.viewport(), at(plot, 55.8))
    assert plot.canvas.readout.text.endswith("epoch 55.50: Change Tanh\nepoch 56: Remove Dense")


def test_the_page_keys_go_from_edit_to_edit(qtbot: QtBot, plot: CurvesPlot) -> None:
    show_flat(plot, MARKS)
    plot.canvas.setFocus()
    qtbot.keyClick(plot.canvas, Qt.Key.Key_PageDown)
    assert plot.canvas.readout.text.endswith("epoch 20: Add Dense")
    for _ in range(3):
        qtbot.keyClick(plot.canvas, Qt.Key.Key_PageDown)
    assert plot.canvas.readout.text.endswith("epoch 56: Remove Dense")
    qtbot.keyClick(plot.canvas, Qt.Key.Key_PageUp)
    assert plot.canvas.readout.text.endswith("epoch 55.50: Change Tanh")
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Left)
    assert "Change" not in plot.canvas.readout.text


def test_many_marks_are_told_apart() -> None:
    assert apart(np.array([1.0, 2.0, 4.9, 5.1, 30.0])) == [1.0, 5.1, 30.0]
    many = tuple(Mark(float(epoch), f"Edit {epoch}") for epoch in range(9))
    assert marks_text(many).splitlines() == ["6 more edits", *(f"epoch {k}: Edit {k}" for k in (6, 7, 8))]


def test_of_many_marks_the_lines_are_short(plot: CurvesPlot) -> None:
    show_flat(plot, MARKS[:1])
    middle, column = round(plot.canvas.place(0, 0.25).y()), at(plot, 20).x()
    assert has_ink(plot, QPoint(column, middle))
    show_flat(plot, tuple(Mark(float(epoch), "Edit") for epoch in range(2, 100, 6)))
    assert not has_ink(plot, QPoint(column, middle))
    assert has_color(plot, at(plot, 20), LIGHT.text_faint)


# -- smoothing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weight", [0.01, 0.6, 0.99])
def test_the_average_is_tensorboards(weight: float) -> None:
    values = np.random.default_rng(1).uniform(0.1, 3.0, 9000)
    values[[3, 4000]] = np.nan
    last, count = 0.0, 0
    expected = []
    for value in values:
        if np.isfinite(value):
            last, count = weight * last + (1 - weight) * value, count + 1
            expected.append(last / (1 - weight**count))
        else:
            expected.append(np.nan)
    np.testing.assert_allclose(moving_average(values, weight)[0], expected, rtol=1e-9)
    growing = Smoother()
    for length in (1, 2, 5, 4001, 9000):
        smooth = growing.smooth(values[:length], weight)
    np.testing.assert_allclose(smooth, expected, rtol=1e-9)


def test_another_curve_is_smoothed_from_its_start() -> None:
    smoother = Smoother()
    smoother.smooth(np.linspace(1.0, 2.0, 50), 0.9)
    other = np.linspace(5.0, 2.0, 60)
    np.testing.assert_array_equal(smoother.smooth(other, 0.9), moving_average(other, 0.9)[0])
    np.testing.assert_array_equal(smoother.smooth(other[:9], 0.5), moving_average(other[:9], 0.5)[0])
    assert smoother.smooth(other, 0.0) is other


def test_smoothing_by_mouse_and_back_by_a_double_click(qtbot: QtBot, plot: CurvesPlot) -> None:
    epoch = np.arange(101.0)
    plot.show_curves(epoch, 0.5 + 0.4 * (-1.0) ** epoch, np.full(101, np.nan))
    middle = plot.canvas.place(50, 0.5).toPoint()
    track = plot.smoothing.track
    qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() - 3, track.height() // 2))
    assert plot.smoothing.value == 0.99
    _, smooth = plot.canvas.layers.front[0].getData()
    assert abs(smooth[-1] - 0.5) < 0.02
    assert has_color(plot, middle, LIGHT.train)
    _, raw = plot.canvas.layers.behind[0].getData()
    assert raw.max() == pytest.approx(0.9)
    assert plot.canvas.curves[1][0] == 0.9  # the readout has the raw values
    qtbot.mouseDClick(track, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton)  # or the button stays down for other tests
    assert plot.smoothing.value == 0.0
    assert plot.canvas.layers.front[0].getData()[1].max() == pytest.approx(0.9)
    assert plot.canvas.layers.behind[0].is_empty


def test_smoothing_by_keyboard_holds_for_all_charts_and_runs(qtbot: QtBot, panel: ResultsPanel) -> None:
    panel.loss.smoothing.track.setFocus()
    qtbot.keyClick(panel.loss.smoothing.track, Qt.Key.Key_PageUp)
    assert panel.loss.smoothing.value == panel.accuracy.smoothing.value == 0.1
    for snapshot in run_of(1):
        panel.show_snapshot(snapshot)
    panel.clear()
    assert panel.loss.smoothing.value == 0.1
    panel.accuracy.smoothing.set_value(0.5)
    assert panel.loss.smoothing.value == 0.5


# -- the last runs ----------------------------------------------------------------------------------------------------


def run_of(number: int, moments: int = 100, first: int = 1) -> list[Snapshot]:
    """The first and the last snapshot of a run."""
    whole = fake_snapshot(points_experiment(), seed=number, run=number)
    columns = [getattr(whole.history, item.name) for item in dataclasses.fields(History)]
    return [
        dataclasses.replace(
            whole, epoch=length - 1, history=History(*(column[:length] for column in columns))
        )
        for length in (first, moments)
    ]


def show_runs(panel: ResultsPanel, *numbers: int) -> list[Snapshot]:
    ends = []
    for number in numbers:
        start, end = run_of(number)
        panel.show_snapshot(start)
        panel.show_snapshot(end)
        ends.append(end)
    return ends


def test_the_last_three_runs_stay_behind_a_new_one(panel: ResultsPanel) -> None:
    ends = show_runs(panel, 1, 2, 3, 4, 5)
    ghosts = panel.loss.canvas.ghosts
    assert len(ghosts) == 3
    for ghost, end in zip(ghosts, ends[1:4], strict=True):
        assert np.array_equal(ghost[1], end.history.test_loss)
    assert panel.accuracy.canvas.ghosts[0][1] == pytest.approx(100 * ends[1].history.test_accuracy)
    assert "last&nbsp;runs" in panel.loss.legend.text()


def test_after_a_reset_the_old_curve_is_seen_whole(panel: ResultsPanel) -> None:
    show_runs(panel, 1)
    panel.show_data(fake_prepared(points_experiment()))
    panel.show_snapshot(run_of(2)[0])
    assert panel.loss.canvas.x_range == (0, 99)
    spot = panel.loss.canvas.place(*(float(part[50]) for part in panel.loss.canvas.ghosts[0])).toPoint()
    assert has_color(panel.loss, spot, LIGHT.border_strong)
    assert "last&nbsp;run<" in panel.loss.legend.text()
    panel.show_snapshot(run_of(2, moments=11)[1])
    assert panel.loss.canvas.x_range == (0, 10)  # the current run sets the range


def test_a_run_without_an_epoch_or_that_goes_on_is_no_earlier_one(panel: ResultsPanel) -> None:
    for number in (1, 2):
        panel.show_snapshot(run_of(number)[0])
    assert panel.loss.canvas.ghosts == ()
    panel.show_snapshot(run_of(2)[1])
    panel.show_snapshot(dataclasses.replace(run_of(2)[1], run=3))  # an edit that keeps the weights
    assert panel.loss.canvas.ghosts == ()
    panel.show_snapshot(dataclasses.replace(run_of(4)[0], run=4))
    assert len(panel.loss.canvas.ghosts) == 1
    panel.show_snapshot(dataclasses.replace(run_of(2)[1], run=5))  # the reset was undone
    assert panel.loss.canvas.ghosts == ()


@pytest.mark.parametrize("other", ["iris", "plane"])
def test_runs_of_other_classes_or_values_are_not_compared(panel: ResultsPanel, other: str) -> None:
    show_runs(panel, 1, 2)
    assert len(panel.loss.canvas.ghosts) == 1
    loss = LOSSES.make("cross_entropy" if other == "iris" else "mse")
    panel.show_data(fake_prepared(points_experiment(dataset=DATASETS.make(other), loss=loss)))
    show_runs(panel, 3)
    assert panel.loss.canvas.ghosts == ()
    show_runs(panel, 4)
    assert len(panel.loss.canvas.ghosts) == 1


def test_earlier_runs_are_hidden_and_cleared_by_the_menu(panel: ResultsPanel) -> None:
    assert not panel.loss.clear_ghosts.isEnabled()
    show_runs(panel, 1, 2)
    panel.loss.ghosts_action.trigger()
    assert panel.loss.canvas.ghosts == panel.accuracy.canvas.ghosts == ()
    assert "last" not in panel.loss.legend.text()
    panel.accuracy.ghosts_action.trigger()
    assert len(panel.loss.canvas.ghosts) == 1
    panel.accuracy.clear_ghosts.trigger()
    assert panel.loss.canvas.ghosts == ()
    assert not panel.loss.clear_ghosts.isEnabled()


def test_an_earlier_run_that_diverged_does_not_flatten_the_new_one(plot: CurvesPlot) -> None:
    plot.set_ghosts([(np.arange(50.0), 10.0 ** np.arange(50.0))])
    show_flat(plot)
    assert plot.canvas.y_range == (0.0, pytest.approx(0.525))
    plot.canvas.grab()
