"""New rows in the window: opened by a key, predicted while the network learns, read and written on a thread."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.data.datasets import Iris
from core.nn import Conv2D
from core.train.tasks import FlowMatching
from playground.plugins.predict import controller
from playground.plugins.predict.dialog import PredictDialog
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_chosen_task, with_dataset
from tests.playground.driving import press
from tests.playground.window.trained_windows import wait_for


def opened(window: MainWindow, qtbot: QtBot) -> PredictDialog:
    window.activateWindow()
    wait_for(qtbot, window.isActiveWindow)
    press(window, Qt.Key.Key_N)
    (dialog,) = window.findChildren(PredictDialog)
    wait_for(qtbot, lambda: dialog.isVisible() and dialog.rows.prediction(0) is not None)
    return dialog


def read(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    job = window.plugins["predict"].job
    window.plugins["predict"].read([path])
    wait_for(qtbot, lambda: not job.busy)


def test_predictions_follow_the_training_and_the_rows_stay(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    first = dialog.rows.prediction(0)
    window.session.step_epochs(3)
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    wait_for(qtbot, lambda: dialog.rows.prediction(0) not in (None, first))
    dialog.rows.set_cells(1, 0, [["0.25", "-3"]])
    wait_for(qtbot, lambda: dialog.rows.prediction(1) is not None)
    dialog.close()
    assert window.session.inspection.state.new_samples is None
    assert opened(window, qtbot) is dialog
    assert dialog.rows.filled_rows[1] == ["0.25", "-3"]
    wait_for(qtbot, lambda: dialog.rows.prediction(1) is not None)


def test_a_table_is_opened_and_its_predictions_are_written(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog, table, out = opened(window, qtbot), tmp_path / "points.csv", tmp_path / "out"
    table.write_text("x2,note,x1\n1,a,2\n,b,3\n-4,c,5\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(table)], ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    job = window.plugins["predict"].job
    dialog.open_button.click()
    wait_for(qtbot, lambda: not job.busy)
    assert dialog.rows.filled_rows == [["2", "1"], ["3", ""], ["5", "-4"]]
    assert (
        dialog.message.text() == "points.csv: 3 rows; 1 lack a value and have no prediction; not used: note"
    )
    wait_for(qtbot, lambda: dialog.rows.prediction(2) is not None)
    dialog.save_button.click()
    wait_for(qtbot, lambda: not job.busy)
    written = list(csv.reader((tmp_path / "out.csv").read_text().splitlines()))
    assert [row[:3] for row in written] == [
        ["x1", "x2", "prediction"],
        ["2", "1", dialog.rows.prediction(0).text],  # type: ignore[union-attr]
        ["3", "", ""],
        ["5", "-4", dialog.rows.prediction(2).text],  # type: ignore[union-attr]
    ]
    assert dialog.message.text() == f"Written: {tmp_path / 'out.csv'}"


def test_what_cannot_be_read_or_written_is_a_sentence(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog, table = opened(window, qtbot), tmp_path / "points.csv"
    table.write_text("a,b\n1,2\n")
    read(window, qtbot, table)
    assert dialog.message.text().startswith("points.csv lacks the columns 'x1', 'x2', which the model needs")
    assert dialog.message.property("role") == "danger"
    samples = dialog.samples
    assert samples is not None
    window.plugins["predict"].write(samples, tmp_path / "no" / "out.csv")
    wait_for(qtbot, lambda: not window.plugins["predict"].job.busy)
    assert dialog.message.text() == "No such file or directory"
    rows = "".join(f"{n},{n}\n" for n in range(1_200))
    table.write_text(f"x1,x2\n{rows}")
    read(window, qtbot, table)
    assert dialog.samples is not None
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(table), ""))
    dialog.save_button.click()
    assert dialog.message.text() == f"{table} is what is read; choose another name to write to"
    assert table.read_text().startswith("x1,x2\n0,0\n")


def test_a_cancelled_write_leaves_nothing(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = opened(window, qtbot)
    monkeypatch.setattr(controller, "wait_for_checkpoint", _waits_for_the_cancel)
    samples = dialog.samples
    assert samples is not None
    window.plugins["predict"].write(samples, tmp_path / "out.csv")
    assert dialog.cancel_button.isVisible()
    assert not dialog.save_button.isEnabled()
    dialog.cancel_button.click()
    wait_for(qtbot, lambda: not window.plugins["predict"].job.busy)
    assert dialog.message.text() == "Stopped; nothing was changed"
    assert not dialog.cancel_button.isVisible()
    assert list(tmp_path.glob("*.csv*")) == []


def _waits_for_the_cancel(_prediction: object, report: controller.Report) -> None:
    while True:
        report(None)


def test_without_a_network_that_runs_the_dialog_says_why(window: MainWindow, qtbot: QtBot) -> None:
    dialog, experiment = opened(window, qtbot), window.document.experiment
    window.document.change("Insert", experiment.replace(layers=(Conv2D(), *experiment.layers)))
    wait_for(qtbot, lambda: window.session.state is TrainingState.BLOCKED)
    assert "Conv2D needs an image" in dialog.message.text()
    assert dialog.rows.prediction(0) is None
    assert not dialog.save_button.isEnabled()
    window.document.undo_stack.undo()
    wait_for(qtbot, lambda: dialog.rows.prediction(0) is not None and dialog.save_button.isEnabled())
    assert dialog.message.text() == ""
    assert np.isfinite([share for _, share in dialog.rows.prediction(0).shares]).all()  # type: ignore[union-attr]


def test_a_dialog_that_is_closed_draws_no_other_data(window: MainWindow, qtbot: QtBot) -> None:
    """It shows them when it is opened again: those of a task with a time, then of a table."""
    dialog = opened(window, qtbot)
    told = dialog.rows.columns
    dialog.close()
    experiment = window.document.experiment
    with qtbot.waitSignal(window.session.run_started):
        window.document.change("Generate", with_chosen_task(experiment, FlowMatching()))
    assert dialog.rows.columns == told
    assert opened(window, qtbot) is dialog
    assert [column.name for column in dialog.rows.columns] == ["x1", "x2", "t"]
    # Open, it follows.
    with qtbot.waitSignal(window.session.run_started):
        window.document.change("Iris", with_dataset(experiment, Iris()))
    wait_for(qtbot, lambda: len(dialog.rows.columns) == 4)
