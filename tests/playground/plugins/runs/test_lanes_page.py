"""Races and seeds in the real window: they train beside all else, and every view shows their members live."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.data.datasets import Spirals
from core.experiment.experiment import Experiment
from core.nn import Dense
from core.optim import Adam
from core.runs.store import Store
from core.seeds.lanes import Moment
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig
from playground.plugins.runs.controller import mention_unfinished, run_library
from playground.plugins.runs.race_controller import RaceController
from playground.plugins.runs.seeds_controller import SeedsController
from playground.plugins.runs.sweep_controller import SweepController
from playground.plugins.runs.views.sets import SetRow
from playground.plugins.runs.views.shown import VIEWS
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.core.sweep.small_sweeps import small_sweep
from tests.playground.driving import click, press
from tests.playground.plugins.runs.test_race_controller import lanes

PATIENCE_MS = 60_000
CTRL = Qt.KeyboardModifier.ControlModifier
SMALL = Experiment(
    dataset=Spirals(samples=80),
    layers=(Dense(3, "tanh"),),
    training=TrainingConfig(optimizer=Adam(0.01), engine="numpy"),
)


@pytest.fixture
def window(make: Callable[..., MainWindow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return make(SMALL)


def race_of(window: MainWindow, qtbot: QtBot) -> RaceController:
    """The race, endless, at full speed and begun by a key."""
    press(window, Qt.Key.Key_3, CTRL)
    race = window.plugins["runs"].page.part("race")
    assert isinstance(race, RaceController)
    for choice in (race.page.pace, race.page.stop):
        choice.set_current("0")
    race.page.configured.emit()
    qtbot.waitUntil(lambda: len(race.moments) == 2, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: race.group.running, timeout=PATIENCE_MS)
    return race


def test_document_race_seeds_and_sweep_train_at_once(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.RUNNING, timeout=PATIENCE_MS)
    race = race_of(window, qtbot)
    # The bar is the race's, although the document trains on.
    window.session.rates_changed.emit(100.0, 60.0)
    last = window.snapshot_router.snapshot
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not last, timeout=PATIENCE_MS)
    bar, status = window.training_bar, window.status
    assert not bar.follows_document
    assert (status.speed.text(), status.frames.text()) == ("", "")
    press(window, Qt.Key.Key_4, CTRL)
    seeds = window.plugins["runs"].page.part("seeds")
    assert isinstance(seeds, SeedsController)
    seeds.page.form.count.setValue(3)
    seeds.page.form.epochs.setValue(1_000_000)
    click(seeds.page.run)
    press(window, Qt.Key.Key_5, CTRL)
    sweep = window.plugins["runs"].page.part("sweep")
    assert isinstance(sweep, SweepController)
    sweep.draft.change("Many", small_sweep(rates=40, epochs=3, experiment=SMALL))
    moments: dict[str, Moment] = {}
    for name, page in (("race", race), ("seeds", seeds)):
        page.group.moment_taken.connect(lambda moment, name=name: moments.update({name: moment}))
    click(sweep.page.run)
    qtbot.waitUntil(lambda: len(moments) == 2 and len(sweep.results) > 0, timeout=PATIENCE_MS)
    first, trials, epoch = dict(moments), len(sweep.results), window.snapshot_router.snapshot.epoch  # type: ignore[union-attr]

    def all_went_on() -> bool:
        further = all(moments[name].done > first[name].done for name in first)
        now = window.snapshot_router.snapshot
        return further and len(sweep.results) > trials and now is not None and now.epoch > epoch

    qtbot.waitUntil(all_went_on, timeout=PATIENCE_MS)
    assert window.session.state is TrainingState.RUNNING
    assert race.group.running
    assert seeds.group.running
    assert sweep.session.running
    # Behind the page in front nothing is drawn.
    assert moments["race"].lanes == ()
    assert moments["seeds"].picture is None
    # And what comes to the front is drawn as it is now.
    before = race.moments[0].snapshot.epoch
    press(window, Qt.Key.Key_3, CTRL)
    qtbot.waitUntil(lambda: race.moments[0].snapshot.epoch > before, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not race.group.running, timeout=PATIENCE_MS)
    assert seeds.group.running, "Space is the race's where that is in front"


def test_a_lane_that_fails_says_why_and_the_others_go_on(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    race = race_of(window, qtbot)
    trained = race.group._worker.lanes
    assert trained is not None
    second = trained.lanes[1].trainer  # type: ignore[attr-defined]
    run_for = Trainer.run_for

    def fail(trainer: Trainer, *arguments: float) -> None:
        if trainer is second:
            raise KeyError("loss")
        run_for(trainer, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Trainer, "run_for", fail)
    qtbot.waitUntil(lambda: race.page.message.isVisible(), timeout=PATIENCE_MS)
    assert race.page.message.text() == "rate 0.03: It stopped: KeyError: 'loss'"
    qtbot.waitUntil(lambda: lanes(race).cards[1].target.text() == "failed", timeout=PATIENCE_MS)
    assert lanes(race).cards[1].target.toolTip() == "It stopped: KeyError: 'loss'"
    epoch = race.moments[0].snapshot.epoch
    qtbot.waitUntil(lambda: race.moments[0].snapshot.epoch > epoch, timeout=PATIENCE_MS)
    assert race.group.running
    assert [card.place.text() for card in lanes(race).cards[:2]] == ["1st", "2nd"]


def _seeds_of(window: MainWindow, qtbot: QtBot) -> SeedsController:
    press(window, Qt.Key.Key_4, CTRL)
    seeds = window.plugins["runs"].page.part("seeds")
    assert isinstance(seeds, SeedsController)
    seeds.page.form.epochs.setValue(2)
    click(seeds.page.run)
    qtbot.waitUntil(lambda: seeds.moment is not None and seeds.moment.is_done, timeout=PATIENCE_MS)
    return seeds


def test_what_a_page_trains_stays_with_another_document(window: MainWindow, qtbot: QtBot) -> None:
    race, seeds = race_of(window, qtbot), _seeds_of(window, qtbot)
    race.group.pause()
    qtbot.waitUntil(lambda: not race.group.running, timeout=PATIENCE_MS)

    def rows() -> list[SetRow]:
        # Meanwhile a set is kept, and gets a number.
        return [replace(row, set_id=0) for part in (race, seeds) if (row := part.set_row) is not None]

    lanes, told = list(race.experiments), rows()
    assert len(told) == 2
    for experiment in (SMALL.replace(seed=1), SMALL.replace(layers=(Dense(4, "tanh"),))):
        window.document.load(experiment)
        assert race.experiments == lanes
        assert rows() == told
    press(window, Qt.Key.Key_3, CTRL)
    assert race.experiments == lanes


def endless_of(window: MainWindow, qtbot: QtBot, kind: str) -> RaceController | SeedsController:
    """A set that trains, and does not end."""
    if kind == "race":
        return race_of(window, qtbot)
    press(window, Qt.Key.Key_4, CTRL)
    seeds = window.plugins["runs"].page.part("seeds")
    assert isinstance(seeds, SeedsController)
    seeds.page.form.count.setValue(3)
    seeds.page.form.epochs.setValue(1_000_000)
    click(seeds.page.run)
    qtbot.waitUntil(lambda: seeds.live is not None and seeds.group.running, timeout=PATIENCE_MS)
    return seeds


@pytest.mark.parametrize("kind", ["race", "seeds"])
def test_every_view_shows_the_members_of_an_open_set_while_they_train(
    window: MainWindow, qtbot: QtBot, kind: str
) -> None:
    own, board = endless_of(window, qtbot, kind), window.plugins["runs"].page.board.board
    assert board.details.isVisible() == (kind == "seeds"), "cards have all of it"
    for row in VIEWS:
        click(board.view.buttons[row.kind])
        view = board.views[row.kind]
        assert view.shown.live is not None
        before = view.shown.runs[0].epochs
        qtbot.waitUntil(
            lambda view=view, before=before: view.shown.runs[0].epochs > before + 1,  # type: ignore[misc]
            timeout=PATIENCE_MS,
        )
        assert view.content.isVisible(), view.hint.text()
        assert {run.id for run in view.shown.runs} == view.shown.training == view.shown.curves.keys()
        others = [each for each in board.views.values() if each is not view]
        assert all(each.shown.live is None for each in others), "only what is in sight holds the data"
    click(board.view.buttons["pictures"])
    assert board.views["pictures"].lanes.isVisible() == (kind == "race")
    own.clear()
    assert board.live is None
    assert all(each.shown.live is None for each in board.views.values())


def test_cards_follow_every_frame_and_rows_wait(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    race, board = race_of(window, qtbot), window.plugins["runs"].page.board.board
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not race.group.running and not run_library(window).busy, timeout=PATIENCE_MS)
    drawn, view = {"follow": 0, "draw": 0}, board.views["pictures"]

    def count(name: str) -> None:
        call = getattr(view, name)

        def counted(shown: object) -> None:
            drawn[name] += 1
            call(shown)

        monkeypatch.setattr(view, name, counted)

    for name in drawn:
        count(name)
    moment = race.moment
    assert moment is not None
    for _ in range(20):
        race.group.moment_taken.emit(moment)
    assert drawn["follow"] == 20
    assert drawn["draw"] <= 1
    qtbot.waitUntil(lambda: drawn["draw"] >= 1, timeout=PATIENCE_MS)


@pytest.mark.parametrize("kind", ["race", "seeds"])
def test_a_set_that_closing_left_goes_on_where_it_was(
    window: MainWindow, make: Callable[..., MainWindow], qtbot: QtBot, kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    own = endless_of(window, qtbot, kind)
    qtbot.waitUntil(lambda: own.moment is not None and own.moment.done > 9, timeout=PATIENCE_MS)
    names = own._set.names
    window.close()
    with closing(Store(run_library(window).path)) as store:
        (left,) = store.sets()
        before = store.members(left.id)
    assert (left.state, left.is_held, len(before)) == ("paused", False, len(names))
    told: list[str] = []
    monkeypatch.setattr(MainWindow, "show_message", lambda _, sentence: told.append(sentence))
    later = make(SMALL.replace(seed=9))
    mention_unfinished(later)
    qtbot.waitUntil(lambda: bool(told), timeout=PATIENCE_MS)
    assert told == ["1 set paused: the page Runs (Ctrl+2) can go on"]
    press(later, Qt.Key.Key_2, CTRL)
    runs, page = later.plugins["runs"].page, later.plugins["runs"].page.page
    runs.show_set(str(left.id))
    assert page.sets.rows[1].mark == "paused"
    menu = runs.board.board.train_on.menu()
    assert [each.text() for each in menu.actions()][:1] == ["Continue"]
    menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: runs.front is runs.part(kind), timeout=PATIENCE_MS)
    again = runs.part(kind)
    assert isinstance(again, RaceController | SeedsController)
    qtbot.waitUntil(lambda: again.group.running and again.moment is not None, timeout=PATIENCE_MS)
    assert again.moment is not None
    assert kind != "race" or again.moment.total == 0, "it had no end, and has none now"
    pairs = zip(again.moment.runs, before, strict=True)
    assert all(run.epochs >= kept.epochs > 0 and run.seconds >= kept.seconds for run, kept in pairs)
    assert (again._set.names, [row.title for row in page.sets.rows[1:-1]]) == (names, [left.name])
    # Another window sees that it trains.
    with closing(Store(run_library(window).path)) as store:
        qtbot.waitUntil(lambda: store.sets()[0].is_held, timeout=PATIENCE_MS)
        own_holder = store.sets()[0].holder
        assert own_holder
        again.group.pause()
        qtbot.waitUntil(lambda: not store.sets()[0].is_held, timeout=PATIENCE_MS)
        assert store.sets()[0].state == "paused"
        qtbot.waitUntil(lambda: store.members(left.id)[0].epochs > before[0].epochs, timeout=PATIENCE_MS)


def test_finished_seeds_train_longer_and_get_company(window: MainWindow, qtbot: QtBot) -> None:
    seeds, runs = _seeds_of(window, qtbot), window.plugins["runs"].page
    menu = runs.board.board.train_on.menu()
    for way, count, epochs in (("100 more epochs", 16, 102), ("16 more seeds", 32, 102)):
        qtbot.waitUntil(lambda: len(menu.actions()) == 2, timeout=PATIENCE_MS)
        next(each for each in menu.actions() if each.text() == way).trigger()
        qtbot.waitUntil(
            lambda ends=[epochs] * count: [run.epochs for run in run_library(window).rows.values()] == ends,  # type: ignore[misc]
            timeout=PATIENCE_MS,
        )
        qtbot.waitUntil(lambda: not (seeds.group.running or run_library(window).busy), timeout=PATIENCE_MS)
    (kept,) = run_library(window).sets.values()
    assert (kept.name, kept.total, kept.state) == ("32 seeds: Untitled", 32, "done")


def test_a_member_that_trains_is_kept_when_something_is_done_with_it(
    window: MainWindow, qtbot: QtBot
) -> None:
    seeds, board = endless_of(window, qtbot, "seeds"), window.plugins["runs"].page.board.board
    opened: list[list[int]] = []
    told: list[str] = []
    window.plugins["runs"].page.message_requested.connect(told.append)
    click(board.view.buttons["table"])
    qtbot.waitUntil(lambda: board.table.run_model.shown == 3, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: seeds.moment is not None and seeds.moment.done > 9, timeout=PATIENCE_MS)
    chosen = seeds.live.runs[1]  # type: ignore[union-attr]
    assert chosen.id < 0, "not kept yet"
    board._go_to(chosen.id)
    board.table.setFocus()
    press(window, Qt.Key.Key_S)
    qtbot.waitUntil(
        lambda: any(run.starred for run in run_library(window).rows.values()), timeout=PATIENCE_MS
    )
    (starred,) = [run for run in run_library(window).rows.values() if run.starred]
    assert starred.name == chosen.name
    qtbot.waitUntil(lambda: board.selected == [starred.id], timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: board.table.run_model.rows[starred.id].starred, timeout=PATIENCE_MS)
    assert seeds.group.running
    # A view may still have the number from before it was kept.
    seeds.when_kept([chosen.id], opened.append)
    qtbot.waitUntil(lambda: opened == [[starred.id]], timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Delete)
    assert told == ["These runs go with their set: delete that (Delete in the list of sets)"]
    assert len(run_library(window).rows) == 3


def test_two_kept_races_go_on_at_once(window: MainWindow, qtbot: QtBot) -> None:
    race, runs = race_of(window, qtbot), window.plugins["runs"].page
    for count in (1, 2):
        qtbot.waitUntil(lambda: race.group.running and race.moment is not None, timeout=PATIENCE_MS)
        qtbot.waitUntil(lambda: race.moment.done > 9, timeout=PATIENCE_MS)  # type: ignore[union-attr]
        race.group.pause()
        qtbot.waitUntil(
            lambda count=count: len(run_library(window).sets) == count and not race.group.running,  # type: ignore[misc]
            timeout=PATIENCE_MS,
        )
        if count == 1:
            race.start([SMALL, SMALL.replace(layers=(Dense(5, "tanh"),))])
            race.toggle()
    first, second = map(str, run_library(window).sets)
    runs.train_on(first, "go_on")
    qtbot.waitUntil(lambda: race.group.running, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: second in {row.key for row in runs.page.sets.rows}, timeout=PATIENCE_MS)
    runs.train_on(second, "go_on")
    qtbot.waitUntil(lambda: runs.front is not race and runs.key == "race 2", timeout=PATIENCE_MS)
    other = runs.part("race", "race 2")
    assert isinstance(other, RaceController)
    qtbot.waitUntil(lambda: other.group.running and len(lanes(other).cards) > 0, timeout=PATIENCE_MS)
    assert race.group.running
    qtbot.waitUntil(
        lambda: [row.mark for row in runs.page.sets.rows[1:3]] == ["live", "live"], timeout=PATIENCE_MS
    )
    assert {row.set_id for row in runs.page.sets.rows[1:3]} == set(run_library(window).sets)
    # What is done with a lane is done with that in sight.
    before = len(other.experiments)
    runs.board.board.lane_wished.emit("duplicate", 0, ("learning_rate", 0.3))
    assert (len(other.experiments), len(race.experiments)) == (before + 1, 2)
