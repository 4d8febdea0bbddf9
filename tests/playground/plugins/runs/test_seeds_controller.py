"""Many seeds in the real window: trained by keys, paused, seen, opened and kept."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Digits, Moons, Xor
from core.data.datasets.toy_sequences import Repeat
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_named
from core.inspect.texts import SampleTextsPart
from core.nn import Conv2D, Dense, Embedding
from core.seeds.agreement import SeedLanes
from core.train.tasks import FlowMatching, Reconstruction, Task
from playground.plugins.runs.controller import run_library
from playground.plugins.runs.seeds_controller import SeedsController
from playground.plugins.runs.views.kinds.spread import SpreadView
from playground.training.state import TrainingState
from playground.window import main_window
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_chosen_task, with_dataset
from tests.playground.driving import click, press

PATIENCE_MS = 60_000
SMALL = Experiment(name="Small", dataset=Moons(samples=80), layers=(Dense(4, "tanh"),), seed=3)


@pytest.fixture
def window(make: Callable[..., MainWindow]) -> MainWindow:
    return make(SMALL)


def spread(seeds: SeedsController) -> SpreadView:
    """The view in which the seeds are seen."""
    found = seeds.page.window().findChild(SpreadView)
    assert isinstance(found, SpreadView)
    return found


@pytest.fixture
def seeds(window: MainWindow) -> SeedsController:
    """The page, before anything is trained."""
    window.plugins["runs"].show_set("seeds")
    page = window.plugins["runs"].page.part("seeds")
    assert isinstance(page, SeedsController)
    page.page.form.count.setValue(5)
    page.page.form.epochs.setValue(8)
    return page


def test_the_document_trains_on_behind_the_page_whose_status_is_shown(
    window: MainWindow, qtbot: QtBot
) -> None:
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.RUNNING, timeout=PATIENCE_MS)
    window.plugins["runs"].show_set("seeds")
    assert window.status.state.text() == "16 seeds"
    window.pages.show("build")
    assert window.session.state is TrainingState.RUNNING
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.status.state.text() == "Paused", timeout=PATIENCE_MS)


def until_done(seeds: SeedsController, qtbot: QtBot) -> None:
    qtbot.waitUntil(
        lambda: seeds.moment is not None and seeds.moment.is_done and not seeds.group.running,
        timeout=PATIENCE_MS,
    )


def check_picture(seeds: SeedsController, qtbot: QtBot) -> None:
    """At rest the agreement is predicted at the pixels of the screen, also when those are others."""

    def is_fine() -> bool:
        image = None if seeds.moment is None else seeds.moment.picture.image
        return image is not None and image.is_final and image.side == spread(seeds).picture.pixels

    qtbot.waitUntil(is_fine, timeout=PATIENCE_MS)
    width = seeds.page.window().width()
    seeds.page.window().resize(width + 60, seeds.page.window().height())
    qtbot.waitUntil(is_fine, timeout=PATIENCE_MS)


def test_seeds_are_trained_by_a_key_seen_and_opened_by_mouse_and_keys(
    window: MainWindow, seeds: SeedsController, qtbot: QtBot
) -> None:
    page = seeds.page
    board = window.plugins["runs"].page.board.board
    assert board.hint.isVisible()
    assert "where luck decides" in board.hint.text()
    press(window, Qt.Key.Key_Space)
    until_done(seeds, qtbot)
    assert seeds.moment is not None
    assert [run.trial.seed for run in seeds.moment.runs] == [3, 4, 5, 6, 7]
    assert {run.epochs for run in seeds.moment.runs} == {8}
    agreement = seeds.moment.picture.boundary
    assert agreement is not None
    # Odd numbers of fifths: shares of five seeds that say class 1, from -1 to 1.
    assert set(np.unique(np.rint(5 * agreement)).astype(int)) <= {-5, -3, -1, 1, 3, 5}
    check_picture(seeds, qtbot)
    assert spread(seeds).agreement.isVisible()
    assert spread(seeds).caption.text() == "Agreement of 5 seeds: full color where all say the same"
    assert not board.hint.isVisible()
    assert (page.line.text(), page.run.text()) == ("epoch 8 of 8", "Run")
    # Rows come a few times a second.
    qtbot.waitUntil(lambda: {run.epochs for run in spread(seeds).shown.runs} == {8}, timeout=PATIENCE_MS)
    assert spread(seeds).title.text().startswith("Final accuracy of 5 seeds")
    assert [curve.name for curve in spread(seeds).curves.chart.curves][-1] == "median"
    scores = [run.final_score for run in seeds.moment.runs]
    spread(seeds).plot.setFocus()
    QTest.keyClick(spread(seeds).plot, Qt.Key.Key_End)
    best = {run.id: run.trial.seed for run in spread(seeds).shown.runs}[spread(seeds).plot.chosen]
    assert scores[best - 3] == max(scores)
    QTest.keyClick(spread(seeds).plot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.pages.current == "build", timeout=PATIENCE_MS)
    assert window.context.document.experiment == SMALL.replace(seed=best)
    qtbot.waitUntil(
        lambda: window.snapshot_router.snapshot is not None and window.snapshot_router.snapshot.epoch == 8,
        timeout=PATIENCE_MS,
    )


@pytest.mark.parametrize("task", [Reconstruction(), FlowMatching()], ids=lambda task: task.kind)
def test_seeds_of_a_task_that_makes_samples_show_those_and_name_its_score(
    make: Callable[..., MainWindow], qtbot: QtBot, task: Task
) -> None:
    window = make(with_chosen_task(with_dataset(SMALL, Digits()), task))
    window.plugins["runs"].show_set("seeds")
    seeds = window.plugins["runs"].page.part("seeds")
    assert isinstance(seeds, SeedsController)
    seeds.page.form.count.setValue(3)
    seeds.page.form.epochs.setValue(3)
    click(seeds.page.run)
    until_done(seeds, qtbot)
    assert spread(seeds).curves.quantity.buttons["test_accuracy"].text() == "Test R²"
    assert spread(seeds).caption.text() == "What the best of 3 seeds makes"
    assert seeds.moment is not None
    best = max(run.final_score for run in seeds.moment.runs)
    assert seeds.moment.picture.figures.test.score == pytest.approx(best)
    # No plane of the outputs takes its place at rest.
    assert seeds.group._worker.lanes is not None
    assert not seeds.group._worker.lanes.refines
    assert seeds.moment.picture.image is None


def test_seeds_of_texts_show_what_the_best_writes(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    texts = Experiment(dataset=Repeat(samples=300, half=4), layers=(Embedding(12, 8), Dense(8, "tanh")))
    window = make(texts.with_training(loss="cross_entropy"))
    window.plugins["runs"].show_set("seeds")
    seeds = window.plugins["runs"].page.part("seeds")
    assert isinstance(seeds, SeedsController)
    seeds.page.form.count.setValue(3)
    seeds.page.form.epochs.setValue(2)
    click(seeds.page.run)
    until_done(seeds, qtbot)
    assert spread(seeds).caption.text() == "What the best of 3 seeds writes"
    assert seeds.moment is not None
    written = seeds.moment.picture.part(SampleTextsPart)
    assert written is not None
    assert len(written.marked_lines) == 8
    assert seeds.moment.picture.figures.test.score == pytest.approx(
        max(run.final_score for run in seeds.moment.runs)
    )
    button = spread(seeds).curves.quantity.buttons["test_accuracy"]
    assert button.text() == "Test accuracy per token"
    assert button.width() > button.fontMetrics().horizontalAdvance(button.text())


def test_a_click_on_a_dot_opens_its_seed(window: MainWindow, seeds: SeedsController, qtbot: QtBot) -> None:
    click(seeds.page.run)
    until_done(seeds, qtbot)
    assert seeds.moment is not None
    qtbot.waitUntil(lambda: {run.epochs for run in spread(seeds).shown.runs} == {8}, timeout=PATIENCE_MS)
    place = spread(seeds).plot.place_of(
        next(run.id for run in spread(seeds).shown.runs if run.trial.seed == 5)
    )
    assert place is not None
    QTest.mouseDClick(spread(seeds).plot.viewport(), Qt.MouseButton.LeftButton, pos=place.toPoint())
    qtbot.waitUntil(lambda: window.pages.current == "build", timeout=PATIENCE_MS)
    opened = window.context.document.experiment.seed
    scores = {run.trial.seed: run.final_score for run in seeds.moment.runs}
    assert scores[opened] == scores[5]


def test_seeds_pause_stop_and_are_kept(window: MainWindow, seeds: SeedsController, qtbot: QtBot) -> None:
    page = seeds.page
    page.form.epochs.setValue(100_000)
    click(page.run)
    qtbot.waitUntil(lambda: seeds.moment is not None and seeds.moment.done > 0, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not seeds.group.running, timeout=PATIENCE_MS)
    assert (page.pause.text(), page.stop.isVisible(), page.run.isVisible()) == ("Continue", True, False)
    assert not page.form.isEnabled()
    assert seeds.moment is not None
    runs = [replace(run, epochs=epoch) for run, epoch in zip(seeds.moment.runs, range(7, 12), strict=True)]
    seeds.group.moment_taken.emit(replace(seeds.moment, runs=tuple(runs)))
    assert page.line.text() == "epoch 7 to 11 of 100,000", "the slowest, and the fastest"
    assert page.detail.text().startswith("5 seeds · ")
    # One that diverged does not end the others.
    diverged = replace(runs[0], status="diverged", sentence="The loss is no number")
    seeds.group.moment_taken.emit(replace(seeds.moment, runs=(diverged, *runs[1:])))
    assert (page.pause.text(), seeds.set_row.mark, seeds.set_row.tip) == (
        "Continue",
        "paused",
        diverged.sentence,
    )
    assert page.detail.text().startswith("5 seeds · 1 diverged · ")
    assert "Moons" in page.detail.text()
    press(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(run_library(window).rows) == 5, timeout=PATIENCE_MS)
    assert sorted((row.name, row.trial.seed) for row in run_library(window).rows.values()) == [
        (f"Seed {seed}", seed) for seed in range(3, 8)
    ]
    press(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    click(page.stop)
    assert (page.run.text(), page.pause.text()) == ("Run anew", "Continue")
    page.form.count.setValue(6)
    assert page.line.text() == "Not run yet"
    assert page.detail.text().startswith("Shown is 5 seeds: Small: epoch ")
    page.form.count.setValue(5)
    done = seeds.moment.done
    click(page.pause)
    qtbot.waitUntil(lambda: seeds.group.running and seeds.moment.done > done, timeout=PATIENCE_MS)


def test_what_cannot_run_is_said(window: MainWindow, seeds: SeedsController, qtbot: QtBot) -> None:
    document = window.context.document
    document.change("Convolve", SMALL.replace(layers=(Conv2D(2),)))
    click(seeds.page.run)
    qtbot.waitUntil(lambda: seeds.page.message.isVisible(), timeout=PATIENCE_MS)
    assert seeds.page.message.text()
    assert seeds.live is None


def test_seeds_say_the_same_whatever_data_are_open_and_let_go_of_what_is_kept(
    window: MainWindow, seeds: SeedsController, qtbot: QtBot
) -> None:
    document, page = window.context.document, seeds.page
    click(page.run)
    until_done(seeds, qtbot)
    # Keeping gives the set its number, a moment after its end.
    qtbot.waitUntil(lambda: seeds.set_row is not None and seeds.set_row.set_id > 0, timeout=PATIENCE_MS)
    told, caption = seeds.set_row, spread(seeds).caption.text()
    assert told is not None
    assert (told.mark, told.line) == ("done", "epoch 8 of 8")
    document.change("Widen", SMALL.replace(layers=(Dense(8, "tanh"),)))
    lanes = seeds.group._worker.lanes
    assert isinstance(lanes, SeedLanes)
    trainers = [weakref.ref(trainer) for trainer in lanes.training.trainers.values()]
    del lanes
    assert len(trainers) == 5
    document.change("Other data", SMALL.replace(dataset=Xor(samples=80)))
    assert seeds.set_row == told
    assert spread(seeds).agreement.isVisible()
    assert spread(seeds).caption.text() == caption
    qtbot.waitUntil(lambda: gc.collect() >= 0 and not any(ref() for ref in trainers), timeout=PATIENCE_MS)
    document.load(SMALL.replace(dataset=Moons(samples=60)))
    assert seeds.set_row == told
    # What is done with a member finds it, and other seeds can be trained.
    spread(seeds).plot.setFocus()
    QTest.keyClick(spread(seeds).plot, Qt.Key.Key_End)
    QTest.keyClick(spread(seeds).plot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: document.experiment.dataset == SMALL.dataset, timeout=PATIENCE_MS)
    window.plugins["runs"].show_set("seeds")
    click(page.run)
    # Not for a moment that is not the last: the seeds may be done before the first is looked at.
    qtbot.waitUntil(
        lambda: seeds.set_row is not None and seeds.set_row.set_id > told.set_id, timeout=PATIENCE_MS
    )
    until_done(seeds, qtbot)


def test_seeds_train_on_while_the_document_gets_other_data(
    window: MainWindow, seeds: SeedsController, qtbot: QtBot
) -> None:
    seeds.page.form.epochs.setValue(100_000)
    click(seeds.page.run)
    qtbot.waitUntil(lambda: seeds.moment is not None and seeds.moment.done > 0, timeout=PATIENCE_MS)
    window.context.document.change("Other data", SMALL.replace(dataset=Xor(samples=80)))
    assert seeds.group.running
    done = seeds.moment.done
    qtbot.waitUntil(lambda: seeds.moment.done > done, timeout=PATIENCE_MS)


def test_closing_the_window_while_seeds_train_asks_nothing(
    window: MainWindow, seeds: SeedsController, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds.page.form.epochs.setValue(5_000)
    monkeypatch.setattr(main_window, "ask", lambda *_: pytest.fail("what trains is kept and goes on later"))
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: seeds.group.running, timeout=PATIENCE_MS)
    window.close()
    assert not window.isVisible()


def test_seeds_of_a_classic_that_find_what_its_paper_found_are_counted(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(preset_named("classic_components"))
    window.plugins["runs"].show_set("seeds")
    seeds = window.plugins["runs"].page.part("seeds")
    assert isinstance(seeds, SeedsController)
    seeds.train(2, 150)
    wanted = "2 reach what the paper found"
    qtbot.waitUntil(lambda: wanted in seeds.page.detail.text(), timeout=PATIENCE_MS)
    window.pages.show("build")
    assert "Your own: 2 of 2 seeds." in window.panels.classic_bar.label.text()
