"""Drives the main window by real mouse and key events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QMenuBar, QWidget
from pytestqt.qtbot import QtBot

from playground.window.main_window import MainWindow
from playground.window.pages import PAGES

LEFT = Qt.MouseButton.LeftButton


def press(
    window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press a key in the focused widget."""
    QTest.keyClick(QApplication.focusWidget() or window, key, modifier)


_WAYS: Final = {way.arguments[0]: way.name for row in PAGES for way in row.commands}
PLACES: Final = (*(row.kind for row in PAGES), *_WAYS)
"""The pages, and what their further commands show."""


def show(window: MainWindow, place: str) -> None:
    """Bring a page to the front, or what is shown on one."""
    if place in _WAYS:
        window.actions_by_name[_WAYS[place]].trigger()
    else:
        window.pages.show(place)


def save(window: MainWindow, qtbot: QtBot, how: Callable[[], object] | None = None) -> bool:
    """Press Ctrl+S, or call `how`, and wait for the end. Returns whether the file was written."""
    # Without a window manager, the focus does not return after a message box.
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=60_000)
    with qtbot.waitSignal(window.files.saver.ended, timeout=60_000) as ended:
        if how is None:
            press(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        else:
            how()
    return bool(ended.args[0])


def plot_is_final(window: MainWindow) -> bool:
    """Whether the output is drawn at the pixels of its plot, and no finer image follows."""
    plot = window.output.plot
    return plot.image is not None and plot.image.is_final and plot.image.side == plot.pixels


def click(widget: QWidget, at: QPoint | None = None) -> None:
    """Left click, by default at the center of the widget."""
    assert widget.isVisible(), f"{widget!r} is not to be seen"
    QTest.mouseClick(widget, LEFT, pos=at or widget.rect().center())


def double_click(widget: QWidget, at: QPoint) -> None:
    """Double-click within an event loop, as in a window that runs.

    What is to be deleted later goes in the next loop of the level where that was asked for. Outside of all loops,
    a loop that the click's own handler starts counts as such: it would delete the view whose event is being handled.
    """
    loop = QEventLoop()

    def act() -> None:
        try:
            QTest.mouseDClick(widget, LEFT, pos=at)
        finally:
            loop.quit()

    QTimer.singleShot(0, act)
    loop.exec()


def drag(widget: QWidget, to: QPoint) -> None:
    """Press on a widget, move in several steps to a global position, and release."""
    start, end = QPoint(widget.width() // 2, 14), widget.mapFromGlobal(to)
    QTest.mousePress(widget, LEFT, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(widget, start + (end - start) * step / 5)
    QTest.mouseRelease(widget, LEFT, pos=end)


def put_text(field: QLineEdit, text: str) -> None:
    """Replace the text of a field and press Enter."""
    click(field)
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def menu_action(menu: QMenu, text: str) -> QAction:
    """The entry with this text, mnemonic and ellipsis ignored."""
    found = {_plain(action.text()): action for action in menu.actions()}
    assert text in found, f"{text!r} is not among {sorted(found)}"
    return found[text]


def choose(window: MainWindow, *path: str) -> None:
    """Choose from the menus by mouse: choose(window, "File", "Save as")."""
    # Not menuBar(): that creates one if the menu widget is another.
    bar = window.findChild(QMenuBar)
    assert bar is not None
    top = next(action for action in bar.actions() if _plain(action.text()) == path[0])
    QTest.mouseClick(bar, LEFT, pos=bar.actionGeometry(top).center())
    menu = top.menu()
    for text in path[1:]:
        assert isinstance(menu, QMenu)
        assert menu.isVisible(), f"the menu with {text!r} did not open"
        action = menu_action(menu, text)
        assert action.isEnabled(), f"{text!r} cannot be chosen"
        if action.menu() is None:
            QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
        else:
            # A key opens the submenu at once; the mouse after a delay, or it closes again.
            menu.setActiveAction(action)
            QTest.keyClick(menu, Qt.Key.Key_Right)
        menu = action.menu()


def _plain(text: str) -> str:
    return text.replace("&", "").rstrip("…")
