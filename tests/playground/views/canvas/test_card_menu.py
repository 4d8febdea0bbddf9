"""The menu of a card edits its layer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.nn import Dense
from core.nn.interventions import Intervention
from playground.views.canvas.card_menu import CardMenu
from playground.views.canvas.hit_items import Link, Neuron
from tests.playground.views.canvas.bench import (
    LEFT,
    Bench,
    bench,
    choose_hold,
    held_bench,
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


def test_a_neuron_is_muted_and_released_by_its_menu(qtbot: QtBot) -> None:
    at = held_bench(qtbot)
    neuron = at.canvas.scene.field.tile(0, 1).center()
    choose_hold(at, neuron, "Mute")
    assert at.document.experiment.interventions == (Intervention("mute", 0, 1),)
    assert at.document.undo_stack.undoText() == "Mute neuron 2 of layer 1"
    choose_hold(at, neuron, "Freeze weights")
    assert {hold.kind for hold in at.document.experiment.interventions} == {"mute", "freeze"}
    choose_hold(at, neuron, "Release")
    assert at.document.experiment.interventions == ()
    at.document.undo_stack.undo()
    assert len(at.document.experiment.interventions) == 2


def test_a_link_is_frozen_or_cut(qtbot: QtBot) -> None:
    at = held_bench(qtbot)
    field = at.canvas.scene.field
    place = next(
        QPointF(x, y)
        for x in range(0, field.width(), 3)
        for y in range(0, field.height(), 3)
        if isinstance(field.hit(QPointF(x, y)), Link)
    )
    link = field.hit(place)
    assert isinstance(link, Link)
    choose_hold(at, place, "Freeze")
    assert at.document.experiment.interventions == (
        Intervention("freeze_link", link.layer, link.unit, link.input),
    )
    choose_hold(at, place, "Set to 0 and freeze")
    assert at.document.experiment.interventions == (
        Intervention("cut_link", link.layer, link.unit, link.input),
    )
    choose_hold(at, place, "Release all")
    assert at.document.experiment.interventions == ()


def test_the_prediction_can_be_frozen_but_not_muted(qtbot: QtBot) -> None:
    at = held_bench(qtbot)
    menu = at.canvas.open_intervention_menu(Neuron(2, 0), QPoint(300, 300))
    assert [action.text().replace("&", "") for action in menu.actions() if action.text()] == [
        "Freeze weights",
        "Release",
    ]
    menu.close()


def test_holds_follow_their_layer(qtbot: QtBot) -> None:
    at = held_bench(qtbot)
    at.canvas.intervention_editor.toggle(Neuron(1, 2), "mute")
    at.canvas.editor.insert(0, Dense(7))
    assert at.document.experiment.interventions == (Intervention("mute", 2, 2),)
    at.canvas.editor.resize(2, -1)
    assert at.document.experiment.interventions == ()
    at.document.undo_stack.undo()
    assert at.document.experiment.interventions == (Intervention("mute", 2, 2),)
    at.canvas.editor.remove(2)
    assert at.document.experiment.interventions == ()
