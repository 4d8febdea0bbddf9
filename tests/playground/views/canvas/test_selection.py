"""Layers are selected by clicks and keys."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground.model.document import OUTPUT
from tests.playground.views.canvas.bench import (
    LEFT,
    STACK,
    bench,
    chosen,
    click,
)

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_a_click_selects(qtbot: QtBot) -> None:
    at = bench(qtbot)
    for index, selected in ((1, 1), (3, OUTPUT), (0, 0), (-1, None)):
        QTest.mouseClick(at.card(index), LEFT, pos=QPoint(30, 14))
        assert at.document.selected == selected
        assert at.card(index).selected == (selected is not None)
        assert sum(card.selected for card in at.canvas.cards) == (selected is not None)


def test_a_press_that_hardly_moves_is_a_click(qtbot: QtBot) -> None:
    at = bench(qtbot)
    QTest.mousePress(at.card(1), LEFT, pos=QPoint(40, 14))
    QTest.mouseMove(at.card(1), QPoint(42, 15))
    QTest.mouseRelease(at.card(1), LEFT, pos=QPoint(42, 15))
    assert at.document.selected == 1
    assert at.layers == STACK


def test_ctrl_and_shift_clicks_select_several(qtbot: QtBot) -> None:
    at = bench(qtbot)
    click(at.card(0))
    click(at.card(2), CTRL)
    assert chosen(at) == [0, 2]
    assert at.document.selected == 2
    click(at.card(0), CTRL)
    assert chosen(at) == [2]
    click(at.card(0), SHIFT)
    assert chosen(at) == [0]
    click(at.card(1))
    assert chosen(at) == [1]
    click(at.card(2), SHIFT)
    assert chosen(at) == [1, 2]


def test_shift_and_arrows_stretch_the_selection(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.document.select(0)
    at.canvas.focus_selected()
    QTest.keyClick(at.card(0), Qt.Key.Key_Right, SHIFT)
    assert chosen(at) == [0, 1]
    assert at.card(1).hasFocus()
    QTest.keyClick(at.card(1), Qt.Key.Key_Right, SHIFT)
    assert chosen(at) == [0, 1, 2]
    QTest.keyClick(at.card(2), Qt.Key.Key_Left, SHIFT)
    assert chosen(at) == [0, 1]
    QTest.keyClick(at.card(1), Qt.Key.Key_Right)
    assert chosen(at) == [2]


def test_delete_removes_the_selected_in_one_step(qtbot: QtBot) -> None:
    at = bench(qtbot)
    click(at.card(0))
    click(at.card(2), CTRL)
    QTest.keyClick(at.card(2), Qt.Key.Key_Delete)
    assert at.layers == (STACK[1],)
    assert at.document.undo_stack.undoText() == "Remove 2 layers"
    at.document.undo_stack.undo()
    assert at.layers == STACK


def test_select_all_selects_every_layer(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.canvas.selection.choose_all()
    assert chosen(at) == [0, 1, 2]
    at.document.select(1)
    assert chosen(at) == [1]
