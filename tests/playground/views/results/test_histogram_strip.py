"""Lines and hills stand where the values are."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from core.inspect.histograms import LayerHistograms
from playground.model.document import Document
from playground.views.results import ResultsPanel
from playground.views.results.histogram_strip import HistogramStrip
from playground.views.theme.colors import DARK, LIGHT, rgb
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_prepared, fake_snapshot, points_experiment
from tests.playground.views.results.histogram_views import choose_tab, spread

RATE, WEIGHTS = 4, 5


@pytest.fixture
def strip(qtbot: QtBot, themes: ThemeSource) -> HistogramStrip:
    made = HistogramStrip("Weights", themes)
    qtbot.addWidget(made)
    made.resize(160, 240)
    with qtbot.waitExposed(made):
        made.show()
    return made


def histograms(layer: int, shift: float = 0.0) -> LayerHistograms:
    return LayerHistograms(layer, spread(-1.0 + shift, 1.0 + shift), spread(0.0, 1.0))


def test_each_look_is_a_line_and_another_layer_begins_anew(
    qtbot: QtBot, weights_panel: ResultsPanel, document: Document
) -> None:
    choose_tab(qtbot, weights_panel, WEIGHTS)
    snapshot = fake_snapshot(points_experiment())
    first, second = histograms(0), histograms(0, 0.5)
    for found in (first, first, second, histograms(3)):
        weights_panel.show_snapshot(dataclasses.replace(snapshot, step=0).with_parts(histograms=found))
    view = weights_panel.weights
    assert len(view.weights.rows) == len(view.activations.rows) == 2
    assert view.legend.text() == "A line for each moment: epoch 99 on top, 99 below"
    assert view.weights.accessibleName().startswith("Weights: mean 0.5, deviation 0.58")
    document.select(3)
    assert len(view.weights.rows) == 0
    weights_panel.show_snapshot(
        snapshot.with_parts(histograms=dataclasses.replace(histograms(3), weights=None))
    )
    assert view.weights.accessibleName() == "Weights: Layer 4, Dropout has no weights"
    assert len(view.activations.rows) == 1
    assert not weights_panel.tiles.isVisible()
    weights_panel.show_data(fake_prepared(points_experiment()))
    assert len(view.activations.rows) == 0
    view.grab()


def color_at(strip: HistogramStrip, x: float, y: float) -> tuple[int, int, int]:
    return rgb(strip.grab().toImage().pixelColor(round(x), round(y)).name())


def near(color: tuple[int, int, int], wanted: str) -> bool:
    return max(abs(a - b) for a, b in zip(color, rgb(wanted), strict=True)) < 25


def test_lines_and_hill_are_where_the_values_are(strip: HistogramStrip, themes: ThemeSource) -> None:
    for epoch in range(40):
        strip.add(float(epoch), spread(-1.0, -0.5) if epoch < 20 else spread(0.5, 1.0))
    for theme in (LIGHT, DARK):
        themes.mode = theme.name
        lines, hill = strip.lines_rect(), strip.hill_rect()
        left, right = (lines.left() + share * lines.width() for share in (0.12, 0.88))
        top, bottom = lines.top() + 5, lines.bottom() - 5
        assert near(color_at(strip, right, top), theme.accent)
        assert near(color_at(strip, left, bottom), theme.accent)
        assert not near(color_at(strip, left, top), theme.accent)
        assert not near(color_at(strip, right, bottom), theme.accent)
        assert near(color_at(strip, right, hill.bottom() - 4), theme.accent)
        assert not near(color_at(strip, left, hill.bottom() - 4), theme.accent)


def test_the_pointer_and_the_arrow_keys_read_cells(qtbot: QtBot, strip: HistogramStrip) -> None:
    for epoch in range(48):
        strip.add(float(epoch), spread(-1.0, 1.0))
    lines = strip.lines_rect()
    qtbot.mouseMove(strip, QPoint(round(lines.left() + 0.5), round(lines.bottom() - 1)))
    assert strip.cell == (47, 0)
    assert strip.readout.text == "epoch 0\n−1 … −0.97\n1.6 % of them"
    qtbot.mouseMove(strip, QPoint(round(lines.center().x()), 2))
    assert strip.cell is None
    assert strip.readout.text == ""
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_Down)
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    assert strip.cell == (1, 31)
    assert strip.readout.text.startswith("epoch 46\n")
    qtbot.keyClick(strip, Qt.Key.Key_Escape)
    assert strip.cell is None
    strip.grab()
