"""Another program changes or removes the document's file: the window says so when it becomes active, and once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState, load_project, save_project
from core.io.budget import OnProgress
from core.nn import Dense
from playground.commands import project_saver
from playground.window.main_window import MainWindow
from tests.playground.driving import click, save

PATIENCE_MS = 60_000
Make = Callable[..., MainWindow]

ours = Experiment(name="Ours", dataset=Moons(samples=60), layers=(Dense(4, "tanh"),))
theirs = ours.replace(name="Another name, so that the size differs")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.nnplay"
    save_project(path, ours, None)
    return path


@pytest.fixture
def window(make: Make, file: Path) -> MainWindow:
    """A window with the file open and nothing unsaved."""
    window = make(ours)
    window.files.open_file(file)
    return window


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What message boxes are answered with, by the text of the button; one that is not expected fails."""
    left: list[str] = []

    def execute(box: QMessageBox) -> int:
        wanted = left.pop(0)
        next(b for b in box.buttons() if b.text().replace("&", "") == wanted).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", execute)
    return left


def told(window: MainWindow) -> str:
    bar = window.menu_area.notice
    return bar.label.text() if bar.isVisible() else ""


def leave_and_return(window: MainWindow, qtbot: QtBot, to: QWidget | None = None) -> None:
    """Activate another program's window, here a widget without a parent, then this window or a dialog of it."""
    other = QWidget()
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow, timeout=PATIENCE_MS)
    back = to or window
    back.activateWindow()
    qtbot.waitUntil(back.isActiveWindow, timeout=PATIENCE_MS)
    other.close()
    other.deleteLater()


def answer(window: MainWindow, name: str) -> None:
    click(window.menu_area.notice.buttons[name])


CHANGED = "mine.nnplay has changed on disk since it was opened"
GONE = "mine.nnplay is not there any more; saving writes it again"


def test_a_changed_file_is_told_when_the_window_becomes_active_and_reloaded(
    window: MainWindow, qtbot: QtBot, file: Path
) -> None:
    leave_and_return(window, qtbot)
    assert told(window) == ""
    save_project(file, theirs, None)
    leave_and_return(window, qtbot)
    assert told(window) == CHANGED
    assert not window.document.unsaved
    answer(window, "reload")
    assert window.document.experiment == theirs
    assert told(window) == ""
    assert not window.document.unsaved


def test_a_dialog_of_the_window_that_becomes_active_tells_it_too(
    window: MainWindow, qtbot: QtBot, file: Path
) -> None:
    dialog = QDialog(window)
    dialog.show()
    save_project(file, theirs, None)
    leave_and_return(window, qtbot, dialog)
    assert told(window) == CHANGED
    dialog.close()


def test_keeping_mine_is_unsaved_is_not_asked_again_and_saves_over_the_other(
    window: MainWindow, qtbot: QtBot, file: Path, answers: list[str]
) -> None:
    save_project(file, theirs, None)
    leave_and_return(window, qtbot)
    answer(window, "keep")
    assert told(window) == ""
    # Closing asks, because the file no longer holds what is open.
    assert window.document.unsaved
    leave_and_return(window, qtbot)
    assert told(window) == ""
    # Saving does not ask again, for which an answer would be missing.
    assert save(window, qtbot)
    assert load_project(file)[0] == ours
    assert not window.document.unsaved
    assert not answers


def test_every_further_change_is_told_once(
    window: MainWindow, qtbot: QtBot, file: Path, answers: list[str]
) -> None:
    save_project(file, theirs, None)
    leave_and_return(window, qtbot)
    answer(window, "keep")
    save_project(file, theirs.replace(name="A third"), None)
    leave_and_return(window, qtbot)
    assert told(window) == CHANGED
    # What was kept is nowhere else.
    answers.append("Reload")
    answer(window, "reload")
    assert window.document.experiment.name == "A third"


def test_reloading_asks_before_it_drops_edits(
    window: MainWindow, qtbot: QtBot, file: Path, answers: list[str]
) -> None:
    edited = ours.replace(seed=5)
    window.document.change("Seed", edited)
    save_project(file, theirs, None)
    leave_and_return(window, qtbot)
    answers.append("Cancel")
    answer(window, "reload")
    assert window.document.experiment == edited
    assert told(window) == CHANGED
    answers.append("Reload")
    answer(window, "reload")
    assert window.document.experiment == theirs


def test_a_removed_file_is_told_counts_as_unsaved_and_is_written_again(
    window: MainWindow, qtbot: QtBot, file: Path
) -> None:
    file.unlink()
    leave_and_return(window, qtbot)
    assert told(window) == GONE
    assert window.document.unsaved
    answer(window, "dismiss")
    leave_and_return(window, qtbot)
    assert told(window) == ""
    # Closing asks.
    assert window.document.unsaved
    assert save(window, qtbot)
    file.unlink()
    leave_and_return(window, qtbot)
    with qtbot.waitSignal(window.files.saver.ended, timeout=PATIENCE_MS):
        answer(window, "save")
    assert load_project(file)[0] == ours
    assert told(window) == ""
    assert not window.document.unsaved


@pytest.mark.parametrize("folder", [False, True])
def test_closing_asks_for_a_file_that_is_gone_since_the_last_look(
    window: MainWindow, file: Path, answers: list[str], folder: bool
) -> None:
    file.unlink()
    if folder:
        file.mkdir()
    answers.append("Cancel")
    assert not window.close()
    assert not answers
    assert told(window) == GONE


def test_a_file_that_is_back_as_it_was_is_not_told_any_more(
    window: MainWindow, qtbot: QtBot, file: Path
) -> None:
    away = file.rename(file.with_name("away"))
    leave_and_return(window, qtbot)
    assert window.document.unsaved
    away.rename(file)
    leave_and_return(window, qtbot)
    assert told(window) == ""
    assert not window.document.unsaved


def test_another_document_takes_the_notice_away(window: MainWindow, qtbot: QtBot, file: Path) -> None:
    other = file.with_name("other.nnplay")
    save_project(other, theirs, None)
    file.unlink()
    leave_and_return(window, qtbot)
    window.document.accept_stamp("")
    window.document.load(theirs, other)
    assert told(window) == ""
    leave_and_return(window, qtbot)
    assert told(window) == ""


def test_its_own_saving_is_no_foreign_change(
    window: MainWindow, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window becomes active while the file is written already, but not yet noted as saved."""
    written, go = Event(), Event()

    def hold(
        path: Path, experiment: Experiment, state: TrainerState | None, report: OnProgress, **_: object
    ) -> None:
        save_project(path, experiment, state, report)
        written.set()
        assert go.wait(60)

    monkeypatch.setattr(project_saver, "save_project", hold)
    window.document.change("Name", ours.replace(name="A longer name of our own"))
    with qtbot.waitSignal(window.files.saver.ended, timeout=PATIENCE_MS):
        window.files.save()
        qtbot.waitUntil(written.is_set, timeout=PATIENCE_MS)
        leave_and_return(window, qtbot)
        assert told(window) == ""
        go.set()
    leave_and_return(window, qtbot)
    assert told(window) == ""


def test_a_change_between_writing_and_noting_it_is_not_taken_for_ours(
    window: MainWindow, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writing thread takes the file's stamp, not the GUI thread, which learns of the end later."""
    plain = project_saver.ProjectSaver._on_written

    def written_again(saver: project_saver.ProjectSaver, written: project_saver._Written) -> None:
        save_project(file, theirs, None)
        plain(saver, written)

    monkeypatch.setattr(project_saver.ProjectSaver, "_on_written", written_again)
    window.document.change("Name", ours.replace(name="Mine"))
    # The job's signal is connected to the method as it was.
    window.files.saver._job.finished.disconnect()
    window.files.saver._job.finished.connect(window.files.saver._on_written)
    assert save(window, qtbot)
    qtbot.waitUntil(lambda: told(window) == CHANGED, timeout=PATIENCE_MS)
