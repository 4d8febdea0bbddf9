"""The catalogue opens presets, data, lessons and files, by mouse and keys."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.experiment.presets import presets
from core.lessons.shipped import shipped_lessons
from playground.plugins.lessons.controller import catalogue
from playground.views.dialogs.catalogue.entries import about, entries_of, facts, matching
from playground.window.main_window import MainWindow
from tests.playground.views.dialogs.catalogue.test_catalogue_dialog import (
    PATIENCE_MS,
    opened,
    show_group,
)


def test_a_lesson_and_a_file_of_late_open(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(window, qtbot)
    show_group(dialog, "lessons")
    assert not dialog.only_data.isEnabled()
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.plugins["lessons"].has_work_aside, timeout=PATIENCE_MS)


def test_every_lesson_has_a_card_and_the_first_two(window: MainWindow) -> None:
    cards = entries_of(presets(), added=catalogue(window))
    assert [each.lesson for each in cards if each.group == "lessons"] == list(range(len(shipped_lessons())))
    assert next(each for each in cards if each.group == "first").title == "1 · A neuron is a line"
    assert "1 · A neuron is a line" in [each.title for each in matching(cards, "course")]
    assert all(about(each) and all(value for _, value in facts(each)) for each in cards)
