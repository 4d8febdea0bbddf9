"""The boundary keeps its size, whatever happens around it; only the curves give way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.nn import Dense
from playground.views.results.confusion_tab import ConfusionTab
from playground.views.results.tab import TABS
from playground.window.main_window import MainWindow
from tests.playground.driving import choose, press
from tests.playground.window.trained_windows import small, train

LEFT = Qt.MouseButton.LeftButton
LOW, MIDDLE, LARGE = (1280, 720), (1440, 900), (1920, 1080)
Make = Callable[..., MainWindow]


def plot_px(window: MainWindow) -> int:
    return window.output.pictures.height()


def resize(window: MainWindow, size: tuple[int, int]) -> None:
    window.resize(*size)
    # Layout requests, and those that follow, are queued: the width first, then the height that fits it.
    for _ in range(6):
        QApplication.processEvents()


def drag_divider(window: MainWindow, by: QPoint) -> None:
    """The one below the output, or for a way to the side the one beside it."""
    dock, host = window.panels.output_dock.geometry(), window.panels.host
    below, beside = QPoint(dock.center().x(), dock.bottom() + 1), QPoint(dock.left() - 3, dock.center().y())
    start = beside if by.x() else below
    QTest.mouseMove(host, start)
    QTest.mousePress(host, LEFT, pos=start)
    for step in range(1, 5):
        QTest.mouseMove(host, start + by * step / 4)
        QApplication.processEvents()
    QTest.mouseRelease(host, LEFT, pos=start + by)


def close(window: MainWindow) -> None:
    window.document.undo_stack.setClean()
    window.close()


def fills_its_panel(window: MainWindow) -> bool:
    return plot_px(window) >= window.output.width() - 26


def test_the_plot_fills_its_panel_at_first(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: fills_its_panel(window))


def test_the_plot_is_large_again_after_the_window_was_low(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: fills_its_panel(window))
    before = plot_px(window)
    resize(window, LARGE)
    resize(window, LOW)
    low = plot_px(window)
    assert low < before
    assert window.results.curves.canvas.height() >= 80
    resize(window, MIDDLE)
    assert plot_px(window) == before


def test_a_large_window_has_a_large_plot_and_readable_curves(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: fills_its_panel(window))
    plot, chart = plot_px(window), window.results.curves.canvas.height()
    resize(window, LARGE)
    assert window.results.curves.canvas.height() >= chart - 16
    assert plot_px(window) > plot + 180
    assert fills_its_panel(window)
    assert window.canvas.width() > 900


@pytest.mark.parametrize("size", [LOW, MIDDLE], ids=str)
def test_the_plot_keeps_its_size_after_a_restart_and_other_sizes(
    make: Make, qtbot: QtBot, size: tuple[int, int]
) -> None:
    first = make(None, size)
    resize(first, size)
    before = plot_px(first)
    assert size == LOW or before >= 420
    close(first)
    second = make(None, size)
    qtbot.waitUntil(lambda: plot_px(second) == before)
    if size == MIDDLE:
        # A window manager may take some of the height: the curves give way.
        resize(second, (1440, 860))
        assert plot_px(second) >= before - 1
    for other in (LARGE, LOW, (1000, 640), MIDDLE, (1900, 800)):
        resize(second, other)
        resize(second, size)
        assert plot_px(second) == before, other
    close(second)
    # A window that was larger when it was closed.
    third = make(None, LARGE)
    close(third)
    fourth = make(None, size)
    qtbot.waitUntil(lambda: plot_px(fourth) == before)


def test_the_plot_keeps_its_size_with_every_tab_while_painting_and_beside_a_deep_network(
    window: MainWindow, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: fills_its_panel(window))
    before = plot_px(window)
    for page in range(window.results.tabs.count()):
        window.results.tabs.setCurrentIndex(page)
        resize(window, MIDDLE)
        assert plot_px(window) == before, window.results.tabs.tabText(page)
    window.results.tabs.setCurrentIndex(0)
    press(window, Qt.Key.Key_P)
    qtbot.waitUntil(window.painting.bar.isVisible)
    resize(window, MIDDLE)
    assert plot_px(window) == before
    assert window.results.curves.canvas.height() >= 60
    press(window, Qt.Key.Key_Escape)
    window.document.change_layers("Deep", (Dense(3),) * 6)
    resize(window, MIDDLE)
    assert plot_px(window) == before


def test_a_divider_moved_to_the_side_by_hand_stays_until_panels_are_restored(
    window: MainWindow, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: fills_its_panel(window))
    before, plot = window.panels.output_dock.width(), plot_px(window)
    drag_divider(window, QPoint(70, 0))
    qtbot.waitUntil(lambda: window.panels.output_dock.width() < before - 50)
    # The plot is square.
    qtbot.waitUntil(lambda: plot_px(window) <= plot - 50 and fills_its_panel(window))
    chosen = window.panels.output_dock.width()
    resize(window, (1600, 900))
    assert abs(window.panels.output_dock.width() - chosen) <= 2
    resize(window, MIDDLE)
    choose(window, "View", "Restore panels")
    qtbot.waitUntil(lambda: plot_px(window) == plot)


def test_a_low_window_begins_with_all_numbers(make: Make, qtbot: QtBot) -> None:
    window = make(None, LOW)
    qtbot.waitUntil(window.results.foot.isVisible)
    assert window.results.first_tile.isVisible()


def test_a_plot_that_was_made_small_by_hand_stays_so(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: fills_its_panel(window))
    before = plot_px(window)
    drag_divider(window, QPoint(0, -100))
    qtbot.waitUntil(lambda: plot_px(window) < before - 60)
    small = plot_px(window)
    resize(window, (1440, 910))
    assert plot_px(window) < small + 10


def test_a_plot_that_was_left_small_is_small_in_the_next_window(make: Make, qtbot: QtBot) -> None:
    first = make(None, MIDDLE)
    qtbot.waitUntil(lambda: fills_its_panel(first))
    drag_divider(first, QPoint(0, -100))
    qtbot.waitUntil(lambda: plot_px(first) < first.output.width() - 80)
    small = plot_px(first)
    close(first)
    second = make(None, MIDDLE)
    resize(second, (1440, 910))
    assert plot_px(second) < small + 10


def test_who_paints_in_a_low_window_sees_the_whole_confusion_matrix(make: Make, qtbot: QtBot) -> None:
    window = make(small(), LOW)
    train(window, qtbot, 1)
    press(window, Qt.Key.Key_P)
    results = window.results
    results.tabs.setCurrentIndex(TABS.index(ConfusionTab))
    matrix = results.confusion.matrix
    qtbot.waitUntil(matrix.isVisible)
    qtbot.waitUntil(lambda: results.confusion.rect().contains(matrix.geometry()))
