"""Triangles with values where a curve leaves the chart."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from playground.views.results.curves_plot import CurvesPlot
from playground.views.theme.colors import LIGHT
from tests.playground.views.results.read_curves import has_color

EPOCH = np.arange(300.0)


def show_spikes(plot: CurvesPlot) -> None:
    train, test = np.linspace(0.7, 0.1, 300), np.full(300, 0.3)
    train[100], test[101], test[250] = 2.41, 1.9, 5.0
    plot.show_curves(EPOCH, train, test)


def test_spikes_are_marked_with_the_curve_and_the_value(plot: CurvesPlot) -> None:
    show_spikes(plot)
    assert plot.canvas.y_range[1] < 0.8
    assert [(each.x, each.value, each.curve) for each in plot.canvas.spikes] == [
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
    assert not plot.canvas.spikes
    assert not plot.clip_action.isChecked()
    qtbot.keyClick(plot.canvas, Qt.Key.Key_A)
    assert plot.canvas.y_range[1] < 0.8


def test_a_zoomed_chart_marks_only_what_is_visible(plot: CurvesPlot) -> None:
    show_spikes(plot)
    plot.canvas._view.setXRange(10, 99, padding=0)
    plot.canvas._on_zoomed()
    assert plot.canvas.is_zoomed
    assert not plot.canvas.spikes


def test_values_below_the_axis_are_marked_too(plot: CurvesPlot) -> None:
    plot.set_quantity("r2")
    values = np.full(300, 0.5)
    values[10] = -40.0
    plot.show_curves(EPOCH, values, np.full(300, np.nan))
    assert [(each.x, each.value) for each in plot.canvas.spikes] == [(10, -40.0)]
    plot.canvas.grab()


def test_curves_without_spikes_have_no_marks(plot: CurvesPlot) -> None:
    plot.show_curves(EPOCH, np.linspace(0.7, 0.1, 300), np.full(300, 0.3))
    assert not plot.canvas.spikes
    plot.canvas.set_log(True)
    assert not plot.canvas.spikes
