"""Lessons driven by mouse and keys, from step to step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QPlainTextEdit, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from core.lessons.shipped import shipped_titles
from core.nn import LAYERS
from playground.commands.race_commands import RaceController
from playground.commands.seeds_commands import SeedsController
from playground.commands.sweep_commands import SweepController
from playground.training.state import TrainingState
from playground.views.lessons import Ring
from playground.window.main_window import MainWindow
from tests.core.lessons.lesson_files import written
from tests.playground.commands.opened_lesson import (
    MINE,
    button,
    lesson_of,
    panel_of,
    ready,
    run_of,
    state_of,
    widgets,
)
from tests.playground.driving import click, press


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
                panel_of(window).acts.answered.emit(step.right, "fairly")
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
    right, known = run_of(window).progress.guesses
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
    # Other pages and the probes would answer it, too.
    said: list[str] = []
    window.session.stopped.connect(said.append)
    race, seeds, sweep = (window.pages.page(name) for name in ("race", "seeds", "sweep"))
    assert isinstance(race, RaceController)
    assert isinstance(seeds, SeedsController)
    assert isinstance(sweep, SweepController)
    for page in (race, seeds):
        page.toggle()
        page.step_epochs(1)
    seeds.page.train.click()
    sweep.page.run.click()
    sweep.pause_or_go_on()
    window.dialogs.probes.open("baselines")
    window.dialogs.probes.run("baselines")
    assert said == ["First say what will happen"] * 8
    assert not any((race.group.running, seeds.group.running, sweep.session.running))
    assert not window.dialogs.probes.job.busy
    # A guess, wrong on purpose.
    click(widgets(window, QRadioButton)[0])
    assert window.results.tabs.currentIndex() == 0
    click(button(window, "answer_button"))
    # The guess is a band over the accuracies.
    chart = window.results.accuracy
    assert window.results.pages.currentWidget() is chart
    assert chart.canvas.guess is not None
    assert chart.canvas.guess.band == (0.0, 70.0)
    assert play.isEnabled()
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: state_of(window, 1).done)
    # Play stops where the step is reached, and the step ticks though the guess was wrong.
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED)
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    assert snapshot.epoch == 60
    assert state_of(window, 1).measured == snapshot.test.accuracy
    assert chart.canvas.guess.did == pytest.approx(100 * snapshot.test.accuracy)
    assert run_of(window).progress.guesses == (0, 1)


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
    for step in lesson_of(window).steps[:2]:
        run_of(window).progress.of(step).done = True
    run_of(window).go_to(2)
    ready(window, qtbot)
    before = window.document.experiment
    click(button(window, "hint_button"))
    assert state_of(window, 2).hints == 1
    click(button(window, "show_button"))
    qtbot.waitUntil(lambda: state_of(window, 2).done)
    assert window.document.undo_stack.undoText() == "Show me: Reach 95 %"
    window.document.undo_stack.undo()
    assert window.document.experiment == before
