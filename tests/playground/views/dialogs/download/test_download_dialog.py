"""Missing data: downloaded with the mouse, canceled, read from files, and used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from core.data.datasets import Digits, FashionMnist, Iris, Moons
from core.data.downloads import archive_cache as image_store
from core.experiment.experiment import Experiment
from core.experiment.problems import find_problems
from core.experiment.project_file import load_project, save_project
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from playground.views.dialogs.download import DownloadDialog
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
from tests.loopback_mirror import Mirror
from tests.made_images import MadeArchive
from tests.playground.driving import click
from tests.playground.views.dialogs.download.downloads import (
    WHOLE,
    files_below,
    open_dialog,
    the_dialog,
    tile,
)


def dialogs(window: MainWindow) -> list[DownloadDialog]:
    return [found for found in window.findChildren(DownloadDialog) if found.isVisible()]


def test_a_tile_says_that_its_data_are_not_there(window: MainWindow) -> None:
    found = tile(window)
    assert "must be downloaded first" in found.toolTip()
    assert found.accessibleDescription().endswith(", to be downloaded")
    assert "download" not in tile(window, Iris()).toolTip()


def test_choosing_the_size_that_is_not_there_asks_for_it_and_keeps_the_one_before(window: MainWindow) -> None:
    window.document.use_data("Digits", Digits())
    form = window.side.data.form
    form.spec_changed.emit(WHOLE, "size")
    assert the_dialog(window).windowTitle() == "Download MNIST"
    assert window.document.experiment.dataset == form.spec == Digits()


def test_the_dialog_says_what_it_is_how_large_and_where_it_goes(dialog: DownloadDialog, cache: Path) -> None:
    texts = " ".join(label.text() for label in dialog.findChildren(type(dialog.folder))).replace("\u200b", "")
    assert "60,000 handwritten digits" in texts
    assert Digits.archive.size in texts
    assert "CC BY-SA 3.0" in texts
    assert str(cache) in texts
    assert not cache.exists()
    for button in dialog.findChildren(QPushButton):
        assert button.toolTip()
        assert button.isEnabled()


@pytest.mark.parametrize("way", ["Cancel", "Escape"])
def test_who_does_not_want_it_has_what_was_before(
    qtbot: QtBot, dialog: DownloadDialog, cache: Path, way: str
) -> None:
    with qtbot.waitSignal(dialog.rejected):
        if way == "Cancel":
            click(dialog.cancel_button)
        else:
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not cache.exists()


def test_a_download_is_used_as_one_step_that_undo_takes_back(
    qtbot: QtBot, window: MainWindow, made: MadeArchive, cache: Path
) -> None:
    before = window.document.experiment
    dialog = open_dialog(window)
    click(dialog.download_button)
    qtbot.waitUntil(lambda: window.document.experiment.dataset == WHOLE)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE)
    assert not dialogs(window)
    assert files_below(cache) == sorted(made.contents)
    assert "download" not in tile(window).toolTip()
    assert window.document.undo_stack.undoText() == "Use MNIST 70k"
    window.document.undo_stack.undo()
    assert window.document.experiment == before


def test_training_goes_on_while_it_is_fetched(qtbot: QtBot, window: MainWindow, mirror: Mirror) -> None:
    mirror.stalls_after = 20_480
    window.session.play()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.RUNNING)
    dialog = open_dialog(window)
    click(dialog.download_button)
    assert mirror.stalled.wait(60)
    with qtbot.waitSignal(window.session.snapshot_taken):
        pass
    mirror.stalls_after = None
    mirror.go_on.set()
    qtbot.waitUntil(lambda: window.document.experiment.dataset == WHOLE)


def test_without_a_network_a_sentence_names_the_folder_and_a_second_try_can_work(
    qtbot: QtBot, dialog: DownloadDialog, mirror: Mirror, cache: Path
) -> None:
    mirror.status = 503
    click(dialog.download_button)
    qtbot.waitUntil(dialog.error.isVisible)
    sentence = dialog.error.text().replace("\u200b", "")
    assert "MNIST could not be downloaded: 127.0.0.1 answered 503" in sentence
    assert f"can be put into {cache}" in sentence
    assert dialog.error.height() >= dialog.error.heightForWidth(dialog.error.width())
    mirror.status = 0
    assert dialog.download_button.text() == "Try again"
    with qtbot.waitSignal(dialog.fetched):
        click(dialog.download_button)
        assert not dialog.error.isVisible()


def test_files_can_be_chosen_instead(
    qtbot: QtBot,
    window: MainWindow,
    made: MadeArchive,
    tmp_path: Path,
    mirror: Mirror,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = sorted(map(str, made.put(tmp_path / "there", packed=True).iterdir()))
    chosen = [there[:2], there[2:]]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (chosen.pop(0), ""))
    dialog = open_dialog(window)
    click(dialog.use_files)
    qtbot.waitUntil(dialog.error.isVisible)
    assert "These files are good; still missing are train-images-idx3-ubyte" in dialog.error.text()
    click(dialog.use_files)
    qtbot.waitUntil(lambda: window.document.experiment.dataset == WHOLE)
    assert mirror.asked == []


def test_a_wrong_file_is_told_and_the_dialog_stays(
    qtbot: QtBot, dialog: DownloadDialog, tmp_path: Path
) -> None:
    path = tmp_path / "t10k-labels-idx1-ubyte"
    path.write_bytes(b"nonsense")
    dialog.take([path])
    qtbot.waitUntil(dialog.error.isVisible)
    assert "t10k-labels-idx1-ubyte must be 108 bytes long, got 8" in dialog.error.text()
    assert dialog.isVisible()


def test_files_put_into_the_folder_are_found(
    qtbot: QtBot,
    dialog: DownloadDialog,
    made: MadeArchive,
    cache: Path,
    mirror: Mirror,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or True)
    click(dialog.open_folder)
    assert [Path(url.toLocalFile()) for url in opened] == [cache]
    made.put(cache)
    with qtbot.waitSignal(dialog.fetched):
        click(dialog.download_button)
    assert mirror.asked == []


def test_a_folder_that_cannot_be_made_or_shown_is_told(
    dialog: DownloadDialog, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: False)
    click(dialog.open_folder)
    assert "No file manager could be opened" in dialog.error.text()
    cache.rmdir()
    cache.parent.rmdir()
    cache.parent.write_text("a file in the way")
    click(dialog.open_folder)
    assert "MNIST cannot be kept in" in dialog.error.text()


def test_an_experiment_without_its_data_is_blocked_until_one_click_brings_them(
    qtbot: QtBot, window: MainWindow
) -> None:
    wanted = with_dataset(Experiment(), WHOLE)
    window.document.load(wanted)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.BLOCKED)
    assert "MNIST is not on this computer yet" in window.status.state.text()
    assert not window.actions_by_name["play"].isEnabled() or not window.training_bar.play.isEnabled()
    (box,) = window.canvas.scene.problem_popups
    assert [button.text() for button in box.buttons] == ["Download…", "Use built-in MNIST"]
    click(box.buttons[0])
    click(the_dialog(window).download_button)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE)
    assert window.document.experiment == wanted
    assert window.canvas.scene.problem_popups == []
    window.session.play()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.RUNNING)


def test_the_other_mend_is_the_built_in_digits(qtbot: QtBot, window: MainWindow) -> None:
    window.document.load(with_dataset(Experiment(), FashionMnist()))
    qtbot.waitUntil(lambda: window.session.state is TrainingState.BLOCKED)
    (box,) = window.canvas.scene.problem_popups
    click(box.buttons[1])
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE)
    assert isinstance(window.document.experiment.dataset, Digits)


def test_what_a_project_had_learned_waits_for_its_data(
    qtbot: QtBot,
    session_of: Callable[[Experiment], TrainingSession],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made: MadeArchive,
) -> None:
    experiment = with_dataset(Experiment(), WHOLE)
    first = session_of(experiment)
    qtbot.waitUntil(lambda: first.state is TrainingState.IDLE)
    first.step_epoch()
    qtbot.waitUntil(lambda: first.state is TrainingState.PAUSED)
    taken = first.checkpoint()
    assert taken is not None
    save_project(tmp_path / "mine.nnplay", *taken)
    monkeypatch.setattr(image_store, "user_cache_path", lambda name: tmp_path / name)
    opened, progress = load_project(tmp_path / "mine.nnplay")
    second = session_of(opened)
    second.restart(progress)
    qtbot.waitUntil(lambda: second.state is TrainingState.BLOCKED)
    kept = second.checkpoint()
    assert kept is not None
    assert kept[1].arrays.keys() == taken[1].arrays.keys()
    made.put(tmp_path / "numpynet" / "datasets" / "mnist")
    second._document.refresh()
    qtbot.waitUntil(lambda: second.state is TrainingState.PAUSED)
    again = second.checkpoint()
    assert again is not None
    for name, array in taken[1].arrays.items():
        np.testing.assert_array_equal(again[1].arrays[name], array, name)


def test_the_official_parts_take_the_place_of_the_share(
    qtbot: QtBot, make: Callable[..., MainWindow]
) -> None:
    data = make(with_dataset(Experiment(), Digits(size="70k", samples=200))).side.data
    assert data.fixed_split.isVisible()
    assert data.fixed_split.numbers.text() == "200 / 100"
    assert "divided by its makers" in data.fixed_split.toolTip()
    assert not data.share.isVisible()
    click(data.gallery.tile("moons"))
    assert data.share.isVisible()
    assert not data.fixed_split.isVisible()


def test_a_division_that_is_hidden_from_a_class_stays_so(make: Callable[..., MainWindow]) -> None:
    window = make()
    window.preferences.hidden_controls = ("share",)
    data = window.side.data
    for dataset in (WHOLE, Moons()):
        click(tile(window, dataset))
        assert not data.share.isVisible()
        assert not data.fixed_split.isVisible()


def test_in_these_tests_the_images_are_there(make: Callable[..., MainWindow]) -> None:
    """Small archives replace the real ones: nothing is downloaded."""
    window = make()
    click(tile(window, FashionMnist()))
    assert not dialogs(window)
    assert find_problems(window.document.experiment) == ()
    assert window.document.experiment.dataset == FashionMnist()
