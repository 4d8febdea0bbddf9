"""Lessons in the window: driven by mouse and keys, beside the user's own work, which comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QPlainTextEdit, QPushButton, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import Circles, Moons
from core.experiment.experiment import Experiment
from core.lessons.lesson import Lesson
from core.lessons.shipped import shipped_lessons, shipped_titles
from core.nn import LAYERS
from playground.model import lesson_progress
from playground.model.lesson_progress import StepProgress
from playground.training.state import TrainingState
from playground.views.lessons import LessonPanel, Ring
from playground.window.main_window import MainWindow
from tests.core.lessons.lesson_files import written
from tests.playground.driving import click, press

W = TypeVar("W", bound=QWidget)
MINE = Experiment(name="Mine", dataset=Moons(), layers=LAYERS.parse("dense 4 tanh"))


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lesson_progress, "lessons_folder", lambda: tmp_path / "kept")


def panel_of(window: MainWindow) -> LessonPanel:
    panel = window.findChild(LessonPanel)
    assert panel is not None
    return panel


def lesson_of(window: MainWindow) -> Lesson:
    lesson = window.lessons.lesson
    assert lesson is not None
    return lesson


def state_of(window: MainWindow, index: int) -> StepProgress:
    assert window.lessons.progress is not None
    return window.lessons.progress.of(lesson_of(window).steps[index])


def button(window: MainWindow, name: str) -> QPushButton:
    # The card before is deleted a moment later.
    found = [each for each in panel_of(window).findChildren(QPushButton, name) if each.isVisible()]
    assert found, name
    return found[-1]


def widgets(window: MainWindow, kind: type[W]) -> list[W]:
    return [each for each in panel_of(window).findChildren(kind) if each.isVisible()]


def ready(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until the network of the step is there."""
    session = window.session
    qtbot.waitUntil(lambda: not window.lessons.waiting)
    qtbot.waitUntil(lambda: session.state in (TrainingState.IDLE, TrainingState.PAUSED))
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None)


def solve(window: MainWindow, qtbot: QtBot) -> None:
    """Go through the open lesson by mouse and keys: guess, run, answer, and let it show the rest."""
    for index, step in enumerate(lesson_of(window).steps):
        qtbot.waitUntil(lambda index=index: panel_of(window).steps.currentRow() == index)  # type: ignore[misc]
        ready(window, qtbot)
        if step.kind in ("predict", "ask"):
            if step.question == "number":
                widgets(window, QDoubleSpinBox)[-1].setValue(step.right[0])
            elif step.question != "order":
                kind = QCheckBox if step.question == "several" else QRadioButton
                for at in step.right:
                    click(widgets(window, kind)[int(at)])
            else:
                panel_of(window).answered.emit(step.right, "fairly")
            if step.question != "order":
                click(button(window, "answer_button"))
        if step.kind == "predict":
            press(window, Qt.Key.Key_Space)
        elif step.kind == "note":
            widgets(window, QPlainTextEdit)[-1].setFocus()
            QTest.keyClicks(widgets(window, QPlainTextEdit)[-1], "A line.")
            click(next(each for each in widgets(window, QPushButton) if "sentence" in each.text()))
        elif step.kind != "ask":
            click(button(window, "show_button"))
        qtbot.waitUntil(lambda index=index: state_of(window, index).done)  # type: ignore[misc]
        for dialog in (window.panels.late_microscope, window.panels.late_mistakes):
            if dialog.is_visible:
                dialog.view.close()
                window.activateWindow()
                qtbot.waitUntil(window.isActiveWindow)
        if index + 1 < len(lesson_of(window).steps):
            click(panel_of(window).next)


@pytest.mark.parametrize(
    "number", [pytest.param(1, marks=pytest.mark.slow), 2, pytest.param(4, marks=pytest.mark.slow)]
)
def test_a_lesson_is_solved_by_mouse_and_keys(window: MainWindow, qtbot: QtBot, number: int) -> None:
    window.actions_by_name[f"lesson_{number}"].trigger()
    assert panel_of(window).title.text() == shipped_titles()[number - 1]
    solve(window, qtbot)
    assert panel_of(window).end.isVisible()
    # What was measured is what the lesson says is right.
    assert window.lessons.progress is not None
    right, known = window.lessons.progress.guesses
    assert right == known > 0


def test_nothing_trains_before_a_guess_is_made(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(MINE)
    window.lessons.open_file(written(tmp_path))
    click(button(window, "show_button"))
    qtbot.waitUntil(lambda: state_of(window, 0).done)
    click(panel_of(window).next)
    ready(window, qtbot)
    play, ring = window.actions_by_name["play"], window.findChild(Ring)
    assert not play.isEnabled()
    assert play.toolTip() == "First say what will happen."
    assert ring is not None
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Period, Qt.Key.Key_Greater):
        press(window, key)
    window.session.step_epochs(10)
    window.session.play()
    assert window.session.state is not TrainingState.RUNNING
    # A guess, wrong on purpose.
    click(widgets(window, QRadioButton)[0])
    click(button(window, "answer_button"))
    assert play.isEnabled()
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: state_of(window, 1).done)
    # Play stops where the step is reached, and the step ticks though the guess was wrong.
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED)
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    assert snapshot.epoch == 60
    assert state_of(window, 1).measured == snapshot.test.accuracy
    assert window.lessons.progress is not None
    assert window.lessons.progress.guesses == (0, 1)


def test_the_users_own_work_comes_back_as_it_was(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(MINE)
    window.session.step_epochs(3)
    qtbot.waitUntil(lambda: window.document.unsaved and window.session.state is TrainingState.PAUSED)
    before = window.session.checkpoint()
    window.lessons.open_file(written(tmp_path))
    assert window.document.experiment.dataset == Circles(noise=0.1)
    assert not window.document.unsaved
    # After a crash it is offered with the autosaves.
    qtbot.waitUntil(lambda: window.lessons.store.own.is_file())
    ready(window, qtbot)
    click(button(window, "show_button"))
    qtbot.waitUntil(lambda: state_of(window, 0).done)
    kept = window.lessons.store.own
    click(panel_of(window).close_button)
    ready(window, qtbot)
    assert not panel_of(window).isVisible()
    assert window.document.experiment == MINE
    assert window.document.unsaved
    after = window.session.checkpoint()
    assert before is not None
    assert after is not None
    assert after[1].epoch == 3
    for name, array in before[1].arrays.items():
        np.testing.assert_array_equal(after[1].arrays[name], array, name)
    assert not kept.exists()
    # The lesson goes on where it was.
    window.lessons.open_file(tmp_path / "small.md")
    assert panel_of(window).steps.currentRow() == 1


def test_a_damaged_lesson_is_a_sentence_and_changes_nothing(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    before = window.document.experiment
    with qtbot.waitSignal(window.files.message_requested) as said:
        window.lessons.open_file(written(tmp_path, ('kind = "do"', 'kind = "dance"')))
    assert said.args is not None
    assert said.args[0].startswith("small.md line 9: Step 1: kind: it must be one of do, predict")
    with qtbot.waitSignal(window.files.message_requested) as said:
        window.lessons.open_file(tmp_path / "gone.md")
    assert said.args == ["gone.md cannot be opened: No such file or directory"]
    assert window.document.experiment is before
    assert window.findChild(LessonPanel) is None
    assert not window.actions_by_name["lesson_leave"].isEnabled()


def test_another_document_ends_the_lesson_and_the_own_work_waits(
    make: Callable[..., MainWindow], tmp_path: Path
) -> None:
    window = make(MINE)
    window.lessons.open_file(written(tmp_path))
    window.files.asks_to_save = False
    window.files.new()
    assert window.lessons.lesson is None
    assert not panel_of(window).isVisible()
    assert window.session.lock == ""
    window.actions_by_name["lesson_leave"].trigger()
    assert window.document.experiment == MINE


def test_back_brings_the_moment_at_which_a_step_was_left(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.lessons.open_file(written(tmp_path))
    ready(window, qtbot)
    click(button(window, "show_button"))
    qtbot.waitUntil(lambda: state_of(window, 0).done)
    ready(window, qtbot)
    click(panel_of(window).next)
    ready(window, qtbot)
    assert window.document.experiment.layers == LAYERS.parse("dense 3 tanh")
    click(panel_of(window).back)
    qtbot.waitUntil(
        lambda: (window.snapshot_router.snapshot or 0) and window.snapshot_router.snapshot.epoch == 2
    )
    assert window.document.experiment.layers == ()
    assert panel_of(window).steps.currentRow() == 0
    window.document.undo_stack.undo()
    assert window.document.experiment.layers == LAYERS.parse("dense 3 tanh")


def test_show_me_is_undone_like_any_edit(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = written(tmp_path, ('setup = {}\nuntil = ["test', 'until = ["test'))
    window.lessons.open_file(path)
    assert window.lessons.progress is not None
    for step in lesson_of(window).steps[:2]:
        window.lessons.progress.of(step).done = True
    window.lessons.go_to(2)
    ready(window, qtbot)
    before = window.document.experiment
    click(button(window, "hint_button"))
    assert state_of(window, 2).hints == 1
    click(button(window, "show_button"))
    qtbot.waitUntil(lambda: state_of(window, 2).done)
    assert window.document.undo_stack.undoText() == "Show me: Reach 95 %"
    window.document.undo_stack.undo()
    assert window.document.experiment == before


def test_closing_the_window_in_a_lesson_asks_about_the_own_work(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(MINE)
    window.lessons.open_file(written(tmp_path))
    ready(window, qtbot)
    window.session.step_epochs(2)
    qtbot.waitUntil(lambda: window.document.unsaved)
    # Nothing of the own work is unsaved: no question keeps the window open.
    window.close()
    assert not window.isVisible()
    assert window.document.experiment == MINE


def test_every_ring_of_the_shipped_lessons_has_its_control(window: MainWindow) -> None:
    for number in range(len(shipped_lessons())):
        window.actions_by_name[f"lesson_{number + 1}"].trigger()
        assert panel_of(window).head.text() == f"LESSON {number + 1} OF 12"
        for step in lesson_of(window).steps:
            assert not step.ring or window.lessons.control(step.ring), (lesson_of(window).id, step.ring)
