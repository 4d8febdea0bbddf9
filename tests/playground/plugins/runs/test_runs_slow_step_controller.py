"""A step in slow motion in the window, by keys and mouse: through its stops, kept, left, and ended by what happens."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.window.test_slow_step_controller import (
    opened,
    position,
    slow,  # noqa: F401
    transport,
)
from tests.playground.window.trained_windows import wait_for


def test_space_plays_it_and_another_page_lets_it_wait(slow: MainWindow, qtbot: QtBot) -> None:
    transport(slow).speed.set_current("4")
    QTest.keyClick(slow, Qt.Key.Key_Space)
    assert slow.slow.is_playing
    assert slow.actions_by_name["play"].text() == "&Pause"
    wait_for(qtbot, lambda: position(slow) > 0.5)
    assert slow.session.state is TrainingState.IDLE
    QTest.keyClick(slow, Qt.Key.Key_Space)
    assert not slow.slow.is_playing
    QTest.keyClick(slow, Qt.Key.Key_Space)
    slow.pages.show("runs")
    assert not slow.slow.is_playing
    slow.pages.show("build")
    assert slow.slow.moment is not None
    slow.slow.close()
    slow.pages.show("runs")
    opened(slow, qtbot)
    assert slow.pages.current == "build"
