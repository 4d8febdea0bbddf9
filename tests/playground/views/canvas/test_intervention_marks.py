"""What is held bears a mark."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from playground.views.canvas.hit_items import Neuron
from tests.playground.views.canvas.bench import (
    held_bench,
)


def test_a_held_neuron_is_marked(qtbot: QtBot) -> None:
    at = held_bench(qtbot)
    field = at.canvas.scene.field
    tile = field.tile(0, 1)
    before = field.grab().toImage()
    at.canvas.intervention_editor.toggle(Neuron(0, 1), "mute")
    at.canvas.intervention_editor.toggle(Neuron(0, 2), "freeze")
    after = field.grab().toImage()
    middle = tile.center().toPoint()
    assert after.pixelColor(middle) != before.pixelColor(middle)
    corner = field.tile(0, 2).topLeft().toPoint() + QPoint(-4, -4)
    assert after.pixelColor(corner) != before.pixelColor(corner)
    untouched = field.tile(0, 3).center().toPoint()
    assert after.pixelColor(untouched) == before.pixelColor(untouched)
