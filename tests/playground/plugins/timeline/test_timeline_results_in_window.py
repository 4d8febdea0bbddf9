"""The results panel in the main window while training: edit markers, previous runs, histograms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from core.experiment.presets import preset_files, preset_named
from core.io.number_text import loss_text
from playground.training.timeline_recorder import TimelineRecorder
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.window.test_results_in_window import PATIENCE_MS, open_tab
from tests.walk import screen


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
