"""Every view shows the same moment."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.driving import press
from tests.playground.window.trained_windows import (
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
    assert len(window.results.loss.canvas.curves[0]) == len(last.history)
    assert window.output._shown is last.boundary
    assert window.canvas.scene.field._snapshot is last


def test_rates_are_shown_while_it_trains_and_not_longer(make: Make, qtbot: QtBot) -> None:
    window = make(small())
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: "fps" in window.status.frames.text())
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    assert not window.status.frames.isVisible()
