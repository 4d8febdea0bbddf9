"""The doctor's fixes tried in the window: asked for, cancelled, used, forgotten with what they were about."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.nn import Dense
from core.optim import Adam
from core.train.training_config import TrainingConfig
from playground.plugins.doctor.trial_view import TrialView
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.window.trained_windows import train, wait_for

SLOW = Experiment(
    name="Slow", dataset=Moons(samples=60), layers=(Dense(4, "tanh"), Dense(3, "tanh")),
    training=TrainingConfig(optimizer=Adam(1e-5)),
)  # fmt: skip


@pytest.fixture
def window(make: Callable[..., MainWindow], qtbot: QtBot) -> MainWindow:
    """A window whose doctor says that the rate is too small."""
    found = make(SLOW)
    found.actions_by_name["doctor"].trigger()
    train(found, qtbot, 12)
    wait_for(qtbot, lambda: found.plugins["doctor"].panel.fixes)
    return found


def _texts(view: TrialView) -> list[str]:
    return [row.title.text() for row in view.rows]


def test_fixes_are_tried_and_the_best_is_used_in_one_step(window: MainWindow, qtbot: QtBot) -> None:
    view = window.plugins["doctor"].panel.trial
    assert view.isVisible()
    untried = _texts(view)
    assert len(untried) > 1
    assert not any(row.result.text() for row in view.rows)
    click(view.button)
    assert view.button.text() == "Cancel"
    wait_for(qtbot, lambda: view.button.text() == "Try again")
    assert sorted(_texts(view)) == sorted(untried)
    assert view.told.text() == "What would help, measured:"
    assert _texts(view)[0] == "Learning rate 0.01"
    assert view.rows[0].result.text().endswith("better in 4 of 4")
    assert view.rows[0].use.property("primary")
    # What was no gain is not offered, but can be used.
    for row in view.rows:
        assert row.use.property("flat") == ("no clear gain" in row.result.text())
        assert row.use.isEnabled()
    chart = window.results.curves.canvas
    curves = [each.curve for each in chart.layers.ahead]
    assert len(curves[0][0]) == len(curves[1][0]) == 21
    assert chart.x_range[1] >= curves[0][0][-1] > curves[0][0][0] >= 12
    # What was tried has a third of the width, behind a line at the epoch from which it was.
    assert chart.ahead.epoch == curves[0][0][0]
    low, high = chart.x_range
    assert 3 * (curves[0][0][-1] - curves[0][0][0]) >= 0.8 * (high - low)
    assert {each.pen.style() for each in chart.layers.ahead} == {Qt.PenStyle.DashLine}
    colors = [each.pen.color().name() for each in chart.layers.ahead[: len(view.rows) + 1]]
    assert len(set(colors)) == len(colors)
    assert colors[1] in view.rows[0].dots.styleSheet()
    before = window.document.experiment
    wait_for(qtbot, view.rows[0].use.isVisible)
    click(view.rows[0].use)
    assert window.document.experiment.training.optimizer.learning_rate == 0.01
    assert view.rows == []
    assert not any(len(each.curve[0]) for each in chart.layers.ahead)
    assert chart.ahead.epoch is None
    window.actions_by_name["undo"].trigger()
    assert window.document.experiment == before


def test_trying_is_cancelled_by_the_button_and_by_a_change(window: MainWindow, qtbot: QtBot) -> None:
    view, job = window.plugins["doctor"].panel.trial, window.plugins["doctor"].job
    click(view.button)
    click(view.button)
    wait_for(qtbot, lambda: not job.busy)
    assert not any(row.result.text() for row in view.rows)
    assert view.button.text() == "Try the fixes"
    click(view.button)
    window.document.change("Rate", window.document.experiment.with_training(optimizer=Adam(0.01)))
    wait_for(qtbot, lambda: not job.busy)
    assert view.rows == []
    wait_for(qtbot, lambda: not view.isVisible())


def test_what_cannot_be_tried_says_why(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = window.plugins["doctor"].panel.trial

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("playground.plugins.doctor.controller.try_fixes", fail)
    click(view.button)
    wait_for(qtbot, lambda: not window.plugins["doctor"].job.busy)
    assert view.told.text().startswith("It could not be tried: it takes more memory than there is")
    assert view.button.text() == "Try the fixes"
