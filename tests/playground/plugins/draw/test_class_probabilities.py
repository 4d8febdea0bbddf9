"""The classes that a drawing is taken for."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from core.data.drawing import Drawing
from core.inspect.found_samples import PredictedDrawing
from core.inspect.snapshot import Snapshot
from core.spec.arrays import Array
from playground.plugins.draw.panel import DrawPanel
from tests.playground.fakes import fake_snapshot, mnist_experiment
from tests.playground.plugins.draw.strokes import PATIENCE_MS, last, stroke

pytestmark = pytest.mark.usefixtures("themed")


def judged(output: Array) -> Snapshot:
    """A snapshot with the prediction for a drawing."""
    drawn = Drawing(np.zeros((28, 28, 1), np.float32))
    return fake_snapshot(mnist_experiment()).with_parts(
        drawing=None if drawn is None or output is None else PredictedDrawing(drawn, output)
    )


def test_the_three_likeliest_classes_are_shown(panel: DrawPanel, qtbot: QtBot) -> None:
    spy = QSignalSpy(panel.drawing_changed)
    stroke(panel.pad, (0.5, 0.1), (0.5, 0.9))
    qtbot.waitUntil(lambda: spy.count() > 0, timeout=PATIENCE_MS)
    output = np.array([0.02, 0.61, 0.0, 0.0, 0.06, 0.0, 0.0, 0.3, 0.01, 0.0], np.float32)
    panel.show_snapshot(judged(output))
    assert panel.probabilities.texts == ["1 61 %", "7 30 %", "4 6 %"]
    assert panel.probabilities.accessibleDescription() == "1 61 %, 7 30 %, 4 6 %"
    panel.pad.clear()
    qtbot.waitUntil(lambda: panel.model_input.pixels is None, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: panel.probabilities.texts == [], timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: last(spy) == [None, False], timeout=PATIENCE_MS)


def test_an_prediction_that_does_not_come_is_not_made_up(panel: DrawPanel, qtbot: QtBot) -> None:
    stroke(panel.pad, (0.5, 0.1), (0.5, 0.9))
    qtbot.waitUntil(lambda: panel.model_input.pixels is not None, timeout=PATIENCE_MS)
    panel.prediction_timeout.start(50)
    panel.show_snapshot(judged(np.eye(10, dtype=np.float32)[3]))
    assert panel.probabilities.texts[0] == "3 100 %"
    qtbot.waitUntil(lambda: panel.probabilities.texts == [], timeout=PATIENCE_MS)
