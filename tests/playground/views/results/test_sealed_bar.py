"""The sealed test in the window: kept, asked about, opened, saved, and opened again in another run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.experiment.project_file import load_project
from core.nn import Dense
from core.train.history import Mark
from playground.training.state import TrainingState
from playground.views.results.sealed_bar import KEEP, OPEN, SURE, SealedBar
from playground.window.main_window import MainWindow
from tests.playground.driving import press

PATIENCE_MS = 60_000
SEALED = Experiment(dataset=Moons(samples=100), layers=(Dense(4, "tanh"),), sealed=0.2)


def _click(qtbot: QtBot, bar: SealedBar, text: str) -> None:
    qtbot.mouseClick(bar.buttons[text], Qt.MouseButton.LeftButton)


def _train(window: MainWindow, qtbot: QtBot, epochs: int) -> None:
    with qtbot.waitSignal(window.session.snapshot_taken, timeout=PATIENCE_MS):
        window.session.step_epochs(epochs)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)


def test_a_test_is_opened_once_in_a_run(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(SEALED)
    results, path = window.results, tmp_path / "a.nnplay"
    bar = results.sealed
    _train(window, qtbot, 3)
    assert bar.label.text() == "Test: 20 samples, sealed"
    _click(qtbot, bar, OPEN)
    assert bar.label.text().startswith("Once seen")
    qtbot.waitUntil(bar.buttons[KEEP].hasFocus, timeout=PATIENCE_MS)
    _click(qtbot, bar, KEEP)
    assert bar.label.text() == "Test: 20 samples, sealed"
    _click(qtbot, bar, OPEN)
    _click(qtbot, bar, SURE)
    qtbot.waitUntil(lambda: "opened at epoch 3" in bar.label.text(), timeout=PATIENCE_MS)
    told = bar.label.text()
    assert "by luck" in told
    assert not bar.buttons
    assert window.document.unsaved
    _train(window, qtbot, 2)
    assert bar.label.text() == told
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    assert Mark(3.0, "Open the test") in snapshot.marks

    window.files.saver.save(path)
    assert window.files.saver.wait()
    _, state = load_project(path)
    assert state is not None
    assert state.opened is not None
    assert told == f"Test: {state.opened.text(SEALED.task.score)}"

    window.session.reset()
    again = "Test: 20 samples, sealed, opened once before"
    qtbot.waitUntil(lambda: bar.label.text() == again, timeout=PATIENCE_MS)
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: bar.label.text() == told, timeout=PATIENCE_MS)
    window.document.undo_stack.redo()
    qtbot.waitUntil(lambda: bar.label.text() == again, timeout=PATIENCE_MS)
    _click(qtbot, bar, OPEN)
    qtbot.waitUntil(bar.buttons[KEEP].hasFocus, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Backtab)
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bar.label.text().endswith("look 2"), timeout=PATIENCE_MS)
    window.document.change("Seal more", SEALED.replace(sealed=0.3))
    seen = "Test: 30 samples, sealed, some of it seen with another seed or share"
    qtbot.waitUntil(lambda: bar.label.text() == seen, timeout=PATIENCE_MS)


def test_a_test_is_not_opened_while_nothing_may_be_trained(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(SEALED)
    bar = window.results.sealed
    _train(window, qtbot, 3)
    _click(qtbot, bar, OPEN)
    window.session.set_lock("First say what will happen")
    assert (bar.label.text(), list(bar.buttons)) == ("Test: 20 samples, sealed", [])
    window.session.open_test()
    window.session.set_lock("")
    assert list(bar.buttons) == [OPEN]
    _train(window, qtbot, 1)
    assert list(bar.buttons) == [OPEN]


def test_scores_are_of_validation_where_a_test_is_sealed(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(SEALED.replace(sealed=0.0))
    results, data = window.results, window.panels.side.data
    assert results.sealed.isHidden()
    assert results.first_tile.accessibleName().startswith("Test accuracy")
    data.sealed.track.setValue(data.sealed.track.maximum())
    qtbot.waitUntil(lambda: not results.sealed.isHidden(), timeout=PATIENCE_MS)
    assert window.document.experiment.sealed == 0.3
    assert results.first_tile.accessibleName().startswith("Validation accuracy")
    assert results.sealed.label.text() == "Test: 30 samples, sealed"
    assert data.share.track.accessibleName() == "Train / validation"
    assert window.panels.output.test_points.text() == "Validation points"
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: results.sealed.isHidden(), timeout=PATIENCE_MS)
    assert window.document.experiment.sealed == 0.0
