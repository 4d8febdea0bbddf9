"""What belongs to the current run is admitted, whatever overtakes what; a thread that ended does not begin again."""

from __future__ import annotations

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from playground.training.worker_thread import Arrivals, WorkerThread


def test_results_come_after_the_data_of_their_run() -> None:
    arrivals: Arrivals[str] = Arrivals()
    assert arrivals.begin(1) is None
    assert arrivals.admits(1, "first")
    assert not arrivals.admits(2, "early")
    assert arrivals.begin(2) == "early"
    assert arrivals.admits(2, "later")
    assert not arrivals.admits(1, "of the run before")


def test_an_early_result_waits_for_its_run_while_others_begin() -> None:
    """Found as a window that stayed empty after three documents had been opened at once."""
    arrivals: Arrivals[str] = Arrivals()
    arrivals.begin(1)
    assert not arrivals.admits(4, "of the fourth run")
    assert arrivals.begin(2) is None
    assert arrivals.begin(3) is None
    assert arrivals.begin(4) == "of the fourth run"


def test_a_result_of_a_run_that_was_left_is_dropped() -> None:
    arrivals: Arrivals[str] = Arrivals()
    assert not arrivals.admits(2, "of the second run")
    assert arrivals.begin(3) is None
    assert arrivals.begin(4) is None


def test_a_thread_that_has_ended_does_not_begin_again(qtbot: QtBot) -> None:
    """Its worker is deleted; a thread that still runs when the window is deleted ends the program."""
    owner = QObject()
    thread = WorkerThread("test", QObject(), owner)
    thread.begin()
    assert thread.isRunning()
    thread.end()
    thread.begin()
    running = thread.isRunning()
    thread.end()
    assert not running
