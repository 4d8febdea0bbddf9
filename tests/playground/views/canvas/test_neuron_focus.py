"""The keyboard walks through the neurons, and a screen reader hears of them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from core.nn.interventions import Intervention
from playground.views.canvas.hit_items import Neuron
from playground.views.canvas.neuron_field import NeuronField
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_snapshot, mnist_experiment, points_experiment
from tests.playground.views.canvas.fields import field_of

pytestmark = pytest.mark.usefixtures("themed")


def focus(field: NeuronField) -> None:
    """Focus the neurons by Tab."""
    field.neurons.clearFocus()
    field.neurons.setFocus(Qt.FocusReason.TabFocusReason)


def test_the_keyboard_walks_through_the_neurons(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(3, 2)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    chosen = QSignalSpy(field.neuron_clicked)
    hovered: list[object] = []
    field.neuron_hovered.connect(hovered.append)
    focus(field)
    assert hovered[-1] == (-1, 0)
    QTest.keyClick(field.neurons, Qt.Key.Key_Down)
    assert hovered[-1] == (-1, 1)
    QTest.keyClick(field.neurons, Qt.Key.Key_Right)
    assert hovered[-1] == (0, 1)
    QTest.keyClick(field.neurons, Qt.Key.Key_Down)
    QTest.keyClick(field.neurons, Qt.Key.Key_Right)
    assert hovered[-1] == (1, 1)
    QTest.keyClick(field.neurons, Qt.Key.Key_Return)
    assert chosen.at(0)[0] == (1, 1)
    QTest.keyClick(field.neurons, Qt.Key.Key_End)
    QTest.keyClick(field.neurons, Qt.Key.Key_Right)
    assert hovered[-1] == (2, 0)
    QTest.keyClick(field.neurons, Qt.Key.Key_Home)
    assert hovered[-1] == (-1, 0)
    field.neurons.clearFocus()
    assert hovered[-1] is None


def test_the_menu_key_asks_for_the_menu_of_a_neuron(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(3)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    asked = QSignalSpy(field.menu_requested)
    focus(field)
    QTest.keyClick(field.neurons, Qt.Key.Key_Menu)
    assert asked.count() == 0  # features have no interventions
    QTest.keyClick(field.neurons, Qt.Key.Key_Right)
    QTest.keyClick(field.neurons, Qt.Key.Key_Menu)
    assert asked.at(0)[0] == Neuron(0, 0)


def test_a_screen_reader_hears_what_a_neuron_is(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(2)
    snapshot = fake_snapshot(experiment)
    kernel = np.array([[0.5, -2.0], [1.25, 0.1]], np.float32)
    picture = dataclasses.replace(snapshot.layers[0], kernel=kernel, bias=np.array([0.12, -0.5], np.float32))
    snapshot = dataclasses.replace(snapshot, layers=(picture, snapshot.layers[1]))
    field = field_of(qtbot, themes, experiment, snapshot)
    assert [field.neurons.words(row) for row in range(4)] == [
        "Feature x₁",
        "Feature x₂",
        "Layer 1, neuron 1: bias 0.12, strongest input x₂ 1.25",
        "Layer 1, neuron 2: bias −0.50, strongest input x₁ −2.00",
    ]
    assert field.neurons.words(4).startswith("Output 1: bias")
    field.set_experiment(experiment.replace(interventions=(Intervention("mute", 0, 1),)))
    assert field.neurons.words(3).endswith("muted")


def test_every_unit_of_a_large_layer_can_be_reached(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = mnist_experiment(300)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    model = field.neurons.model()
    assert model.rowCount() == 28 * 28 + 300 + 10
    assert "puts out" in field.neurons.words(28 * 28 + 299)
