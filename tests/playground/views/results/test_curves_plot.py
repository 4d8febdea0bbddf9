"""The curves plot: ticks, zoom, data, readout; and the results panel."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from playground.views.results import ResultsPanel
from playground.views.results.curves_plot import CurveLegend, CurvesPlot, LegendEntry
from playground.views.theme.colors import LIGHT
from tests.playground.fakes import fake_prepared, fake_snapshot, mnist_experiment, points_experiment
from tests.playground.views.results.read_curves import has_color, run_of


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


def test_the_legend_names_the_test_part_only_when_there_is_one(plot: CurvesPlot) -> None:
    plot.show_curves(np.arange(3.0), np.ones(3), np.full(3, np.nan))
    assert "test" not in plot.legend.text()
    plot.show_curves(np.arange(3.0), np.ones(3), np.array([np.nan, np.nan, 1.0]))
    assert "test" in plot.legend.text()


def test_the_way_through_an_epoch_is_shown_for_images_alone(panel: ResultsPanel) -> None:
    panel.show_data(fake_prepared(points_experiment()))
    moment = dataclasses.replace(fake_snapshot(points_experiment()), epoch=6, step=312, steps_per_epoch=469)
    panel.show_snapshot(moment)
    assert not panel.progress.isVisible()
    panel.show_data(fake_prepared(mnist_experiment()))
    panel.show_snapshot(moment)
    assert panel.progress.isVisible()
    assert panel.progress_text.text() == "Batch 312 of 469"
    assert panel.progress.value() == 312
    # A run that begins again leaves the panels as wide and as high as they are.
    needed = panel.readable_px, panel.least_px
    panel._clear_run()
    assert (panel.readable_px, panel.least_px) == needed
    panel.clear()
    assert not panel.progress.isVisible()
    assert panel.first_tile.value == "–"


def test_smoothing_by_mouse_and_back_by_a_double_click(qtbot: QtBot, plot: CurvesPlot) -> None:
    epoch = np.arange(101.0)
    plot.show_curves(epoch, 0.5 + 0.4 * (-1.0) ** epoch, np.full(101, np.nan))
    middle = plot.canvas.at(50, 0.5).toPoint()
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
    assert not len(plot.canvas.layers.behind[0].curve[0])


def test_smoothing_by_keyboard_holds_for_all_charts_and_runs(
    qtbot: QtBot, reading_panel: ResultsPanel
) -> None:
    reading_panel.curves.smoothing.track.setFocus()
    qtbot.keyClick(reading_panel.curves.smoothing.track, Qt.Key.Key_PageUp)
    assert reading_panel.curves.smoothing.value == reading_panel.rate.smoothing.value == 0.1
    for snapshot in run_of(1):
        reading_panel.show_snapshot(snapshot)
    reading_panel.clear()
    assert reading_panel.curves.smoothing.value == 0.1
    reading_panel.rate.smoothing.set_value(0.5)
    assert reading_panel.curves.smoothing.value == 0.5


def test_names_stand_alone_until_there_is_a_cursor(qtbot: QtBot) -> None:
    legend = CurveLegend()
    qtbot.addWidget(legend)
    legend.show_entries([LegendEntry("train", "#111111"), LegendEntry("a < b", "#222222")], "#000000")
    assert legend.plain_text == "train, a < b"
    assert "a&nbsp;&lt;&nbsp;b" in legend.text()
    legend.show_entries([LegendEntry("train", "#111111", "0.5")], "#000000", "1,200", "of the scaled target")
    assert legend.plain_text == legend.accessibleName() == "at 1,200, train 0.5"
    assert "scaled" in legend.text()


def test_a_long_line_never_widens_the_panel(qtbot: QtBot) -> None:
    legend = CurveLegend()
    qtbot.addWidget(legend)
    legend.show_entries([LegendEntry("a very long name of a run " * 5, "#111111")], "#000000")
    assert legend.minimumSizeHint().width() < 100 or legend.minimumWidth() == 1


def test_a_line_with_less_room_says_less(qtbot: QtBot) -> None:
    legend = CurveLegend()
    qtbot.addWidget(legend)
    legend.show()
    entries = [LegendEntry("train", "#111111", "0.1946"), LegendEntry("test", "#222222", "0.2707")]
    said = []
    for width in (900, 300, *range(260, 170, -10)):
        legend.resize(width, 16)
        legend.show_entries(entries, "#000000", "1,200", "of the scaled target")
        text = legend.text()
        said.append(("1,200" in text, "—" in text, "scaled" in text, "0.2707" in text))
        assert legend.plain_text == "at 1,200, train 0.1946, test 0.2707"
    # The moment goes last.
    assert (True, False, False, True) in said
    assert said[0] == (True, True, True, True)
    assert said[-1] == (False, False, False, True)
    assert said == sorted(said, reverse=True)
    assert legend.label.toolTip() == ""


def test_an_entry_that_has_no_room_is_in_the_tooltip_and_never_cut(qtbot: QtBot) -> None:
    legend = CurveLegend()
    qtbot.addWidget(legend)
    legend.show()
    names = ["train", "validation", "last run", "your guess: 84"]
    entries = [LegendEntry(name, "#111111") for name in names]
    shown = []
    for width in (400, 220, 160, 110):
        legend.resize(width, 16)
        legend.show_entries(entries, "#000000")
        found = [name for name in names if name.replace(" ", "&nbsp;") in legend.text()]
        assert legend.label.sizeHint().width() <= width
        assert names[: len(found)] == found
        assert legend.label.toolTip() == (
            "" if found == names else "train, validation, last run, your guess: 84"
        )
        shown.append(len(found))
    assert shown[0] == 4
    assert shown[-1] < 4
    values = [LegendEntry("train", "#111111", "−2.314"), LegendEntry("validation", "#222222", "−2.315")]
    legend.resize(120, 16)
    legend.show_entries([*values, LegendEntry("last run", "#333333")], "#000000")
    assert ("−2.314" in legend.text(), "−2.315" in legend.text(), "train" in legend.text()) == (
        True,
        True,
        False,
    )
    assert legend.label.toolTip() == "train −2.314, validation −2.315, last run"
