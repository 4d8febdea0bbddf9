"""The results panel in the main window while training: edit markers, previous runs, histograms."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.experiment.presets import preset_named
from core.nn import Dense
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.window.trained_windows import pictures_of
from tests.walk import screen

PATIENCE_MS = 60_000


def open_tab(window: MainWindow, name: str) -> None:
    tabs = window.results.tabs
    index = [tabs.tabText(each) for each in range(tabs.count())].index(name)
    if not tabs.isTabVisible(index):
        menu = window.results.more.menu()
        next(action for action in menu.actions() if action.text() == name).trigger()
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(index).center())
    assert tabs.currentIndex() == index


def train_to(qtbot: QtBot, window: MainWindow, epoch: int) -> None:
    canvas = window.results.curves.canvas
    window.session.play()
    qtbot.waitUntil(lambda: len(canvas.curves[0]) > epoch, timeout=PATIENCE_MS)
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)


def test_an_edit_is_marked_and_a_reset_leaves_the_run_behind(qtbot: QtBot, window: MainWindow) -> None:
    def is_measured() -> bool:
        snapshot = window.results._snapshot
        return snapshot.experiment == window.document.experiment and not snapshot.figures.is_old

    results = window.results
    train_to(qtbot, window, 3)
    qtbot.waitUntil(is_measured, timeout=PATIENCE_MS)
    trained = results.curves.canvas.curves[2].copy()
    window.document.insert_layer(1, Dense(units=4))
    qtbot.waitUntil(lambda: bool(results.curves.canvas._marks.marks) and is_measured(), timeout=PATIENCE_MS)
    [mark] = results.curves.canvas._marks.marks
    assert mark.text == "Add Dense"
    assert results.curves.canvas.ghosts == ()
    before = results.curves.canvas.curves[2].copy()
    window.session.reset()
    qtbot.waitUntil(lambda: len(results.curves.canvas.ghosts) == 1, timeout=PATIENCE_MS)
    # The edit was measured where the run ended, but never trained.
    assert (results.curves.canvas.ghosts[0][1] == trained).all()
    assert results.curves.canvas._marks.marks == ()
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: results.curves.canvas.ghosts == () and is_measured(), timeout=PATIENCE_MS)
    assert (results.curves.canvas.curves[2] == before).all()


def test_rates_are_shown(qtbot: QtBot, window: MainWindow) -> None:
    open_tab(window, "Rate")
    window.session.step_epoch()
    norms = window.results.rate.canvas
    qtbot.waitUntil(lambda: len(norms.curves[0]) == 2, timeout=PATIENCE_MS)
    assert norms.curves[1][1] == window.document.experiment.training.optimizer.learning_rate
    assert norms.curves[2][1] > 0.0
    assert window.results.first_tile.value != "–"


# -- one number --------------------------------------------------------------------------------------------------


def test_a_part_says_so_until_all_is_measured(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(preset_named("Names"))
    taken = pictures_of(window)
    parts: set[str] = set()

    def look() -> None:
        # Tiles are written ten times a second, so that they may be of the moment before.
        if taken and window.results.second_tile.isVisible():
            parts.update(each.part for each in screen.tiles(screen.read(window)))

    window.session.snapshot_taken.connect(look, Qt.ConnectionType.QueuedConnection)
    window.session.play()
    qtbot.waitUntil(lambda: any(parts), timeout=PATIENCE_MS)
    window.session.pause()
    qtbot.waitUntil(lambda: bool(taken) and not taken[-1].figures.train.is_part, timeout=PATIENCE_MS)
    assert any(part.startswith("of ") for part in parts)
    qtbot.waitUntil(
        lambda: not any(each.part for each in screen.tiles(screen.read(window))), timeout=PATIENCE_MS
    )
