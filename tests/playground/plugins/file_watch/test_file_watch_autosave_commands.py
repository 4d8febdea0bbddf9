"""Keeping and restoring in the real window: when it is kept, what is offered, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.experiment.project_file import load_project, save_project
from playground.model.autosave_store import (
    AutosaveStore,
)
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.commands.test_autosave_commands import Make, keep, offered, small, store, train, window  # noqa: F401
from tests.playground.driving import save


def test_a_restored_document_is_unsaved_and_saves_to_its_own_file(
    window: MainWindow, make: Make, qtbot: QtBot, tmp_path: Path, store: AutosaveStore
) -> None:
    path = tmp_path / "mine.nnplay"
    save_project(path, small(), None)
    with qtbot.waitSignal(window.session.run_started):
        window.files.open_file(path)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE)
    train(window, qtbot, 2)
    file = keep(window, qtbot)
    kept = load_project(file)[1]
    assert kept is not None
    # As a killed program's.
    window.autosaves.store.release_own()
    window.plugins["file_watch"].close()
    other = make(small("Other"))
    other.autosaves.start(60.0)
    other.autosaves.offer_at_start(opens_file=False)
    dialog = offered(other)
    assert dialog is not None
    assert dialog.list.item(0).text().splitlines()[:2] == ["Small (mine.nnplay)", "Moons, epoch 2"]
    icon, size = dialog.list.item(0).icon(), dialog.list.iconSize()
    assert not icon.isNull()
    chosen = icon.pixmap(size, QIcon.Mode.Selected)
    assert chosen.toImage() == icon.pixmap(size).toImage(), "the chosen picture has the colors of the classes"
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: offered(other) is None)
    qtbot.waitUntil(lambda: other.session.state is TrainingState.PAUSED)
    assert other.document.unsaved
    assert other.windowTitle() == "mine.nnplay[*] · Moons — NumpyNet Playground"
    taken = other.session.checkpoint()
    assert taken is not None
    for name, array in kept.arrays.items():
        np.testing.assert_array_equal(taken[1].arrays[name], array)
    # The file stays until the document is saved, and no other program is offered it.
    assert file.is_file()
    assert store.claim_left() == []
    assert save(other, qtbot)
    assert not file.exists()
    saved = load_project(path)[1]
    assert saved is not None
    assert saved.epoch == 2
