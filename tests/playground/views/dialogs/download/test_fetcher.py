"""A download on its own thread: shown, cancelled, and nothing left of it."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from threading import Thread

import pytest
from pytestqt.qtbot import QtBot

from core.data.datasets import Digits
from playground.views.dialogs.download import DownloadDialog
from playground.views.dialogs.download.dialog import Fetcher
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import close_window
from tests.loopback_mirror import Mirror, serving
from tests.made_images import MadeArchive
from tests.playground.driving import click
from tests.playground.views.dialogs.download.downloads import files_below, open_dialog


def thread_of(dialog: DownloadDialog) -> Thread:
    assert dialog.fetcher._thread is not None
    return dialog.fetcher._thread


def test_bytes_and_the_mirror_are_shown_and_cancel_leaves_nothing(
    qtbot: QtBot, dialog: DownloadDialog, mirror: Mirror, tmp_path: Path
) -> None:
    mirror.stalls_after = 20_480
    click(dialog.download_button)
    qtbot.waitUntil(lambda: " of 0.1 MB" in dialog.amount.text())
    assert dialog.mirror.text() == "127.0.0.1"
    assert not dialog.download_button.isEnabled()
    qtbot.waitUntil(lambda: dialog.progress.value() > 100)
    thread = thread_of(dialog)
    with qtbot.waitSignal(dialog.rejected):
        click(dialog.cancel_button)
    qtbot.waitUntil(lambda: not thread.is_alive())
    assert not (tmp_path / "cache").exists()


@pytest.mark.usefixtures("qapp", "cache")
def test_a_thread_that_is_still_at_work_keeps_nothing_of_qt(qtbot: QtBot, mirror: Mirror) -> None:
    mirror.stalls_after = 20_480
    fetcher = Fetcher(Digits(size="70k", samples=60_000).archive, mirrors=[mirror.url])
    fetcher.download()
    thread = fetcher._thread
    assert thread is not None
    assert mirror.stalled.wait(60)
    alive = weakref.ref(fetcher)
    del fetcher
    gc.collect()
    assert alive() is None
    mirror.go_on.set()
    qtbot.waitUntil(lambda: not thread.is_alive())


def test_a_mirror_that_failed_is_told_while_the_next_is_tried(
    qtbot: QtBot, dialog: DownloadDialog, mirror: Mirror, made: MadeArchive
) -> None:
    mirror.stalls_after = 20_480
    with serving({f"{name}.gz": b"<html>" for name in made.packed}) as bad:
        dialog.fetcher.mirrors = (bad.url, mirror.url)
        click(dialog.download_button)
        qtbot.waitUntil(lambda: "rejected" in dialog.note.text())
        assert dialog.note.isVisible()
        with qtbot.waitSignal(dialog.fetched):
            mirror.go_on.set()


def test_the_window_can_be_closed_in_the_middle(
    qtbot: QtBot, window: MainWindow, mirror: Mirror, tmp_path: Path
) -> None:
    mirror.stalls_after = 20_480
    dialog = open_dialog(window)
    click(dialog.download_button)
    assert mirror.stalled.wait(60)
    thread = thread_of(dialog)
    close_window(window)
    qtbot.waitUntil(lambda: not thread.is_alive())
    assert files_below(tmp_path / "cache") == []
