"""The results panel in the main window while training: edit markers, previous runs, histograms."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.nn import Dense
from playground.training.state import TrainingState
from playground.training.timeline_recorder import TimelineRecorder
from playground.window.main_window import MainWindow
from tests.playground.driving import click

PATIENCE_MS = 60_000


def open_tab(window: MainWindow, name: str) -> None:
    tabs = window.results.tabs
    index = [tabs.tabText(each) for each in range(tabs.count())].index(name)
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(index).center())
    assert tabs.currentIndex() == index


def train_to(qtbot: QtBot, window: MainWindow, epoch: int) -> None:
    canvas = window.results.loss.canvas
    window.session.play()
    qtbot.waitUntil(lambda: len(canvas.curves[0]) > epoch, timeout=PATIENCE_MS)
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)


def test_an_edit_is_marked_and_a_reset_leaves_the_run_behind(qtbot: QtBot, window: MainWindow) -> None:
    results = window.results
    train_to(qtbot, window, 3)
    window.document.insert_layer(1, Dense(units=4))
    qtbot.waitUntil(lambda: bool(results.loss.canvas._marks.marks), timeout=PATIENCE_MS)
    [mark] = results.loss.canvas._marks.marks
    assert mark.text == "Add Dense"
    assert results.loss.canvas.ghosts == ()
    before = results.loss.canvas.curves[2].copy()
    window.session.reset()
    qtbot.waitUntil(lambda: len(results.loss.canvas.ghosts) == 1, timeout=PATIENCE_MS)
    assert (results.loss.canvas.ghosts[0][1] == before).all()
    assert results.loss.canvas._marks.marks == ()
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: results.loss.canvas.ghosts == (), timeout=PATIENCE_MS)
    assert (results.loss.canvas.curves[2] == before).all()


def test_histograms_come_for_the_selected_layer(qtbot: QtBot, window: MainWindow) -> None:
    view = window.results.weights
    open_tab(window, "Weights")
    qtbot.waitUntil(lambda: len(view.weights.rows) == 1, timeout=PATIENCE_MS)
    assert window.session.request.parts["histograms"] == view.layer
    window.session.step_epoch()
    qtbot.waitUntil(lambda: view.weights.rows.epochs[-1:] == [1.0], timeout=PATIENCE_MS)
    window.document.select(1)
    # From the start of the run on; on a busy machine the epoch is long enough for rows in between.
    qtbot.waitUntil(
        lambda: view.activations.rows.epochs[:1] == [0.0] and view.activations.rows.epochs[-1] == 1.0,
        timeout=PATIENCE_MS,
    )
    assert view.activations.rows.epochs == sorted(set(view.activations.rows.epochs))
    assert window.session.request.parts["histograms"] == 1
    open_tab(window, "Loss")
    assert "histograms" not in window.session.request.parts
    click(window.results.loss.log_scale)


def test_histograms_begin_at_the_start_though_the_newest_moment_is_not_recorded(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TimelineRecorder, "record_now", lambda self, **_: None)
    window.session.step_batch()
    past = window.session.past
    qtbot.waitUntil(lambda: past.live is not None and past.live.step == 1, timeout=PATIENCE_MS)
    [start] = past.moments
    assert start.position == 0.0
    open_tab(window, "Weights")
    rows = window.results.weights.weights.rows
    qtbot.waitUntil(lambda: len(rows) == 2, timeout=PATIENCE_MS)
    assert rows.epochs[0] == 0.0 < rows.epochs[1] < 1.0


def test_rates_are_shown(qtbot: QtBot, window: MainWindow) -> None:
    open_tab(window, "Rate")
    window.session.step_epoch()
    norms = window.results.rate.canvas
    qtbot.waitUntil(lambda: len(norms.curves[0]) == 2, timeout=PATIENCE_MS)
    assert norms.curves[1][1] == window.document.experiment.training.optimizer.learning_rate
    assert norms.curves[2][1] > 0.0
    assert window.results.first_tile.value != "–"
