"""The palette by keys and mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from playground.views.dialogs.command_palette import Command, CommandPalette
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.views.dialogs.command_palette.opened_palette import (
    names,
    open_palette,
)


def test_arrows_go_round_and_enter_runs(palette: CommandPalette, ran: list[str]) -> None:
    assert palette.current is not None
    assert palette.current.text == "One"
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.current.text == "Three"
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_PageDown)
    QTest.keyClick(palette.field, Qt.Key.Key_PageUp)
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran == ["Two"]
    assert not palette.isVisible()


def test_what_cannot_be_done_is_listed_but_not_run(palette: CommandPalette, ran: list[str]) -> None:
    QTest.keyClicks(palette.field, "never")
    assert names(palette.shown) == ["Never"]
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran == []
    assert palette.isVisible()


def test_escape_closes_and_runs_nothing(palette: CommandPalette, ran: list[str]) -> None:
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert ran == []


def test_a_click_runs(palette: CommandPalette, ran: list[str]) -> None:
    at = palette.list.visualRect(palette.list.model().index(3, 0)).center()
    click(palette.list.viewport(), at)
    assert ran == ["Three"]


def test_nothing_found_says_so(palette: CommandPalette, ran: list[str]) -> None:
    QTest.keyClicks(palette.field, "xyz")
    assert palette.nothing.isVisible()
    assert not palette.list.isVisible()
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert ran == []
    palette.field.clear()
    assert palette.list.isVisible()


def test_it_can_be_read_aloud(palette: CommandPalette) -> None:
    assert palette.accessibleName() == "Commands"
    assert palette.field.accessibleName()
    model = palette.list.model()
    spoken = model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Never, Not now"


def test_space_is_typed_and_trains_nothing(window: MainWindow) -> None:
    palette = open_palette(window, "add de")
    assert palette.field.text() == "add de"
    assert window.session.state.value == "idle"
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)


@pytest.mark.usefixtures("themed")
def test_it_is_one_box_in_the_middle_of_the_window(palette: CommandPalette) -> None:
    parent = palette.parentWidget()
    assert parent is not None
    panel = palette.rect().marginsRemoved(palette.contentsMargins())
    assert panel.width() == 576
    middle = palette.mapToGlobal(panel.center()).x()
    assert abs(middle - parent.mapToGlobal(parent.rect().center()).x()) <= 1
    assert palette.list.width() == panel.width()
    assert palette.list.sizeHintForRow(0) == 28


def test_what_an_older_version_remembered_by_its_text_is_found_once(window: MainWindow) -> None:
    commands = [
        Command("Add Dense", "", "", print, key="add_dense"),
        Command("Play", "", "", print, key="play"),
    ]
    lately = ("Add Dense", "gone", "play", "add_dense")
    palette = CommandPalette(commands, window.themes, window, recent=lately)
    assert names(palette.shown) == ["Add Dense", "Play"]
