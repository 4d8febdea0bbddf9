"""The training bar on the screen."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from playground.commands.actions import make_actions
from playground.model.document import Document
from playground.views.theme.theme import ThemeSource
from playground.views.training_bar import TrainingBar

LEFT = Qt.MouseButton.LeftButton


class Made(NamedTuple):
    window: QMainWindow
    document: Document
    bar: TrainingBar
    actions: dict[str, QAction]
    themes: ThemeSource
    last: QPushButton


def build(qtbot: QtBot, width: int = 1280) -> Made:
    window = QMainWindow()
    document, themes = Document(parent=window), ThemeSource(mode="light", parent=window)
    actions = make_actions(window)
    bar = TrainingBar(document, themes, actions, window)
    last = bar.add_button("Open it", "See the panels.", actions["commands"])
    window.setCentralWidget(bar)
    qtbot.addWidget(window)
    window.resize(width, 80)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return Made(window, document, bar, actions, themes, last)


def choose(combo: QComboBox, index: int) -> None:
    """Open the combo box with the mouse and choose an item with Return."""
    QTest.mouseClick(combo, LEFT)
    view = combo.view()
    item = view.model().index(index, 0)
    view.setCurrentIndex(item)
    QTest.keyClick(view, Qt.Key.Key_Return)


def pick(combo: QComboBox, key: str) -> None:
    combo.setFocus()
    index = combo.findData(key)
    assert index >= 0, f"{key} is not among the choices"
    while combo.currentIndex() != index:
        step = Qt.Key.Key_Down if combo.currentIndex() < index else Qt.Key.Key_Up
        QTest.keyClick(combo, step)
