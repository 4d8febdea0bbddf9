"""The help of the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QWidget,
)

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
