"""Interventions while training: applied without a reset, and undone."""

from __future__ import annotations

import numpy as np
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from core.nn import Dense
from playground.model.document import Document
from playground.model.inspection import Inspection
from playground.training.session import TrainingSession
from playground.views.canvas.hit_items import Link, Neuron
from playground.views.canvas.intervention_editor import InterventionEditor

PATIENCE_MS = 60_000


def test_holding_goes_on_with_the_same_run_and_undo_lets_go(qtbot: QtBot) -> None:
    document = Document(Experiment(dataset=Moons(samples=60), layers=(Dense(4, "tanh"),)))
    session = TrainingSession(document, Inspection())
    editor, seen = InterventionEditor(document), list[Snapshot]()
    session.snapshot_taken.connect(seen.append)
    runs = QSignalSpy(session.run_started)

    def until(found: object) -> None:
        qtbot.waitUntil(found, timeout=PATIENCE_MS)  # type: ignore[arg-type]

    def maps(unit: int) -> np.ndarray:
        found = seen[-1].layers[0].maps
        assert found is not None
        return found[unit]

    session.start()
    try:
        until(lambda: bool(seen))
        session.step_epoch()
        until(lambda: seen[-1].epoch == 1)
        editor.toggle(Neuron(0, 1), "mute")
        until(lambda: not maps(1).any())
        assert maps(0).any()
        editor.toggle(Neuron(0, 2), "freeze")
        session.step_epoch()
        until(lambda: seen[-1].epoch == 2)
        assert runs.count() == 1
        document.undo_stack.undo()
        document.undo_stack.undo()
        until(lambda: bool(maps(1).any()))
        assert runs.count() == 1
        before = seen[-1].layers[1].kernel
        assert before is not None
        editor.toggle(Link(1, 3, 0, 0), "cut_link")
        until(lambda: seen[-1].layers[1].kernel is not None and seen[-1].layers[1].kernel[3, 0] == 0.0)
        document.undo_stack.undo()
        until(lambda: seen[-1].layers[1].kernel is not None and seen[-1].layers[1].kernel[3, 0] != 0.0)
        np.testing.assert_array_equal(seen[-1].layers[1].kernel, before)
    finally:
        session.close()
