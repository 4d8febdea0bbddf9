"""The palette of commands on the screen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from playground.views.dialogs.command_palette import Command, CommandPalette
from playground.window.main_window import MainWindow
from tests.playground.driving import press

CTRL = Qt.KeyboardModifier.ControlModifier


def names(commands: list[Command]) -> list[str]:
    return [command.text for command in commands]


def palette_of(window: QWidget) -> CommandPalette:
    found = [palette for palette in window.findChildren(CommandPalette) if palette.isVisible()]
    assert len(found) == 1
    return found[0]


def open_palette(window: MainWindow, text: str = "") -> CommandPalette:
    press(window, Qt.Key.Key_K, CTRL)
    palette = palette_of(window)
    assert palette.field.hasFocus()
    QTest.keyClicks(palette.field, text)
    return palette
