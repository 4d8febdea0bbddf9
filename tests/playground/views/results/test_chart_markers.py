"""Triangles with values where a curve leaves the chart."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from core.train.history import Mark
from playground.views.results.chart_markers import apart, marks_text
from playground.views.results.curves_plot import CurvesPlot
from playground.views.theme.colors import DARK, LIGHT, rgb
from playground.views.theme.theme import ThemeSource
from tests.playground.views.results.read_curves import has_color, show_flat

EPOCH = np.arange(300.0)


def show_spikes(plot: CurvesPlot) -> None:
    train, test = np.linspace(0.7, 0.1, 300), np.full(300, 0.3)
    train[100], test[101], test[250] = 2.41, 1.9, 5.0
    plot.show_curves(EPOCH, train, test)


def test_spikes_are_marked_with_the_curve_and_the_value(plot: CurvesPlot) -> None:
    show_spikes(plot)
    assert plot.canvas.y_range[1] < 0.8
    assert [(each.x, each.value, each.curve) for each in plot.canvas.spikes.spikes] == [
        (100, 2.41, 0),
        (250, 5.0, 1),
    ]
    top = plot.canvas.area().top()
    at = [QPoint(plot.canvas.at(epoch, 0.5).toPoint().x(), round(top) + 6) for epoch in (100, 250)]
    assert has_color(plot, at[0], LIGHT.train)
    assert has_color(plot, at[1], LIGHT.test)
    beside = [spot + QPoint(14, 0) for spot in at]
    assert all(has_color(plot, spot, LIGHT.text, 8) for spot in beside)


def test_one_key_shows_the_whole_of_them_and_clips_them_again(qtbot: QtBot, plot: CurvesPlot) -> None:
    show_spikes(plot)
    plot.canvas.setFocus()
    qtbot.keyClick(plot.canvas, Qt.Key.Key_A)
    assert plot.canvas.y_range[1] > 5.0
    assert not plot.canvas.spikes.spikes
    assert not plot.clip_action.isChecked()
    qtbot.keyClick(plot.canvas, Qt.Key.Key_A)
    assert plot.canvas.y_range[1] < 0.8


def test_a_zoomed_chart_marks_only_what_is_visible(plot: CurvesPlot) -> None:
    show_spikes(plot)
    plot.canvas._view.setXRange(10, 99, padding=0)
    plot.canvas._on_zoomed()
    assert plot.canvas.is_zoomed
    assert not plot.canvas.spikes.spikes


def test_values_below_the_axis_are_marked_too(plot: CurvesPlot) -> None:
    plot.set_quantity("r2")
    values = np.full(300, 0.5)
    values[10] = -40.0
    plot.show_curves(EPOCH, values, np.full(300, np.nan))
    assert [(each.x, each.value) for each in plot.canvas.spikes.spikes] == [(10, -40.0)]
    plot.canvas.grab()


def test_curves_without_spikes_have_no_marks(plot: CurvesPlot) -> None:
    plot.show_curves(EPOCH, np.linspace(0.7, 0.1, 300), np.full(300, 0.3))
    assert not plot.canvas.spikes.spikes
    plot.canvas.set_log(True)
    assert not plot.canvas.spikes.spikes


MARKS = (Mark(20.0, "Add Dense"), Mark(55.5, "Change Tanh"), Mark(56.0, "Remove Dense"))


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
    return QPoint(round(plot.canvas.at(epoch, 0.0).x()), round(plot.canvas.area().top()) + 2)


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
    assert plot.canvas.readout.text == "epoch 20: Add Dense"
    assert plot.legend.plain_text == "at 20, train 0.5000"
    assert has_color(plot, at(plot, 20), LIGHT.accent)
    qtbot.mouseMove(plot.canvas.viewport(), at(plot, 35))
    assert "Add Dense" not in plot.canvas.readout.text
    qtbot.mouseMove(plot.canvas.viewport(), at(plot, 55.8))
    assert plot.canvas.readout.text.endswith("epoch 55.5: Change Tanh\nepoch 56: Remove Dense")


def test_the_page_keys_go_from_edit_to_edit(qtbot: QtBot, plot: CurvesPlot) -> None:
    show_flat(plot, MARKS)
    plot.canvas.setFocus()
    qtbot.keyClick(plot.canvas, Qt.Key.Key_PageDown)
    assert plot.canvas.readout.text.endswith("epoch 20: Add Dense")
    for _ in range(3):
        qtbot.keyClick(plot.canvas, Qt.Key.Key_PageDown)
    assert plot.canvas.readout.text.endswith("epoch 56: Remove Dense")
    qtbot.keyClick(plot.canvas, Qt.Key.Key_PageUp)
    assert plot.canvas.readout.text.endswith("epoch 55.5: Change Tanh")
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Left)
    assert "Change" not in plot.canvas.readout.text


def test_many_marks_are_told_apart() -> None:
    assert apart(np.array([1.0, 2.0, 4.9, 5.1, 30.0])) == [1.0, 5.1, 30.0]
    many = tuple(Mark(float(epoch), f"Edit {epoch}") for epoch in range(9))
    assert marks_text(many).splitlines() == ["6 more edits", *(f"epoch {k}: Edit {k}" for k in (6, 7, 8))]


def test_of_many_marks_the_lines_are_short(plot: CurvesPlot) -> None:
    show_flat(plot, MARKS[:1])
    middle, column = round(plot.canvas.at(0, 0.25).y()), at(plot, 20).x()
    assert has_ink(plot, QPoint(column, middle))
    show_flat(plot, tuple(Mark(float(epoch), "Edit") for epoch in range(2, 100, 6)))
    assert not has_ink(plot, QPoint(column, middle))
    assert has_color(plot, at(plot, 20), LIGHT.text_faint)
