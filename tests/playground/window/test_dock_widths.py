"""Dock widths: what a larger window has more goes to the plot, until its divider is moved."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import Circles, Moons
from core.experiment.experiment import Experiment
from core.nn import Dense
from playground.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
Make = Callable[..., MainWindow]


def drag_divider(window: MainWindow, by_px: int) -> None:
    dock = window.panels.output_dock.geometry()
    start = QPoint(dock.left() - 3, dock.center().y())
    QTest.mouseMove(window.panels.host, start)
    QTest.mousePress(window.panels.host, LEFT, pos=start)
    for step in range(1, 5):
        QTest.mouseMove(window.panels.host, start + QPoint(by_px * step // 4, 0))
        QApplication.processEvents()
    QTest.mouseRelease(window.panels.host, LEFT, pos=start + QPoint(by_px, 0))


def is_settled(window: MainWindow) -> bool:
    return abs(window.panels.output_dock.width() - window.panels.dock_widths.target_px) < 3


def plot_px(window: MainWindow) -> int:
    return window.output.plot.width()


def test_the_plot_grows_with_the_window_and_shrinks_with_it(make: Make, qtbot: QtBot) -> None:
    window = make(None, (1280, 720))
    qtbot.waitUntil(lambda: is_settled(window))
    small = window.panels.output_dock.width()
    window.resize(1920, 1080)
    qtbot.waitUntil(lambda: plot_px(window) >= 500)
    # A plot beside empty space would be smaller than its panel.
    qtbot.waitUntil(lambda: plot_px(window) >= window.output.width() - 40)
    assert window.canvas.width() > 900
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: window.panels.output_dock.width() == small)


def test_a_divider_moved_by_hand_stays(make: Make, qtbot: QtBot) -> None:
    window = make(None, (1440, 900))
    qtbot.waitUntil(lambda: is_settled(window))
    before = window.panels.output_dock.width()
    drag_divider(window, 70)
    qtbot.waitUntil(lambda: window.panels.output_dock.width() < before - 50)
    chosen = window.panels.output_dock.width()
    window.resize(1600, 900)
    qtbot.waitUntil(lambda: window.canvas.width() > 900)
    assert abs(window.panels.output_dock.width() - chosen) <= 2


def test_a_wider_panel_has_a_larger_plot(make: Make, qtbot: QtBot) -> None:
    window = make(None, (1440, 1200))
    qtbot.waitUntil(lambda: is_settled(window))
    qtbot.waitUntil(lambda: plot_px(window) >= window.output.width() - 40)
    first = plot_px(window)
    drag_divider(window, 100)
    qtbot.waitUntil(lambda: plot_px(window) <= first - 80)
    before = plot_px(window)
    drag_divider(window, -60)
    qtbot.waitUntil(lambda: plot_px(window) >= before + 40)


def test_the_plot_leaves_the_network_the_room_that_it_needs(make: Make, qtbot: QtBot) -> None:
    window = make(Experiment(dataset=Moons(samples=60), layers=(Dense(3),)), (1440, 900))
    qtbot.waitUntil(lambda: is_settled(window))
    wide = window.panels.output_dock.width()
    assert wide > 440
    window.document.change_layers("Deep", (Dense(3),) * 5)
    qtbot.waitUntil(lambda: window.panels.output_dock.width() < wide - 50)
    qtbot.waitUntil(lambda: window.canvas.zoom == 1.0)
    assert window.canvas.width() >= window.canvas.scene.needed_px
    narrow = window.panels.output_dock.width()
    # The plot does not jump with every layer.
    window.document.change_layers("Shallow", (Dense(3),))
    qtbot.waitUntil(lambda: len(window.canvas.cards) == 3)
    assert window.panels.output_dock.width() == narrow
    window.document.change("Circles", window.document.experiment.replace(dataset=Circles(samples=60)))
    qtbot.waitUntil(lambda: window.panels.output_dock.width() == wide)
