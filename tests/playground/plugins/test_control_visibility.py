"""Every control can be hidden and shown, with plug-ins."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from playground.model.hideable_controls import SIMPLE
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press
from tests.playground.window.test_control_visibility import places_in


def test_the_simple_view_shows_what_one_needs_to_begin_and_a_lesson_its_own(
    window: MainWindow, qtbot: QtBot
) -> None:
    places = places_in(window)
    window.pages.show("runs")
    before = {name for name, found in places.items() if any(each.isVisibleTo(window) for each in found)}
    click(window.menu_area.view.buttons["simple"])
    assert window.pages.current == "build"
    assert window.preferences.simple
    for name, found in places.items():
        assert any(each.isVisibleTo(window) for each in found) is (name in SIMPLE), name
    window.hidden.show_only(("play", "timeline"))
    assert window.panels.dock("timeline").isVisible()
    window.hidden.show_only(())
    assert not window.panels.dock("timeline").isVisible()
    for digit in range(2, 8):
        press(window, Qt.Key(Qt.Key.Key_0 + digit), Qt.KeyboardModifier.ControlModifier)
        assert window.pages.current == "build", "no key leads to what is not shown"
    window.actions_by_name["page_runs"].trigger()
    press(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.pages.current == "build", "the names of the pages are shown on another one"
    window.actions_by_name["simple_view"].trigger()
    assert window.menu_area.view.buttons["full"].isChecked()
    window.pages.show("runs")
    assert before == {
        name for name, found in places.items() if any(each.isVisibleTo(window) for each in found)
    }
