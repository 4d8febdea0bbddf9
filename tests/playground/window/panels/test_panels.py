"""Panels hide, come back, and are as they were left."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QMenu,
    QScrollBar,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.experiment.presets import preset_named
from playground.window.main_window import MainWindow
from playground.window.panels import DOCKS
from tests.playground.driving import choose, click, menu_action
from tests.playground.window.trained_windows import (
    controls,
    small,
    wait_for,
)

Make = Callable[..., MainWindow]


def test_panels_hide_and_come_back(window: MainWindow) -> None:
    shown = [dock for dock, row in zip(window.docks, DOCKS, strict=False) if row.is_open]
    for dock in shown:
        menu = next(menu for menu in window.findChildren(QMenu) if menu.title() == "&Panels")
        choose(window, "View", "Panels")
        click(menu, menu.actionGeometry(menu_action(menu, dock.windowTitle())).center())
        assert not dock.isVisible()
    choose(window, "View", "Restore panels")
    assert all(dock.isVisible() and not dock.isFloating() for dock in shown)
    assert not any(
        dock.isVisible() for dock, row in zip(window.docks, DOCKS, strict=False) if not row.is_open
    )
    choose(window, "View", "Move panels")
    assert all(dock.titleBarWidget() is None for dock in window.docks)
    choose(window, "View", "Move panels")
    assert all(dock.titleBarWidget() is not None for dock in window.docks)


def test_a_window_opens_as_the_last_one_was_closed(make: Make) -> None:
    first = make(small(), (1300, 800))
    first.docks[2].hide()
    first.training_bar.speed_chosen.emit("epoch_10")
    first.close()
    second = make(small(), (1300, 800))
    assert not second.docks[2].isVisible()
    assert second.training_bar.speed.current == "epoch_10"


def _room_of(control: QWidget) -> int:
    """Pixels left beside a control's text; negative if it is cut."""
    if not isinstance(control, QComboBox):
        return control.width() - min(control.minimumSizeHint().width(), control.maximumWidth())
    option = QStyleOptionComboBox()
    control.initStyleOption(option)
    complex_, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
    field = control.style().subControlRect(complex_, option, part, control)
    return field.width() - control.fontMetrics().horizontalAdvance(control.currentText())


SIZES = pytest.mark.parametrize("size", [(1280, 720), (1440, 900), (1920, 1080)], ids=str)


@SIZES
@pytest.mark.parametrize("preset", ["spirals", "mnist"])
def test_nothing_is_cut_at_any_size(make: Make, qtbot: QtBot, size: tuple[int, int], preset: str) -> None:
    window = make(preset_named(preset), size)
    wait_for(qtbot, lambda: window.snapshot_router.snapshot is not None)
    assert (window.width(), window.height()) == size
    inside = window.training_bar.rect()
    for control in controls(window.training_bar):
        place = control.rect().translated(control.mapTo(window.training_bar, QPoint(0, 0)))
        assert inside.contains(place), f"{control.accessibleName()} at {place}, in {inside}"
        assert _room_of(control) >= 0, f"{control.accessibleName()} lacks {-_room_of(control)} pixels"
    for bar in window.side.findChildren(QScrollBar):
        assert bar.orientation() == Qt.Orientation.Vertical or not bar.isVisible()
    assert window.side.widget().width() <= window.side.viewport().width()
    screen = window.rect()
    for dock in window.docks:
        assert dock.isHidden() or screen.contains(dock.geometry()), dock.windowTitle()
