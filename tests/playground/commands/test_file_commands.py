"""Projects are saved, opened and found again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMessageBox,
)
from pytestqt.qtbot import QtBot

from core.experiment.project_file import load_project
from playground.training.state import TrainingState
from playground.views.dialogs.catalogue import CatalogueDialog
from playground.window.main_window import MainWindow
from tests.playground.driving import choose, click, press, save
from tests.playground.window.trained_windows import (
    small,
    toasts,
    train,
    wait_for,
)

CTRL = Qt.KeyboardModifier.ControlModifier


Make = Callable[..., MainWindow]


def weights_of(window: MainWindow) -> np.ndarray:
    taken = window.session.checkpoint()
    assert taken is not None
    arrays = taken[1].arrays
    return np.concatenate([arrays[name].ravel() for name in sorted(arrays) if name.startswith("weights/")])


def test_save_and_open_go_on_bit_by_bit(
    make: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, path = make(small()), tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    train(window, qtbot, 2)
    window.actions_by_name["step_batch"].trigger()
    wait_for(
        qtbot,
        lambda: window.snapshot_router.snapshot is not None and window.snapshot_router.snapshot.step == 1,
    )
    assert save(window, qtbot)
    file = tmp_path / "mine.nnplay"
    assert file.exists()
    assert not window.isWindowModified()
    assert window.document.path == file
    saved = weights_of(window)
    train(window, qtbot, 2)
    assert window.isWindowModified()
    further = weights_of(window)

    monkeypatch.setattr(QMessageBox, "exec", lambda box: QMessageBox.StandardButton.Discard)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    choose(window, "File", "Open")
    wait_for(
        qtbot,
        lambda: window.snapshot_router.snapshot is not None and window.snapshot_router.snapshot.epoch == 2,
    )
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    assert not window.isWindowModified()
    assert not window.document.undo_stack.canUndo()
    np.testing.assert_array_equal(weights_of(window), saved)
    train(window, qtbot, 2)
    np.testing.assert_array_equal(weights_of(window), further)


def test_saving_again_asks_for_no_name(
    make: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, file = make(small()), tmp_path / "a.nnplay"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    assert save(window, qtbot)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: pytest.fail("asked again"))
    window.document.change("Batch", window.document.experiment.with_training(batch_size=3))
    assert window.isWindowModified()
    assert save(window, qtbot)
    assert load_project(file)[0].training.batch_size == 3
    assert not window.isWindowModified()
    press(window, Qt.Key.Key_Z, CTRL)
    assert window.isWindowModified()


def test_a_file_that_cannot_be_written_is_told(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(small())
    gone = tmp_path / "nowhere" / "a.nnplay"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(gone), ""))
    window.document.change("Batch", window.document.experiment.with_training(batch_size=3))
    press(window, Qt.Key.Key_S, CTRL)
    assert any("a.nnplay cannot be written" in text for text in toasts(window))
    assert window.isWindowModified()


def test_a_long_name_is_proposed_as_one_that_a_file_can_have(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(small().replace(name="漢" * 300))
    asked: list[Path] = []
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *found: (asked.append(Path(found[2])), ("", ""))[1]
    )
    window.files.save_as()
    (tmp_path / asked[0].name).touch()
    assert asked[0].stem == "漢" * 66


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 broken", None])
def test_a_broken_file_is_told_and_nothing_is_lost(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    window, file = make(small()), tmp_path / "broken.nnplay"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    press(window, Qt.Key.Key_O, CTRL)
    assert [text for text in toasts(window) if text.startswith("broken.nnplay")]
    assert window.document.experiment == small()
    assert window.document.path is None
    assert weights_of(window).size > 0


def test_recent_files_are_listed_and_opened(
    make: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(small())
    for name in ("one", "two"):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, name=name: (str(tmp_path / name), ""))
        assert save(window, qtbot, window.files.save_as)
    window.files.new()
    assert window.document.path is None
    choose(window, "File", "New")
    dialog = window.findChild(CatalogueDialog)
    QTest.keyClicks(dialog.search, "recent")
    shown = [dialog.list.model().index(row, 0).data() for row in range(dialog.list.model().rowCount())]
    assert shown == ["two.nnplay", "one.nnplay"]
    QTest.keyClick(dialog.search, Qt.Key.Key_Down)
    QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: window.document.path == tmp_path / "one.nnplay")
    assert window.document.experiment == small()


@pytest.mark.parametrize(
    ("button", "closes"),
    [("Cancel", False), ("Discard", True), ("Save", True)],
)
def test_closing_asks_for_unsaved_work(
    make: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, button: str, closes: bool
) -> None:
    window, file = make(small()), tmp_path / "kept.nnplay"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    train(window, qtbot, 1)
    asked: list[str] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.text())
        click(box.button(getattr(QMessageBox.StandardButton, button)))

    QTimer.singleShot(0, window, answer)
    assert window.close() == closes
    assert asked == ["Save the changes to “Small”?"]
    assert window.isVisible() != closes
    assert file.exists() == (button == "Save")
    assert window.session._thread.isRunning() != closes


def test_closing_without_changes_asks_nothing(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QMessageBox, "exec", lambda box: pytest.fail("asked"))
    assert window.close()
