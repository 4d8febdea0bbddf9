"""Every view shows the same moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.experiment.project_file import save_project
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.driving import press
from tests.playground.window.trained_windows import (
    PATIENCE_MS,
    pictures_of,
    small,
    wait_for,
)

Make = Callable[..., MainWindow]


def test_every_view_shows_the_moment_of_the_pause(window: MainWindow, qtbot: QtBot) -> None:
    taken = pictures_of(window)
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: taken and taken[-1].epoch >= 3)
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    last = taken[-1]
    assert len(window.results.curves.canvas.curves[0]) == len(last.history)
    # Later snapshots of the same moment have finer images alone.
    assert window.output._shown.layers is last.layers
    assert window.canvas.scene.field._snapshot.layers is last.layers


def test_training_counts_as_unsaved_where_its_run_was_first_drawn_afterwards(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.document.load(small())
    window.session.step_epoch()
    # This thread draws nothing until the worker has done both.
    window.session.request_checkpoint().result(PATIENCE_MS / 1000)
    assert not window.document.unsaved
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    assert window.document.unsaved


def test_opening_a_document_requests_one_run(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.nnplay"
    save_project(path, small(), None)
    requests: list[int] = []
    put = window.session._run_requests.put
    monkeypatch.setattr(
        window.session._run_requests, "put", lambda request: (requests.append(1), put(request))
    )
    with qtbot.waitSignal(window.session.run_started, timeout=PATIENCE_MS):
        window.files.open_file(path)
    assert requests == [1]


def test_rates_are_shown_while_it_trains_and_not_longer(make: Make, qtbot: QtBot) -> None:
    window = make(small())
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: "fps" in window.status.frames.text())
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    assert not window.status.frames.isVisible()
