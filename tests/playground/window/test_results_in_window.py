"""The results panel in the main window while training: edit markers, previous runs, histograms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.experiment.presets import preset_files, preset_named
from core.io.number_text import loss_text
from core.nn import Dense
from playground.training.state import TrainingState
from playground.training.timeline_recorder import TimelineRecorder
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.window.trained_windows import pictures_of
from tests.walk import screen

PATIENCE_MS = 60_000


def open_tab(window: MainWindow, name: str) -> None:
    tabs = window.results.tabs
    index = [tabs.tabText(each) for each in range(tabs.count())].index(name)
    if not tabs.isTabVisible(index):
        menu = window.results.more.menu()
        next(action for action in menu.actions() if action.text() == name).trigger()
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(index).center())
    assert tabs.currentIndex() == index


def train_to(qtbot: QtBot, window: MainWindow, epoch: int) -> None:
    canvas = window.results.curves.canvas
    window.session.play()
    qtbot.waitUntil(lambda: len(canvas.curves[0]) > epoch, timeout=PATIENCE_MS)
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)


def test_an_edit_is_marked_and_a_reset_leaves_the_run_behind(qtbot: QtBot, window: MainWindow) -> None:
    def is_measured() -> bool:
        snapshot = window.results._snapshot
        return snapshot.experiment == window.document.experiment and not snapshot.figures.is_old

    results = window.results
    train_to(qtbot, window, 3)
    qtbot.waitUntil(is_measured, timeout=PATIENCE_MS)
    trained = results.curves.canvas.curves[2].copy()
    window.document.insert_layer(1, Dense(units=4))
    qtbot.waitUntil(lambda: bool(results.curves.canvas._marks.marks) and is_measured(), timeout=PATIENCE_MS)
    [mark] = results.curves.canvas._marks.marks
    assert mark.text == "Add Dense"
    assert results.curves.canvas.ghosts == ()
    before = results.curves.canvas.curves[2].copy()
    window.session.reset()
    qtbot.waitUntil(lambda: len(results.curves.canvas.ghosts) == 1, timeout=PATIENCE_MS)
    # The edit was measured where the run ended, but never trained.
    assert (results.curves.canvas.ghosts[0][1] == trained).all()
    assert results.curves.canvas._marks.marks == ()
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: results.curves.canvas.ghosts == () and is_measured(), timeout=PATIENCE_MS)
    assert (results.curves.canvas.curves[2] == before).all()


def test_histograms_come_for_the_selected_layer(qtbot: QtBot, window: MainWindow) -> None:
    view = window.results.weights
    open_tab(window, "Weights")
    qtbot.waitUntil(lambda: len(view.weights.rows) == 1, timeout=PATIENCE_MS)
    assert window.session.request.parts["histograms"] == view.layer
    window.session.step_epoch()
    qtbot.waitUntil(lambda: view.weights.rows.epochs[-1:] == [1.0], timeout=PATIENCE_MS)
    window.document.select(1)
    # From the start of the run on; on a busy machine the epoch is long enough for rows in between.
    qtbot.waitUntil(
        lambda: view.activations.rows.epochs[:1] == [0.0] and view.activations.rows.epochs[-1] == 1.0,
        timeout=PATIENCE_MS,
    )
    assert view.activations.rows.epochs == sorted(set(view.activations.rows.epochs))
    assert window.session.request.parts["histograms"] == 1
    open_tab(window, "Curves")
    assert "histograms" not in window.session.request.parts
    click(window.results.curves.log_scale)


def test_histograms_begin_at_the_start_though_the_newest_moment_is_not_recorded(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TimelineRecorder, "record_now", lambda self, **_: None)
    window.session.step_batch()
    past = window.session.past
    qtbot.waitUntil(lambda: past.live is not None and past.live.step == 1, timeout=PATIENCE_MS)
    [start] = past.moments
    assert start.position == 0.0
    open_tab(window, "Weights")
    rows = window.results.weights.weights.rows
    qtbot.waitUntil(lambda: len(rows) == 2, timeout=PATIENCE_MS)
    assert rows.epochs[0] == 0.0 < rows.epochs[1] < 1.0


def test_rates_are_shown(qtbot: QtBot, window: MainWindow) -> None:
    open_tab(window, "Rate")
    window.session.step_epoch()
    norms = window.results.rate.canvas
    qtbot.waitUntil(lambda: len(norms.curves[0]) == 2, timeout=PATIENCE_MS)
    assert norms.curves[1][1] == window.document.experiment.training.optimizer.learning_rate
    assert norms.curves[2][1] > 0.0
    assert window.results.first_tile.value != "–"


# -- one number --------------------------------------------------------------------------------------------------

_OFTEN = ("01_spirals", "08_iris", "18_names")
"""One of points, of a table and of texts; the others are slow."""


def _presets() -> list[Any]:
    slow = pytest.mark.slow(reason="20 s: a window of every preset")
    names = [path.stem for path in preset_files() if "mnist" not in path.stem]
    return [pytest.param(name, marks=() if name in _OFTEN else slow, id=name) for name in names]


@pytest.mark.parametrize("name", _presets())
def test_every_place_of_the_window_shows_the_figures_of_the_moment(
    make: Callable[..., MainWindow], qtbot: QtBot, name: str
) -> None:
    window = make(preset_named(name))
    router, results = window.snapshot_router, window.results

    def rests() -> bool:
        now = router.snapshot
        figures = None if now is None else now.figures
        return (
            now is not None
            and figures is not None
            and now.step + now.epoch > 0
            and not (figures.is_old or figures.train.is_part or figures.test.is_part)
        )

    window.actions_by_name["step_batch"].trigger()
    qtbot.waitUntil(rests, timeout=PATIENCE_MS)
    now = router.snapshot
    assert now is not None
    place, train, test = now.place_text, now.figures.train, now.figures.test
    nodes = screen.read(window)
    assert set(screen.places(nodes).values()) == {place}
    assert len(screen.places(nodes)) == 3
    score = now.experiment.task.score
    texts = {
        ("train", "loss"): loss_text(train.loss),
        ("test", "loss"): loss_text(test.loss),
        ("train", score.name): score.text(train.score),
        ("test", score.name): score.text(test.score),
    }
    shown = list(screen.tiles(nodes))
    assert {each.key for each in shown} >= {("train", "loss"), ("test", "loss")}
    assert [(each.key, each.text, each.part) for each in shown] == [
        (each.key, texts[each.key], "") for each in shown
    ]
    page = results.curves
    for column, noun in (("loss", "loss"), ("accuracy", score.name)):
        results.show_column(column)
        if page.quantity != "spread":
            if now.step == 0:
                # The figures of a whole epoch are a row.
                page.canvas.read(len(page.canvas.curves[0]) - 1)
            said = f"at {place}, train {texts['train', noun]}, test {texts['test', noun]}"
            assert page.legend.accessibleName().startswith(said)
    if results.tabs.isTabVisible(results.pages.indexOf(results.confusion)):
        results.show_page(results.confusion)
        assert results.confusion.accuracy.value == texts["test", score.name]
        assert f"{test.samples:,} test samples, epoch {place}" in results.confusion.caption.text()


def test_a_part_says_so_until_all_is_measured(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(preset_named("Names"))
    taken = pictures_of(window)
    parts: set[str] = set()

    def look() -> None:
        # Tiles are written ten times a second, so that they may be of the moment before.
        if taken and window.results.second_tile.isVisible():
            parts.update(each.part for each in screen.tiles(screen.read(window)))

    window.session.snapshot_taken.connect(look, Qt.ConnectionType.QueuedConnection)
    window.session.play()
    qtbot.waitUntil(lambda: any(parts), timeout=PATIENCE_MS)
    window.session.pause()
    qtbot.waitUntil(lambda: bool(taken) and not taken[-1].figures.train.is_part, timeout=PATIENCE_MS)
    assert any(part.startswith("of ") for part in parts)
    qtbot.waitUntil(
        lambda: not any(each.part for each in screen.tiles(screen.read(window))), timeout=PATIENCE_MS
    )
