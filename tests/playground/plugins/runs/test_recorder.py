"""Runs of the real window that are kept: at their end, at a pause, at closing; and those that are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from core.data.datasets import Xor
from core.experiment.experiment import Experiment
from core.experiment.prepare import prepare
from core.nn import Dense
from core.runs.run import Run
from core.runs.store import Store, StoreError
from playground.model.label_edits import with_corrections
from playground.plugins.runs.controller import run_library
from playground.training.state import TrainingState
from playground.views.results.curve_tabs import rows_of
from playground.window.main_window import MainWindow

PATIENCE_MS = 60_000
SMALL = Experiment(name="Small", dataset=Xor(samples=60, noise=0.1), layers=(Dense(4, "tanh"),))


@pytest.fixture
def window(make: Callable[..., MainWindow]) -> MainWindow:
    return make(SMALL)


def _train(window: MainWindow, qtbot: QtBot, epochs: int) -> None:
    router = window.snapshot_router
    qtbot.waitUntil(lambda: router.snapshot is not None, timeout=PATIENCE_MS)
    assert router.snapshot is not None
    start = router.snapshot.epoch
    window.session.step_epochs(epochs)
    qtbot.waitUntil(
        lambda: (
            router.snapshot is not None
            and router.snapshot.epoch == start + epochs
            and window.session.state is TrainingState.PAUSED
        ),
        timeout=PATIENCE_MS,
    )


def _reset(window: MainWindow, qtbot: QtBot) -> None:
    router = window.snapshot_router
    window.session.reset()
    qtbot.waitUntil(lambda: router.snapshot is not None and router.snapshot.epoch == 0, timeout=PATIENCE_MS)


def _paused_rows(window: MainWindow, qtbot: QtBot) -> list[Run]:
    """What is kept of a pause, measured on all samples."""
    qtbot.waitUntil(
        lambda: [row.test_samples for row in run_library(window).rows.values()] == [18.0],
        timeout=PATIENCE_MS,
    )
    return list(run_library(window).rows.values())


def _rows(window: MainWindow, qtbot: QtBot, count: int) -> list[Run]:
    qtbot.waitUntil(
        lambda: len(run_library(window).rows) == count and not run_library(window).busy,
        timeout=PATIENCE_MS,
    )
    return list(run_library(window).rows.values())


def test_a_run_is_kept_at_its_end_with_its_picture(window: MainWindow, qtbot: QtBot) -> None:
    _train(window, qtbot, 4)
    _reset(window, qtbot)
    [row] = _rows(window, qtbot, 1)
    assert (row.name, row.epochs, row.data_text) == ("Small", 4, "60 points, noise 0.1")
    assert row.seconds > 0
    found: list[dict[int, bytes]] = []
    run_library(window).request(lambda store: store.thumbnails([row.id]), found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=PATIENCE_MS)
    assert len(set(found[0][row.id])) > 10


def test_another_rate_is_another_run_named_by_it(window: MainWindow, qtbot: QtBot) -> None:
    _train(window, qtbot, 2)
    _reset(window, qtbot)
    faster = SMALL.training.optimizer.replace(learning_rate=0.5)
    window.document.change("Rate", SMALL.with_training(optimizer=faster))
    _train(window, qtbot, 3)
    _reset(window, qtbot)
    assert [(row.name, row.epochs) for row in _rows(window, qtbot, 2)] == [("Small", 2), ("rate 0.5", 3)]


def test_a_run_that_goes_on_after_an_edit_stays_one(window: MainWindow, qtbot: QtBot) -> None:
    _train(window, qtbot, 2)
    window.document.change("Units", SMALL.replace(layers=(Dense(6, "tanh"),)))
    router = window.snapshot_router
    qtbot.waitUntil(
        lambda: router.snapshot is not None and len(router.snapshot.experiment.layers) == 1
        and router.snapshot.experiment.layers[0] == Dense(6, "tanh"),
        timeout=PATIENCE_MS,
    )  # fmt: skip
    _train(window, qtbot, 2)
    _reset(window, qtbot)
    [row] = _rows(window, qtbot, 1)
    assert (row.epochs, row.settings.layers_text) == (4, "6 tanh")


def test_a_rate_that_is_taken_back_after_the_last_step_was_not_trained(
    window: MainWindow, qtbot: QtBot
) -> None:
    _train(window, qtbot, 2)
    _reset(window, qtbot)
    fast = SMALL.with_training(optimizer=SMALL.training.optimizer.replace(learning_rate=0.5))
    window.document.change("Rate", fast)
    _train(window, qtbot, 3)
    window.document.undo_stack.undo()
    router = window.snapshot_router
    qtbot.waitUntil(
        lambda: router.snapshot is not None and router.snapshot.experiment == SMALL, timeout=PATIENCE_MS
    )
    _reset(window, qtbot)
    assert [(row.name, row.epochs) for row in _rows(window, qtbot, 2)] == [("Small", 2), ("rate 0.5", 3)]
    found: list[tuple[Experiment, object]] = []
    run_library(window).request(lambda store: store.load(2), found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=PATIENCE_MS)
    assert found[0][0] == fast


def test_the_same_run_again_adds_no_row(window: MainWindow, qtbot: QtBot) -> None:
    for epochs in (3, 2, 5):
        _train(window, qtbot, epochs)
        _reset(window, qtbot)
        assert _rows(window, qtbot, 1)[0].epochs == max(3, epochs)


def test_undo_of_a_reset_goes_on_with_the_kept_run(window: MainWindow, qtbot: QtBot) -> None:
    router = window.snapshot_router
    _train(window, qtbot, 4)
    _reset(window, qtbot)
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: router.snapshot is not None and router.snapshot.epoch == 4, timeout=PATIENCE_MS)
    _train(window, qtbot, 2)
    _reset(window, qtbot)
    assert _rows(window, qtbot, 1)[0].epochs == 6


def test_a_run_whose_correction_is_taken_back_is_what_it_was(window: MainWindow, qtbot: QtBot) -> None:
    _train(window, qtbot, 2)
    [before] = _paused_rows(window, qtbot)
    gone = [int(row) for row in prepare(SMALL).test_index[:9]]
    window.document.change("Remove", with_corrections(SMALL, gone, None))
    qtbot.waitUntil(
        lambda: (
            [row.data_text for row in run_library(window).rows.values()]
            == ["51 points, noise 0.1, corrected"]
        ),
        timeout=PATIENCE_MS,
    )
    window.document.undo_stack.undo()
    qtbot.waitUntil(
        lambda: [row.data_text for row in run_library(window).rows.values()] == ["60 points, noise 0.1"],
        timeout=PATIENCE_MS,
    )
    [row] = run_library(window).rows.values()
    assert (row.test_score, row.test_loss, row.test_samples) == (
        before.test_score, before.test_loss, before.test_samples
    )  # fmt: skip
    assert row.seconds == pytest.approx(before.seconds)


def test_a_weight_that_is_set_shows_everywhere_at_once(window: MainWindow, qtbot: QtBot) -> None:
    """At a whole epoch the history has a row of the same moment: tile, chart and the table of runs say the same."""
    _train(window, qtbot, 2)
    [before] = _paused_rows(window, qtbot)
    window.session.edit_weight(0, "kernel", (0, 0), -30.0)
    qtbot.waitUntil(
        lambda: [row.test_loss != before.test_loss for row in run_library(window).rows.values()] == [True],
        timeout=PATIENCE_MS,
    )
    [row] = run_library(window).rows.values()
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    figures, history = snapshot.figures, rows_of(snapshot)
    assert (row.test_loss, row.train_loss) == pytest.approx((figures.test.loss, figures.train.loss))
    assert len(history) == len(snapshot.history)
    assert (history.test_loss[-1], history.train_loss[-1]) == (figures.test.loss, figures.train.loss)
    assert snapshot.history.test_loss[-1] == pytest.approx(before.test_loss)


def test_a_lessons_run_is_not_among_the_users_own(window: MainWindow, qtbot: QtBot) -> None:
    _train(window, qtbot, 2)
    window.plugins["lessons"].open_shipped(0)
    qtbot.waitUntil(lambda: window.document.experiment.name != "Small", timeout=PATIENCE_MS)
    _rows(window, qtbot, 1)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
    window.session.step_epochs(2)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    assert window.plugins["runs"].recorder.live is None
    window.plugins["lessons"].back_to_work()
    qtbot.waitUntil(lambda: window.document.experiment.name == "Small", timeout=PATIENCE_MS)
    _train(window, qtbot, 1)
    _reset(window, qtbot)
    [row] = _rows(window, qtbot, 1)
    assert (row.name, row.epochs) == ("Small", 3)


def test_a_pause_keeps_the_run(window: MainWindow, qtbot: QtBot) -> None:
    _train(window, qtbot, 3)
    assert _rows(window, qtbot, 1)[0].epochs == 3


def test_another_document_ends_the_run(window: MainWindow, qtbot: QtBot) -> None:
    _train(window, qtbot, 3)
    window.document.load(SMALL.replace(name="Other", seed=3))
    assert _rows(window, qtbot, 1)[0].name == "Small"


def test_closing_keeps_the_run_and_one_that_has_not_trained_is_not_kept(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(SMALL)
    monkeypatch.setattr(window.files, "maybe_save", lambda: True)
    window.session.step_batch()
    qtbot.waitUntil(
        lambda: window.snapshot_router.snapshot is not None and window.snapshot_router.snapshot.step == 1,
        timeout=PATIENCE_MS,
    )
    _reset(window, qtbot)
    _train(window, qtbot, 2)
    window.close()
    store = Store(tmp_path / "runs.sqlite")
    assert [row.epochs for row in store.summaries()] == [2]
    store.close()


@pytest.fixture
def full_disk(window: MainWindow, qtbot: QtBot) -> Iterator[pytest.MonkeyPatch]:
    """Two epochs are trained that could not be kept; undone, there is room again."""

    def refuse(*_: object) -> None:
        raise StoreError("Runs cannot be kept: database or disk is full")

    told = QSignalSpy(run_library(window).message_requested)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "record", refuse)
        _train(window, qtbot, 2)
        qtbot.waitUntil(lambda: told.count() == 1 and not run_library(window).busy, timeout=PATIENCE_MS)
        yield patch


def test_a_run_that_could_not_be_kept_is_kept_at_closing(
    window: MainWindow, full_disk: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window.files, "maybe_save", lambda: True)
    full_disk.undo()
    window.close()
    store = Store(run_library(window).path)
    assert [row.epochs for row in store.summaries()] == [2]
    store.close()


def test_a_wish_that_waits_for_a_run_is_dropped_where_it_cannot_be_kept(
    window: MainWindow, full_disk: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    told = QSignalSpy(run_library(window).message_requested)
    rows: list[tuple[str, int]] = []
    recorder = window.plugins["runs"].recorder
    assert recorder.when_kept(lambda row: rows.append(("full", row)))
    qtbot.waitUntil(lambda: told.count() == 1 and not run_library(window).busy, timeout=PATIENCE_MS)
    assert not recorder._being_kept
    full_disk.undo()
    assert recorder.when_kept(lambda row: rows.append(("room", row)))
    qtbot.waitUntil(lambda: bool(rows), timeout=PATIENCE_MS)
    assert rows == [("room", 1)]
    assert [row.epochs for row in _rows(window, qtbot, 1)] == [2]
    assert not recorder._being_kept
    assert told.count() == 1
