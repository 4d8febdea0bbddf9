"""Every control can be hidden and shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.experiment.presets import first_preset, preset_named
from playground.model.hideable_controls import HIDEABLE, SIMPLE_DATA, hideable_names
from playground.plugins import PLUGINS
from playground.training.state import TrainingState
from playground.views.canvas.column_layout import INPUT
from playground.views.canvas.point_field import PointField
from playground.views.dialogs.preferences import PreferencesDialog
from playground.views.sidebar.dataset_gallery import DatasetTile
from playground.views.widgets import Captioned
from playground.window.control_visibility import HiddenControls, hideable_widgets
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press
from tests.playground.views.dialogs.preferences_shown import PATIENCE_MS, check, open_dialog


def open_hidden(window: MainWindow, qtbot: QtBot) -> PreferencesDialog:
    dialog = open_dialog(window, qtbot)
    bar = dialog.tabs.tabBar()
    click(bar, bar.tabRect(1).center())
    return dialog


def places_in(window: MainWindow) -> dict[str, list[QWidget]]:
    return hideable_widgets(window)


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
    left = tuple(item.name for item in HIDEABLE if item.group == "left")
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


def test_a_control_of_a_plug_in_that_is_missing_stays_hidden_for_when_it_is_back(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.preferences.hidden_controls = ("the wall",)
    dialog = open_hidden(window, qtbot)
    check(dialog.hiding["play"])
    assert window.preferences.hidden_controls == ("play", "the wall")
    dialog.close()


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


def test_all_tabs_of_the_results_have_room_again_in_the_full_view(window: MainWindow, qtbot: QtBot) -> None:
    tabs = window.results.tabs
    window.show_simple(True)
    qtbot.waitUntil(lambda: not tabs.isVisible(), timeout=PATIENCE_MS)
    window.show_simple(False)
    qtbot.waitUntil(lambda: tabs.width() == tabs.sizeHint().width(), timeout=PATIENCE_MS)
    last = max(index for index in range(tabs.count()) if tabs.isTabVisible(index))
    assert tabs.tabRect(last).right() < tabs.width()


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
    assert "The line" in output.reading.text()
    window.document.load(first_preset(simple=True))
    drawn = window.canvas.scene.field._field
    assert isinstance(drawn, PointField)
    assert [drawn.name(INPUT, unit) for unit in range(2)] == ["left – right", "down – up"]
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
    assert drawn.bias_rect(0, 0) is None
    assert window.results.curves.canvas.unit == "rounds"
    window.document.change("Values", preset_named("Hills"))
    qtbot.waitUntil(lambda: "The line" not in output.reading.text(), timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert (output.title.accessibleName(), epoch.caption.text()) == full
    assert not output.reading.isVisible()


def test_the_simple_view_has_six_data_three_paces_and_one_score(window: MainWindow, qtbot: QtBot) -> None:
    window.document.load(first_preset(simple=True))
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
    full = window.results.first_tile.value
    window.show_simple(True)
    gallery, fields, results = window.side.data.gallery, window.training_bar.fields, window.results
    shown = [tile.kind.kind for tile in gallery.findChildren(DatasetTile) if tile.isVisible()]
    assert sorted(shown) == sorted(SIMPLE_DATA)
    menus = [menu.text() for menu in window.menu_area.bar.actions() if menu.isVisible()]
    free = [row.title for row in PLUGINS.rows("menus") if row.is_free]
    assert menus == ["&File", "&Edit", *free, "&Help"]
    titles = [(card.title, card.summary) for card in window.canvas.scene.cards]
    assert titles == [
        ("A point", "where it lies"), ("4 neurons", "first layer"), ("2 neurons", "second layer"),
        ("Answer", "orange or blue"),
    ]  # fmt: skip
    assert not any(card.more.isVisible() for card in window.canvas.scene.cards)
    # One number: the bar says what the tile says.
    assert (results.score_bar.text, results.score_bar.guessing) == (full, "50 %")
    assert results.score_bar.isVisible()
    assert not results.tabs.isVisible()
    assert not results.tiles.isVisible()
    assert (fields.pace.isVisible(), fields.pace.current) == (True, "usual")
    click(fields.pace.buttons["triple"])
    assert window.document.experiment.training.optimizer.learning_rate == pytest.approx(0.03)
    window.document.undo_stack.undo()
    assert fields.pace.current == "usual"
    # Values are neither right nor wrong.
    window.document.load(preset_named("Hills"))
    qtbot.waitUntil(lambda: not results.score_bar.isVisible(), timeout=PATIENCE_MS)
    assert results.tiles.isVisible()
    window.show_simple(False)
    assert results.tabs.isVisible()
    assert not fields.pace.isVisible()
    assert window.canvas.scene.cards[0].title == "Features"
