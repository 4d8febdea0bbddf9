"""Every way to open a dialog or a popup of the main window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog

from core.data.datasets import Digits
from playground.model.autosave_store import AutosaveNote, write_autosave
from playground.window.main_window import MainWindow


def choose_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancel the system's file dialogs."""
    for name, answer in (
        ("getOpenFileName", ("", "")),
        ("getOpenFileNames", ([], "")),
        ("getSaveFileName", ("", "")),
        ("getExistingDirectory", ""),
    ):
        monkeypatch.setattr(QFileDialog, name, lambda *_, answer=answer, **__: answer)


def write_data(folder: Path) -> Path:
    """A table and a folder of images to import."""
    (folder / "table.csv").write_text("a,b,kind\n" + "".join(f"{n},{n * n},{n % 2}\n" for n in range(30)))
    (folder / "images").mkdir()
    return folder


def over(window: MainWindow) -> list[Any]:
    """The visible windows beside the main one."""
    return [each for each in QApplication.topLevelWidgets() if each is not window and each.isVisible()]


def ways_by_command(window: MainWindow) -> dict[str, Callable[[], object]]:
    """All commands by name, but those that end the program, and those that open a dialog of others."""
    ways = {
        row.name: partial(window.actions_by_name[row.name].trigger)
        for row in window.table
        if not row.submenu and row.run not in ("window.close", "session.toggle")
    }
    # Each format opens the same dialog, and each probe.
    for name in [name for name in ways if name.startswith(("export_", "probe_"))]:
        del ways[name]
    return ways


def other_ways(window: MainWindow, folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """What no command opens; `folder` has the data of `write_data`."""
    yield "table", partial(window.files.data_requested.emit, folder / "table.csv")
    yield "images", partial(window.files.data_requested.emit, folder / "images")
    yield "download", partial(window.dialogs.fetch, Digits(size="70k", samples=60_000))
    yield "restore", partial(_restore, window)
    for name, button in window.training_bar.fields._more.items():
        yield f"more {name}", button.click


def _restore(window: MainWindow) -> None:
    store = window.autosaves.store
    store.folder.mkdir(exist_ok=True)
    write_autosave(store.folder / "left.nnplay", window.document.experiment, None, AutosaveNote("Left"))
    window.autosaves.offer()
