"""Texts, tokens and series open, train and are looked at in the window."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets.text_datasets import Names
from core.inspect.block import BlockPart
from core.nn import Dense, Embedding, LayerNormalization, Residual
from core.nn.interventions import Intervention
from playground.views.canvas.card_menu import InterventionMenu
from playground.views.widgets import Stepper
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press
from tests.playground.window.test_sequences_in_window import PATIENCE_MS, experiment


def test_a_layer_inside_a_block_is_edited_held_and_looked_into(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    block = Residual((LayerNormalization(), Dense(12, "relu"), Dense(8)))
    window = make(experiment(Names(samples=300), Embedding(27, 8), block))
    field, document = window.canvas.scene.field, window.document

    def values() -> np.ndarray | None:
        snapshot = window.snapshot_router.snapshot
        found = None if snapshot is None else snapshot.part(BlockPart)
        return None if found is None else found["1/1"]

    click(window.canvas.cards[2])
    click(window.canvas.scene.inner_cards[1])
    units = window.side.layer.form.row("units").control
    assert isinstance(units, Stepper)
    QTest.keyClick(units, Qt.Key.Key_Up)
    assert document.experiment.layers[1] == Residual((LayerNormalization(), Dense(13, "relu"), Dense(8)))
    assert document.undo_stack.undoText() == "Change Units of Dense"
    press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert document.experiment.layers[1] == block
    assert document.address == "1/1"

    def shows() -> bool:
        return (found := values()) is not None and found.shape == (16, 12)

    qtbot.waitUntil(shows, timeout=PATIENCE_MS)
    field.grab()
    cell = field.tile("1/1", 4)
    assert cell is not None
    at = cell.center().toPoint()
    document.select(None)
    click(window.canvas.cards[2])
    QTest.mouseClick(field, Qt.MouseButton.RightButton, pos=at)
    menu = field.findChild(InterventionMenu)
    assert menu is not None
    QTest.keyClick(menu, Qt.Key.Key_C)
    field.editor.selectAll()
    QTest.keyClicks(field.editor, "0.5")
    QTest.keyClick(field.editor, Qt.Key.Key_Return)
    assert document.experiment.interventions == (Intervention("clamp", "1/1", 4, value=0.5),)

    def is_held() -> bool:
        return shows() and bool((values()[:, 4] == 0.5).all())  # type: ignore[index]

    qtbot.waitUntil(is_held, timeout=PATIENCE_MS)
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=at)
    microscope = window.plugins["microscope"].view
    assert microscope.layer.currentText() == "Layer 2 in layer 2 · Dense 12, ReLU"
    qtbot.waitUntil(lambda: "clamped" in microscope.steps["activation"].text().lower(), timeout=PATIENCE_MS)
    assert microscope.place == ("1/1", 4)
    assert [row.name for row in microscope.table.rows][-1] == "Bias"
