"""A complete workflow by real events: build, change to images, train, inspect, undo, export."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot
from safetensors.numpy import load_file

from core.data.datasets import Digits
from core.experiment.prepare import make_network, prepare
from core.inspect.snapshot import Snapshot
from core.nn import Dense, Flatten
from core.nn.losses import CrossEntropy
from playground.plugins.export.dialog import ExportDialog
from playground.training.state import TrainingState
from playground.views.canvas.column_layout import gap_center
from playground.window.main_window import MainWindow
from tests.playground.driving import choose, click, drag, press, put_text

CTRL = Qt.KeyboardModifier.ControlModifier
PATIENCE_MS = 60_000


def test_build_train_see_and_take_home(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    document, session = window.document, window.session
    snapshots: list[Snapshot] = []
    session.snapshot_taken.connect(snapshots.append)

    # A Dense card from the palette into the gap before the first layer.
    layers = document.experiment.layers
    card = next(card for card in window.palette_bar.cards if isinstance(card.layer, Dense))
    stage = window.canvas.scene
    drag(card, stage.mapToGlobal(QPoint(round(gap_center(stage.columns, 0)), 200)))
    assert document.experiment.layers == (card.layer, *layers)
    assert document.selected == 0
    assert len(window.canvas.scene.layer_cards) == len(layers) + 1

    # MNIST from the gallery, where it was used.
    window.side.data.gallery.offer(Digits(size="28x28"))
    click(window.side.data.gallery.tile("digits"))
    assert document.experiment.dataset == Digits(size="28x28")
    assert isinstance(document.experiment.layers[0], Flatten)
    assert isinstance(document.experiment.training.loss, CrossEntropy)
    qtbot.waitUntil(lambda: len(snapshots) > 0 and snapshots[-1].sample is not None, timeout=PATIENCE_MS)
    qtbot.waitUntil(window.strip.isVisible)

    # Smaller batches, typed into the training bar.
    field = window.training_bar.fields.batch_size.lineEdit()
    assert isinstance(field, QLineEdit)
    put_text(field, "32")
    assert document.experiment.training.batch_size == 32
    experiment = document.experiment

    # Three epochs, then pause.
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: snapshots[-1].epoch >= 3, timeout=PATIENCE_MS)
    assert session.state is TrainingState.RUNNING
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    assert snapshots[-1].figures.test.score > 0.9
    assert window.training_bar.epoch.text() == snapshots[-1].place_text
    assert window.isWindowModified()

    # Undo the last edit: training continues from its checkpoint. Redo it.
    reached = snapshots[-1].epoch
    press(window, Qt.Key.Key_Z, CTRL)
    assert document.experiment.training.batch_size == 64
    assert document.experiment.dataset == Digits(size="28x28")
    press(window, Qt.Key.Key_Y, CTRL)
    assert document.experiment == experiment
    assert snapshots[-1].epoch == reached

    # Export by menu and dialog.
    choose(window, "File", "Export")
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog.formats.choose("safetensors")
    assert dialog.exporter.kind == "safetensors"
    path = tmp_path / "mine.safetensors"
    dialog.path.selectAll()
    QTest.keyClicks(dialog.path, str(path))
    click(dialog.export_button)
    qtbot.waitUntil(path.exists, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Escape)

    # The file predicts what the window's network predicts.
    taken = session.checkpoint()
    assert taken is not None
    assert taken[0] == experiment
    network = make_network(experiment)
    for index, parameter, into in network.described():
        into[...] = taken[1].arrays[f"weights/layer_{index}/{parameter.name}"]
    prepared = prepare(experiment)
    inputs = prepared.test_inputs[:500]
    from_file = _predict(path, inputs, experiment.layers)
    np.testing.assert_allclose(from_file, network.predict(inputs), atol=1e-5)
    right = np.argmax(_predict(path, prepared.test_inputs, experiment.layers), axis=1) == prepared.test.labels
    assert np.mean(right) > 0.9


def _predict(path: Path, images: np.ndarray, layers: tuple[object, ...]) -> np.ndarray:
    """Predictions from the weights in the file, with numpy alone: layers of ReLU, then softmax."""
    weights = load_file(path)
    names = sorted({name.rsplit(".", 1)[0] for name in weights}, key=lambda name: int(name.split(".")[0]))
    assert len(names) == sum(isinstance(layer, Dense) for layer in layers) + 1
    values = images.reshape(len(images), -1).astype(np.float64)
    for name in names:
        values = values @ weights[f"{name}.weight"].T.astype(np.float64) + weights[f"{name}.bias"]
        if name != names[-1]:
            values = np.maximum(values, 0.0)
    values = np.exp(values - values.max(axis=1, keepdims=True))
    return values / values.sum(axis=1, keepdims=True)
