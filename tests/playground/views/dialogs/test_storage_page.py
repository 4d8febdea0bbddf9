"""What the program keeps on disk, in the preferences: sizes, and what clearing removes and leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from core.compiled import readiness
from core.data.datasets import Digits, FashionMnist
from core.data.downloads import archive_cache
from core.experiment.experiment import Experiment
from core.io.number_text import size_text
from core.nn import Dense
from playground.model.autosave_store import AutosaveNote, AutosaveStore, write_autosave
from playground.model.disk_storage import STORAGE
from playground.model.log_file import log_path
from playground.views.dialogs import preferences
from playground.views.dialogs.preferences import StoragePage
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
from tests.made_images import make_archive
from tests.playground.driving import click
from tests.playground.views.dialogs.preferences_shown import open_dialog

PATIENCE_MS = 60_000
Make = Callable[..., MainWindow]
TITLES = [row.title for row in STORAGE]


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setattr(archive_cache, "user_cache_path", lambda name: tmp_path / "cache" / name)
    for kind in (Digits, FashionMnist):
        made = make_archive(kind.archive, 0)
        monkeypatch.setattr(kind, "archive", made.archive)
        made.put(tmp_path / "cache" / "numpynet" / "datasets" / made.archive.key)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What message boxes are answered with; one that is not expected fails."""
    left: list[str] = []

    def execute(box: QMessageBox) -> int:
        wanted = left.pop(0)
        next(b for b in box.buttons() if b.text().replace("&", "") == wanted).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", execute)
    return left


def page_of(window: MainWindow, qtbot: QtBot) -> StoragePage:
    dialog = open_dialog(window, qtbot)
    dialog.tabs.setCurrentWidget(dialog.storage)
    wait(dialog.storage, qtbot)
    return dialog.storage


def wait(page: StoragePage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page.busy, timeout=PATIENCE_MS)


def size(page: StoragePage, title: str) -> str:
    return page.sizes[TITLES.index(title)].text()


def clear(page: StoragePage, qtbot: QtBot, title: str) -> None:
    click(page.buttons[TITLES.index(title)])
    wait(page, qtbot)


def left_autosave(name: str) -> Path:
    """An autosave of a program that has ended."""
    store = AutosaveStore()
    store.folder.mkdir(parents=True, exist_ok=True)
    file = store.folder / f"{name}.nnplay"
    write_autosave(file, Experiment(layers=(Dense(3),)), None, AutosaveNote(name))
    return file


def test_each_row_shows_its_size_and_clears_what_no_program_uses(
    make: Make, qtbot: QtBot, answers: list[str]
) -> None:
    left = left_autosave("left")
    window = make()
    window.document.change("Seed", window.document.experiment.replace(seed=3))
    with qtbot.waitSignal(window.autosaves.written, timeout=PATIENCE_MS):
        window.autosaves.autosave()
    own = window.autosaves.store.own
    log_path().parent.mkdir(parents=True, exist_ok=True)
    log_path().write_text("An error")
    page = page_of(window, qtbot)
    assert size(page, "Unsaved work") == size_text(left.stat().st_size + own.stat().st_size)
    assert size(page, "Error log") == "8 B"
    # Lost work is asked about, once.
    answers.append("Cancel")
    clear(page, qtbot, "Unsaved work")
    assert left.exists()
    answers.append("Remove")
    clear(page, qtbot, "Unsaved work")
    assert not left.exists()
    assert own.exists()
    assert size(page, "Unsaved work") == size_text(own.stat().st_size)
    clear(page, qtbot, "Error log")
    # A running program goes on writing to it.
    assert log_path().read_text() == ""
    assert size(page, "Error log") == "0 B"
    assert not page.buttons[TITLES.index("Error log")].isEnabled()
    # The same key again presses nothing else.
    assert page.window().focusWidget() is None


def test_machine_code_is_cleared(make: Make, qtbot: QtBot) -> None:
    folder = readiness.cache_root() / "0123456789abcdef"
    folder.mkdir(parents=True)
    (folder / "kernel.nbc").write_bytes(bytes(5000))
    page = page_of(make(), qtbot)
    assert size(page, "Compiled engine") == size_text(5000)
    clear(page, qtbot, "Compiled engine")
    assert not readiness.cache_root().exists()
    assert size(page, "Compiled engine") == "0 B"


def test_downloads_are_cleared_but_for_those_of_the_open_experiment_and_the_users_own_files(
    make: Make, qtbot: QtBot, tmp_path: Path
) -> None:
    window = make()
    window.document.change(
        "MNIST", with_dataset(window.document.experiment, Digits(size="70k", samples=60_000))
    )
    folder = tmp_path / "cache" / "numpynet" / "datasets" / "fashion-mnist"
    name = FashionMnist.archive.train_images.name
    for extra in (f".{name}.abc.part", f"{name}.gz.part", f"{name}.damaged", "notes of mine.txt"):
        (folder / extra).write_text("x")
    page = page_of(window, qtbot)
    mnist, fashion = (TITLES.index(kind.archive.title) for kind in (Digits, FashionMnist))
    assert not page.buttons[mnist].isEnabled()
    assert page.buttons[mnist].toolTip() == "The open experiment learns from it."
    clear(page, qtbot, FashionMnist.title)
    assert [path.name for path in folder.iterdir()] == ["notes of mine.txt"]
    assert page.sizes[fashion].text() == "0 B"
    assert Digits(size="70k", samples=60_000).missing_download() is None
    assert FashionMnist().missing_download() is not None


def test_sizes_are_found_off_the_gui_thread_and_a_closed_page_waits_for_nothing(
    make: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, threads = threading.Event(), []

    def slow() -> int:
        threads.append(threading.current_thread())
        assert go.wait(60)
        return 5

    monkeypatch.setattr(preferences, "STORAGE", (replace(STORAGE[0], size=slow),))
    window = make()
    dialog = open_dialog(window, qtbot)
    assert dialog.storage.sizes[0].text() == "…"
    assert not dialog.storage.buttons[0].isEnabled()
    qtbot.waitUntil(lambda: bool(threads), timeout=PATIENCE_MS)
    assert threads[0] is not threading.main_thread()
    dialog.close()
    go.set()
    threads[0].join()


@pytest.mark.parametrize("part", ["size", "clear"])
def test_what_fails_is_said_and_not_tried_for_ever(qtbot: QtBot, part: str) -> None:
    calls = []

    def fail() -> int:
        calls.append(part)
        raise MemoryError

    row = replace(STORAGE[0], used_by=lambda _: False, question="", **{"size": lambda: 1} | {part: fail})
    parent = QWidget()
    qtbot.addWidget(parent)
    page = StoragePage([row], Experiment(), parent)
    qtbot.waitUntil(lambda: not page.busy)
    if part == "clear":
        page.buttons[0].setEnabled(True)
        page.buttons[0].click()
    qtbot.waitUntil(lambda: page.sizes[0].text() == "not known")
    assert page.sizes[0].toolTip() == "it takes more memory than there is"
    assert calls == [part]
    assert not page.busy
