"""The keys of a card, in a network of columns and in one of rows, whose next layer is above."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets.text_datasets import Names
from core.experiment.experiment import Experiment
from core.nn import Dense, Dropout, Embedding
from playground.views.canvas.column_layout import gap_center
from tests.playground.views.canvas.bench import bench, drag, kinds, palette_card

ROWS = Experiment(dataset=Names(), layers=(Embedding(27, 8), Dense(8), Dropout(0.1)))


@pytest.mark.parametrize("keys", [("Right", "Left"), ("Up", "Down")])
def test_the_next_layer_is_one_to_the_right_or_up(keys: tuple[str, str], qtbot: QtBot) -> None:
    at = bench(qtbot, ROWS)
    at.canvas.cards[1].setFocus(Qt.FocusReason.TabFocusReason)
    further, back = (Qt.Key[f"Key_{key}"] for key in keys)
    QTest.keyClick(at.canvas.cards[1], further)
    assert at.document.selected == 1
    QTest.keyClick(at.canvas.cards[2], further, Qt.KeyboardModifier.AltModifier)
    assert kinds(at) == ["embedding", "dropout", "dense"]
    QTest.keyClick(at.canvas.cards[3], back)
    assert at.document.selected == 1
    at.document.undo_stack.undo()
    assert kinds(at) == ["embedding", "dense", "dropout"]


def test_a_layer_lands_between_two_rows(qtbot: QtBot) -> None:
    at = bench(qtbot, ROWS)
    rows = at.canvas.scene.columns
    place = at.canvas.scene.mapToGlobal(QPoint(300, round(gap_center(rows, 2))))
    drag(palette_card(at, Dropout), place)
    assert kinds(at) == ["embedding", "dense", "dropout", "dropout"]
    assert at.document.selected == 2
    # Cards have no buttons where their rows are low.
    assert all(card.more.isVisible() for card in at.canvas.cards[1:])
    at.canvas.resize(at.canvas.width(), 220)
    assert not any(card.more.isVisible() for card in at.canvas.cards)
