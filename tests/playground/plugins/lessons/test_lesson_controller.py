"""Lessons in the window, beside the user's own work, which comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import Circles, Iris
from core.experiment.change import changed
from core.lessons.lesson_file import read_lesson
from core.lessons.shipped import shipped_lessons
from core.nn import LAYERS
from playground.plugins.lessons.needs import looks_here
from playground.plugins.lessons.views import LessonPanel
from playground.training.run import Run, RunFactory
from playground.training.state import TrainingState
from playground.views.canvas.classic_bar import UNDO
from playground.views.widgets.controls import Question
from playground.window.main_window import MainWindow
from tests.core.lessons.lesson_files import written
from tests.playground.driving import click, press
from tests.playground.plugins.lessons.opened_lesson import (
    MINE,
    button,
    lesson_of,
    panel_of,
    ready,
    run_of,
    state_of,
)
from tests.playground.window.trained_windows import train


def test_the_users_own_work_comes_back_as_it_was(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(MINE)
    window.session.step_epochs(3)
    qtbot.waitUntil(lambda: window.document.unsaved and window.session.state is TrainingState.PAUSED)
    before = window.session.checkpoint()
    window.plugins["lessons"].open_file(written(tmp_path))
    assert window.document.experiment.dataset == Circles(noise=0.1)
    assert not window.document.unsaved
    # After a crash it is offered with the autosaves.
    qtbot.waitUntil(lambda: window.plugins["lessons"].store.own.is_file())
    ready(window, qtbot)
    click(button(window, "show_button"))
    qtbot.waitUntil(lambda: state_of(window, 0).done)
    kept = window.plugins["lessons"].store.own
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
    window.plugins["lessons"].open_file(tmp_path / "small.md")
    assert panel_of(window).steps.currentRow() == 1


def test_a_lesson_begins_with_the_loss_its_title_and_nothing_to_compare_with(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(MINE.replace(dataset=Circles()))
    chart = window.results.curves.canvas
    for epochs in (2, 3):
        ready(window, qtbot)
        window.session.step_epochs(epochs)
        qtbot.waitUntil(lambda wanted=epochs: len(chart.curves[0]) > wanted)
        qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED)
        window.session.reset()
        # The curves go at once, the earlier run comes with the new run's first snapshot.
        qtbot.waitUntil(lambda wanted=epochs: len(chart.ghosts) == wanted - 1)
    window.results.show_page(window.results.confusion)
    before = window.windowTitle()
    window.plugins["lessons"].open_file(written(tmp_path, ('"palette"]', '"results"]')))
    ready(window, qtbot)
    assert window.results.pages.currentWidget() is window.results.curves
    assert window.windowTitle() == "A small lesson[*] · Circles — NumpyNet Playground"
    click(button(window, "show_button"))
    qtbot.waitUntil(lambda: state_of(window, 0).done)
    qtbot.waitUntil(lambda: len(chart.curves[0]) > 1)
    assert not chart.ghosts
    click(panel_of(window).close_button)
    ready(window, qtbot)
    assert not chart.ghosts
    assert window.windowTitle() == before


def test_what_a_lesson_shows_late_is_no_earlier_run_of_the_users_own_work(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both learn the same data; the snapshot of the pause comes after the lesson was closed."""
    window = make(MINE.replace(dataset=Circles()))
    window.plugins["lessons"].open_file(written(tmp_path, ('"palette"]', '"results"]')))
    ready(window, qtbot)
    click(button(window, "show_button"))
    qtbot.waitUntil(lambda: state_of(window, 0).done)
    window.session.play()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.RUNNING)
    qtbot.waitUntil(lambda: len(window.results.curves.canvas.curves[0]) > 2)
    begin, started = RunFactory.make, QSignalSpy(window.session.run_started)

    def late(*arguments: Any, **options: Any) -> Run:
        time.sleep(0.3)
        return begin(*arguments, **options)

    monkeypatch.setattr(RunFactory, "make", late)
    click(panel_of(window).close_button)
    qtbot.waitUntil(lambda: started.count() > 0)
    ready(window, qtbot)
    assert not window.results.curves.canvas.ghosts
    assert not window.document.unsaved


def test_the_users_steps_can_be_undone_after_a_lesson(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(MINE)
    window.session.step_epochs(3)
    qtbot.waitUntil(lambda: window.document.unsaved and window.session.state is TrainingState.PAUSED)
    window.session.reset()
    window.document.change("Other layers", MINE.replace(layers=LAYERS.parse("dense 5 tanh")))
    undo = window.actions_by_name["undo"]
    window.plugins["lessons"].open_file(written(tmp_path))
    ready(window, qtbot)
    # What stands there is the lesson's own.
    assert not undo.isEnabled()
    click(button(window, "show_button"))
    qtbot.waitUntil(lambda: state_of(window, 0).done)
    click(panel_of(window).next)
    assert undo.isEnabled()
    window.actions_by_name["lesson_leave"].trigger()
    assert window.document.experiment.layers == LAYERS.parse("dense 5 tanh")
    for _ in range(2):
        undo.trigger()
    assert window.document.experiment == MINE
    assert not undo.isEnabled()
    # Undo brings back what was learned, too.
    qtbot.waitUntil(lambda: (found := window.session.checkpoint()) is not None and found[1].epoch == 3)
    for _ in range(2):
        window.actions_by_name["redo"].trigger()
    assert window.document.experiment.layers == LAYERS.parse("dense 5 tanh")


def test_a_damaged_lesson_is_a_sentence_and_changes_nothing(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    before = window.document.experiment
    with qtbot.waitSignal(window.files.message_requested) as said:
        window.plugins["lessons"].open_file(written(tmp_path, ('kind = "do"', 'kind = "dance"')))
    assert said.args is not None
    assert said.args[0].startswith("small.md line 9: Step 1: kind: it must be one of do, predict")
    with qtbot.waitSignal(window.files.message_requested) as said:
        window.plugins["lessons"].open_file(tmp_path / "gone.md")
    assert said.args == ["gone.md cannot be opened: No such file or directory"]
    assert window.document.experiment is before
    assert window.findChild(LessonPanel) is None
    assert not window.actions_by_name["lesson_leave"].isEnabled()


def test_a_lesson_begins_with_its_text_and_leaves_the_docks_as_wide(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(MINE)
    window.resize(1280, 720)
    ready(window, qtbot)
    sizes = window.panels.sizes
    qtbot.waitUntil(lambda: window.panels.output_dock.width() == sizes.target_px)
    wide = window.panels.side_dock.width()
    window.plugins["lessons"].open_file(next(path for path in shipped_lessons() if "hidden" in path.name))
    ready(window, qtbot)
    panel = panel_of(window)
    qtbot.waitUntil(lambda: panel._area.verticalScrollBar().maximum() > 0)
    assert not panel._soon.isActive()
    assert panel._area.verticalScrollBar().value() == 0
    # The next lesson shows a dock that this one hides.
    window.plugins["lessons"].open_file(
        next(path for path in shipped_lessons() if "activations" in path.name)
    )
    ready(window, qtbot)
    qtbot.waitUntil(lambda: window.panels.side_dock.width() == wide)
    click(panel.close_button)
    ready(window, qtbot)
    qtbot.waitUntil(lambda: window.panels.side_dock.width() == wide)


def test_another_document_ends_the_lesson_and_the_own_work_waits(
    make: Callable[..., MainWindow], tmp_path: Path
) -> None:
    window = make(MINE)
    window.plugins["lessons"].open_file(written(tmp_path))
    window.files.asks_to_save = False
    window.files.new()
    assert window.plugins["lessons"].run is None
    assert not panel_of(window).isVisible()
    assert window.session.lock == ""
    window.actions_by_name["lesson_leave"].trigger()
    assert window.document.experiment == MINE


@pytest.mark.parametrize(
    "close",
    [
        lambda window: press(window, Qt.Key.Key_Escape),
        lambda window: click(panel_of(window).close_button),
        lambda window: window.actions_by_name["lesson_leave"].trigger(),
        lambda window: window.plugins["lessons"]._on_replaced(),
    ],
)
def test_a_lesson_that_is_closed_in_any_way_says_where_it_goes_on(
    make: Callable[..., MainWindow], tmp_path: Path, close: Callable[[MainWindow], object]
) -> None:
    window = make(MINE)
    lessons, said = window.plugins["lessons"], list[str]()
    lessons.message_requested.connect(said.append)
    for path, entry in (
        (shipped_lessons()[0], "1 · A neuron is a line"),
        (written(tmp_path), "Open a lesson…, small.md"),
    ):
        lessons.open_file(path)
        close(window)
        assert lessons.run is None
        assert said.pop().endswith(f"It goes on where you left it: Lessons, {entry}")


def test_the_menus_of_the_simple_view_stay_in_a_lesson(
    make: Callable[..., MainWindow], tmp_path: Path
) -> None:
    window = make(MINE)
    window.show_simple(True)
    lessons, menus = window.plugins["lessons"], window.menu_area.bar
    before = [each.text() for each in menus.actions() if each.isVisible()]
    lessons.open_file(written(tmp_path))
    assert menus.isVisible()
    assert [each.text() for each in menus.actions() if each.isVisible()] == before
    assert not lessons.refuses(next(row for row in window.table if row.name == "open"))
    # A lesson that shows its own controls alone, and the full view, have none.
    window.show_simple(False)
    assert not menus.isVisible()
    window.show_simple(True)
    lessons.open_file(written(tmp_path, ("minutes = 5", "minutes = 5\nonly_shown = true"), name="b.md"))
    assert not menus.isVisible()


def test_closing_the_window_in_a_lesson_asks_about_the_own_work(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(MINE)
    window.plugins["lessons"].open_file(written(tmp_path))
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
        assert panel_of(window).head.text() == f"LESSON {number + 1} OF {len(shipped_lessons())}"
        for step in lesson_of(window).steps:
            assert not step.ring or window.plugins["lessons"].control(step.ring), (
                lesson_of(window).id,
                step.ring,
            )


def test_a_lesson_hides_what_it_does_not_need_until_the_pupil_wants_it(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(MINE)
    window.panels.results_dock.hide()
    side, palette, share = window.panels.side_dock, window.panels.palette, window.panels.results_dock
    window.plugins["lessons"].open_file(written(tmp_path))
    ready(window, qtbot)
    assert [each.isVisible() for each in (side, palette, share)] == [False, True, False]
    assert not window.menu_area.pages.isVisible()
    width = panel_of(window).width()
    click(panel_of(window).all_controls)
    assert [each.isVisible() for each in (side, palette, share)] == [True, True, False]
    assert window.actions_by_name["lesson_controls"].isChecked()
    click(panel_of(window).all_controls)
    assert not side.isVisible()
    # The column that is gone leaves its room to the network.
    qtbot.waitUntil(lambda: panel_of(window).width() == width)
    # Of a lesson that wants it so, nothing else can be shown.
    window.plugins["lessons"].open_file(
        written(tmp_path, ("minutes = 5", "minutes = 5\nonly_shown = true"), name="b.md")
    )
    assert not panel_of(window).all_controls.isVisible()
    assert not window.actions_by_name["lesson_controls"].isEnabled()
    click(panel_of(window).close_button)
    assert [each.isVisible() for each in (side, palette, share)] == [True, True, False]


def test_what_a_lesson_does_not_offer_says_so_and_does_nothing(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    """Every command by its key or Ctrl+K, without what is done at the network itself."""
    window = make(MINE)
    window.plugins["lessons"].open_file(written(tmp_path))
    ready(window, qtbot)
    said: list[str] = []
    window.plugins["lessons"].message_requested.connect(said.append)

    def opened() -> set[QWidget]:
        return {each for each in QApplication.topLevelWidgets() if each.isVisible() and each.isWindow()}

    before, tops, lesson = window.document.revision, opened(), lesson_of(window)
    free = {"quit", "theme", "full_screen", "simple_view", "page_build", "microscope", "draw"}
    menus = [row.name for row in window.table if row.menu in ("file", "view") and not row.submenu]
    for name in [*(name for name in menus if name not in free), "probes", "export_npz", "probe_units"]:
        action = window.actions_by_name[name]
        if not action.isEnabled():
            continue
        said.clear()
        action.trigger()
        title = action.property("title")
        assert said == [f"{title} is not part of this lesson; All controls, below the lesson, offers it"], (
            name
        )
        assert not action.isChecked(), name
    assert (window.document.revision, opened(), window.pages.current) == (before, tops, "build")
    assert lesson is lesson_of(window)
    # The keys, too.
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert [each.partition(" is")[0] for each in said[-2:]] == ["Predict new rows", "Newest seeds"]
    click(panel_of(window).all_controls)
    press(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert window.plugins["runs"].page.key == "seeds"
    # Out again: by its name above, and by Esc, which leaves the form of seeds first.
    assert window.menu_area.pages.isVisible()
    press(window, Qt.Key.Key_Escape)
    assert window.pages.current == "runs"
    press(window, Qt.Key.Key_Escape)
    assert (window.pages.current, window.plugins["lessons"].run is not None) == ("build", True)
    press(window, Qt.Key.Key_Escape)
    assert window.plugins["lessons"].run is None


def test_what_a_step_asks_for_is_offered_by_its_key(window: MainWindow, qtbot: QtBot) -> None:
    for number in range(len(shipped_lessons())):
        window.actions_by_name[f"lesson_{number + 1}"].trigger()
        rows = {row.name: row for row in window.table}
        for step in lesson_of(window).steps:
            for name in (step.ring, *(condition.way(looks_here()) for condition in step.until)):
                assert name not in rows or not window.plugins["lessons"].refuses(rows[name]), (number, name)


@pytest.mark.parametrize("step", ["look-back", "fewer-units"])
def test_a_lesson_that_is_opened_again_has_its_network_and_timeline(
    window: MainWindow, qtbot: QtBot, step: str
) -> None:
    """Of a step that goes on with what was trained before it, and of one with a start of its own."""
    window.plugins["lessons"].open_shipped(4)
    run = run_of(window)
    index = next(number for number, each in enumerate(run.lesson.steps) if each.id == step)
    for each in run.lesson.steps[:index]:
        run.progress.of(each).done = True
    run.progress.save()
    run.go_to(index)
    ready(window, qtbot)
    train(window, qtbot, 4)
    for leave in (window.plugins["lessons"].back_to_work, lambda: window.plugins["lessons"].open_shipped(0)):
        leave()
        ready(window, qtbot)
        window.plugins["lessons"].open_shipped(4)
        ready(window, qtbot)
        qtbot.waitUntil(lambda: window.snapshot_router.snapshot.epoch == 4)  # type: ignore[union-attr]
        assert run_of(window).index == index
        assert [moment.place.epoch for moment in window.session.past.moments] == [0, 1, 2, 3, 4]


def test_a_lesson_waits_for_the_data_of_the_users_own_work(
    make: Callable[..., MainWindow], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(MINE)
    ready(window, qtbot)
    said: list[str] = []
    window.plugins["lessons"].message_requested.connect(said.append)
    monkeypatch.setattr(window.session, "state", TrainingState.LOADING)
    window.plugins["lessons"].open_shipped(0)
    assert (window.plugins["lessons"].run, said) == (None, ["The lesson opens when your own data are loaded"])
    window.document.change("Seed", MINE.replace(seed=8))
    ready(window, qtbot)
    assert lesson_of(window) == read_lesson(shipped_lessons()[0])
    # Another document that is opened meanwhile is what the user wants now.
    window.plugins["lessons"].back_to_work()
    ready(window, qtbot)
    monkeypatch.setattr(window.session, "state", TrainingState.LOADING)
    window.plugins["lessons"].open_shipped(0)
    window.document.load(MINE)
    ready(window, qtbot)
    assert window.plugins["lessons"].run is None


def test_the_faults_of_a_lesson_are_listed_until_it_is_read(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    said: list[str] = []
    window.files.message_requested.connect(said.append)
    one = ("minutes = 5", "minutes = 500")

    def listed() -> list[str]:
        boxes = [each for each in window.findChildren(Question) if each.isVisible()]
        return [box.informativeText() for box in boxes]

    window.plugins["lessons"].open_file(written(tmp_path, one))
    assert len(said) == 1
    assert listed() == []
    window.plugins["lessons"].open_file(written(tmp_path, one, ('kind = "do"', 'kind = "<b>dance"')))
    assert len(said) == 1
    (faults,) = listed()
    assert faults.startswith("small.md line 3: The lesson: minutes")
    assert "small.md line 9: Step 1: kind" in faults
    assert "<b>dance" in faults
    window.plugins["lessons"].open_file(written(tmp_path))
    ready(window, qtbot)
    assert listed() == []
    assert lesson_of(window).title == "A small lesson"


def test_an_import_can_be_undone_after_a_lesson_and_within_one(window: MainWindow, qtbot: QtBot) -> None:
    window.files.asks_to_save = False
    document, bar = window.document, window.panels.change_bar
    mine = document.experiment
    imported = changed(mine, dataset=Iris()).experiment.replace(name="Mine, imported")
    window.files.show_import(imported)
    window.plugins["lessons"].open_shipped(0)
    ready(window, qtbot)
    assert not bar.isVisible()
    begun = document.experiment
    window.files.show_import(imported)
    assert bar.isVisible()
    click(bar.buttons[UNDO])
    assert document.experiment == begun
    window.plugins["lessons"].back_to_work()
    ready(window, qtbot)
    assert document.experiment == imported
    click(bar.buttons[UNDO])
    assert document.experiment == mine
    assert not document.has_aside


@pytest.mark.parametrize("page", ["page_build", "page_runs"])
def test_a_step_that_is_done_where_the_lesson_is_not_in_sight_is_told(
    page: str, make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(MINE)
    window.plugins["lessons"].open_file(written(tmp_path, ('"palette"]', '"palette", "pages"]')))
    ready(window, qtbot)
    window.actions_by_name[page].trigger()
    said: list[str] = []
    window.plugins["lessons"].message_requested.connect(said.append)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: state_of(window, 0).done)
    told = ["Done: Train. The lesson goes on on the page Build"]
    assert said == (told if page == "page_runs" else [])
