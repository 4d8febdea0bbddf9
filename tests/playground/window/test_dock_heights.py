"""Dock heights: the plot is as large as possible, whatever the previous window size."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.experiment.presets import preset_named
from playground.views.results.confusion_tab import ConfusionTab
from playground.views.results.panel import TABS
from playground.window.main_window import MainWindow
from tests.playground.driving import press
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


def drag_separator(window: MainWindow, by_px: int) -> None:
    dock, host = window.docks[1].geometry(), window.panels.host
    start = QPoint(dock.center().x(), dock.bottom() + 1)
    QTest.mouseMove(host, start)
    QTest.mousePress(host, LEFT, pos=start)
    for step in range(1, 5):
        QTest.mouseMove(host, start + QPoint(0, by_px * step // 4))
        QApplication.processEvents()
    QTest.mouseRelease(host, LEFT, pos=start + QPoint(0, by_px))


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
    assert window.results.loss.canvas.height() > 100
    resize(window, MIDDLE)
    assert plot_px(window) == before


def test_a_large_window_leaves_the_curves_a_fair_share(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: fills_its_panel(window))
    plot, chart = plot_px(window), window.results.loss.canvas.height()
    resize(window, LARGE)
    assert window.results.loss.canvas.height() >= max(170, chart + 40)
    assert plot_px(window) >= plot
    assert fills_its_panel(window)


def test_a_low_window_begins_with_all_numbers(make: Make, qtbot: QtBot) -> None:
    window = make(None, LOW)
    qtbot.waitUntil(window.results.foot.isVisible)
    assert window.results.train_tile.isVisible()


def test_a_plot_that_was_made_small_by_hand_stays_so(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: fills_its_panel(window))
    before = plot_px(window)
    drag_separator(window, -100)
    qtbot.waitUntil(lambda: plot_px(window) < before - 60)
    small = plot_px(window)
    resize(window, (1440, 910))
    assert plot_px(window) < small + 10


def test_the_pad_and_the_results_fit_in_a_low_window(make: Make, qtbot: QtBot) -> None:
    window = make(preset_named("mnist"), LOW)
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=60_000)
    press(window, Qt.Key.Key_W)
    qtbot.waitUntil(window.drawing.isVisible)
    for page in range(window.results.tabs.count()):
        window.results.tabs.setCurrentIndex(page)
        resize(window, LOW)
        assert (window.width(), window.height()) == LOW, window.results.tabs.tabText(page)
    assert window.drawing.model_input.height() >= 80


def test_a_plot_that_was_left_small_is_small_in_the_next_window(make: Make, qtbot: QtBot) -> None:
    first = make(None, MIDDLE)
    qtbot.waitUntil(lambda: fills_its_panel(first))
    drag_separator(first, -100)
    qtbot.waitUntil(lambda: plot_px(first) < first.output.width() - 80)
    small = plot_px(first)
    first.document.undo_stack.setClean()
    first.close()
    second = make(None, MIDDLE)
    resize(second, (1440, 910))
    assert plot_px(second) < small + 10


def shown_kind(window: MainWindow) -> str:
    """Kind of the dataset that is drawn."""
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    return snapshot.experiment.dataset.kind


def test_who_draws_or_paints_in_a_low_window_has_room(make: Make, qtbot: QtBot) -> None:
    window = make(preset_named("mnist"), LOW)
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=60_000)
    qtbot.waitUntil(window.results.foot.isVisible)
    press(window, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: window.drawing.pad.height() >= 200)
    assert not window.results.foot.isVisible()
    window.drawing.close_button.click()
    qtbot.waitUntil(window.results.foot.isVisible)
    before = plot_px(window)
    window.document.change("Take moons", preset_named("moons"))
    # Painting starts once the moons are loaded.
    qtbot.waitUntil(lambda: shown_kind(window) == "moons", timeout=60_000)
    press(window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: plot_px(window) > before - 5 and not window.results.foot.isVisible())
    resize(window, (1280, 730))
    resize(window, LOW)
    assert plot_px(window) > before - 5


def test_the_pad_grows_with_the_window(make: Make, qtbot: QtBot) -> None:
    window = make(preset_named("mnist"), LARGE)
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=60_000)
    press(window, Qt.Key.Key_W)
    pad = window.drawing.pad
    qtbot.waitUntil(lambda: pad.width() >= 240 and pad.square().width() >= 0.9 * pad.width())
    resize(window, LOW)
    assert (window.width(), window.height()) == LOW
    resize(window, LARGE)
    qtbot.waitUntil(lambda: pad.width() >= 240 and pad.square().width() >= 0.9 * pad.width())


def test_who_paints_in_a_low_window_sees_the_whole_confusion_matrix(make: Make, qtbot: QtBot) -> None:
    window = make(small(), LOW)
    train(window, qtbot, 1)
    press(window, Qt.Key.Key_P)
    results = window.results
    results.tabs.setCurrentIndex(TABS.index(ConfusionTab))
    matrix = results.confusion.matrix
    qtbot.waitUntil(matrix.isVisible)
    qtbot.waitUntil(lambda: results.confusion.rect().contains(matrix.geometry()))


def test_who_draws_has_room_beside_the_doctor_too(make: Make, qtbot: QtBot) -> None:
    window = make(preset_named("mnist"), LOW)
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=60_000)
    press(window, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: window.panels.doctor_dock.x() > 0)
    press(window, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: window.drawing.pad.height() >= 180)
    assert (window.width(), window.height()) == LOW
