"""What controllers write: where the user says, and what came of it is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from playground.commands.window_controller import WritingController
from playground.window.main_window import MainWindow


def test_a_file_is_written_where_the_user_says_and_told(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, said = WritingController(window.context), list[str]()
    writer.message_requested.connect(said.append)
    for name, kind, path in (
        ("a", "Table (*.csv)", tmp_path / "a.csv"),
        ("a", "Page (*.html)", tmp_path / "a.html"),
        ("a.txt", "Table (*.csv)", tmp_path / "a.txt"),
    ):
        chosen = str(tmp_path / name), kind
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, chosen=chosen: chosen)
        assert writer._ask_path("Save", "proposed.csv", "") == path
    assert window.preferences.last_folder == str(tmp_path)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    assert writer._ask_path("Save", "proposed.csv", "") is None
    writer._write(tmp_path / "a.csv", b"1", "has 1 row")
    writer._write(tmp_path / "gone" / "b.csv", b"1", "has 1 row")
    assert said == ["a.csv has 1 row", "b.csv cannot be written: No such file or directory"]
    assert (tmp_path / "a.csv").read_bytes() == b"1"
