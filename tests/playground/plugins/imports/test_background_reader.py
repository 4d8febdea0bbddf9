"""Reading shows its progress and ends with the dialog."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from core.data.datasets.image_folder_dataset import forget_images
from core.data.images.read_folder import ImageChoice
from playground.plugins.imports import readers
from tests.playground.driving import click
from tests.playground.plugins.imports.image_folders import PATIENCE_MS, Opener, pick


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget_images()
    yield
    forget_images()


def test_reading_shows_its_progress_and_is_given_up_with_the_dialog(
    opened: Opener, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = opened(folder)
    shown, go, ended = threading.Event(), threading.Event(), threading.Event()

    def slow(folder: Path, choice: ImageChoice, report: Callable[[float], None]) -> None:
        report(0.4)
        shown.set()
        go.wait(60)
        try:
            report(0.5)
        finally:
            ended.set()

    monkeypatch.setattr(readers, "read_folder", slow)
    pick(dialog.fit, "pad")
    qtbot.waitUntil(lambda: dialog.progress.value() == 400, timeout=PATIENCE_MS)
    assert dialog.progress.isVisible()
    assert not dialog.use_button.isEnabled()
    # The previous preview stays.
    assert dialog.preview.isVisible()
    cancel = dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel)
    click(cancel)
    go.set()
    assert ended.wait(60)
    assert shown.is_set()
