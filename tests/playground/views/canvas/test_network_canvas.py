"""The network canvas, by real mouse and key events."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from core.experiment.problems import find_problems
from core.nn import Dense
from playground.model.document import OUTPUT
from tests.playground.views.canvas.bench import (
    LEFT,
    STACK,
    bench,
    drag,
    kinds,
    mnist,
)


def test_the_arrows_walk_from_the_input_to_the_output(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.card(-1).setFocus()
    seen = []
    for _ in range(5):
        QTest.keyClick(at.window.focusWidget(), Qt.Key.Key_Right)
        seen.append(at.document.selected)
    assert seen == [0, 1, 2, OUTPUT, OUTPUT]
    assert at.card(3).hasFocus()
    QTest.keyClick(at.card(3), Qt.Key.Key_Left)
    assert at.document.selected == 2


def test_tab_visits_the_cards_in_the_order_of_the_stack(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.document.insert_layer(1, Dense(2))
    at.card(-1).setFocus()
    for index in range(5):
        QTest.keyClick(at.window.focusWidget(), Qt.Key.Key_Tab)
        assert at.card(index).hasFocus()


# Problems


def test_a_dense_on_an_image_says_why_and_mends_itself(qtbot: QtBot) -> None:
    at = bench(qtbot, mnist(Dense(32, "relu")))
    (box,) = at.canvas.scene.problem_popups
    assert box.isVisible()
    assert at.card(0).problem == "Dense needs a row of numbers; it gets an image of 28 × 28 × 1"
    assert at.card(0).accessibleName().endswith("28 × 28 × 1")
    assert at.card(1).problem == ""
    assert [button.text() for button in box.buttons] == ["Insert Flatten", "Remove"]
    QTest.mouseClick(box.buttons[0], LEFT)
    assert kinds(at) == ["flatten", "dense"]
    assert find_problems(at.document.experiment) == ()
    assert at.canvas.scene.problem_popups == []
    assert all(card.problem == "" for card in at.canvas.cards)
    assert at.document.undo_stack.undoText() == "Insert Flatten"


def test_a_disabled_canvas_is_looked_at_only(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.canvas.setEnabled(False)
    QTest.mouseClick(at.card(0).plus, LEFT)
    drag(at.card(0), at.in_gap(3))
    assert at.layers == STACK
    assert at.document.selected is None


def test_the_theme_changes_the_picture(qtbot: QtBot) -> None:
    at = bench(qtbot)
    before = at.canvas.grab().toImage().pixelColor(4, 4)
    at.themes.mode = "dark"
    QApplication.processEvents()
    after = at.canvas.grab().toImage().pixelColor(4, 4)
    assert before.lightness() > 200 > 60 > after.lightness()
    at.themes.mode = "light"


def test_a_new_document_with_fewer_layers(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.document.select(2)
    at.document.load(Experiment(layers=(Dense(3),)))
    assert [card.title for card in at.canvas.cards] == ["Features", "Dense", "Output"]
    assert at.document.selected is None
