"""The microscope dialog: formulas, requests for neuron and sample, live numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from core.inspect.neuron import NeuronPart
from core.nn import Dense, Dropout
from playground.model.document import Document
from playground.plugins.microscope.formulas import (
    number,
    sum_formula,
)
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.fakes import points_experiment
from tests.playground.plugins.microscope.lenses import opened, plain, snapshot_of, trace_of

pytestmark = pytest.mark.usefixtures("themed")


PATIENCE_MS = 60_000


def test_layer_neuron_and_sample_are_asked_for(qtbot: QtBot, host: QWidget) -> None:
    dialog = opened(host, points_experiment(4, 3).replace(layers=(Dense(4), Dropout(0.1), Dense(3))), qtbot)
    neurons, samples = QSignalSpy(dialog.neuron_changed), QSignalSpy(dialog.sample_changed)
    assert dialog.layer.count() == 4
    dialog.layer.setFocus()
    QTest.keyClick(dialog.layer, Qt.Key.Key_Down)
    assert neurons.at(neurons.count() - 1) == [(1, 0)]
    QTest.keyClick(dialog.layer, Qt.Key.Key_Down)
    assert neurons.at(neurons.count() - 1) == [(2, 0)]
    _step_up(dialog.unit)
    assert neurons.at(neurons.count() - 1) == [(2, 1)]
    assert dialog.unit.maximum() == 3
    _step_up(dialog.sample.box)
    assert samples.at(0) == [1]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert neurons.at(neurons.count() - 1) == [None]


def test_no_card_is_shown_before_its_numbers_are_there(qtbot: QtBot, host: QWidget) -> None:
    experiment = points_experiment(4, 3)
    dialog = opened(host, experiment, qtbot)
    cards = dialog.cards._step_cards.values()
    assert not any(card.isVisible() for card in cards)
    dialog.inspect(1, 2)
    dialog.show_snapshot(snapshot_of(experiment, 1, 2))
    assert any(card.isVisible() for card in cards)


def _step_up(box: QSpinBox) -> None:
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Up)


def test_a_snapshot_fills_formulas_and_table(qtbot: QtBot, host: QWidget) -> None:
    experiment = points_experiment(4, 3)
    dialog = opened(host, experiment, qtbot)
    assert dialog.inspect(1, 2)
    trace = trace_of(experiment, 1, 2)
    dialog.show_snapshot(snapshot_of(experiment, 1, 2))
    assert plain(dialog.steps["sum"].text()) == plain(sum_formula(trace))
    assert f"= {number(trace.loss)}" in plain(dialog.steps["loss"].text())
    rows = dialog.table.rows
    assert len(rows) == 5
    sizes = [abs(row.product) for row in rows[:-1]]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(row.product for row in rows) == pytest.approx(trace.total)
    assert rows[-1].name == "Bias"


def test_a_lens_of_another_neuron_is_not_shown(qtbot: QtBot, host: QWidget) -> None:
    experiment = points_experiment(4, 3)
    dialog = opened(host, experiment, qtbot)
    dialog.inspect(0, 1)
    dialog.show_snapshot(snapshot_of(experiment, 1, 2))
    assert dialog.steps["sum"].text() == ""


def test_edits_keep_the_layer_where_they_can(qtbot: QtBot, host: QWidget) -> None:
    experiment = points_experiment(4, 3)
    dialog = opened(host, experiment, qtbot)
    dialog.inspect(1, 2)
    document = host.findChild(Document)
    assert document is not None
    document.replace_layer(1, Dense(2))
    assert dialog.place == (1, 1)
    document.remove_layer(1)
    assert dialog.place is not None
    assert dialog.place[0] in (0, 1)
    assert not dialog.inspect(2, 0)


def test_m_opens_it_and_it_lives_while_training(qtbot: QtBot, make: Callable[..., MainWindow]) -> None:
    window = make(points_experiment(4, 3))
    QTest.keyClick(window, Qt.Key.Key_M)
    microscope = window.plugins["microscope"].view
    qtbot.waitUntil(lambda: bool(microscope.steps["sum"].text()), timeout=PATIENCE_MS)
    before = microscope.steps["sum"].text()
    window.actions_by_name["step_epoch"].trigger()
    qtbot.waitUntil(lambda: microscope.steps["sum"].text() != before, timeout=PATIENCE_MS)
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    seen = snapshot.part(NeuronPart)
    assert seen is not None
    assert seen.trace is not None
    kernel = snapshot.layers[0].kernel
    assert kernel is not None
    np.testing.assert_array_equal(seen.trace.weights, kernel[:, 0])
    microscope.close()
    assert window.session.request.neuron is None


def test_a_click_on_a_neuron_opens_it_there(qtbot: QtBot, make: Callable[..., MainWindow]) -> None:
    window = make(points_experiment(4, 3))
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
    window.canvas.neuron_clicked.emit((-1, 0))
    assert not window.plugins["microscope"].view.isVisible()
    window.canvas.neuron_clicked.emit((1, 2))
    qtbot.waitUntil(window.plugins["microscope"].view.isVisible, timeout=PATIENCE_MS)
    assert window.plugins["microscope"].view.place == (1, 2)
    assert window.session.request.neuron == (1, 2)


def test_a_click_on_a_test_point_chooses_the_sample(qtbot: QtBot, make: Callable[..., MainWindow]) -> None:
    window = make(points_experiment(4, 3))
    QTest.keyClick(window, Qt.Key.Key_M)
    qtbot.waitUntil(lambda: bool(window.plugins["microscope"].view.steps["sum"].text()), timeout=PATIENCE_MS)
    plot = window.output.plot
    points = plot._prepared.test_points
    # A point that overlaps no other.
    distances = np.linalg.norm(points[:, None] - points[None], axis=2) + 99 * np.eye(len(points))
    row = int(np.argmax(distances.min(axis=1)))
    spot = plot._place_of(points[row])
    click(plot, QPoint(round(spot.x()), round(spot.y())))
    assert window.session.request.sample == row
    assert window.plugins["microscope"].view.sample.box.value() == row + 1

    def looked_at() -> int | None:
        snapshot = window.snapshot_router.snapshot
        seen = snapshot and snapshot.part(NeuronPart)
        return seen.trace.sample if seen and seen.trace else None

    qtbot.waitUntil(lambda: looked_at() == row, timeout=PATIENCE_MS)
    assert plot._marked == row
    window.plugins["microscope"].view.close()
    assert plot._marked is None
