"""The keys of a card that has the focus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from core.nn import Dense
from tests.playground.views.canvas.bench import (
    STACK,
    bench,
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
