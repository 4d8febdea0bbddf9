"""Widgets on the screen, and what a user does with them."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot


def shown(qtbot: QtBot, widget: QWidget, width: int = 240, height: int = 0) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, height or max(30, widget.sizeHint().height()))
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)
    widget.setFocus()
