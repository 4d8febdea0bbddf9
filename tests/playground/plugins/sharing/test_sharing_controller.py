"""An experiment goes through the clipboard, and undo brings the other one and its training back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from core.data.datasets.table_file_dataset import forget_tables
from core.experiment.presets import preset_named
from core.experiment.project_file import load_project
from core.experiment.short_text import experiment_from_text, experiment_to_text
from core.formats.programs.experiment_code import experiment_code
from playground.cli import main
from playground.training.state import TrainingState
from playground.views.widgets import Toast
from playground.window.main_window import MainWindow
from tests.playground.command_line import failing
from tests.playground.driving import press
from tests.playground.headless.flowers import train_flowers
from tests.playground.window.trained_windows import wait_for

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def test_a_program_is_copied_that_trains_as_far(window: MainWindow, qtbot: QtBot) -> None:
    ctrl_alt = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    press(window, Qt.Key.Key_C, ctrl_alt)
    assert QGuiApplication.clipboard().text() == experiment_code(window.document.experiment, 100)
    assert "trains this for 100 epochs is on the clipboard" in window.findChildren(Toast)[-1].text
    window.session.step_epochs(2)
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    press(window, Qt.Key.Key_C, ctrl_alt)
    assert QGuiApplication.clipboard().text() == experiment_code(window.document.experiment, 2)


def test_the_text_is_copied_pasted_and_taken_back(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    before = window.document.experiment
    press(window, Qt.Key.Key_C, CTRL_SHIFT)
    assert experiment_from_text(QGuiApplication.clipboard().text()) == before
    assert " characters; weights not included" in window.findChildren(Toast)[-1].text
    window.session.step_epochs(2)
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    QGuiApplication.clipboard().setText(f"Look: {experiment_to_text(preset_named('moons'))}\n")
    press(window, Qt.Key.Key_V, CTRL_SHIFT)
    assert window.document.experiment == preset_named("moons")
    assert window.findChildren(Toast)[-1].text == "Pasted Moons; Ctrl+Z takes it back"
    wait_for(qtbot, lambda: window.session.state is TrainingState.IDLE)
    window.document.undo_stack.undo()
    assert window.document.experiment == before
    wait_for(qtbot, lambda: (taken := window.session.checkpoint()) is not None and taken[1].epoch == 2)
    # What is no experiment changes nothing.
    QGuiApplication.clipboard().setText("dense 8 relu")
    press(window, Qt.Key.Key_V, CTRL_SHIFT)
    assert window.document.experiment == before
    assert "begins with nnplay1" in window.findChildren(Toast)[-1].text
    # A table does not travel, and is known again where it is open.
    project = train_flowers(tmp_path)
    experiment = load_project(project)[0]
    text = experiment_to_text(experiment)
    forget_tables()
    QGuiApplication.clipboard().setText(text)
    press(window, Qt.Key.Key_V, CTRL_SHIFT)
    assert "its data, flowers.csv, are not included" in window.findChildren(Toast)[-1].text
    window.document.change("Open", experiment)
    window.document.change("Rename", experiment.replace(name="Mine"))
    press(window, Qt.Key.Key_V, CTRL_SHIFT)
    assert window.document.experiment == experiment


def test_the_command_line_trains_a_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = experiment_to_text(preset_named("moons"))
    assert main(["train", text, "--epochs", "1"]) == 0
    assert capsys.readouterr().out.startswith("Moons: epoch 1, ")
    assert "The experiment's text is cut off" in failing(["train", text[:-3]], capsys)
    table = experiment_to_text(load_project(train_flowers(tmp_path))[0])
    capsys.readouterr()
    forget_tables()
    assert "flowers.csv" in failing(["train", table], capsys)
