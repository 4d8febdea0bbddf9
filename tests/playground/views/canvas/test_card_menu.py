"""The menu of a card edits its layer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from playground.views.canvas.card_menu import CardMenu
from tests.playground.views.canvas.bench import (
    LEFT,
    Bench,
    bench,
    kinds,
)


def opened_menu(at: Bench, index: int) -> CardMenu:
    menu = at.card(index).findChild(CardMenu)
    assert isinstance(menu, CardMenu)
    return menu


def choose(menu: QMenu, text: str) -> None:
    action = next(action for action in menu.actions() if action.text() == text)
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Duplicate", ["dense", "dense", "dense", "dropout"]),
        ("Move right", ["dense", "dropout", "dense"]),
        ("Remove", ["dense", "dropout"]),
    ],
)
def test_the_menu_edits_the_layer(qtbot: QtBot, text: str, expected: list[str]) -> None:
    at = bench(qtbot)
    QTest.mouseClick(at.card(1).more, LEFT)
    choose(opened_menu(at, 1), text)
    assert kinds(at) == expected


def test_the_menu_key_inserts_before(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.card(2).setFocus()
    QTest.keyClick(at.card(2), Qt.Key.Key_Menu)
    menu = opened_menu(at, 2)
    insert = next(action.menu() for action in menu.actions() if action.text() == "Insert before")
    assert isinstance(insert, QMenu)
    flatten = next(action for action in insert.actions() if action.text() == "Flatten")
    flatten.trigger()
    menu.close()
    assert kinds(at) == ["dense", "dense", "flatten", "dropout"]


def test_the_first_layer_cannot_move_left_and_the_output_only_inserts(qtbot: QtBot) -> None:
    at = bench(qtbot)
    menu = at.canvas.open_menu(at.card(0), QPoint(0, 0))
    enabled = {action.text(): action.isEnabled() for action in menu.actions()}
    assert not enabled["Move left"]
    assert enabled["Move right"]
    menu.close()
    menu = at.canvas.open_menu(at.card(3), QPoint(0, 0))
    assert [action.text() for action in menu.actions()] == ["Insert before"]
    menu.close()
