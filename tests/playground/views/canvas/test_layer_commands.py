"""The keys of a card that has the focus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.nn import Dense, Dropout
from playground.model.document import OUTPUT
from playground.views.canvas.layer_commands import MIME_TYPE
from tests.playground.views.canvas.bench import (
    LEFT,
    STACK,
    bench,
    chosen,
    click,
)

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_keys_edit_the_card_that_has_the_focus(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.card(0).setFocus()
    QTest.keyClicks(at.card(0), "++-")
    assert at.layers[0] == Dense(7, "tanh")
    QTest.keyClick(at.card(0), Qt.Key.Key_D, CTRL)
    assert at.layers[:2] == (Dense(7, "tanh"), Dense(7, "tanh"))
    assert at.document.selected == 1
    assert at.card(1).hasFocus()
    QTest.keyClick(at.card(1), Qt.Key.Key_Right, CTRL | SHIFT)
    assert at.document.selected == 2
    assert at.card(2).hasFocus()
    QTest.keyClick(at.card(2), Qt.Key.Key_Left, CTRL | SHIFT)
    # The window's keys for the selected layer do the same for the card.
    for card, key in ((1, Qt.Key.Key_Right), (2, Qt.Key.Key_Left)):
        QTest.keyClick(at.card(card), key, Qt.KeyboardModifier.AltModifier)
        assert at.document.selected == 3 - card
    QTest.keyClick(at.card(1), Qt.Key.Key_Backspace)
    assert at.layers == (Dense(7, "tanh"), *STACK[1:])


def test_deleting_all_layers_leaves_the_focus_on_a_card(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.document.select(2)
    at.card(2).setFocus()
    for _ in range(3):
        QTest.keyClick(at.window.focusWidget(), Qt.Key.Key_Delete)
    assert at.layers == ()
    assert at.window.focusWidget() in at.canvas.cards
    assert at.canvas.scene.hint.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_F2])
def test_enter_asks_for_the_form(qtbot: QtBot, key: Qt.Key) -> None:
    at = bench(qtbot)
    spy = QSignalSpy(at.canvas.form_requested)
    at.card(1).setFocus()
    QTest.keyClick(at.card(1), key)
    assert spy.count() == 1
    assert at.document.selected == 1


def test_duplicates_stand_behind_the_selected_and_are_selected(qtbot: QtBot) -> None:
    at = bench(qtbot)
    click(at.card(0))
    click(at.card(1), SHIFT)
    QTest.keyClick(at.card(1), Qt.Key.Key_D, CTRL)
    assert at.layers == (*STACK[:2], *STACK[:2], STACK[2])
    assert chosen(at) == [2, 3]
    at.document.undo_stack.undo()
    assert at.layers == STACK


def test_layers_go_over_the_clipboard(qtbot: QtBot) -> None:
    at = bench(qtbot)
    click(at.card(0))
    click(at.card(1), CTRL)
    at.canvas.selected.cut()
    assert at.layers == STACK[2:]
    assert at.document.undo_stack.count() == 1
    assert QApplication.clipboard().text() == "dense 6 tanh, dense 5 relu"
    click(at.card(0))
    at.canvas.selected.paste()
    assert at.layers == (STACK[2], *STACK[:2])
    assert chosen(at) == [1, 2]
    at.document.undo_stack.undo()
    assert at.layers == STACK[2:]


def test_a_stack_written_as_text_is_pasted(qtbot: QtBot) -> None:
    at = bench(qtbot)
    QApplication.clipboard().setText("dense 3 relu,\ndropout 0.5")
    at.canvas.selected.paste()
    assert at.layers == (*STACK, Dense(3, "relu"), Dropout(0.5))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the clipboard holds none"),
        ("dens 4", "did you mean 'dense'?"),
        ("dense -4", "Paste needs layers"),
        ("The quick brown fox jumps", "“The quick brown fox jumps”"),
        ("[1, 2", "Paste needs layers"),
        ("x" * 200_000, "at most 100,000 characters, got 200,000"),
    ],
)
def test_what_is_no_layer_is_not_pasted(qtbot: QtBot, text: str, said: str) -> None:
    at = bench(qtbot)
    told = QSignalSpy(at.canvas.message_requested)
    QApplication.clipboard().setText(text)
    at.canvas.selected.paste()
    assert at.layers == STACK
    assert said in told.at(0)[0]


def test_broken_layers_of_this_program_are_not_pasted(qtbot: QtBot) -> None:
    at = bench(qtbot)
    data = QMimeData()
    data.setData(MIME_TYPE, b'[{"kind": "dense", "units": "many"}]')
    QApplication.clipboard().setMimeData(data)
    told = QSignalSpy(at.canvas.message_requested)
    at.canvas.selected.paste()
    assert at.layers == STACK
    assert told.count() == 1


def test_without_a_selection_copy_says_so(qtbot: QtBot) -> None:
    at = bench(qtbot)
    told = QSignalSpy(at.canvas.message_requested)
    at.canvas.selected.copy()
    at.canvas.selected.cut()
    assert [told.at(index)[0][:4] for index in range(told.count())] == ["Copy", "Cut "]
    assert at.layers == STACK


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
