"""The class weights popup: live edits, undo, and the doctor's fix."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pytestqt.qtbot import QtBot

from core.data.datasets import Painted
from core.experiment.experiment import Experiment
from core.nn import Dense
from core.train.class_weights import Balanced
from playground.window.main_window import MainWindow
from tests.playground.driving import click


def test_the_doctor_balances_unequal_classes(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    rng = np.random.default_rng(0)
    points = [(float(x), float(y), 0) for x, y in rng.normal(2.0, 1.0, (120, 2))]
    points += [(float(x), float(y), 1) for x, y in rng.normal(-2.0, 1.0, (10, 2))]
    window = make(Experiment(dataset=Painted(points=tuple(points)), layers=(Dense(4, "tanh"),)))
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None)

    def findings() -> set[str]:
        return {finding.kind for finding in window.snapshot_router.snapshot.parts["findings"]}  # type: ignore[union-attr]

    qtbot.waitUntil(lambda: "imbalanced" in findings())
    window.plugins["doctor"].show()
    (row,) = [
        row for row in window.plugins["doctor"].panel.trial.rows if row.title.text() == "Balance the classes"
    ]
    qtbot.waitUntil(row.use.isVisible)
    click(row.use)
    assert window.document.experiment.training.class_weights == Balanced()
    assert window.document.undo_stack.canUndo()
    qtbot.waitUntil(lambda: "imbalanced" not in findings())
