"""A window and its download dialog, with a mirror on this machine and an empty cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import Digits
from core.data.downloads import archive_cache as image_store
from playground.views.dialogs.download import DownloadDialog
from playground.views.theme.theme import ThemeSource
from playground.window.main_window import MainWindow
from tests.loopback_mirror import Mirror, serving
from tests.made_images import MadeArchive, make_archive


@pytest.fixture(scope="module")
def made() -> MadeArchive:
    return make_archive(Digits.archive)


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache; returns the folder for MNIST."""
    monkeypatch.setattr(image_store, "user_cache_path", lambda name: tmp_path / "cache" / name)
    return tmp_path / "cache" / "numpynet" / "datasets" / "mnist"


@pytest.fixture
def mirror(made: MadeArchive, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving({f"{name}.gz": data for name, data in made.packed.items()}) as served:
        yield served


@pytest.fixture
def window(make: Callable[..., MainWindow], cache: Path, mirror: Mirror) -> MainWindow:
    """The main window on points, and a mirror of images that are not downloaded."""
    window = make()
    window.dialogs.mirrors = [mirror.url]
    return window


@pytest.fixture
def dialog(qtbot: QtBot, qapp: QApplication, cache: Path, mirror: Mirror) -> Iterator[DownloadDialog]:
    """The dialog over an empty window."""
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    themes = ThemeSource(qapp, "light")
    themes.setParent(parent)
    dialog = DownloadDialog(Digits(size="70k", samples=60_000), themes, parent, mirrors=[mirror.url])
    dialog.open()
    qtbot.waitExposed(dialog)
    yield dialog
    # The generator keeps the parent alive, which deletes the dialog.
    parent.close()
