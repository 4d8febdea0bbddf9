"""Panels hide, come back, and are as they were left."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QMenu,
    QScrollBar,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.data.datasets import Xor
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_named
from core.nn import Dense
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import close_window
from tests.playground.driving import choose, click, menu_action
from tests.playground.window.trained_windows import (
    controls,
    small,
    wait_for,
)

Make = Callable[..., MainWindow]


def test_panels_hide_and_come_back(window: MainWindow) -> None:
    drawing = window.plugins["draw"].dock
    shown = [dock for dock in window.docks if dock is not drawing]
    for dock in shown:
        menu = next(menu for menu in window.findChildren(QMenu) if menu.title() == "&Panels")
        choose(window, "View", "Panels")
        click(menu, menu.actionGeometry(menu_action(menu, dock.windowTitle())).center())
        assert not dock.isVisible()
    choose(window, "View", "Restore panels")
    assert all(dock.isVisible() and not dock.isFloating() for dock in shown)
    # The pad is hidden without images.
    assert not drawing.isVisible()
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


PATIENCE_MS = 60_000
SMALL = Experiment(name="Small", dataset=Xor(samples=60, noise=0.1), layers=(Dense(4, "tanh"),))


def test_the_microscope_opens_where_it_was_left(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    for docked in (False, True):
        window = make(SMALL)
        qtbot.waitUntil(lambda w=window: w.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
        window.inspection.open_microscope()
        assert window.microscope.is_docked is docked
        assert window.microscope.isVisible()
        if not docked:
            click(window.microscope.dock)
            window.microscope.close()
            close_window(window)


def test_the_docks_grow_with_the_window_beside_a_docked_microscope_too(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(SMALL, (1600, 900))
    widths = window.panels.sizes
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
    window.inspection.open_microscope()
    click(window.microscope.dock)
    window.resize(1920, 1080)
    qtbot.waitUntil(lambda: window.panels.output_dock.width() >= 500)
    assert abs(window.panels.output_dock.width() - widths.target_px) < 3


def test_the_plot_grows_with_a_small_window_in_which_the_microscope_was_docked(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    """The microscope needs more than the plot there, which had been taken for a divider that the user moved."""
    window = make(SMALL, (1280, 720))
    dock, widths = window.panels.output_dock, window.panels.sizes
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
    before = dock.width()
    window.inspection.open_microscope()
    click(window.microscope.dock)
    qtbot.waitUntil(lambda: dock.width() > before + 20, timeout=5000)
    window.resize(1920, 1080)
    qtbot.waitUntil(lambda: dock.width() >= 500, timeout=5000)
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: abs(dock.width() - widths.target_px) < 3, timeout=5000)
    assert dock.width() > before
    click(window.microscope.dock)
    qtbot.waitUntil(lambda: abs(dock.width() - before) < 3, timeout=5000)


def test_the_microscope_docks_floats_and_goes_on_showing_numbers(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(SMALL)
    microscope, place = window.microscope, window.panels.microscope_dock
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
    window.inspection.open_microscope()
    click(microscope.dock)
    assert place.dock is not None
    assert microscope.isVisible()
    assert microscope.window() is window
    assert microscope.dock.text() == "Float"
    # It requests its neuron from where it is now.
    qtbot.waitUntil(lambda: window.session.request.neuron == microscope.place, timeout=PATIENCE_MS)
    microscope.layer.setFocus()
    QTest.keyClick(microscope.layer, Qt.Key.Key_Escape)
    assert place.dock.isHidden()
    assert window.session.request.neuron is None
    window.inspection.open_microscope()
    assert microscope.isVisible()
    click(microscope.dock)
    assert microscope.isWindow()
    assert place.dock.isHidden()
    assert microscope.dock.text() == "Dock"
    microscope.close()
    assert not microscope.isVisible()
