"""The page of runs in the real window: opened by its key, and what its buttons do with the document."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu
from pytestqt.qtbot import QtBot

from core.data.datasets import Xor
from core.experiment.experiment import Experiment
from core.nn import Dense
from playground.plugins.runs.board_controller import RunController
from playground.plugins.runs.controller import run_library
from playground.plugins.runs.live_run import LIVE_ID
from playground.plugins.runs.views.run_model import RunModel
from playground.views.widgets import Toast
from playground.views.widgets.descendants import children_of
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import deliver_deletions
from tests.core.runs.made_runs import finished
from tests.playground.driving import click, press

PATIENCE_MS = 60_000
SMALL = Experiment(name="Small", dataset=Xor(samples=60, noise=0.1), layers=(Dense(4, "tanh"),))
WIDE = SMALL.replace(name="Big", layers=(Dense(8, "tanh"),), seed=4)


@pytest.fixture
def window(make: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    made = make(SMALL)
    monkeypatch.setattr(made.files, "maybe_save", lambda: True)
    return made


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot) -> RunController:
    """The page with two kept runs, of which the second is selected."""
    run_library(window).record(finished(SMALL, epochs=2), None)
    run_library(window).record(finished(WIDE, epochs=3), None)
    press(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    found = window.plugins["runs"].page.board
    assert isinstance(found, RunController)
    qtbot.waitUntil(
        lambda: found.board.table.run_model.shown == 2 and not run_library(window).busy,
        timeout=PATIENCE_MS,
    )
    found.board.table.select_runs([2])
    return found


def _by_menu(page: RunController, text: str) -> None:
    """Choose from the menu of the selected run."""
    click(page.board.details.more)
    (menu,) = children_of(page.board.details, QMenu)
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()
    deliver_deletions()


def _until_epoch(window: MainWindow, qtbot: QtBot, epoch: int, units: int) -> None:
    def there() -> bool:
        snapshot = window.snapshot_router.snapshot
        return (
            snapshot is not None
            and snapshot.epoch == epoch
            and snapshot.experiment.layers[0] == Dense(units, "tanh")
        )

    qtbot.waitUntil(there, timeout=PATIENCE_MS)


def test_the_page_comes_by_key_and_goes_by_the_switch(window: MainWindow, page: RunController) -> None:
    assert page.board.isVisible()
    assert not window.canvas.isVisible()
    click(window.menu_area.pages.buttons["build"])
    assert window.canvas.isVisible()
    assert window.pages.current == "build"


def test_the_run_that_trains_is_a_row_that_moves_and_becomes_the_kept_one(
    window: MainWindow, qtbot: QtBot
) -> None:
    press(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    page = window.plugins["runs"].page.board
    assert isinstance(page, RunController)
    board, model = page.board, page.board.table.run_model
    qtbot.waitUntil(lambda: run_library(window).loaded, timeout=PATIENCE_MS)
    assert board.hint.isVisible()
    window.session.play()
    qtbot.waitUntil(lambda: model.shown == 1 and model.training == {LIVE_ID}, timeout=PATIENCE_MS)
    board.table.select_runs([LIVE_ID])
    seen = model.rows.get(LIVE_ID)
    assert seen is not None
    assert seen.name == "Small"
    qtbot.waitUntil(lambda: _epochs(model, LIVE_ID) > seen.epochs + 1, timeout=PATIENCE_MS)
    assert len(board.details.curves.chart.curves[0].x) > 1
    window.session.pause()
    qtbot.waitUntil(lambda: model.checked == [1] and not model.training, timeout=PATIENCE_MS)
    assert [model.rows.get(LIVE_ID), model.shown] == [None, 1]
    qtbot.waitUntil(
        lambda: _epochs(model, 1) == window.snapshot_router.snapshot.epoch,
        timeout=PATIENCE_MS,  # type: ignore[union-attr]
    )


def test_a_wish_for_the_run_that_trains_keeps_it_first(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    page = window.plugins["runs"].page.board
    assert isinstance(page, RunController)
    model = page.board.table.run_model
    window.session.play()
    qtbot.waitUntil(lambda: _epochs(model, LIVE_ID) > 2, timeout=PATIENCE_MS)
    page.board.requested.emit("star", [LIVE_ID])
    qtbot.waitUntil(
        lambda: 1 in run_library(window).rows and run_library(window).rows[1].starred,
        timeout=PATIENCE_MS,
    )
    # It trains on, as the row that it is kept in.
    qtbot.waitUntil(lambda: model.training == {1}, timeout=PATIENCE_MS)
    before = _epochs(model, 1)
    qtbot.waitUntil(lambda: _epochs(model, 1) > before, timeout=PATIENCE_MS)
    window.session.pause()


def _epochs(model: RunModel, run: int) -> float:
    row = model.rows.get(run)
    return -1.0 if row is None else row.epochs


def test_open_goes_on_with_the_run_in_a_document_of_its_own(
    window: MainWindow, page: RunController, qtbot: QtBot
) -> None:
    click(page.board.details.buttons["open"])
    _until_epoch(window, qtbot, 3, 8)
    assert window.document.experiment == WIDE
    assert window.document.unsaved
    assert window.pages.current == "build"


def test_a_branch_is_one_step_of_undo_and_has_the_weights(
    window: MainWindow, page: RunController, qtbot: QtBot
) -> None:
    click(page.board.details.buttons["branch"])
    _until_epoch(window, qtbot, 3, 8)
    assert window.document.undo_stack.undoText() == "Branch from 4 → 8, seed 4"
    assert window.document.experiment == WIDE.replace(name="Small")
    given = window.session.checkpoint()
    assert given is not None
    state = finished(WIDE, epochs=3).result.state
    assert state is not None
    for name, array in state.weights.items():
        np.testing.assert_array_equal(given[1].weights[name], array)
    window.document.undo_stack.undo()
    _until_epoch(window, qtbot, 0, 4)
    window.document.undo_stack.redo()
    _until_epoch(window, qtbot, 3, 8)


def test_deleted_runs_come_back_by_undo(window: MainWindow, page: RunController, qtbot: QtBot) -> None:
    _by_menu(page, "Delete")
    assert page.board.table.run_model.shown == 1
    toast = next(toast for toast in window.findChildren(Toast) if toast.button is not None)
    assert toast.button is not None
    click(toast.button)
    qtbot.waitUntil(lambda: page.board.table.run_model.shown == 2, timeout=PATIENCE_MS)


def test_pinned_runs_are_drawn_on_the_same_data_only(
    window: MainWindow, page: RunController, qtbot: QtBot
) -> None:
    chart = window.results.curves.canvas
    _by_menu(page, "Pin curves")
    qtbot.waitUntil(lambda: len(chart.ghosts) == 1, timeout=PATIENCE_MS)
    assert [title for _, title in chart.titled_ends] == [page.board._rows[page.board.selected[0]].name]
    window.document.change("Noise", SMALL.replace(dataset=Xor(samples=60, noise=0.3)))
    qtbot.waitUntil(lambda: len(chart.ghosts) == 0, timeout=PATIENCE_MS)
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: len(chart.ghosts) == 1, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    _by_menu(page, "Pin curves")
    qtbot.waitUntil(lambda: len(chart.ghosts) == 0, timeout=PATIENCE_MS)


def test_runs_are_exported_and_noted(
    window: MainWindow, page: RunController, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "out"), ""))
    _by_menu(page, "Export CSV")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["Units"], row["epochs"]) == ("8", "3")
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("Best so far", True))
    _by_menu(page, "Note")
    assert run_library(window).rows[2].note == "Best so far"
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("Best", True))
    page.board.requested.emit("rename", [2])
    assert run_library(window).rows[2].name == "Best"
    assert page.board.table.run_model.rows[2] == run_library(window).rows[2]
