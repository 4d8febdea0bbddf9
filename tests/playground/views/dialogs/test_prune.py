"""Pruning in the real window: the accuracy while dragging, faded links, one step of undo, and training on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Iris, Standardize
from core.experiment.experiment import Experiment
from core.nn import Dense
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.driving import choose, click

PATIENCE_MS = 60_000
IRIS = Experiment(
    dataset=Iris(),
    layers=(Dense(6, "tanh"),),
    scaling=Standardize(),
    training=TrainingConfig(loss=CrossEntropy()),
)
LINKS = 4 * 6 + 6 * 3


def weights(window: MainWindow) -> dict[str, np.ndarray]:
    taken = window.session.checkpoint()
    return {} if taken is None else taken[1].weights


def zeros(window: MainWindow) -> int:
    return sum(int((array == 0.0).sum()) for name, array in weights(window).items() if "kernel" in name)


def train(window: MainWindow, epochs: int, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.session.state_changed, timeout=PATIENCE_MS):
        window.session.step_epochs(epochs)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)


def test_links_are_pruned_as_one_step_of_undo(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(IRIS)
    train(window, 5, qtbot)
    before, count = weights(window), window.document.undo_stack.index()
    choose(window, "Train", "Prune links")
    dialog = window.dialogs._prune
    assert dialog is not None
    qtbot.waitUntil(lambda: f"21 of {LINKS} links" in dialog.text.text(), timeout=PATIENCE_MS)
    dialog.slider.track.setFocus()
    for _ in range(10):
        QTest.keyClick(dialog.slider.track, Qt.Key.Key_Right)
    assert dialog.share == 0.6
    qtbot.waitUntil(lambda: f"25 of {LINKS} links" in dialog.text.text(), timeout=PATIENCE_MS)
    assert "Accuracy" in dialog.text.text()
    assert "test samples" in dialog.text.text()

    def faded() -> int:
        shown = window.snapshot_router.snapshot
        assert shown is not None
        return sum(int((layer.kernel == 0.0).sum()) for layer in shown.layers if layer.kernel is not None)

    qtbot.waitUntil(lambda: faded() == 25, timeout=PATIENCE_MS)
    assert zeros(window) == 0
    said = dialog.text.text().split("\n")[1].split(" without")[0]
    click(dialog.prune)
    assert not dialog.isVisible()
    assert "pruning" not in window.session.inspection.state.parts
    assert window.document.undo_stack.index() == count + 1
    assert window.document.undo_stack.undoText() == "Prune 60 % of the links"
    qtbot.waitUntil(lambda: zeros(window) == 25, timeout=PATIENCE_MS)
    score = window.document.experiment.task.score

    def is_evaluated() -> bool:
        shown = window.snapshot_router.snapshot
        assert shown is not None
        return f"Accuracy {score.text(shown.figures.test.score)}" == said and not shown.figures.is_old

    qtbot.waitUntil(is_evaluated, timeout=PATIENCE_MS)
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: zeros(window) == 0, timeout=PATIENCE_MS)
    assert all(np.array_equal(before[name], array) for name, array in weights(window).items())
    window.document.undo_stack.redo()
    qtbot.waitUntil(lambda: zeros(window) == 25, timeout=PATIENCE_MS)
    train(window, 1, qtbot)
    assert zeros(window) < 25


def test_nothing_and_an_earlier_moment_are_not_pruned(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(IRIS)
    train(window, 5, qtbot)
    window.dialogs.open_prune()
    dialog = window.dialogs._prune
    assert dialog is not None
    qtbot.waitUntil(dialog.prune.isEnabled, timeout=PATIENCE_MS)
    dialog.slider.set_value(0)
    dialog.share_changed.emit(0.0)
    qtbot.waitUntil(lambda: dialog.text.text().startswith("0 of"), timeout=PATIENCE_MS)
    assert not dialog.prune.isEnabled()
    QTest.keyClick(dialog.slider.track, Qt.Key.Key_PageUp)
    qtbot.waitUntil(dialog.prune.isEnabled, timeout=PATIENCE_MS)
    window.session.past.look_at(0.0)
    qtbot.waitUntil(lambda: "latest moment" in dialog.text.text(), timeout=PATIENCE_MS)
    assert not dialog.prune.isEnabled()
    window.session.past.return_to_live()
    qtbot.waitUntil(dialog.prune.isEnabled, timeout=PATIENCE_MS)
    dialog.close()
    assert "pruning" not in window.session.inspection.state.parts
