"""The ring: around the control that is meant, wherever it goes, and around the menu that holds a command."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from playground.plugins.lessons.views import Ring
from playground.window.main_window import MainWindow
from tests.playground.driving import click


def _place(widget: QWidget, window: MainWindow) -> QRect:
    return QRect(widget.mapTo(window, QPoint()), widget.size())


def _ring(window: MainWindow) -> Ring:
    return Ring(window.themes, window)


def test_a_control_is_ringed_wherever_it_goes_and_takes_every_click(window: MainWindow, qtbot: QtBot) -> None:
    ring, palette = _ring(window), window.panels.palette
    ring.mark(palette, 4)
    qtbot.waitUntil(ring.isVisible)
    assert ring.number == 4
    assert ring.geometry().contains(_place(palette, window).adjusted(4, 0, 0, 0))
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: ring.geometry().contains(_place(palette, window).adjusted(4, 0, 0, 0)))
    assert ring.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    assert window.childAt(_place(palette, window).center()) is not ring
    palette.hide()
    qtbot.waitUntil(lambda: not ring.isVisible())
    palette.show()
    qtbot.waitUntil(ring.isVisible)
    ring.mark(None)
    assert not ring.isVisible()


def test_what_hides_a_control_is_opened(window: MainWindow, qtbot: QtBot) -> None:
    ring = _ring(window)
    window.panels.results_dock.hide()
    ring.mark(window.panels.results.tabs, 2)
    qtbot.waitUntil(window.panels.results_dock.isVisible)
    qtbot.waitUntil(ring.isVisible)


def test_a_command_without_a_button_is_shown_by_its_menu(window: MainWindow, qtbot: QtBot) -> None:
    ring = _ring(window)
    ring.mark(window.actions_by_name["mistakes"], 3)
    qtbot.waitUntil(ring.isVisible)
    bar = window.menu_area.bar
    view = next(each for each in bar.actions() if each.text() == "&View")
    place = bar.actionGeometry(view).translated(bar.mapTo(window, QPoint()))
    # At the edge of the window the line does not strike its text through.
    assert ring.frame.translated(ring.pos()).contains(QRectF(place).adjusted(0, 4, 0, -4))
    # In dark, too, and with nothing to mark.
    click(window.training_bar.findChild(QWidget, "theme_button") or window)
    qtbot.waitUntil(ring.isVisible)
    ring.mark(None, 1)
    qtbot.waitUntil(lambda: not ring.isVisible())
