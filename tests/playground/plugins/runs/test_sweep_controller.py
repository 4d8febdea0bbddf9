"""A sweep in the real window: chosen, run in processes, seen, opened and stopped by mouse and keys."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons, Spirals
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_named
from core.io import strict_json
from core.nn import Dense
from core.optim import Adam
from core.runs.store import Store
from core.sweep.cluster import TlsFiles
from core.sweep.compute_target import ComputeTarget
from core.sweep.journal import Journal, begin_sweep
from core.sweep.methods import QuasiRandom
from core.sweep.processes import InTurn
from core.sweep.sweep import load_sweep
from core.sweep.sweep_run import SweepRun
from core.train.training_config import TrainingConfig
from playground.plugins.runs.controller import mention_unfinished, run_library
from playground.plugins.runs.race_controller import RaceController
from playground.plugins.runs.sweep_controller import SweepController
from playground.plugins.runs.views.kinds.map import MapView
from playground.views.theme.colors import LIGHT
from playground.window.main_window import MainWindow
from tests.core.sweep.small_sweeps import small_sweep
from tests.playground.driving import click, press

pytestmark = pytest.mark.environment

PATIENCE_MS = 60_000
# Not of scikit-learn, whose import takes each process seconds.
SMALL = Experiment(
    name="Small",
    dataset=Spirals(samples=80),
    layers=(Dense(3, "tanh"),),
    # Without numba a process starts at once, wherever the machine code lies.
    training=TrainingConfig(optimizer=Adam(0.01), engine="numpy"),
    seed=3,
)


@pytest.fixture(autouse=True)
def _own_sweeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not those of other tests, which the page would show again."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def window(make: Callable[..., MainWindow]) -> MainWindow:
    return make(SMALL)


def page_of(window: MainWindow) -> SweepController:
    press(window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    found = window.plugins["runs"].page.part("sweep")
    assert isinstance(found, SweepController)
    return found


@pytest.fixture
def controller(window: MainWindow) -> SweepController:
    """The page with two epochs for each trial, before anything is run."""
    found = page_of(window)
    type_number(found, "epochs", "2")
    return found


def type_number(controller: SweepController, name: str, text: str) -> None:
    """Type a setting of the sweep and press Enter."""
    field = next(
        field
        for kind in (QSpinBox, QLineEdit)
        for field in controller.page.form.settings.row(name).findChildren(kind)
    )
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def type_values(controller: SweepController) -> None:
    """Learning rates 0.01 and 0.1 as a list, times 2 and 3 units."""
    for card, text in zip(controller.page.form.cards, ("0.01, 0.1", "2, 3"), strict=True):
        click(card.way.buttons["list"])
        card.values.selectAll()
        QTest.keyClicks(card.values, text)


def test_a_sweep_is_chosen_run_seen_and_opened(
    window: MainWindow,
    controller: SweepController,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, board = controller.page, window.plugins["runs"].page.board.board
    paths = [card.path for card in page.form.cards]
    assert paths == ["optimizer.learning_rate", "layers.dense.units"]
    assert board.hint.isVisible()
    type_values(controller)
    assert page.form.trials.text() == "2 × 2 = 4 trials"
    with qtbot.waitSignal(controller.finished, timeout=PATIENCE_MS):
        click(page.run)
        assert not page.form.isEnabled()
    assert [result.status for result in controller.results] == ["done"] * 4
    assert page.line.text() == "4 of 4 done"
    assert page.run.hasFocus()
    # The trials are kept runs, seen in the map of their set.
    qtbot.waitUntil(lambda: board.table.run_model.shown == 4, timeout=PATIENCE_MS)
    assert board.view.current == "map"
    view = board.views["map"]
    assert isinstance(view, MapView)
    grid = view.sweep_map.grid
    assert (grid.model.columns, grid.model.rows) == (("0.01", "0.1"), ("2", "3"))
    qtbot.waitUntil(
        lambda: all(cell.picture is not None for cell in grid.model.cells.values()), timeout=PATIENCE_MS
    )
    assert sum(cell.is_best for cell in grid.model.cells.values()) == 1
    assert {row.parameters for row in run_library(window).rows.values()} == {9, 13}
    click(grid, grid.rect_of((0, 1)).center().toPoint())
    assert run_library(window).rows[board.selected[0]].parameters == 9
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "trials"), ""))
    click(page.export)
    assert len((tmp_path / "trials.csv").read_text().splitlines()) == 5
    check_race(window, controller, qtbot)
    QTest.mouseDClick(grid, Qt.MouseButton.LeftButton, pos=grid.rect_of((0, 1)).center().toPoint())
    qtbot.waitUntil(lambda: window.pages.current == "build", timeout=PATIENCE_MS)
    opened = window.context.document.experiment
    assert opened.layers == (Dense(2, "tanh"),)
    assert opened.training.optimizer == Adam(0.1)
    qtbot.waitUntil(
        lambda: window.snapshot_router.snapshot is not None and window.snapshot_router.snapshot.epoch == 2,
        timeout=PATIENCE_MS,
    )


def check_race(window: MainWindow, controller: SweepController, qtbot: QtBot) -> None:
    """The best four race from the start with one seed; then back to the sweep."""
    board = window.plugins["runs"].page.board.board
    board.table.select_runs([])
    click(board.details.best)
    qtbot.waitUntil(lambda: window.plugins["runs"].page.key == "race", timeout=PATIENCE_MS)
    race = window.plugins["runs"].page.part("race")
    assert isinstance(race, RaceController)
    best = sorted(controller.results, key=lambda each: (-each.test_score, each.test_loss))
    assert {each.training.optimizer.learning_rate for each in race.experiments} == {0.01, 0.1}
    assert len(race.experiments) == len(best)
    assert {each.seed for each in race.experiments} == {SMALL.seed}
    press(window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)


def test_the_goal_has_the_name_of_the_score(make: Callable[..., MainWindow]) -> None:
    window = make(preset_named("moons_from_noise"))
    goal = page_of(window).page.form.settings.row("objective").findChild(QComboBox)
    texts = ["Test R²", "Test loss", "Train loss", "Distance"]
    assert [goal.itemText(place) for place in range(goal.count())] == texts
    assert goal.model().item(3).isEnabled()
    window.document.load(preset_named("moons"))
    assert not goal.model().item(3).isEnabled()


def test_a_sweep_pauses_is_cancelled_and_goes_on(controller: SweepController, qtbot: QtBot) -> None:
    page = controller.page
    type_values(controller)
    type_number(controller, "epochs", "100000")
    click(page.run)
    assert page.pause.hasFocus()
    click(page.pause)
    assert (page.pause.text(), page.stop.isVisible(), page.run.isVisible()) == ("Continue", True, False)
    status = controller.page.window().panels.status.state  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: status.text() == "Sweep is paused, 0 of 4", timeout=PATIENCE_MS)
    click(page.pause)
    assert status.text() == "Sweeping, 0 of 4"
    assert page.pause.text() == "Pause"
    with qtbot.waitSignal(controller.finished, timeout=PATIENCE_MS):
        click(page.stop)
    assert page.line.text().endswith(" done, stopped")
    assert status.text() == "Ready"
    assert len(controller.results) < 4
    assert (page.pause.text(), page.run.text()) == ("Continue", "Run anew")
    assert page.pause.x() > page.run.x(), "a second click on Cancel loses nothing"
    assert [page.run.property("primary"), page.pause.property("primary")] == ["false", "true"]
    type_number(controller, "epochs", "3")
    # To go on is to run the sweep from before.
    assert [page.run.property("primary"), page.pause.property("primary")] == ["true", "false"]
    type_number(controller, "epochs", "100000")
    assert [page.run.property("primary"), page.pause.property("primary")] == ["false", "true"]
    card = page.form.cards[1]
    card.values.selectAll()
    QTest.keyClicks(card.values, "2, many")
    assert card.note.text() == "Dense: Units: values must be whole numbers, got 'many'"
    assert card.note.palette().windowText().color() == QColor(LIGHT.danger)
    click(page.run)
    assert page.message.text() == card.note.text()
    assert not controller.session.running


def test_a_sweep_of_an_earlier_start_goes_on(
    make: Callable[..., MainWindow], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = small_sweep(rates=2, experiment=SMALL)
    window = make(SMALL)
    with closing(Store(run_library(window).path)) as store:
        journal = Journal(store=store, set_id=begin_sweep(store, "", sweep, ComputeTarget(1)))
        first = list(itertools.islice(SweepRun(sweep, InTurn(), journal).run(), 3))
    told: list[str] = []
    monkeypatch.setattr(MainWindow, "show_message", lambda _, sentence: told.append(sentence))
    mention_unfinished(window)
    qtbot.waitUntil(lambda: bool(told), timeout=PATIENCE_MS)
    assert told == ["1 set paused: the page Runs (Ctrl+2) can go on"]
    controller = page_of(window)
    page = controller.page
    qtbot.waitUntil(lambda: page.line.text() == "3 of 4 done, stopped", timeout=PATIENCE_MS)
    assert controller.draft.sweep == sweep
    with qtbot.waitSignal(controller.finished, timeout=PATIENCE_MS):
        click(page.pause)
    assert page.line.text() == "4 of 4 done"
    assert [result.key for result in controller.results[:3]] == [result.key for result in first]
    mention_unfinished(window)
    qtbot.waitUntil(lambda: not run_library(window).busy, timeout=PATIENCE_MS)
    assert len(told) == 1


def test_sweeps_and_their_runs_keep_weights_once(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    controller = page_of(make(SMALL))
    for rates in (1, 2):
        controller.draft.change("Open", small_sweep(rates=rates, experiment=SMALL))
        with qtbot.waitSignal(controller.finished, timeout=PATIENCE_MS):
            click(controller.page.run)
    with closing(Store(controller._runs.path)) as store:
        rows = store.summaries()
        assert len(rows) == 6
        assert all(store.load(row.id)[1] is not None for row in rows)
        assert len(store.thumbnails([row.id for row in rows])) == 6
        assert [(each.name, each.state) for each in store.sets()] == [
            ("Spirals: Learning rate × Units", "done")
        ] * 2
        assert {row.data_text for row in rows} == {"80 points, noise 0, turns 1.75"}


def test_a_sweep_of_other_data_is_not_counted_as_that_of_the_form(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    sweep = small_sweep(rates=2, experiment=SMALL)
    window = make(SMALL.replace(name="Moons", dataset=Moons(samples=80)))
    with closing(Store(run_library(window).path)) as store:
        number = begin_sweep(store, "", sweep, ComputeTarget(1))
        list(SweepRun(sweep, InTurn(), Journal(store=store, set_id=number)).run())
        store.release(number, "done")
    controller = page_of(window)
    page = controller.page
    qtbot.waitUntil(lambda: len(controller.results) == 4, timeout=PATIENCE_MS)
    assert page.form.trials.text().endswith("trials")
    assert page.line.text() == "Not run yet"
    assert page.detail.text() == "Shown is Spirals: Learning rate × Units: 4 of 4 done"
    # Over its own experiment again, it is that of the form.
    window.document.load(SMALL)
    controller.draft.change("Open", sweep)
    assert (page.line.text(), page.detail.text()) == ("4 of 4 done", "")


def test_settings_are_added_removed_undone_opened_and_saved(
    window: MainWindow, controller: SweepController, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = controller.page.form
    before = controller.draft.sweep
    click(form.add)
    assert [card.path for card in form.cards] == [
        "optimizer.learning_rate", "layers.dense.units", "depth"
    ]  # fmt: skip
    click(form.cards[0].remove)
    assert [card.path for card in form.cards] == ["layers.dense.units", "depth"]
    chosen = controller.draft.sweep
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "mine"), ""))
    click(form.save)
    assert load_sweep(tmp_path / "mine.json") == chosen
    for _ in range(2):
        window.actions_by_name["undo"].trigger()
    assert controller.draft.sweep == before
    assert [card.path for card in form.cards] == ["optimizer.learning_rate", "layers.dense.units"]
    other = chosen.replace(experiment=SMALL.replace(seed=8), method=QuasiRandom(7), seconds=2.0)
    (tmp_path / "other.json").write_text(strict_json.dump(other.to_json()))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "other.json"), ""))
    click(form.open)
    assert controller.draft.sweep == other
    assert window.context.document.experiment.seed == 8
    assert form.trials.text() == "7 trials"
    press(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert not window.actions_by_name["undo"].isEnabled()


def test_a_scheduler_is_named_with_the_files_of_the_connection(
    controller: SweepController, tmp_path: Path, qtbot: QtBot
) -> None:
    page = controller.page
    place = page.form.place
    assert not place.trust.isVisible()
    click(place.cluster)
    assert place.trust.isVisible()
    assert "it can run any program on this computer" in place.trust.text()
    click(page.run)
    assert page.message.text() == "Scheduler: the address must be such as tcp://127.0.0.1:8786, got none"
    QTest.keyClicks(place.scheduler, "tls://127.0.0.1:1")
    click(page.run)
    assert page.message.text() == "Certificates and key: must be three files with commas, got ''"
    files = [tmp_path / name for name in ("ca.pem", "cert.pem", "key.pem")]
    for file in files:
        file.touch()
    QTest.keyClicks(place.files, ", ".join(map(str, files)))
    assert place.place().tls == TlsFiles(*files)
    place.scheduler.clear()
    QTest.keyClicks(place.scheduler, "here")
    with qtbot.waitSignal(controller.finished, timeout=PATIENCE_MS):
        click(page.run)
    sentence = "must be such as" if find_spec("distributed") else "needs the package distributed"
    assert sentence in page.message.text()


def test_a_range_is_dragged_and_undone(window: MainWindow, controller: SweepController) -> None:
    card = controller.page.form.cards[0]
    before = controller.draft.sweep
    assert card.range.isVisible()
    assert card.range.ends == (card.shown.low, card.shown.high)  # type: ignore[union-attr]
    card.range.setFocus()
    card.range.handle = 1
    QTest.keyClick(card.range, Qt.Key.Key_Home)
    assert card.range.ends[1] == card.range.ends[0]
    QTest.keyClick(card.range, Qt.Key.Key_End)
    high = float(card.high.text())
    assert high > card.range.ends[0]
    assert controller.draft.sweep.axes[0].high == high  # type: ignore[attr-defined]
    window.actions_by_name["undo"].trigger()
    assert controller.draft.sweep == before
    assert card.range.ends[1] == before.axes[0].high  # type: ignore[attr-defined]
    field = card.count.lineEdit()
    room = field.contentsRect().width() - field.textMargins().left() - 4
    assert room >= field.fontMetrics().horizontalAdvance("40"), "two digits can be read"
    for field in (card.low, card.high):
        assert field.width() - 24 >= field.fontMetrics().horizontalAdvance("0.00025"), "so can small rates"
    click(card.way.buttons["list"])
    assert not card.range.isVisible()
    assert not card.count.isVisible()


def test_values_are_switched_by_chips_and_undone(window: MainWindow, controller: SweepController) -> None:
    card = controller.page.form.cards[1]
    assert (card.chips.names(), card.chips.on()) == (["1", "3", "6", "12"], ["1", "3", "6"])
    before = controller.draft.sweep
    chip = card.chips.chip("12")
    chip.setFocus()
    QTest.keyClick(chip, Qt.Key.Key_Return)
    assert card.values.text() == "1, 3, 6, 12"
    assert controller.draft.sweep.axes[1].values == (1, 3, 6, 12)  # type: ignore[attr-defined]
    assert chip.hasFocus(), "the next value can be switched"
    assert not card.note.isVisible(), "the chips say which values there are"
    window.actions_by_name["undo"].trigger()
    assert controller.draft.sweep == before
    assert card.chips.on() == ["1", "3", "6"]
    card.values.selectAll()
    QTest.keyClicks(card.values, "2, 5")
    assert card.chips.on() == ["2", "5"]
    QTest.keyClicks(card.values, ", many")
    assert card.note.isVisible()
    card = controller.page.form.cards[0]
    assert not card.chips.isVisible(), "a range has its slider"
    click(card.way.buttons["list"])
    assert card.chips.isVisible()
    type_values(controller)
    assert card.chips.on() == ["0.01", "0.1"]


def test_whole_rates_are_written_without_decimals(controller: SweepController) -> None:
    card = controller.page.form.cards[0]
    click(card.way.buttons["list"])
    card.values.selectAll()
    QTest.keyClicks(card.values, "0.1, 10")
    axes = controller.draft.sweep.axes
    controller.draft.change("", controller.draft.sweep.replace(axes=axes[:1]))
    controller.draft.change("", controller.draft.sweep.replace(axes=axes[::-1]))
    assert controller.page.form.cards[1].values.text() == "0.1, 10"


def test_a_long_sweep_says_all_of_how_far_it_is(controller: SweepController) -> None:
    page = controller.page
    page.show_set(None, "running", "1 running, 1,999 waiting")
    short = page.detail.heightForWidth(254)
    page.show_set(None, "running", "1 running, 1,999 waiting · 11 min 16 s so far")
    assert page.detail.heightForWidth(254) > short


def test_every_setting_is_offered_with_values_that_it_can_have(controller: SweepController) -> None:
    card = controller.page.form.cards[0]
    assert card.setting.count() > 20
    taken = controller.page.form.cards[1].path
    for place in range(card.setting.count()):
        card.setting.setCurrentIndex(place)
        card.setting.activated.emit(place)
        role = "danger" if card.path == taken else "caption"
        assert card.note.property("role") == role, card.note.text()
