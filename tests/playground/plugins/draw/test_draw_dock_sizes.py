"""The boundary keeps its size, whatever happens around it; only the curves give way."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.experiment.presets import preset_named
from playground.window.main_window import MainWindow
from tests.playground.driving import press
from tests.playground.window.test_dock_sizes import LARGE, LOW, Make, plot_px, resize


def test_the_pad_and_the_results_fit_in_a_low_window(make: Make, qtbot: QtBot) -> None:
    window = make(preset_named("mnist"), LOW)
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=60_000)
    press(window, Qt.Key.Key_W)
    qtbot.waitUntil(window.plugins["draw"].panel.isVisible)
    for page in range(window.results.tabs.count()):
        window.results.tabs.setCurrentIndex(page)
        resize(window, LOW)
        assert (window.width(), window.height()) == LOW, window.results.tabs.tabText(page)
    assert window.plugins["draw"].panel.model_input.height() >= 80


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
    qtbot.waitUntil(lambda: window.plugins["draw"].panel.pad.height() >= 200)
    assert not window.results.foot.isVisible()
    window.plugins["draw"].panel.close_button.click()
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
    pad = window.plugins["draw"].panel.pad
    qtbot.waitUntil(lambda: pad.width() >= 240 and pad.square().width() >= 0.9 * pad.width())
    resize(window, LOW)
    assert (window.width(), window.height()) == LOW
    resize(window, LARGE)
    qtbot.waitUntil(lambda: pad.width() >= 240 and pad.square().width() >= 0.9 * pad.width())
