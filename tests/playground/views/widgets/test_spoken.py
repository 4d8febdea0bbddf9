from __future__ import annotations

import gc
import weakref

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from playground.views.widgets.spoken import Role, speak_as
from tests.benchmarks.open_window import deliver_deletions

PRESS = QAccessibleActionInterface.pressAction()


class Painted(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.typed: list[str] = []
        self.menus = 0
        self.setAccessibleName("Map")
        speak_as(self, Role.Table, press=Qt.Key.Key_Return, menu=self.open_menu, keys="Space in the list")

    def open_menu(self) -> None:
        self.menus += 1

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.typed.append(event.text())


class Pressed(QAbstractButton):
    def paintEvent(self, event: object) -> None: ...


def test_a_painted_widget_has_a_role_keys_and_actions_that_do_what_keys_do(qtbot: QtBot) -> None:
    widget = Painted()
    qtbot.addWidget(widget)
    found = QAccessible.queryAccessibleInterface(widget)
    assert (found.role(), found.text(QAccessible.Text.Name)) == (Role.Table, "Map")
    assert found.text(QAccessible.Text.Accelerator) == "Space in the list"
    actions = found.actionInterface()
    assert actions.actionNames() == [PRESS, QAccessibleActionInterface.showMenuAction()]
    assert actions.keyBindingsForAction(PRESS) == ["Space in the list"]
    for name in actions.actionNames():
        actions.doAction(name)
    assert (widget.typed, widget.menus) == (["\r"], 1)
    widget.setEnabled(False)
    assert actions.actionNames() == []


def test_a_painted_button_is_pressed(qtbot: QtBot) -> None:
    button = Pressed()
    qtbot.addWidget(button)
    speak_as(button, Role.Button)
    with qtbot.waitSignal(button.clicked):
        QAccessible.queryAccessibleInterface(button).actionInterface().doAction(PRESS)


def test_interfaces_live_and_end_with_their_widgets(qtbot: QtBot) -> None:
    alive = weakref.WeakSet[QWidget]()
    for _ in range(50):
        widget = Painted()
        alive.add(widget)
        QAccessible.queryAccessibleInterface(widget)
        gc.collect()
        assert QAccessible.queryAccessibleInterface(widget).role() == Role.Table
        widget.deleteLater()
        deliver_deletions()
        del widget
        gc.collect()
    assert not alive
