"""The tabs for rates and weights: contents, requests, and positions in the heat map."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from playground.model.document import OUTPUT, Document
from playground.model.inspection import Inspection
from playground.views.results import ResultsPanel
from playground.views.theme.colors import LIGHT
from playground.views.theme.stylesheet import stylesheet
from tests.playground.fakes import fake_snapshot, points_experiment
from tests.playground.views.results.histogram_views import choose_tab

RATE, WEIGHTS = 3, 4


# -- rates ------------------------------------------------------------------------------------------------------------


def test_rates_are_read_on_a_logarithmic_axis(qtbot: QtBot, weights_panel: ResultsPanel) -> None:
    snapshot = dataclasses.replace(fake_snapshot(points_experiment()), learning_rate=0.03)
    choose_tab(qtbot, weights_panel, RATE)
    weights_panel.show_snapshot(snapshot)
    history = snapshot.history
    assert weights_panel.first_tile.value == "0.03"
    assert weights_panel.second_tile.value == f"{history.gradient_norm[-1]:.3g}"
    assert "learning&nbsp;rate" in weights_panel.rate.legend.text()
    assert "gradient&nbsp;norm" in weights_panel.rate.legend.text()
    canvas = weights_panel.rate.canvas
    step = canvas.at(50, 0.01).y() - canvas.at(50, 0.1).y()
    assert step == pytest.approx(canvas.at(50, 0.1).y() - canvas.at(50, 1.0).y())
    legend = weights_panel.rate.legend
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_End)
    assert legend.plain_text == f"at 99, learning rate 0.03, gradient norm {history.gradient_norm[-1]:.3g}"
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert legend.plain_text == "at 0, learning rate –, gradient norm –"
    assert weights_panel.rate.log_action.isVisible()
    assert weights_panel.curves.log_scale.isChecked() is False


def test_all_tabs_fit_side_by_side(weights_panel: ResultsPanel) -> None:
    weights_panel.setStyleSheet(stylesheet(LIGHT))
    weights_panel.resize(350, 400)
    assert weights_panel.tabs.tabRect(WEIGHTS).right() <= weights_panel.tabs.width()


# -- requests ---------------------------------------------------------------------------------------------------------


def test_histograms_are_asked_for_while_they_are_seen(
    qtbot: QtBot, weights_panel: ResultsPanel, document: Document
) -> None:
    asked: list[int | None] = []
    inspection = Inspection(weights_panel)
    weights_panel.parts_requested.connect(lambda parts: inspection.show_parts("results", parts))
    inspection.changed.connect(lambda state: asked.append(state.parts.get("histograms")))
    choose_tab(qtbot, weights_panel, WEIGHTS)
    assert asked == [0]
    document.select(2)
    document.select(OUTPUT)
    assert asked == [0, 2, 4]
    assert weights_panel.weights.title.text() == "Output, Dense"
    document.remove_layer(3)
    assert asked[3:] == [3]
    weights_panel.hide()
    weights_panel.show()
    choose_tab(qtbot, weights_panel, 0)
    document.select(1)
    assert asked[4:] == [None, 3, None]
