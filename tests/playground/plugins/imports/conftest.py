"""The dialogs of image folders and of tables, each on a file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.nn import Dense
from playground.model.document import Document
from playground.plugins.imports.image_dialog import ImageDialog
from playground.plugins.imports.table_dialog import TableDialog
from playground.views.theme.colors import LIGHT
from playground.views.theme.theme import ThemeSource, apply
from tests.playground.plugins.imports.image_folders import PATIENCE_MS, Opener, settled
from tests.playground.plugins.imports.tables import (
    TableOpener,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three classes of signs, dark on bright; two files are unreadable."""
    rng = np.random.default_rng(0)
    root = tmp_path / "signs"
    for shape, name in enumerate(("bar", "cross", "dot")):
        (root / name).mkdir(parents=True)
        for i in range(12):
            pixels = rng.integers(225, 255, (24, 30), dtype=np.uint8)
            pixels[10:14, 5:25] = 20 if shape < 2 else 240
            pixels[4:20, 13:17] = 20 if shape == 1 else pixels[4:20, 13:17]
            pixels[10:14, 13:17] = 20
            Image.fromarray(pixels).save(root / name / f"{i}.png")
    (root / "dot" / "empty.png").write_bytes(b"")
    (root / "bar" / "text.jpg").write_text("no image")
    return root


@pytest.fixture
def document(qapp: QApplication) -> Document:
    return Document(Experiment(dataset=Moons(), layers=(Dense(6),)))


@pytest.fixture
def opened(qtbot: QtBot, qapp: QApplication, document: Document) -> Iterator[Opener]:
    apply(qapp, LIGHT)
    host = QWidget()
    host.resize(1000, 700)
    qtbot.addWidget(host)
    host.show()
    themes = ThemeSource(qapp, "light")

    def make(path: Path) -> ImageDialog:
        dialog = ImageDialog(document, themes, path, host)
        dialog.used.connect(document.load)
        dialog.open()
        settled(dialog, qtbot)
        return dialog

    yield make
    for dialog in host.findChildren(ImageDialog):
        dialog.close()
    qapp.setStyleSheet("")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Four usable columns, a date, missing values in size and color; the species depends on the size."""
    rng = np.random.default_rng(0)
    lines = ["size,weight,colour,day,species"]
    for i in range(60):
        size = i % 3 * 3 + rng.uniform(0, 1)
        cell = "NA" if i in (5, 6) else f"{size:.3f}"
        colour = "" if i == 7 else ("red", "green")[i % 2]
        lines.append(f"{cell},{rng.uniform():.3f},{colour},2024-01-{i % 28 + 1:02},{'abc'[i % 3]}")
    path = tmp_path / "iris mine.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def open_table(qtbot: QtBot, qapp: QApplication, document: Document) -> Iterator[TableOpener]:
    apply(qapp, LIGHT)
    host = QWidget()
    host.resize(1000, 700)
    qtbot.addWidget(host)
    host.show()
    themes = ThemeSource(qapp, "light")

    def make(path: Path) -> TableDialog:
        dialog = TableDialog(document, themes, path, host)
        dialog.used.connect(document.load)
        dialog.open()
        qtbot.waitUntil(lambda: not dialog.loader.busy, timeout=PATIENCE_MS)
        return dialog

    yield make
    for dialog in host.findChildren(TableDialog):
        dialog.close()
    qapp.setStyleSheet("")
