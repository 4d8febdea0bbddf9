"""Every control can be hidden and shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.experiment.presets import preset_named
from playground.model.hideable_controls import HIDEABLE, SIMPLE, hideable_names
from playground.model.preferences import Preferences
from playground.training.state import TrainingState
from playground.views.dialogs.preferences import PreferencesDialog
from playground.views.dialogs.welcome.start_card import StartCard
from playground.views.widgets import Captioned
from playground.window.control_visibility import HiddenControls, hideable_widgets
from playground.window.main_window import MainWindow, restore_geometry, store_geometry
from tests.playground.driving import click, press
from tests.playground.views.dialogs.preferences_shown import PATIENCE_MS, check, open_dialog


def open_hidden(window: MainWindow, qtbot: QtBot) -> PreferencesDialog:
    dialog = open_dialog(window, qtbot)
    bar = dialog.tabs.tabBar()
    click(bar, bar.tabRect(1).center())
    return dialog


def places_in(window: MainWindow) -> dict[str, list[QWidget]]:
    return hideable_widgets(window.panels, window.menu_area, window.statusBar())


def test_every_control_can_be_hidden_and_shown(window: MainWindow, qtbot: QtBot) -> None:
    dialog = open_hidden(window, qtbot)
    for item in HIDEABLE:
        name, places = item.name, places_in(window)[item.name]
        before = [widget.isVisibleTo(window) for widget in places]
        assert any(before), name
        check(dialog.hiding[name])
        assert window.preferences.hidden_controls == (name,)
        assert not any(widget.isVisibleTo(window) for widget in places), name
        click(dialog.show_all)
        assert [widget.isVisibleTo(window) for widget in places] == before, name
        assert not dialog.hiding[name].isChecked(), name
        assert not dialog.show_all.isEnabled()
    dialog.close()


def test_every_name_has_its_places(window: MainWindow) -> None:
    assert places_in(window).keys() == hideable_names()


def test_the_left_column_goes_with_its_last_part(window: MainWindow) -> None:
    left = tuple(item.name for item in HIDEABLE if item.group == "Left")
    window.preferences.hidden_controls = left[:-1]
    assert window.docks[0].isVisible()
    window.preferences.hidden_controls = left
    assert not window.docks[0].isVisible()
    window.preferences.hidden_controls = ()
    assert window.docks[0].isVisible()


def test_hidden_is_hidden_from_the_start(window: MainWindow) -> None:
    window.preferences.values["view/hidden_controls"] = ["optimizer", "results"]
    follower = HiddenControls(window.panels, window)
    assert not window.training_bar.fields.optimizer.isVisible()
    assert not window.docks[2].isVisible()
    assert not window.docks[2].toggleViewAction().isEnabled()
    follower.deleteLater()


def test_keys_work_on_without_menus_and_buttons(window: MainWindow, qtbot: QtBot) -> None:
    window.preferences.hidden_controls = ("menus", "play", "step_batch")
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.RUNNING, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    dialog = open_hidden(window, qtbot)
    assert dialog.hiding["menus"].isChecked()
    dialog.close()


def test_a_control_that_does_not_exist_cannot_be_hidden(window: MainWindow) -> None:
    with pytest.raises(ValueError, match="hidden_controls cannot be"):
        window.preferences.hidden_controls = ("the wall",)
    window.preferences.values[Preferences.hidden_controls.key] = ["the wall"]
    assert window.preferences.hidden_controls == ()


def test_a_lesson_shows_some_alone_and_what_was_closed_stays_closed(window: MainWindow) -> None:
    panels, places = window.panels, places_in(window)
    panels.timeline_dock.hide()
    seen = {name: [each.isVisibleTo(window) for each in found] for name, found in places.items()}
    window.preferences.hidden_controls = ("status",)
    window.hidden.show_only(("play", "output", "palette", "status"))
    for name, found in places.items():
        assert any(each.isVisibleTo(window) for each in found) is (name in ("play", "output", "palette")), (
            name
        )
    # No holes: neither an empty column nor the heading of a group that is not there.
    assert not panels.side_dock.isVisible()
    window.hidden.show_only(("play", "layer"))
    assert panels.side_dock.isVisible()
    assert not panels.side.data.isVisible()
    window.hidden.show_only(())
    window.preferences.hidden_controls = ()
    assert {name: [each.isVisibleTo(window) for each in found] for name, found in places.items()} == seen


def test_what_is_hidden_stays_hidden_whoever_shows_it(window: MainWindow) -> None:
    share, hint = window.panels.side.data.division, window.canvas.scene.hint
    window.hidden.show_only(("play", "gallery"))
    share.show()
    assert not share.isVisible()
    # A network without layers invites to drag one from the strip, which is not there.
    window.document.change("No layers", window.document.experiment.replace(layers=()))
    assert not hint.isVisible()
    window.hidden.show_only(())
    assert share.isVisible()
    assert hint.isVisible()


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
    assert window.panels.timeline_dock.isVisible()
    window.hidden.show_only(())
    assert not window.panels.timeline_dock.isVisible()
    window.actions_by_name["simple_view"].trigger()
    assert window.menu_area.view.buttons["full"].isChecked()
    window.pages.show("runs")
    assert before == {
        name for name, found in places.items() if any(each.isVisibleTo(window) for each in found)
    }


def test_the_simple_view_stores_the_places_of_the_full_one(window: MainWindow) -> None:
    window.show_simple(True)
    assert window.panels.timeline_dock.isHidden()
    window.hidden.release()
    assert not window.panels.timeline_dock.isHidden()
    store_geometry(window, window.panels, window.preferences)
    restore_geometry(window, window.panels, window.preferences)
    again = HiddenControls(window.panels, window)
    assert window.panels.timeline_dock.isHidden()
    window.preferences.simple = False
    assert not window.panels.timeline_dock.isHidden()
    again.release()


def test_the_card_of_the_first_start_goes_with_the_first_choice(window: MainWindow, qtbot: QtBot) -> None:
    window.greet()
    card = window.findChild(StartCard)
    assert card is not None
    qtbot.waitUntil(card.isVisible)
    assert window.preferences.simple
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.RUNNING, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.findChild(StartCard) is None)
    window.greet()
    card = window.findChild(StartCard)
    assert card is not None
    qtbot.waitUntil(card.isVisible)
    click(card.buttons["Learn by a lesson"])
    qtbot.waitUntil(lambda: window.lessons.has_work_aside, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.findChild(StartCard) is None)
    window.greet()
    window.actions_by_name["lesson_2"].trigger()
    qtbot.waitUntil(lambda: window.findChild(StartCard) is None)
    # The next start is not the first one, though the window was not closed.
    assert window.preferences.window_geometry


def test_the_simple_view_speaks_plainly_and_says_how_the_plot_is_read(
    window: MainWindow, qtbot: QtBot
) -> None:
    output, epoch = window.panels.output, window.panels.training_bar.epoch.parentWidget()
    assert isinstance(epoch, Captioned)
    full = (output.title.accessibleName(), epoch.caption.text())
    assert full == ("Output", "Epoch")
    assert not output.reading.isVisible()
    press(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert (output.title.accessibleName(), epoch.caption.text()) == (
        "What the network thinks",
        "Rounds through the data",
    )
    assert output.reading.isVisible()
    assert "Black line" in output.reading.text()
    window.document.change("Values", preset_named("Hills"))
    qtbot.waitUntil(lambda: "Black line" not in output.reading.text(), timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert (output.title.accessibleName(), epoch.caption.text()) == full
    assert not output.reading.isVisible()
