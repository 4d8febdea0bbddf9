"""Downloads in a window, from a mirror on this machine."""

from __future__ import annotations

from pathlib import Path

from core.data.datasets import Dataset, Digits
from playground.views.dialogs.download import DownloadDialog
from playground.views.sidebar.dataset_gallery import DatasetTile
from playground.window.main_window import MainWindow
from tests.playground.driving import click

WHOLE = Digits(size="70k", samples=60_000)


def tile(window: MainWindow, dataset: Dataset = WHOLE) -> DatasetTile:
    gallery = window.side.data.gallery
    gallery.offer(dataset)
    found = gallery.tile(dataset.kind)
    window.side.ensureWidgetVisible(found)
    return found


def open_dialog(window: MainWindow) -> DownloadDialog:
    click(tile(window))
    return the_dialog(window)


def the_dialog(window: MainWindow) -> DownloadDialog:
    (dialog,) = (found for found in window.findChildren(DownloadDialog) if found.isVisible())
    return dialog


def files_below(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())
