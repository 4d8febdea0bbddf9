"""The values of a list are switched on and off, and stay to be switched on again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground.plugins.runs.sweep.axis_card import MAX_CHIPS, ValueChips
from tests.playground.views.widgets.shown_widgets import shown

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def chips(qtbot: QtBot) -> ValueChips:
    made = ValueChips()
    shown(qtbot, made, height=90)
    made.show_values("units", ["3", "12"], ["6", "24", "12"], is_number=True)
    return made


def test_values_of_the_list_are_on_and_others_offered_in_order(chips: ValueChips) -> None:
    assert chips.names() == ["3", "6", "12", "24"]
    assert chips.on() == ["3", "12"]
    chips.show_values("units", ["100", "3"], ["6"], is_number=True)
    assert (chips.names(), chips.on()) == (["3", "6", "100"], ["3", "100"])


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_a_key_switches_a_value_off_and_it_stays_to_be_switched_on(
    chips: ValueChips, qtbot: QtBot, key: Qt.Key
) -> None:
    chip = chips.chip("12")
    chip.setFocus()
    with qtbot.waitSignal(chips.toggled):
        QTest.keyClick(chip, key)
    assert chips.on() == ["3"]
    # What another setting of the form makes of it.
    chips.show_values("units", ["3"], [], is_number=True)
    assert chips.names() == ["3", "12"]
    QTest.keyClick(chips.chip("3"), key)
    assert chips.on() == ["3"], "one stays on"
    chips.show_values("depth", ["1"], [], is_number=True)
    assert chips.names() == ["1"], "another setting has values of its own"


def test_delete_switches_no_value_on(chips: ValueChips, qtbot: QtBot) -> None:
    chips.chip("6").setFocus()
    with qtbot.assertNotEmitted(chips.toggled):
        QTest.keyClick(chips.chip("6"), Qt.Key.Key_Delete)


def test_names_keep_their_places_and_all_typed_ones_are_there(chips: ValueChips) -> None:
    chips.show_values("optimizer", ["sgd", "adam"], ["lion"], is_number=False)
    chips.show_values("optimizer", ["lion", "adam"], ["sgd"], is_number=False)
    assert (chips.names(), chips.on()) == (["sgd", "adam", "lion"], ["adam", "lion"])
    many = [str(place) for place in range(MAX_CHIPS + 3)]
    chips.show_values("units", many, ["100"], is_number=True)
    assert chips.names() == many
