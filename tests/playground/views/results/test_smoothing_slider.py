"""Curves are smoothed by mouse and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from playground.views.results import ResultsPanel
from playground.views.results.curves_plot import CurvesPlot
from playground.views.theme.colors import LIGHT
from tests.playground.views.results.read_curves import has_color, run_of


def test_smoothing_by_mouse_and_back_by_a_double_click(qtbot: QtBot, plot: CurvesPlot) -> None:
    epoch = np.arange(101.0)
    plot.show_curves(epoch, 0.5 + 0.4 * (-1.0) ** epoch, np.full(101, np.nan))
    middle = plot.canvas.place(50, 0.5).toPoint()
    track = plot.smoothing.track
    qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() - 3, track.height() // 2))
    assert plot.smoothing.value == 0.99
    _, smooth = plot.canvas.layers.front[0].curve
    assert abs(smooth[-1] - 0.5) < 0.02
    assert has_color(plot, middle, LIGHT.train)
    _, raw = plot.canvas.layers.behind[0].curve
    assert raw.max() == pytest.approx(0.9)
    assert plot.canvas.curves[1][0] == 0.9  # the readout has the raw values
    qtbot.mouseDClick(track, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton)  # or the button stays down for other tests
    assert plot.smoothing.value == 0.0
    assert plot.canvas.layers.front[0].curve[1].max() == pytest.approx(0.9)
    assert plot.canvas.layers.behind[0].is_empty


def test_smoothing_by_keyboard_holds_for_all_charts_and_runs(
    qtbot: QtBot, reading_panel: ResultsPanel
) -> None:
    reading_panel.loss.smoothing.track.setFocus()
    qtbot.keyClick(reading_panel.loss.smoothing.track, Qt.Key.Key_PageUp)
    assert reading_panel.loss.smoothing.value == reading_panel.accuracy.smoothing.value == 0.1
    for snapshot in run_of(1):
        reading_panel.show_snapshot(snapshot)
    reading_panel.clear()
    assert reading_panel.loss.smoothing.value == 0.1
    reading_panel.accuracy.smoothing.set_value(0.5)
    assert reading_panel.loss.smoothing.value == 0.5
