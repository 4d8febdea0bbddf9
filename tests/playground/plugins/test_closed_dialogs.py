"""Dialogs and popups that are closed leave nothing behind: those of every command, and all others."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import Xor
from core.experiment.experiment import Experiment
from core.nn import Dropout
from playground.views.widgets import Toast
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import deliver_deletions
from tests.core.experiment.on_data import with_dataset
from tests.playground.opened_dialogs import choose_no_file, other_ways, over, ways_by_command, write_data
from tests.playground.window.trained_windows import wait_for

OPENING = {
    "preferences",
    "new",
    "run_until",
    "microscope",
    "mistakes",
    "commands",
    "shortcuts",
    "about",
    "export",
}
"""Some of the commands that open a dialog, which must be among those that are found."""


@pytest.fixture(autouse=True)
def _no_file_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    choose_no_file(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: MainWindow) -> Path:
    monkeypatch.setattr(window.autosaves.store, "folder", tmp_path / "autosave")
    return write_data(tmp_path)


def open_and_close(window: MainWindow, run: Callable[[], object]) -> bool:
    """Returns whether it opened something on the page of the network."""
    window.actions_by_name["page_build"].trigger()
    run()
    return close_opened(window)


def close_opened(window: MainWindow) -> bool:
    """Returns whether a window was open."""
    opened = over(window)
    for each in opened:
        each.close()
    for toast in window.findChildren(Toast):
        toast.hide()
        toast.deleteLater()
    deliver_deletions()
    return bool(opened)


def remaining(window: MainWindow) -> Counter[str]:
    """The number of widgets, of the window's other objects, and of the views' Python objects, by class."""
    for _ in range(3):
        deliver_deletions()
        gc.collect()
    found = Counter(type(each).__name__ for each in QApplication.allWidgets())
    found.update(f"child {type(each).__name__}" for each in window.findChildren(QObject))
    kinds = (type(each) for each in gc.get_objects())
    found.update(
        f"object {kind.__name__}" for kind in kinds if str(kind.__module__).startswith("playground.views")
    )
    return found


def test_what_is_opened_again_and_again_leaves_no_more_than_the_first_time(
    window: MainWindow, qtbot: QtBot, folder: Path
) -> None:
    ways = ways_by_command(window)
    opening = {name: run for name, run in ways.items() if open_and_close(window, run)}
    assert opening.keys() >= OPENING
    # The last lesson of the menu is open now, whose guess comes before all training and exports.
    window.plugins["lessons"].back_to_work()
    opening.update(other_ways(window, folder))
    assert all(open_and_close(window, run) for run in opening.values())
    first = remaining(window)
    for run in opening.values():
        open_and_close(window, run)
    assert remaining(window) - first == Counter()


def test_what_is_added_and_taken_away_leaves_nothing(window: MainWindow, qtbot: QtBot) -> None:
    first = window.document.experiment

    def show(experiment: Experiment) -> None:
        window.document.load(experiment)
        wait_for(
            qtbot,
            lambda: (shown := window.snapshot_router.snapshot) is not None and shown.experiment == experiment,
        )

    def change() -> None:
        show(first.replace(layers=(*first.layers, Dropout(0.1))))
        show(with_dataset(first, Xor()))
        window.actions_by_name["lesson_1"].trigger()
        window.plugins["lessons"].back_to_work()
        show(first)
        window.actions_by_name["slow_step"].trigger()
        wait_for(qtbot, lambda: window.slow.moment)
        window.slow.close()
        close_opened(window)

    found = []
    for _ in range(4):
        change()
        found.append(remaining(window))
    assert found[-1] - found[1] == Counter()
