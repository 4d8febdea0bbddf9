"""Projects are saved, opened and found again."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
)

from core.data.images.class_folders import IMAGE_SUFFIXES
from core.data.tables.read_table import TABLE_SUFFIXES
from core.formats import MODEL_READERS
from tests.playground.commands.test_file_commands import CTRL, Make
from tests.playground.driving import press
from tests.playground.window.trained_windows import (
    small,
)


def test_data_are_offered_to_be_imported_and_what_nobody_reads_gets_a_sentence_with_a_way_on(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, shown, told = make(small()), list[str](), list[str]()
    window.files.message_requested.connect(told.append)
    for each in ("table", "text", "folder"):
        monkeypatch.setattr(
            window.plugins["imports"],
            f"open_{each}",
            lambda path, each=each: shown.append(f"{each} {path.name}"),
        )
    monkeypatch.setattr(window.files, "maybe_save", lambda: True)

    def opened(name: str, content: bytes) -> list[str]:
        (tmp_path / name).write_bytes(content)
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / name), ""))
        shown.clear()
        told.clear()
        press(window, Qt.Key.Key_O, CTRL)
        return shown or told

    rows = b"a,b\n1,2\n3,4\n5,6\n7,8\n9,1\n2,3\n4,5\n6,7\n8,9\n1,2\n"
    for suffix in TABLE_SUFFIXES:
        content = b'[{"a": 1}]' if "json" in suffix else rows
        content = gzip.compress(content) if suffix.endswith("gz") else content
        assert opened(f"data{suffix}", content) == [f"table data{suffix}"]
    assert opened("names.txt", b"Anna\nBert\nCleo\n") == ["text names.txt"]
    for suffix in IMAGE_SUFFIXES:
        assert opened(f"cat{suffix}", b"") == [f"folder {tmp_path.name}"]
    for suffix in (".pdf", ".html", ".py", ".mp4", ".db", ".svg", ".docx", ""):
        (sentence,) = opened(f"other{suffix}", b"not a zip")
        assert "and for data: tables, texts, and folders of images" in sentence
    for suffix in sorted({kind.suffix for kind in MODEL_READERS} | {".json", ".nnplay"}):
        (sentence,) = opened(f"broken{suffix}", b"{}")
        assert sentence.startswith((f"broken{suffix} ", "table")), sentence
    assert window.document.experiment == small()
