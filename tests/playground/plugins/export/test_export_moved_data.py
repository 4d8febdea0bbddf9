"""Projects with moved or changed data: an error in place, no loss of weights, and continued training once found."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.data.pipeline import Pipeline
from core.experiment.prepare import prepare
from core.experiment.project_file import load_project
from core.train.trainer import Trainer
from playground.plugins.export.dialog import ExportDialog
from playground.window.main_window import MainWindow
from tests.playground.driving import press, put_text, save
from tests.playground.test_moved_data import PATIENCE_MS, _nothing_remembered, forget, opened, trained  # noqa: F401

pytestmark = pytest.mark.shared_window


def test_what_it_learned_is_exported_without_its_data(
    window: MainWindow, qtbot: QtBot, trained: tuple[Path, Path, Trainer], tmp_path: Path
) -> None:
    project, place, trainer = trained
    pipeline = prepare(load_project(project)[0]).pipeline
    forget()
    place.rename(place.with_name("moved.csv"))
    opened(window, project, qtbot)
    window.activateWindow()
    press(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    (dialog,) = window.findChildren(ExportDialog)
    dialog.formats.choose("npz")
    put_text(dialog.path, str(tmp_path / "net.npz"))
    # It is written once it is proven, and the dialog stays open.
    qtbot.waitUntil((tmp_path / "net.npz").exists, timeout=PATIENCE_MS)
    dialog.reject()
    with np.load(tmp_path / "net.npz", allow_pickle=False) as file:
        metadata = json.loads(str(file["metadata"]))
        np.testing.assert_array_equal(file["dense/kernel"], trainer.network.get_weights()[0])
    assert Pipeline.from_json(metadata["pipeline"]) == pipeline
    assert metadata["epoch"] == 3
    assert save(window, qtbot)
    _, state = load_project(project)
    assert state is not None
    assert state.pipeline == pipeline
