"""Preferences hold at once, and are restored."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground import translation
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.views.dialogs.preferences_shown import check, open_dialog


def test_the_theme_changes_at_once(window: MainWindow, qtbot: QtBot) -> None:
    dialog = open_dialog(window, qtbot)
    assert dialog.theme.current == "light"
    dialog.theme.setFocus()
    QTest.keyClick(dialog.theme, Qt.Key.Key_Down)
    assert window.themes.theme.is_dark
    assert window.preferences.theme_mode == "dark"
    window.themes.toggle()
    assert dialog.theme.current == "light"
    dialog.close()


def test_switches_and_speed_hold_at_once(window: MainWindow, qtbot: QtBot) -> None:
    dialog = open_dialog(window, qtbot)
    for name in ("reduced_motion", "show_test_points"):
        before = getattr(window.preferences, name)
        check(dialog.switches[name])
        assert getattr(window.preferences, name) is not before
    assert not window.output.test_points.isChecked()
    dialog.speed.setFocus()
    QTest.keyClick(dialog.speed, Qt.Key.Key_Home)
    assert window.preferences.speed == "batch_1"
    assert window.training_bar.speed.current == "batch_1"
    # And the reverse; what stands beside the output alone is kept, too.
    click(window.output.test_points, window.output.test_points.rect().center())
    assert dialog.switches["show_test_points"].isChecked()
    click(window.output.discretize, window.output.discretize.rect().center())
    assert window.preferences.discretize
    dialog.close()


def test_a_small_screen_says_why_it_offers_one_scale(window: MainWindow, qtbot: QtBot) -> None:
    dialog = open_dialog(window, qtbot)
    assert dialog.scale.count() == 1
    assert dialog.restart.isVisible()
    assert "would not fit" in dialog.restart.text()


def test_a_scale_is_kept_for_the_next_start(window: MainWindow, qtbot: QtBot) -> None:
    window.preferences.scale_percent = 200
    dialog = open_dialog(window, qtbot)
    # The screen of the tests has 800 x 800: 200 % is there because it was chosen on a larger one.
    assert [dialog.scale.itemData(index) for index in range(dialog.scale.count())] == ["100", "200"]
    assert dialog.restart.isVisible()
    dialog.scale.setFocus()
    QTest.keyClick(dialog.scale, Qt.Key.Key_Home)
    assert window.preferences.scale_percent == 100
    assert not dialog.restart.isVisible()
    window.preferences.scale_percent = 200
    click(dialog.restore)
    assert window.preferences.scale_percent == 100
    dialog.close()


def test_a_language_is_told_to_wait_for_the_next_start(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translation, "preferences_path", lambda: window.preferences._file.path)
    dialog = open_dialog(window, qtbot)
    dialog.language.setFocus()
    QTest.keyClick(dialog.language, Qt.Key.Key_Down)
    assert window.preferences.language == translation.chosen_language() == "de"
    assert dialog.restart.text() == "The new scale or language begins at the next start."
    QTest.keyClick(dialog.language, Qt.Key.Key_Home)
    assert translation.chosen_language() == "en"
    assert "next start" not in dialog.restart.text()
    dialog.close()


def test_restore_leaves_the_files_alone(window: MainWindow, qtbot: QtBot) -> None:
    window.preferences.recent_files = ("/a.nnp",)
    window.preferences.hidden_controls = ("loss",)
    dialog = open_dialog(window, qtbot)
    check(dialog.switches["reduced_motion"])
    click(dialog.restore)
    assert not dialog.switches["reduced_motion"].isChecked()
    assert not window.preferences.reduced_motion
    assert window.preferences.hidden_controls == ()
    assert window.training_bar.fields.loss.isVisible()
    assert window.preferences.recent_files == ("/a.nnp",)
    dialog.close()


def test_it_can_be_read_aloud(window: MainWindow, qtbot: QtBot) -> None:
    dialog = open_dialog(window, qtbot)
    for box in (*dialog.switches.values(), *dialog.hiding.values()):
        assert box.text()
        assert box.toolTip()
    assert dialog.theme.accessibleName() == "Theme"
    assert dialog.speed.accessibleName()
    dialog.close()
