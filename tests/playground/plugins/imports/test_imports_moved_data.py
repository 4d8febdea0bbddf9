"""Projects with moved or changed data: an error in place, no loss of weights, and continued training once found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import save_project
from core.train.trainer import Trainer
from playground.plugins.imports.image_dialog import ImageDialog
from playground.plugins.imports.table_dialog import TableDialog
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.driving import click, save
from tests.playground.test_moved_data import (  # noqa: F401
    PATIENCE_MS,
    _nothing_remembered,
    forget,
    images,
    opened,
    trained,
    weights,
)

pytestmark = pytest.mark.shared_window


def use(window: MainWindow, qtbot: QtBot, found: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Press "Choose again…" below the input, then choose another file or folder in the dialog, `found`."""
    box = window.canvas.scene.problem_popups[0]
    assert box.buttons[0].text() == "Choose again…"
    click(box.buttons[0])
    dialog = (window.findChildren(ImageDialog) or window.findChildren(TableDialog))[0]
    qtbot.waitUntil(lambda: not dialog.loader.busy, timeout=PATIENCE_MS)
    assert not dialog.use_button.isEnabled()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(found))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(found), ""))
    click(dialog.other_button)
    qtbot.waitUntil(lambda: not dialog.loader.busy, timeout=PATIENCE_MS)
    if isinstance(dialog, ImageDialog):
        assert (dialog.image_size.value, dialog.colors.current) == (8, "color")
    click(dialog.use_button)
    qtbot.waitUntil(lambda: not isValid(dialog), timeout=PATIENCE_MS)


def test_once_it_is_found_the_training_goes_on_bit_by_bit(
    window: MainWindow, qtbot: QtBot, trained: tuple[Path, Path, Trainer], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, place, trainer = trained
    moved = place.with_name("moved.csv")
    place.rename(moved)
    opened(window, project, qtbot)
    before = window.document.experiment
    use(window, qtbot, moved, monkeypatch)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    after = window.document.experiment
    assert after.replace(dataset=before.dataset, name=before.name) == before
    assert not window.canvas.scene.problem_popups
    taken = window.session.checkpoint()
    assert taken is not None
    again = make_trainer(after, prepare(after))
    taken[1].restore(again)
    assert (again.epoch, again.step_in_epoch) == (3, 1)
    assert [again.step() for _ in range(10)] == [trainer.step() for _ in range(10)]
    window.document.undo_stack.setClean()


def test_changed_content_is_a_problem_as_well(
    window: MainWindow, qtbot: QtBot, trained: tuple[Path, Path, Trainer], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, place, trainer = trained
    if place.is_dir():
        Image.new("L", (10, 10), 90).save(place / "dark" / "3.png")
        sentence = "The images in signs have changed since they were chosen; open the folder again"
    else:
        place.write_text(place.read_text() + "\n0.1,0.2,a")
        sentence = "points.csv has changed since it was chosen; open it again"
    opened(window, project, qtbot)
    assert window.session.message == sentence
    qtbot.waitUntil(lambda: window.canvas.cards[0].problem == sentence, timeout=PATIENCE_MS)
    assert window.actions_by_name["play"].toolTip() == f"{sentence}."
    assert save(window, qtbot)
    np.testing.assert_array_equal(weights(project), trainer.network.weights[1]["kernel"])
    # With its current content accepted, training continues from the saved weights.
    click(window.canvas.scene.problem_popups[0].buttons[0])
    dialog = (window.findChildren(ImageDialog) or window.findChildren(TableDialog))[0]
    qtbot.waitUntil(lambda: not dialog.loader.busy, timeout=PATIENCE_MS)
    QTest.keyClick(dialog.use_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    taken = window.session.checkpoint()
    assert taken is not None
    assert taken[1].numbers["epoch"] == 3
    window.document.undo_stack.setClean()


def test_data_put_back_are_used_by_choosing_them_again(
    window: MainWindow, qtbot: QtBot, trained: tuple[Path, Path, Trainer]
) -> None:
    project, place, trainer = trained
    moved = place.with_name("elsewhere")
    place.rename(moved)
    opened(window, project, qtbot)
    moved.rename(place)
    click(window.canvas.scene.problem_popups[0].buttons[0])
    dialog = (window.findChildren(ImageDialog) or window.findChildren(TableDialog))[0]
    qtbot.waitUntil(dialog.use_button.isEnabled, timeout=PATIENCE_MS)
    click(dialog.use_button)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    assert not window.canvas.scene.problem_popups
    assert not window.document.unsaved
    taken = window.session.checkpoint()
    assert taken is not None
    np.testing.assert_array_equal(
        taken[1].arrays["weights/layer_1/kernel"], trainer.network.weights[1]["kernel"]
    )


def test_a_picture_repaired_in_place_is_used_by_choosing_its_folder_again(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    experiment = images(tmp_path / "signs")
    project, picture = tmp_path / "mine.nnplay", tmp_path / "signs" / "dark" / "3.png"
    save_project(project, experiment, None)
    forget()
    whole = picture.read_bytes()
    Image.new("L", (10, 10), 90).save(picture)
    opened(window, project, qtbot)
    # Neither the folder nor its entries change their times.
    picture.write_bytes(whole)
    click(window.canvas.scene.problem_popups[0].buttons[0])
    dialog = window.findChildren(ImageDialog)[0]
    qtbot.waitUntil(dialog.use_button.isEnabled, timeout=PATIENCE_MS)
    click(dialog.use_button)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
    assert not window.canvas.scene.problem_popups
