"""Going back and comparing as a new user does, by real events; listed for people in `tests/first_tasks.md`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import Blobs
from core.experiment.experiment import Experiment
from core.nn import Dense
from playground.plugins.runs.board_controller import RunController
from playground.plugins.runs.controller import run_library
from playground.plugins.runs.race_controller import RaceController
from playground.plugins.runs.views.run_model import COLUMNS
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press, put_text, show
from tests.playground.plugins.runs.test_race_controller import lanes

CTRL = Qt.KeyboardModifier.ControlModifier
PATIENCE_MS = 60_000
EASY = Experiment(name="Easy", dataset=Blobs(form="pair", samples=60), layers=(Dense(3, "tanh"),))


def _train(window: MainWindow, qtbot: QtBot, epochs: int) -> None:
    window.session.step_epochs(epochs)
    _until_epoch(window, qtbot, epochs)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)


def _until_epoch(window: MainWindow, qtbot: QtBot, epoch: int) -> None:
    router = window.snapshot_router
    qtbot.waitUntil(
        lambda: router.snapshot is not None and router.snapshot.epoch == epoch, timeout=PATIENCE_MS
    )


def _runs_page(window: MainWindow, qtbot: QtBot, count: int) -> RunController:
    press(window, Qt.Key.Key_2, CTRL)
    page = window.plugins["runs"].page.board
    assert isinstance(page, RunController)
    qtbot.waitUntil(
        lambda: page.board.table.run_model.shown == count and not run_library(window).busy,
        timeout=PATIENCE_MS,
    )
    return page


def _click_box(page: RunController, row: int) -> None:
    table = page.board.table
    place = table.visualRect(table.run_model.index(row, [column.name for column in COLUMNS].index("check")))
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place.center())


def test_a_click_on_the_curve_shows_epoch_20_again(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(EASY)
    _train(window, qtbot, 30)
    canvas = window.results.curves.canvas
    qtbot.waitUntil(lambda: len(canvas.curves[0]) == 31, timeout=PATIENCE_MS)
    x = canvas.at(20.0, 0.0).x()
    click(canvas.viewport(), QPoint(round(x), round(canvas.area().center().y())))
    router = window.snapshot_router
    qtbot.waitUntil(lambda: router.snapshot is not None and router.snapshot.is_past, timeout=PATIENCE_MS)
    assert router.snapshot is not None
    assert abs(router.snapshot.epoch - 20) <= 1
    press(window, Qt.Key.Key_Escape)
    _until_epoch(window, qtbot, 30)


@pytest.fixture
def compared(make: Callable[..., MainWindow], qtbot: QtBot) -> RunController:
    """The page of runs after the same network was trained with three rates, each typed into the bar."""
    window = make(EASY)
    line = window.training_bar.fields.learning_rate.lineEdit()
    assert line is not None
    for rate in ("0.0001", "0.1", "0.003"):
        put_text(line, rate)
        _train(window, qtbot, 5)
        window.canvas.setFocus()
        press(window, Qt.Key.Key_R)
        _until_epoch(window, qtbot, 0)
    return _runs_page(window, qtbot, 3)


def test_the_best_of_three_rates_is_first_and_says_its_rate(compared: RunController) -> None:
    model = compared.board.table.run_model
    rows = [row for row in range(model.rowCount()) if row not in model.group_rows]
    runs = [model.entries[row] for row in rows]
    scores = [run.final_score for run in runs]  # type: ignore[union-attr]
    assert scores == sorted(scores, reverse=True)
    rates = [dict(run.settings.values)["learning_rate"] for run in runs]  # type: ignore[union-attr]
    assert set(rates) == {"0.0001", "0.1", "0.003"}
    assert rates[-1] == "0.0001"
    # What is read in the table names it.
    texts = [model.text(row, column) for row in rows for column in ("name", "differs")]
    assert all(any(rate in text for text in texts) for rate in rates)


def test_two_boxes_show_where_two_runs_differ(compared: RunController, qtbot: QtBot) -> None:
    _click_box(compared, 1)
    _click_box(compared, 2)
    panel = compared.board.details
    assert panel.title.text() == "2 selected"
    assert [fact.name for fact in panel.changes.facts if not fact.is_result] == ["Learning rate"]
    qtbot.waitUntil(lambda: len(panel.curves.chart.curves) == 2, timeout=PATIENCE_MS)


def test_a_race_has_a_winner(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(EASY)
    press(window, Qt.Key.Key_3, CTRL)
    page = window.plugins["runs"].page.part("race")
    assert isinstance(page, RaceController)
    qtbot.waitUntil(lambda: len(page.moments) == 2, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(
        lambda: lanes(page).curves.first.text().startswith("First to 95 %: "), timeout=PATIENCE_MS
    )
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not page.group.running, timeout=PATIENCE_MS)


@pytest.mark.parametrize("size", [(1280, 720), (3840, 2160)])
def test_runs_and_race_fit_a_small_and_a_large_screen(
    make: Callable[..., MainWindow], qtbot: QtBot, size: tuple[int, int]
) -> None:
    window = make(EASY, size)
    _runs_page(window, qtbot, 0)
    for page in ("runs", "race"):
        show(window, page)
        shown = window.plugins["runs"].page.front
        if isinstance(shown, RaceController):
            qtbot.waitUntil(lambda race=shown: len(race.moments) == 2, timeout=PATIENCE_MS)  # type: ignore[misc]
        board = window.plugins["runs"].page.board.board
        # Chips have their places after the next events.
        qtbot.waitUntil(lambda board=board: [_named(part) for part in _cut(board)] == [])  # type: ignore[misc]
        assert window.plugins["runs"].page.page.width() == size[0]


def _cut(page: QWidget) -> list[QWidget]:
    """Buttons that are narrower than their text, and parts that reach out of the page."""
    buttons = [part for part in page.findChildren(QAbstractButton) if part.isVisible() and part.text()]
    inside = page.rect()
    outside = [
        part
        for part in (*buttons, *page.findChildren(QLabel))
        if part.isVisible() and not inside.contains(part.mapTo(page, part.rect().center()))
    ]
    return [part for part in buttons if part.width() < part.sizeHint().width() - 1] + outside


def _named(widget: QWidget) -> str:
    return f"{type(widget).__name__} {getattr(widget, 'text', str)()}"
