"""Every edit has a mark on the curve."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from core.train.history import Mark
from playground.views.results.curves_plot import CurvesPlot
from playground.views.results.edit_markers import apart, marks_text
from playground.views.theme.colors import DARK, LIGHT, rgb
from playground.views.theme.theme import ThemeSource
from tests.playground.views.results.read_curves import has_color, show_flat

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
