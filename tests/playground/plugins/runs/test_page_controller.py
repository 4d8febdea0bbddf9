"""The page Runs in the real window: sets chosen, made, named and deleted by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.nn import Dense
from playground.plugins.runs.controller import mention_unfinished, run_library
from playground.plugins.runs.race_controller import RaceController
from playground.plugins.runs.seeds_controller import SeedsController
from playground.plugins.runs.views.shown import VIEWS
from playground.views.widgets import Toast
from playground.window.main_window import MainWindow
from tests.core.runs.made_runs import finished
from tests.playground.driving import click, press

PATIENCE_MS = 60_000
CTRL = Qt.KeyboardModifier.ControlModifier
SMALL = Experiment(name="Small", dataset=Moons(samples=80), layers=(Dense(3, "tanh"),), seed=3)


@pytest.fixture
def window(make: Callable[..., MainWindow]) -> MainWindow:
    return make(SMALL)


def titles(window: MainWindow) -> list[str]:
    """The sets from the top."""
    return [row.title for row in window.plugins["runs"].page.page.sets.rows]


def choose(window: MainWindow, title: str, *, twice: bool = False) -> None:
    """Click a set, or double click it."""
    sets = window.plugins["runs"].page.page.sets
    at = sets.visualItemRect(sets.item(titles(window).index(title))).center()
    QTest.mouseClick(sets.viewport(), Qt.MouseButton.LeftButton, pos=at)
    if twice:
        QTest.mouseDClick(sets.viewport(), Qt.MouseButton.LeftButton, pos=at)


def trained_seeds(window: MainWindow, qtbot: QtBot, count: int = 3) -> SeedsController:
    """Seeds that were trained to their end and kept, with their set in the list."""
    press(window, Qt.Key.Key_4, CTRL)
    seeds = window.plugins["runs"].page.part("seeds")
    assert isinstance(seeds, SeedsController)
    seeds.page.form.count.setValue(count)
    seeds.page.form.epochs.setValue(4)
    click(seeds.page.run)
    qtbot.waitUntil(
        lambda: len(run_library(window).rows) >= count and bool(run_library(window).sets),
        timeout=PATIENCE_MS,
    )
    qtbot.waitUntil(lambda: window.plugins["runs"].page.page.sets.rows[1].mark == "done", timeout=PATIENCE_MS)
    return seeds


def test_sets_are_listed_with_how_far_they_are_and_chosen_by_the_mouse(
    window: MainWindow, qtbot: QtBot
) -> None:
    run_library(window).record(finished(SMALL, epochs=2), None)
    press(window, Qt.Key.Key_3, CTRL)
    runs, race = window.plugins["runs"].page, window.plugins["runs"].page.part("race")
    assert isinstance(race, RaceController)
    race.page.pace.set_current("0")
    race.page.stop.set_current("0")
    race.page.configured.emit()
    qtbot.waitUntil(lambda: len(race.moments) == 2, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: runs.page.sets.rows[1].mark == "live", timeout=PATIENCE_MS)
    name = titles(window)[1]
    assert name.startswith("Race: Base, rate")
    assert titles(window) == ["All runs", name, "With a star"]
    choose(window, "All runs")
    assert runs.front is runs.board
    # It trains on; the bar is the open network's again.
    assert race.group.running
    assert window.training_bar.follows_document
    choose(window, name)
    assert runs.front is race
    assert not window.training_bar.follows_document
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: runs.page.sets.rows[1].mark == "paused", timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: len(run_library(window).rows) == 3, timeout=PATIENCE_MS)
    # That it is kept changes neither its place nor its name.
    assert titles(window) == ["All runs", name, "With a star"]
    assert window.menu_area.pages.current == "runs"
    press(window, Qt.Key.Key_1, CTRL)
    press(window, Qt.Key.Key_2, CTRL)
    assert runs.front is race
    board = runs.board.board
    for place, row in enumerate(VIEWS, 1):
        press(window, Qt.Key(Qt.Key.Key_0 + place), Qt.KeyboardModifier.AltModifier)
        assert board.view.current == row.kind
        assert board.views[row.kind].isVisible()
    # The cards of a race have all that the details say.
    assert not board.details.isVisible()
    click(board.fold)
    assert board.details.isVisible()


def test_a_kept_set_is_shown_alone_and_renamed_deleted_and_brought_back_by_keys(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_library(window).record(finished(SMALL.replace(name="Alone"), epochs=2), None)
    trained_seeds(window, qtbot)
    runs, sets = window.plugins["runs"].page, window.plugins["runs"].page.page.sets
    starred = next(run.id for run in run_library(window).rows.values() if run.set_id)
    run_library(window).edit(starred, starred=True)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("Mine", True))
    sets.setFocus()
    assert titles(window)[1] == "3 seeds: Small"
    press(window, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: titles(window)[1] == "Mine", timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Delete)
    qtbot.waitUntil(
        lambda: len(run_library(window).rows) == 2 and not run_library(window).sets,
        timeout=PATIENCE_MS,
    )
    assert titles(window) == ["All runs", "With a star"]
    assert runs.front is runs.board
    toast = next(each for each in window.findChildren(Toast) if each.button is not None)
    assert toast.text == "Mine is deleted with 2 runs; 1 run with a star stay"
    click(toast.button)
    qtbot.waitUntil(
        lambda: len(run_library(window).rows) == 4 and bool(run_library(window).sets),
        timeout=PATIENCE_MS,
    )
    qtbot.waitUntil(lambda: titles(window) == ["All runs", "Mine", "With a star"], timeout=PATIENCE_MS)
    assert runs.board.board.table.run_model.shown == 4
    sets.setFocus()
    press(window, Qt.Key.Key_Down)
    assert (runs.board.board.heading.text(), runs.board.board.table.run_model.shown) == ("Mine", 3)
    # The arrows go on in the list.
    assert sets.hasFocus()
    press(window, Qt.Key.Key_Down)
    assert (runs.board.board.heading.text(), runs.board.board.table.run_model.shown) == ("With a star", 1)
    run_library(window).edit(starred, starred=False)
    assert runs.board.board.hint.text() == "No run has a star yet."


def test_a_shortcut_shows_the_newest_kept_set_of_its_kind(
    window: MainWindow, make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    trained_seeds(window, qtbot)
    later = make(SMALL)
    mention_unfinished(later)
    qtbot.waitUntil(lambda: bool(run_library(later).sets), timeout=PATIENCE_MS)
    press(later, Qt.Key.Key_4, CTRL)
    runs = later.plugins["runs"].page
    assert (later.pages.current, runs.board.board.heading.text()) == ("runs", "3 seeds: Small")
    qtbot.waitUntil(lambda: runs.board.board.table.run_model.shown == 3, timeout=PATIENCE_MS)
    # There is no sweep: its form.
    press(later, Qt.Key.Key_5, CTRL)
    assert runs.page.has_form


def test_train_many_opens_forms_and_escape_and_f6_lead_back(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_2, CTRL)
    runs, page = window.plugins["runs"].page, window.plugins["runs"].page.page
    click(page.sweep)
    sweep = runs.part("sweep")
    assert runs.front is sweep
    assert page.has_form
    assert sweep.form is not None
    assert sweep.form.isVisible()
    page.back.setFocus()
    press(window, Qt.Key.Key_Escape)
    assert not page.has_form
    assert page.sets.hasFocus()
    choose(window, "New sweep", twice=True)
    assert page.has_form
    click(page.back)
    press(window, Qt.Key.Key_F6)
    assert page.middle.isAncestorOf(window.focusWidget())
    click(page.seeds)
    assert runs.front is runs.part("seeds")
    # Each form takes the place of the other.
    assert [runs.part(kind).form.isVisible() for kind in ("seeds", "sweep")] == [True, False]
    assert runs.part("seeds").page.run.hasFocus()
    press(window, Qt.Key.Key_Escape)
    press(window, Qt.Key.Key_F6)
    press(window, Qt.Key.Key_F6)
    assert page.sets.hasFocus()
    (rate,) = [menu for menu in runs.duplicates.actions() if menu.text().startswith("Rate")]
    rate.menu().actions()[0].trigger()
    qtbot.waitUntil(lambda: runs.front is runs.part("race"), timeout=PATIENCE_MS)
    page.sets.customContextMenuRequested.emit(QPoint(5, 5))
    menu = next(each for each in page.sets.children() if hasattr(each, "actions") and each.actions())
    assert [action.text() for action in menu.actions()] == [
        "Continue",
        "Rename…",
        "Delete the set and its runs",
    ]
    menu.close()


def test_no_way_through_the_sets_makes_a_small_window_wider(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(SMALL, (1280, 720))
    for kind in ("race", "seeds", "sweep", "race", "all"):
        window.plugins["runs"].show_set(kind)
        if kind == "race":
            race = window.plugins["runs"].page.part("race")
            qtbot.waitUntil(lambda race=race: len(race.moments) == 2, timeout=PATIENCE_MS)  # type: ignore[misc]
        QApplication.processEvents()
        assert window.width() == 1280, kind
