"""All panels show the same sample: after an edit, with other data, and after "Next mistake"."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.experiment.prepare import prepare
from playground.model.label_edits import with_corrections
from tests.playground.fakes import mnist_experiment
from tests.playground.window.test_inspection_controller import PATIENCE_MS, Make, change, looked_at


def test_a_training_sample_is_looked_at_everywhere(make: Make, qtbot: QtBot) -> None:
    window = make(mnist_experiment())
    prepared = prepare(window.document.experiment)
    panels, microscope = window.panels, window.plugins["microscope"].view
    window.plugins["microscope"].show()
    window.inspection.show_sample(~7)
    qtbot.waitUntil(
        lambda: (
            window.snapshot_router.snapshot is not None
            and window.snapshot_router.snapshot.request.sample == ~7
        ),
        timeout=PATIENCE_MS,
    )
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    assert np.array_equal(snapshot.sample, prepared.train.inputs[7])  # type: ignore[arg-type]
    assert microscope.sample.caption.text() == "Training sample"
    assert microscope.sample.box.value() == 8
    assert microscope.sample.box.maximum() == len(prepared.train)
    microscope.sample.box.setFocus()
    QTest.keyClick(microscope.sample.box, Qt.Key.Key_Up)
    assert window.session.inspection.state.sample == ~8
    change(qtbot, window, with_corrections(window.document.experiment, prepared.train_index[[2]], None))
    assert window.session.inspection.state.sample == ~7
    # From there the keyboard and "Next mistake" lead back to the test samples.
    QTest.keyClick(panels.strip.thumbnails, Qt.Key.Key_Right)
    assert looked_at(window) == {0}
    assert microscope.sample.caption.text() == "Test sample"
