"""The help of the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QWidget,
)
from pytestqt.qtbot import QtBot

from playground.window.main_window import MainWindow
from tests.playground.driving import press


def test_the_help_lists_every_key(window: MainWindow) -> None:
    press(window, Qt.Key.Key_F1)
    sheet = next(item for item in QApplication.topLevelWidgets() if type(item).__name__ == "ShortcutSheet")
    assert sheet.isVisible()
    texts = " ".join(label.text() for label in sheet.findChildren(QWidget) if hasattr(label, "text"))
    for action in window.actions_by_name.values():
        if action.shortcut().toString():
            assert action.text().replace("&", "").rstrip("…").split()[0] in texts
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_a_newer_version_is_told_when_it_is_asked_for(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[str | OSError] = ["9.1", "", OSError("no network")]

    def answer() -> str:
        found = answers.pop(0)
        if isinstance(found, OSError):
            raise found
        return found

    monkeypatch.setattr("playground.commands.help_commands.newer_version", answer)
    for said in (
        "Version 9.1 is there; this is",
        "This is the newest version",
        "cannot be found out: no network",
    ):
        with qtbot.waitSignal(window.help.message_requested, check_params_cb=lambda text, s=said: s in text):
            window.actions_by_name["newer_version"].trigger()


def test_at_the_start_nothing_is_asked_unless_the_preferences_say_so(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def answer() -> str:
        asked.append(1)
        return "9.1" if len(asked) > 1 else ""

    monkeypatch.setattr("playground.commands.help_commands.newer_version", answer)
    window.help.look_at_start()
    assert not window.help._newer.busy
    window.preferences.looks_for_newer = True
    told: list[str] = []
    window.help.message_requested.connect(told.append)
    with qtbot.waitSignal(window.help._newer.finished):
        window.help.look_at_start()
    assert told == [], "the newest version is not worth a word"
    with qtbot.waitSignal(window.help.message_requested):
        window.help.look_at_start()
