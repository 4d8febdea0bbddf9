"""A neuron is clamped to a value that is typed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.nn.interventions import Intervention
from playground.views.canvas.hit_items import Neuron
from tests.playground.views.canvas.bench import (
    choose_hold,
    held_bench,
)


def test_a_neuron_is_clamped_to_a_typed_value(qtbot: QtBot) -> None:
    at = held_bench(qtbot)
    field = at.canvas.scene.field
    choose_hold(at, field.tile(1, 2).center(), "Clamp to…")
    assert field.editor.isVisible()
    QTest.keyClicks(field.editor, "-0.5")
    QTest.keyClick(field.editor, Qt.Key.Key_Return)
    assert at.document.experiment.interventions == (Intervention("clamp", 1, 2, value=-0.5),)
    assert "clamped to −0.5" in field.hover_text(Neuron(1, 2))
    choose_hold(at, field.tile(1, 2).center(), "Mute")
    assert at.document.experiment.interventions == (Intervention("mute", 1, 2),)
