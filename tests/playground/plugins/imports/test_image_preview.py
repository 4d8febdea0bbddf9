"""The images of a folder before they are used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets.image_folder_dataset import forget_images
from playground.model.document import Document
from playground.plugins.imports.image_dialog import ImageDialog
from playground.views.theme.colors import DARK, LIGHT, Theme
from playground.views.theme.theme import ThemeSource, apply
from tests.playground.plugins.imports.image_folders import Opener, settled


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget_images()
    yield
    forget_images()


def test_only_classes_in_sight_are_drawn(opened: Opener, tmp_path: Path) -> None:
    for name in range(60):
        (tmp_path / "many" / str(name)).mkdir(parents=True)
        Image.new("L", (8, 8), name).save(tmp_path / "many" / str(name) / "a.png")
    dialog = opened(tmp_path / "many")
    dialog.preview.grab()
    first = dialog.preview.rows.drawn
    assert 3 <= first <= 12
    bar = dialog.preview.verticalScrollBar()
    bar.setValue(bar.maximum())
    dialog.preview.grab()
    assert first < dialog.preview.rows.drawn <= 2 * first + 2


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_signs_are_ink_on_the_paper_of_the_theme(
    theme: Theme, qtbot: QtBot, qapp: QApplication, document: Document, folder: Path
) -> None:
    apply(qapp, theme)
    host = QWidget()
    qtbot.addWidget(host)
    host.show()
    dialog = ImageDialog(document, ThemeSource(qapp, theme.name), folder, host)  # type: ignore[arg-type]
    dialog.open()
    settled(dialog, qtbot)
    picture = dialog.preview.rows.grab().toImage()
    ratio = picture.devicePixelRatio()
    tile = [
        picture.pixelColor(round((150 + x) * ratio), round((6 + 22) * ratio)).lightness() for x in (2, 22)
    ]
    assert (tile[0] > tile[1]) is not theme.is_dark
    dialog.close()
    qapp.setStyleSheet("")
