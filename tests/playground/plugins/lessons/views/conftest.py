"""A panel in a window of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from playground.plugins.lessons.views.panel import LessonPanel
from playground.views.theme.theme import ThemeSource


@pytest.fixture
def panel(qtbot: QtBot, themed: None) -> Iterator[LessonPanel]:
    window = QMainWindow()
    qtbot.addWidget(window)
    dock = QDockWidget(window)
    dock.setTitleBarWidget(QWidget(dock))
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    themes = ThemeSource(None, "light", window)
    made = LessonPanel(themes, dock)
    dock.setWidget(made)
    window.resize(600, 800)
    window.show()
    yield made
    window.close()
