"""Lines and hills stand where the values are."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from core.inspect.histograms import LayerHistograms
from playground.model.document import Document
from playground.views.results import ResultsPanel
from playground.views.results.histogram_strip import COLUMNS, HistogramRows, HistogramStrip, round_limits
from playground.views.theme.colors import DARK, LIGHT, rgb
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_prepared, fake_snapshot, points_experiment
from tests.playground.views.results.histogram_views import choose_tab, spread

RATE, WEIGHTS = 3, 4


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


def test_rows_keep_every_value_and_the_axis_is_round() -> None:
    rows = HistogramRows()
    rows.add(0.0, spread(-0.4, 0.1))
    assert rows.limits == (-0.5, 0.5)
    rows.add(1.0, spread(-0.9, 1.3))
    assert rows.limits == (-1.5, 1.5)
    shares = rows.shares()
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    centers = (np.arange(COLUMNS) + 0.5) * 3.0 / COLUMNS - 1.5
    assert shares[0] @ centers == pytest.approx(-0.15, abs=0.02)
    assert shares[0][(centers < -0.45) | (centers > 0.15)].max() == 0.0
    assert round_limits(0.0, 0.98) == (0.0, 1.0)
    assert round_limits(-7.4, -2.0) == (-10.0, 0.0)
    assert round_limits(0.0, 0.0) == (0.0, pytest.approx(1e-9))


def test_the_whole_run_stays_in_view() -> None:
    rows = HistogramRows(max_rows=8)
    for epoch in range(100):
        rows.add(float(epoch), spread(-1.0, 1.0))
        assert len(rows) <= 8
        assert len(rows.shares()) == len(rows.epochs) == len(rows)
        assert rows.epochs[-1] == epoch
    assert rows.epochs == [0.0, 16.0, 32.0, 48.0, 64.0, 80.0, 96.0, 99.0]


def test_earlier_rows_come_before_those_that_were_seen() -> None:
    rows = HistogramRows(max_rows=8)
    for epoch in (40.0, 41.0, 42.0):
        rows.add(epoch, spread(-1.0, 1.0))
    rows.fill([(epoch, spread(-2.0, 1.0)) for epoch in (0.0, 10.0, 20.0, 30.0, 40.0)])
    assert rows.epochs == [0.0, 10.0, 20.0, 30.0, 40.0, 42.0]
    assert rows.limits == (-2.0, 2.0)
    assert len(rows.shares()) == 6
    # What follows is as far apart.
    for epoch in range(43, 61):
        rows.add(float(epoch), spread(-1.0, 1.0))
    assert rows.epochs == [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0]
    assert rows.row_of(19.0) == 2
    rows.fill([])
    assert len(rows) == 7
