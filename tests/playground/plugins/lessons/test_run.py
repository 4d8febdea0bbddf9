"""Lessons driven by mouse and keys, from step to step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDoubleSpinBox,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.lessons.conditions import LOOKS
from core.lessons.lesson import SPEEDS
from core.lessons.shipped import shipped_titles
from core.nn import LAYERS
from core.train.stop_condition import StopCondition
from playground.model import training_speed
from playground.plugins.lessons.views import Ring
from playground.plugins.runs.race_controller import RaceController
from playground.plugins.runs.seeds_controller import SeedsController
from playground.plugins.runs.sweep_controller import SweepController
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.core.lessons.lesson_files import written
from tests.playground.driving import click, press, put_text
from tests.playground.plugins.lessons.opened_lesson import (
    MINE,
    button,
    lesson_of,
    panel_of,
    ready,
    run_of,
    state_of,
    widgets,
)


def _play(window: MainWindow) -> None:
    press(window, Qt.Key.Key_Space)


def _point_at(*neurons: tuple[int, int]) -> Callable[[MainWindow], None]:
    def act(window: MainWindow) -> None:
        field = window.canvas.scene.field
        for layer, unit in neurons:
            tile = field.tile(layer, unit)
            assert tile is not None
            QTest.mouseMove(field, tile.center().toPoint())

    return act


def _type_weights(window: MainWindow) -> None:
    field = window.canvas.scene.field
    bias = field.bias_rect(0, 0)
    assert bias is not None
    # A link leaves its tile to the right.
    tiles = [tile for unit in range(2) if (tile := field.tile(-1, unit)) is not None]
    links = [QPoint(int(tile.right()) + 14, int(tile.center().y())) for tile in tiles]
    for point, value in ((links[0], "1"), (links[1], "1"), (bias.center().toPoint(), "0")):
        click(field, point)
        assert field.editor.isVisible()
        QTest.keyClicks(field.editor, value)
        QTest.keyClick(field.editor, Qt.Key.Key_Return)


def _add_a_layer(window: MainWindow) -> None:
    card = next(each for each in window.palette_bar.cards if each.layer.kind == "dense")
    QTest.mouseDClick(card, Qt.MouseButton.LeftButton)


def _set_rate(rate: str) -> Callable[[MainWindow], None]:
    def act(window: MainWindow) -> None:
        field = window.training_bar.fields.learning_rate.lineEdit()
        assert field is not None
        put_text(field, rate)
        _play(window)

    return act


def _ask_the_doctor(window: MainWindow) -> None:
    tabs = window.results.tabs
    click(tabs, tabs.tabRect(tabs.count() - 1).center())


ACTS: dict[str, Callable[[MainWindow], None]] = {
    "watch-it": _play,
    "point-at-it": _point_at((0, 0), (-1, 0), (-1, 1)),
    "by-hand": _type_weights,
    "train-without": _play,
    "add-a-layer": _add_a_layer,
    "point-at-the-lines": _point_at((0, 0), (0, 1), (0, 2)),
    "few-and-fast": _set_rate("0.03"),
    "too-small": _play,
    "ask-the-doctor": _ask_the_doctor,
    "find-it": _set_rate("1"),
}
"""What a pupil does in the steps that are no questions."""


def _put_in_order(window: MainWindow) -> None:
    items = widgets(window, QListWidget)[-1]
    beside = items.parentWidget()
    up = next(each for each in widgets(window, QPushButton) if each.parentWidget() is beside)
    for wanted in range(items.count()):
        row = next(
            at for at in range(items.count()) if items.item(at).data(Qt.ItemDataRole.UserRole) == wanted
        )
        click(items.viewport(), items.visualItemRect(items.item(row)).center())
        for _ in range(row - wanted):
            click(up)


def solve(window: MainWindow, qtbot: QtBot) -> None:
    """Go through the open lesson by mouse and keys: guess, run, answer, and do what the steps ask for."""
    for index, step in enumerate(lesson_of(window).steps):
        qtbot.waitUntil(lambda index=index: panel_of(window).steps.currentRow() == index)  # type: ignore[misc]
        ready(window, qtbot)
        if step.question == "number":
            widgets(window, QDoubleSpinBox)[-1].setFocus()
            widgets(window, QDoubleSpinBox)[-1].selectAll()
            QTest.keyClicks(widgets(window, QDoubleSpinBox)[-1], f"{step.right[0]:g}")
        elif step.question == "order":
            _put_in_order(window)
        elif step.question:
            for at in step.right:
                click(widgets(window, QCheckBox if step.question == "several" else QRadioButton)[int(at)])
        if step.question:
            click(button(window, "answer_button"))
        if step.kind == "predict":
            _play(window)
        elif step.kind == "note":
            widgets(window, QPlainTextEdit)[-1].setFocus()
            QTest.keyClicks(widgets(window, QPlainTextEdit)[-1], "A line.")
            click(button(window, "note_button"))
            assert not button(window, "note_button").isEnabled()
        elif step.kind != "ask":
            ACTS[step.id](window)
        qtbot.waitUntil(lambda index=index: state_of(window, index).done)  # type: ignore[misc]
        if index + 1 < len(lesson_of(window).steps):
            click(panel_of(window).next)


def test_a_step_trains_at_its_speed_and_the_preference_stays(window: MainWindow) -> None:
    assert [each.key for each in training_speed.SPEEDS] == list(SPEEDS)
    kept = window.preferences.speed
    window.actions_by_name["lesson_1"].trigger()
    shown = window.training_bar.speed
    assert shown.current == lesson_of(window).steps[0].speed == "epoch_10" != kept == window.preferences.speed
    window.plugins["lessons"].back_to_work()
    assert shown.current == kept


@pytest.mark.slow(reason="3 s")
@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_lesson_is_solved_by_mouse_and_keys(window: MainWindow, qtbot: QtBot, number: int) -> None:
    window.actions_by_name[f"lesson_{number}"].trigger()
    assert panel_of(window).title.text() == shipped_titles(window.plugins["lessons"].language)[number - 1]
    solve(window, qtbot)
    assert panel_of(window).end.isVisible()
    # What was measured is what the lesson says is right.
    right, known = run_of(window).progress.guesses
    assert right == known > 0


@pytest.mark.slow(reason="5 s")
@pytest.mark.parametrize("number", [13, 14])
def test_what_is_looked_at_and_muted_is_shown_by_the_key(
    window: MainWindow, qtbot: QtBot, number: int
) -> None:
    window.actions_by_name[f"lesson_{number}"].trigger()
    run = run_of(window)
    for index, step in enumerate(run.lesson.steps):
        ready(window, qtbot)
        if step.question:
            run.answer(step.right[:1], "fairly")
        elif step.kind == "note":
            run.note("A line.")
        if step.until:
            run.show_me()
        qtbot.waitUntil(lambda index=index: state_of(window, index).done, timeout=30_000)  # type: ignore[misc]
        if step.measure:
            assert state_of(window, index).measured is not None
        if index + 1 < len(run.lesson.steps):
            run.go_on()
    right, known = run.progress.guesses
    assert right == known > 0


def test_nothing_trains_before_a_guess_is_made(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(MINE)
    window.plugins["lessons"].open_file(
        written(tmp_path, ("right = 1\nuntil", 'right = 1\nring = "play"\nuntil'))
    )
    click(button(window, "show_button"))
    qtbot.waitUntil(lambda: state_of(window, 0).done)
    # Beside the tick of a step about epochs no accuracy stands.
    assert state_of(window, 0).measured is None
    click(panel_of(window).next)
    ready(window, qtbot)
    play, ring = window.actions_by_name["play"], window.findChild(Ring)
    assert not play.isEnabled()
    assert play.toolTip() == "First say what will happen."
    # Nor does the empty chart ask for Space.
    assert window.results.curves.canvas.hint == "First say what will happen"
    assert ring is not None
    # What is locked is not pointed at.
    assert not ring.isVisible()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Period, Qt.Key.Key_Greater):
        press(window, key)
    window.session.step_epochs(10)
    window.session.play()
    assert window.session.state is not TrainingState.RUNNING
    # Other pages and the probes would answer it, too.
    said: list[str] = []
    window.session.stopped.connect(said.append)
    race, seeds, sweep = (window.plugins["runs"].page.part(name) for name in ("race", "seeds", "sweep"))
    assert isinstance(race, RaceController)
    assert isinstance(seeds, SeedsController)
    assert isinstance(sweep, SweepController)
    for page in (race, seeds):
        page.toggle()
        page.step_epochs(1)
    seeds.page.run.click()
    sweep.page.run.click()
    sweep.toggle_set()
    window.plugins["probes"].open("baselines")
    window.plugins["probes"].run("baselines")
    window.session.open_test()
    assert said == ["First say what will happen"] * 9
    assert not any((race.group.running, seeds.group.running, sweep.session.running))
    assert not window.plugins["probes"].job.busy
    for dialog in QApplication.topLevelWidgets():
        if dialog is not window and dialog.isVisible():
            dialog.close()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    # A guess, wrong on purpose.
    click(widgets(window, QRadioButton)[0])
    assert window.results.tabs.currentIndex() == 0
    click(button(window, "answer_button"))
    # The guess is a band over the accuracies.
    chart = window.results.curves
    assert window.results.pages.currentWidget() is chart
    assert chart.canvas.guess is not None
    assert chart.canvas.guess.band == (0.0, 70.0)
    assert chart.canvas.guess.label == "your guess: few"
    qtbot.waitUntil(ring.isVisible)
    assert play.isEnabled()
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: state_of(window, 1).done)
    # Play stops where the step is reached, and the step ticks though the guess was wrong.
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED)
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    assert snapshot.epoch == 60
    assert state_of(window, 1).measured == snapshot.figures.test.score
    assert chart.canvas.guess.did == pytest.approx(100 * snapshot.figures.test.score)
    assert run_of(window).progress.guesses == (0, 1)


def test_back_brings_the_moment_at_which_a_step_was_left(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.plugins["lessons"].open_file(written(tmp_path))
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


def test_two_steps_that_are_done_are_compared_by_back_and_next(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    asked = 'kind = "predict"\nsetup = { layers = "dense 3 tanh" }\nanswer = "single"\nmeasure = "test accuracy"\n'
    asked += 'ranges = [[0, 70], [70, 100]]\nright = 1\nuntil = ["epoch >= 60"]'
    done = 'kind = "do"\nsetup = { layers = "dense 3 tanh" }\nuntil = ["epoch >= 4"]'
    window.plugins["lessons"].open_file(
        written(tmp_path, (asked, done), ("### answers\n- few\n- many\n", ""))
    )
    panel = panel_of(window)

    def epoch() -> float:
        snapshot = window.snapshot_router.snapshot
        return -1 if snapshot is None else snapshot.epoch

    for index in range(2):
        ready(window, qtbot)
        click(button(window, "show_button"))
        qtbot.waitUntil(lambda index=index: state_of(window, index).done)  # type: ignore[misc]
        qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED)
        if not index:
            click(panel.next)
    for go, there, layers in ((panel.back, 2, ""), (panel.next, 4, "dense 3 tanh"), (panel.back, 2, "")):
        click(go)
        qtbot.waitUntil(lambda there=there: epoch() == there)  # type: ignore[misc]
        assert window.document.experiment.layers == LAYERS.parse(layers)


def test_a_look_at_neurons_counts_each_once_and_by_kind(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    acts = '"2 inputs were looked at", "an output was looked at"'
    look = ('kind = "do"\nuntil = ["epoch >= 2"]', f'kind = "look"\nuntil = [{acts}]')
    window.plugins["lessons"].open_file(written(tmp_path, look))
    ready(window, qtbot)
    for neuron, done in (((-1, 0), False), ((-1, 0), False), ((0, 0), False), ((-1, 1), True)):
        window.session.inspection.hover_neuron(neuron)
        window.session.inspection.hover_neuron(None)
        assert state_of(window, 0).done is done, neuron


@pytest.mark.parametrize("what", [each for each in LOOKS if each != "output"])
def test_whatever_can_be_looked_at_is_counted_each_once(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, what: str
) -> None:
    look = ('kind = "do"\nuntil = ["epoch >= 2"]', f'kind = "look"\nuntil = ["2 {what}s were looked at"]')
    window.plugins["lessons"].open_file(written(tmp_path, look, ('layers = ""', 'layers = "dense 2"')))
    ready(window, qtbot)
    inspection, past = window.session.inspection, window.session.past
    window.session.step_epochs(2)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED and len(past.moments) > 2)
    show = {
        "sample": lambda at: inspection.select_sample(at + 1),
        "epoch": past.look_at_index,
        "mistake": window.plugins["mistakes"].view.sample_chosen.emit,
    }.get(what, lambda at: inspection.hover_neuron((-1 if what == "input" else 0, at)))
    for at, done in ((0, False), (0, False), (1, True)):
        show(at)
        assert state_of(window, 0).done is done, at


def test_a_step_by_hand_trains_nothing(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    by_hand = '"typed weights >= 1", "epoch <= 0"'
    window.plugins["lessons"].open_file(
        written(tmp_path, ('kind = "do"\nuntil = ["epoch >= 2"', f'kind = "do"\nuntil = [{by_hand}'))
    )
    ready(window, qtbot)
    assert not window.panels.training_bar.play_button.isEnabled()
    assert window.results.curves.canvas.hint == "This step is done by hand, without training"
    window.session.edit_weight(0, "kernel", (0, 0), 1.0)
    qtbot.waitUntil(lambda: state_of(window, 0).done)
    assert not window.session.lock


def test_the_ring_is_on_a_card_until_its_form_is_there(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    layer = (
        ('layers = "" }', 'layers = "dense 3 tanh" }'),
        ('ring = "play"', 'ring = "layer"'),
        ('["play", "palette"]', '["play", "layer"]'),
    )
    window.plugins["lessons"].open_file(written(tmp_path, *layer))
    ready(window, qtbot)
    ring, card = window.findChild(Ring), window.canvas.scene.layer_cards[0]
    assert ring is not None
    around = lambda widget: ring.geometry().contains(widget.mapTo(window, widget.rect().center()))  # noqa: E731
    qtbot.waitUntil(lambda: ring.isVisible() and around(card))
    click(card)
    qtbot.waitUntil(lambda: ring.isVisible() and around(window.panels.side.layer))
    window.document.select(None)
    qtbot.waitUntil(lambda: around(card))
    # The card goes with its layer.
    window.document.change("Remove", window.document.experiment.replace(layers=()))
    qtbot.waitUntil(lambda: not ring.isVisible())


def test_show_me_is_undone_like_any_edit(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = written(tmp_path, ('setup = {}\nuntil = ["test', 'until = ["test'))
    window.plugins["lessons"].open_file(path)
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


def test_a_lesson_is_gone_through_by_keyboard_alone(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(MINE)
    window.plugins["lessons"].open_file(written(tmp_path))
    panel = panel_of(window)

    def tab_to(wanted: Callable[[QWidget], bool]) -> None:
        for _ in range(12):
            press(window, Qt.Key.Key_Tab)
            focused = QApplication.focusWidget()
            if focused is not None and wanted(focused):
                return
        raise AssertionError("not reached by Tab")

    def named(name: str) -> Callable[[QWidget], bool]:
        return lambda widget: widget.objectName() == name

    def go_on(index: int) -> None:
        qtbot.waitUntil(lambda: state_of(window, index).done)
        press(window, Qt.Key.Key_Return)
        if index < 3:
            qtbot.waitUntil(lambda: panel.steps.currentRow() == index + 1)
            ready(window, qtbot)

    ready(window, qtbot)
    assert QApplication.focusWidget() is panel
    press(window, Qt.Key.Key_Space)
    go_on(0)
    # A guess: the second choice, sure, kept. Enter presses, because Space plays.
    tab_to(lambda widget: isinstance(widget, QRadioButton))
    press(window, Qt.Key.Key_Down)
    press(window, Qt.Key.Key_Return)
    tab_to(lambda widget: widget.accessibleName().startswith("How sure?"))
    for _ in range(2):
        press(window, Qt.Key.Key_Right)
    tab_to(named("answer_button"))
    press(window, Qt.Key.Key_Return)
    assert (state_of(window, 1).answer, state_of(window, 1).sure) == ((1.0,), "very")
    assert QApplication.focusWidget() is panel
    press(window, Qt.Key.Key_Space)
    go_on(1)
    # Two hints, one after the other, then shown.
    tab_to(named("hint_button"))
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_Return)
    assert state_of(window, 2).hints == 2
    tab_to(named("show_button"))
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: state_of(window, 2).done)
    assert QApplication.focusWidget() is panel.next
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.steps.currentRow() == 3)
    ready(window, qtbot)
    # A choice takes Space, which trains nothing.
    tab_to(lambda widget: isinstance(widget, QRadioButton))
    press(window, Qt.Key.Key_Space)
    choices = widgets(window, QRadioButton)
    assert [each.isChecked() for each in choices] == [each is QApplication.focusWidget() for each in choices]
    assert window.session.state is not TrainingState.RUNNING
    press(window, Qt.Key.Key_Down)
    press(window, Qt.Key.Key_Return)
    tab_to(named("answer_button"))
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: state_of(window, 3).done)
    press(window, Qt.Key.Key_Return)
    assert window.plugins["lessons"].run is None
    assert window.document.experiment == MINE


_TWO_STAGES = (
    'key = { layers = "dense 3 tanh" }',
    'key = [{ layers = "dense 3 tanh", epochs = 10000 }, { layers = "dense 5 relu", epochs = 1 }]',
)


@pytest.mark.parametrize("by", ["pause", "edit"])
def test_show_me_leaves_the_network_of_a_pupil_who_goes_on_alone(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, by: str
) -> None:
    """A later stage began with the next sentence that the training had to say, whatever that was."""
    window.plugins["lessons"].open_file(written(tmp_path, _TWO_STAGES))
    for step in lesson_of(window).steps[:2]:
        run_of(window).progress.of(step).done = True
    run_of(window).go_to(2)
    ready(window, qtbot)
    run_of(window).show_me()
    session = window.session
    qtbot.waitUntil(lambda: session.state is TrainingState.RUNNING)
    mine = window.document.experiment.with_training(batch_size=7)
    if by == "pause":
        session.pause()
        qtbot.waitUntil(lambda: session.state is TrainingState.PAUSED)
    window.document.change("Batch", mine)
    with qtbot.waitSignal(session.goal_reached):
        session.run_until(StopCondition(epoch=1))
    assert window.document.experiment == mine


def test_show_me_goes_through_all_stages(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.plugins["lessons"].open_file(
        written(tmp_path, (_TWO_STAGES[0], _TWO_STAGES[1].replace("10000", "2")))
    )
    for step in lesson_of(window).steps[:2]:
        run_of(window).progress.of(step).done = True
    run_of(window).go_to(2)
    ready(window, qtbot)
    run_of(window).show_me()
    qtbot.waitUntil(lambda: window.document.experiment.layers == LAYERS.parse("dense 5 relu"))
