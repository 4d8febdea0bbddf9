"""A sweep in the real window: chosen, run in processes, seen, opened and stopped by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.data.datasets import Spirals
from core.experiment.experiment import Experiment
from core.nn import Dense
from core.optim import Adam
from core.train.training_config import TrainingConfig
from playground.commands.sweep_commands import SweepController
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press

PATIENCE_MS = 60_000
# Not of scikit-learn, whose import takes each process seconds.
SMALL = Experiment(
    name="Small",
    dataset=Spirals(samples=80),
    layers=(Dense(3, "tanh"),),
    training=TrainingConfig(optimizer=Adam(0.01)),
    seed=3,
)


@pytest.fixture
def window(make: Callable[..., MainWindow]) -> MainWindow:
    return make(SMALL)


@pytest.fixture
def controller(window: MainWindow) -> SweepController:
    """The page with two epochs for each trial, before anything is run."""
    press(window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    found = window.pages.page("sweep")
    assert isinstance(found, SweepController)
    found.page.epochs.setValue(2)
    return found


def type_values(controller: SweepController) -> None:
    """Learning rates 0.01 and 0.1 as a list, times 2 and 3 units."""
    for card, text in ((controller.page.first, "0.01, 0.1"), (controller.page.second, "2, 3")):
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
    page = controller.page
    assert (page.first.path, page.second.path) == ("optimizer.learning_rate", "layers.dense.units")
    assert not page.best.isEnabled()
    type_values(controller)
    assert page.trials.text() == "2 × 2 = 4 trials"
    with qtbot.waitSignal(controller.finished, timeout=PATIENCE_MS):
        click(page.run)
        assert not page.run.isEnabled()
    assert [result.status for result in controller.results] == ["done"] * 4
    assert (page.state.text(), page.left.text()) == ("4 of 4", "done")
    cells = page.grid.model.cells
    assert page.grid.model.columns == ("0.01", "0.1")
    assert page.grid.model.rows == ("2", "3")
    assert all(cell.picture is not None and cell.text.endswith("%") for cell in cells.values())
    assert sum(cell.is_best for cell in cells.values()) == 1
    QTest.mouseMove(page.grid, page.grid.rect_of((1, 1)).center().toPoint())
    qtbot.waitUntil(page.panel.chart.isVisible, timeout=PATIENCE_MS)
    assert page.panel.settings.text() == "Adam: Learning rate  0.1\nDense: Units  3"
    check_table(controller, tmp_path, monkeypatch)
    click(page.view.buttons["numbers"])
    click(page.grid, page.grid.rect_of((0, 1)).center().toPoint())
    qtbot.waitUntil(lambda: window.pages.current == "build", timeout=PATIENCE_MS)
    opened = window.context.document.experiment
    assert opened.layers == (Dense(2, "tanh"),)
    assert opened.training.optimizer == Adam(0.1)
    qtbot.waitUntil(
        lambda: window.snapshot_router.snapshot is not None and window.snapshot_router.snapshot.epoch == 2,
        timeout=PATIENCE_MS,
    )


def check_table(controller: SweepController, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows by accuracy, by seconds after a click on the heading, and all of them in a file."""
    page = controller.page
    click(page.view.buttons["table"])
    scores = [result.test_score for result in page.table.rows.results]
    assert scores == sorted(scores, reverse=True)
    header = page.table.horizontalHeader()
    click(header.viewport(), QPoint(header.sectionViewportPosition(6) + 30, header.height() // 2))
    seconds = [result.seconds for result in page.table.rows.results]
    assert seconds in (sorted(seconds), sorted(seconds, reverse=True))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(folder / "trials"), ""))
    click(page.export)
    assert len((folder / "trials.csv").read_text().splitlines()) == 5


def test_a_sweep_is_stopped_and_what_cannot_be_is_said(controller: SweepController, qtbot: QtBot) -> None:
    page = controller.page
    type_values(controller)
    page.epochs.setValue(100_000)
    click(page.run)
    with qtbot.waitSignal(controller.finished, timeout=PATIENCE_MS):
        click(page.stop)
    assert page.left.text() == "stopped"
    assert len(controller.results) < 4
    page.second.values.selectAll()
    QTest.keyClicks(page.second.values, "2, many")
    assert page.second.note.text() == "Dense: Units: values must be whole numbers, got 'many'"
    click(page.run)
    assert page.message.text() == page.second.note.text()
    assert page.run.isEnabled()


def test_every_setting_is_offered_with_values_that_it_can_have(controller: SweepController) -> None:
    card = controller.page.first
    assert card.setting.count() > 20
    for place in range(card.setting.count()):
        card.setting.setCurrentIndex(place)
        card.setting.activated.emit(place)
        assert card.note.property("role") == "caption", card.note.text()
