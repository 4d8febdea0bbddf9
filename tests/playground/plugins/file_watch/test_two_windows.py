"""Two windows, of one program or of two, on the same project file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSysInfo
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.experiment.project_file import load_project, save_project
from core.nn import Dense
from playground.window.main_window import MainWindow
from tests.playground.driving import click, save

Make = Callable[..., MainWindow]

ours = Experiment(name="Ours", dataset=Moons(samples=60), layers=(Dense(4, "tanh"),))

HOST = QSysInfo.machineHostName()
HOLDER = """
import sys
from pathlib import Path
from playground.model.project_lock import ProjectLock
lock = ProjectLock()
lock.follow(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "mine.nnplay"
    save_project(path, ours, None)
    return path


@pytest.fixture
def holder(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the file open by the name of a link to it."""
    link = file.with_name("link.nnplay")
    link.symlink_to(file)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(link)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts of message boxes; the answers are put in front, and one that is missing fails."""
    found: list[str] = []

    def execute(box: QMessageBox) -> int:
        wanted = found.pop(0)
        found.append(box.text())
        next(b for b in box.buttons() if b.text().replace("&", "") == wanted).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", execute)
    return found


def told(window: MainWindow) -> str:
    bar = window.menu_area.notice
    return bar.label.text() if bar.isVisible() else ""


def opened(make: Make, file: Path) -> MainWindow:
    window = make(ours)
    window.files.open_file(file)
    return window


def test_another_program_is_named_and_its_lock_taken_over_once_it_was_killed(
    make: Make, file: Path, holder: subprocess.Popen[str]
) -> None:
    window = opened(make, file)
    assert told(window).startswith(
        f"mine.nnplay is also open in another window (process {holder.pid} on {HOST})"
    )
    # It opens all the same.
    assert window.document.experiment == ours
    holder.kill()
    holder.wait()
    window.plugins["file_watch"].check()
    assert told(window) == ""
    assert window.files.lock.other_owner(file) == ""
    other = opened(make, file)
    assert "(this program)" in told(other)


def test_saving_asks_before_it_replaces_what_another_window_has_open_and_once(
    make: Make, qtbot: QtBot, file: Path, holder: subprocess.Popen[str], asked: list[str]
) -> None:
    window = opened(make, file)
    window.document.change("Seed", ours.replace(seed=4))
    asked.append("Cancel")
    window.files.save()
    assert asked.pop().endswith(f"(process {holder.pid} on {HOST}). Overwrite it?")
    assert load_project(file)[0] == ours
    asked.append("Overwrite")
    assert save(window, qtbot)
    assert load_project(file)[0].seed == 4
    assert told(window) == ""
    asked.clear()
    window.document.change("Seed", ours.replace(seed=5))
    assert save(window, qtbot)
    assert asked == []


def test_editing_anyway_hides_the_notice_and_saves_without_a_question(
    make: Make, qtbot: QtBot, file: Path, holder: subprocess.Popen[str], asked: list[str]
) -> None:
    window = opened(make, file)
    click(window.menu_area.notice.buttons["go_on"])
    assert told(window) == ""
    window.plugins["file_watch"].check()
    assert told(window) == ""
    window.document.change("Seed", ours.replace(seed=4))
    assert save(window, qtbot)
    assert asked == []


def test_the_lock_follows_save_as_open_new_and_close(
    make: Make, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch, asked: list[str]
) -> None:
    first, second = opened(make, file), opened(make, file)
    assert told(first) == ""
    assert "(this program)" in told(second)
    copy = file.with_name("copy.nnplay")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(copy), ""))
    # "Save as…" of the notice: the copy is the second's own, the file the first's.
    with qtbot.waitSignal(second.files.saver.ended):
        click(second.menu_area.notice.buttons["save_as"])
    assert told(second) == ""
    first.files.open_file(copy)
    assert "copy.nnplay is also open" in told(first)
    # Neither holds the first file any more.
    assert second.files.lock.other_owner(file) == ""
    second.files.new()
    first.plugins["file_watch"].check()
    assert told(first) == ""
    # Saving over a file that another window has open asks, whatever the file dialog asked.
    asked.append("Cancel")
    second.files.save_as()
    assert asked == ["copy.nnplay is open in another window (this program). Overwrite it?"]
    first.close()
    assert second.files.lock.other_owner(copy) == ""
    # Nothing is left in the folder of locks.
    second.close()
    assert list(second.files.lock.folder.iterdir()) == []
