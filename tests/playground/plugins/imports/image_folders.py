"""The dialog of image folders on the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from playground.plugins.imports.image_dialog import ImageDialog

PATIENCE_MS = 60_000


Opener = Callable[[Path], ImageDialog]


def settled(dialog: ImageDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not dialog.loader.busy, timeout=PATIENCE_MS)


def pick(combo: QWidget, key: str) -> None:
    """Choose an item by arrow keys."""
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    while combo.current != key:  # type: ignore[attr-defined]
        before = combo.current  # type: ignore[attr-defined]
        QTest.keyClick(combo, Qt.Key.Key_Down)
        assert combo.current != before  # type: ignore[attr-defined]
