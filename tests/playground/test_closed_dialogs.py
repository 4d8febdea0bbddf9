"""Dialogs and popups that are closed leave nothing behind: those of every command, and all others."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from core.data.datasets import Mnist
from playground.model.autosave_store import AutosaveNote, write_autosave
from playground.views.widgets import Toast
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import deliver_deletions

ROUNDS = 3
OPENING = {"preferences", "welcome", "run_until", "microscope", "mistakes", "commands", "shortcuts", "about"}
"""Some of the commands that open a dialog, which must be among those that are found."""


@pytest.fixture(autouse=True)
def _no_file_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, answer in (
        ("getOpenFileName", ("", "")),
        ("getSaveFileName", ("", "")),
        ("getExistingDirectory", ""),
    ):
        monkeypatch.setattr(QFileDialog, name, lambda *_, answer=answer, **__: answer)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: MainWindow) -> Path:
    (tmp_path / "table.csv").write_text("a,b,kind\n" + "".join(f"{n},{n * n},{n % 2}\n" for n in range(30)))
    (tmp_path / "images").mkdir()
    monkeypatch.setattr(window.autosaves.store, "folder", tmp_path / "autosave")
    return tmp_path


def over(window: MainWindow) -> list[Any]:
    return [each for each in QApplication.topLevelWidgets() if each is not window and each.isVisible()]


def open_and_close(window: MainWindow, run: Callable[[], object]) -> bool:
    """Returns whether it opened something on the page of the network."""
    window.actions_by_name["page_build"].trigger()
    run()
    opened = over(window)
    for each in opened:
        each.close()
    for toast in window.findChildren(Toast):
        toast.hide()
        toast.deleteLater()
    deliver_deletions()
    return bool(opened)


def other_ways(window: MainWindow, folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "table", partial(window.imports.open, folder / "table.csv")
    yield "images", partial(window.imports.open_folder, folder / "images")
    yield "download", partial(window.downloads.fetch, Mnist())
    yield "restore", partial(restore, window)
    for name, button in window.training_bar.fields._more.items():
        yield f"more {name}", button.click


def restore(window: MainWindow) -> None:
    store = window.autosaves.store
    store.folder.mkdir(exist_ok=True)
    write_autosave(store.folder / "left.nnplay", window.document.experiment, None, AutosaveNote("Left"))
    window.autosaves.offer()


def remaining(window: MainWindow) -> Counter[str]:
    """The number of widgets, and of the window's other objects, by class."""
    for _ in range(3):
        deliver_deletions()
        gc.collect()
    found = Counter(type(each).__name__ for each in QApplication.allWidgets())
    found.update(f"child {type(each).__name__}" for each in window.findChildren(QObject))
    return found


def test_what_is_opened_again_and_again_leaves_no_more_than_the_first_time(
    window: MainWindow, qtbot: QtBot, folder: Path
) -> None:
    ways = {
        row.name: partial(window.actions_by_name[row.name].trigger)
        for row in window.table
        if not row.submenu and row.run not in ("window.close", "session.toggle")
    }
    # Each format opens the same dialog.
    exports = [name for name in ways if name.startswith("export_")]
    for name in exports[1:]:
        del ways[name]
    opening = {name: run for name, run in ways.items() if open_and_close(window, run)}
    assert opening.keys() >= OPENING | {exports[0]}
    opening.update(other_ways(window, folder))
    assert all(open_and_close(window, run) for run in opening.values())
    first = remaining(window)
    for _ in range(ROUNDS):
        for run in opening.values():
            open_and_close(window, run)
    assert remaining(window) - first == Counter()
