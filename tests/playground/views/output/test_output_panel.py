"""The panel of the output: frozen, filled by a neuron, hidden."""

from __future__ import annotations

import numpy as np
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS
from playground.views.output import OutputPanel
from playground.views.theme.colors import LIGHT
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_prepared, points_experiment
from tests.playground.views.output.boundaries import color_at, paler, prepared_with, snapshot_of


def test_a_frozen_picture_stays_until_followed_again(qtbot: QtBot, panel: OutputPanel) -> None:
    panel.show_data(prepared_with())
    panel.show_snapshot(snapshot_of(np.ones((10, 10, 1))))
    click = QPoint(8, panel.follow_live.height() // 2)
    qtbot.mouseClick(panel.follow_live, Qt.MouseButton.LeftButton, pos=click)
    panel.show_snapshot(snapshot_of(-np.ones((10, 10, 1))))
    assert color_at(panel, 0.5, 0.5) == paler(LIGHT.positive)
    qtbot.mouseClick(panel.follow_live, Qt.MouseButton.LeftButton, pos=click)
    assert color_at(panel, 0.5, 0.5) == paler(LIGHT.negative)


def test_the_past_is_drawn_while_frozen_and_now_is_frozen_again(panel: OutputPanel) -> None:
    panel.show_data(prepared_with())
    panel.show_snapshot(snapshot_of(np.ones((10, 10, 1))))
    panel.follow_live.setChecked(False)
    panel.show_past(True)
    panel.show_snapshot(snapshot_of(-np.ones((10, 10, 1))))
    assert color_at(panel, 0.5, 0.5) == paler(LIGHT.negative)
    # Back at now, of which one more picture is drawn.
    panel.show_snapshot(snapshot_of(np.ones((10, 10, 1))))
    panel.show_past(False)
    panel.show_snapshot(snapshot_of(-np.ones((10, 10, 1))))
    assert color_at(panel, 0.5, 0.5) == paler(LIGHT.positive)
    assert not panel.follow_live.isChecked()


def test_the_decision_line_can_be_left_out(panel: OutputPanel) -> None:
    panel.show_data(prepared_with())
    slope = np.repeat(np.linspace(-1.0, 1.0, 10)[:, None], 10, axis=1)[:, :, None]
    panel.show_snapshot(snapshot_of(slope))
    dark = QColor(color_at(panel, 0.5, 0.5)).lightness()
    panel.decision_line.click()
    assert QColor(color_at(panel, 0.5, 0.5)).lightness() > dark + 60
    panel.decision_line.click()
    assert QColor(color_at(panel, 0.5, 0.5)).lightness() == dark


def test_a_neuron_fills_the_plot_and_leaves_it_again(panel: OutputPanel) -> None:
    panel.show_data(prepared_with())
    panel.show_snapshot(snapshot_of(np.ones((10, 10, 1))))
    panel.show_neuron(np.full((50, 50), -1.0, np.float32), "Dense 1, neuron 3")
    panel.show_snapshot(snapshot_of(np.ones((10, 10, 1))))
    assert color_at(panel, 0.5, 0.5) == LIGHT.negative
    assert panel.title.text() == "DENSE 1, NEURON 3"
    assert panel.plot.text_at(5, 5).endswith("→ −1.00")
    panel.show_neuron(None)
    assert color_at(panel, 0.5, 0.5) == paler(LIGHT.positive)
    assert panel.title.text() == "OUTPUT"


def test_a_hidden_panel_draws_when_it_is_shown(qtbot: QtBot, themes: ThemeSource) -> None:
    made = OutputPanel(themes)
    qtbot.addWidget(made)
    made.resize(350, 420)
    made.show_data(prepared_with())
    made.show_snapshot(snapshot_of(np.ones((10, 10, 1))))
    assert "→" not in made.plot.text_at(5, 5)
    with qtbot.waitExposed(made):
        made.show()
    assert color_at(made, 0.5, 0.5) == paler(LIGHT.positive)


def test_a_readout_without_room_goes_on_in_a_second_line(qtbot: QtBot, panel: OutputPanel) -> None:
    readout = panel.plot.readout
    readout.show_text("x₁ 1.24, x₂ −0.50 → class 1", QPoint(5, 5))
    one_line = readout.height()
    long = "component 1 0.0512, component 2 −0.3212 → versicolor, 93 %"
    readout.show_text(long, QPoint(5, 5))
    assert readout.height() > 1.4 * one_line
    assert readout.text == long


def test_the_names_of_two_classes_are_never_cut_beside_the_title(panel: OutputPanel) -> None:
    """A table's heading has one more field: below the plot there is room."""
    for dataset, width in (("breast_cancer", 340), ("breast_cancer", 900), ("moons", 340)):
        panel.resize(width, 500)
        experiment = points_experiment(4, dataset=DATASETS.make(dataset))
        panel.show_data(fake_prepared(experiment))
        QApplication.processEvents()
        legend = panel.legend
        assert legend.width() >= legend.needed_px
        is_beside = legend.y() < panel.plot.mapTo(panel, QPoint()).y()
        assert is_beside is ((dataset, width) != ("breast_cancer", 340))
        before = panel.plot.geometry()
        panel.show_neuron(np.full((50, 50), 0.5, np.float32), "Neuron 1")
        QApplication.processEvents()
        assert panel.plot.geometry() == before
        panel.show_neuron(None)


def test_a_legend_that_moves_leaves_no_dead_layout_item(panel: OutputPanel) -> None:
    """PySide took a new action of a menu for such an item, whose place in memory it had got."""
    panel.show_data(prepared_with())
    item = panel._head.itemAt(panel._head.indexOf(panel.legend))
    panel.legend.show_classes(("a", "b", "c"))
    panel._place_legend()
    assert panel._column.indexOf(panel.legend) >= 0
    assert not shiboken6.isValid(item)
