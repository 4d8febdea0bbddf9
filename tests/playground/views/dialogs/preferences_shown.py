"""The preferences on the screen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton
from pytestqt.qtbot import QtBot

from playground.views.dialogs.preferences import PreferencesDialog
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press

CTRL = Qt.KeyboardModifier.ControlModifier


PATIENCE_MS = 60_000


def open_dialog(window: MainWindow, qtbot: QtBot) -> PreferencesDialog:
    press(window, Qt.Key.Key_Comma, CTRL)
    found = [dialog for dialog in window.findChildren(PreferencesDialog) if dialog.isVisible()]
    assert len(found) == 1
    qtbot.waitUntil(found[0].isActiveWindow, timeout=PATIENCE_MS)
    return found[0]


def check(box: QCheckBox) -> None:
    option = QStyleOptionButton()
    box.initStyleOption(option)
    mark = box.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, box)
    click(box, mark.center())
