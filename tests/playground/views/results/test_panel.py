"""Names of previous runs in the legend and its tooltip."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.nn import LAYERS, Dense
from core.optim import SGD, Adam
from core.optim.regularizers import L2
from core.train.training_config import TrainingConfig
from playground.training.state import TrainingState
from playground.views.results.previous_runs import difference
from playground.window.main_window import MainWindow
from tests.core.trainers import with_changes
from tests.playground.driving import press, put_text

PATIENCE_MS = 60_000
NOW = Experiment(training=TrainingConfig(optimizer=Adam(learning_rate=0.1)))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ()),
        ({"name": "Other"}, ()),
        ({"optimizer": Adam(learning_rate=0.01)}, ("rate 0.01",)),
        ({"optimizer": SGD(learning_rate=0.1)}, ("SGD",)),
        ({"optimizer": Adam(learning_rate=0.1, beta_1=0.5)}, ("Adam 0.5",)),
        ({"batch_size": 32, "seed": 5}, ("batch 32", "seed 5")),
        ({"regularizer": L2(rate=0.003)}, ("+ L2 0.003",)),
        ({"layers": (Dense(3),)}, ("+ Dense 3",)),
        ({"dataset": Moons(noise=0.3), "data_seed": 3}, ("other data",)),
    ],
)
def test_it_says_what_was_otherwise(changes: dict[str, object], words: tuple[str, ...]) -> None:
    assert difference(with_changes(NOW, **changes), NOW) == words


def test_no_penalty_is_told_too() -> None:
    assert difference(NOW, NOW.with_training(regularizer=L2(rate=0.003))) == ("− L2 0.003",)
    assert difference(NOW, with_changes(NOW, layers=(Dense(3),))) == ("no hidden layer",)


def test_two_learning_rates_are_told_apart_in_one_chart(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(
        Experiment(
            dataset=Moons(samples=60),
            layers=(Dense(4, "tanh"),),
            training=TrainingConfig(optimizer=Adam(0.01)),
        )
    )

    def train() -> None:
        press(window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(
            lambda: (
                window.session.state is TrainingState.PAUSED
                and len(window.results.curves.canvas.curves[0]) >= 10
            ),
            timeout=PATIENCE_MS,
        )

    train()
    # Set after the last step: the first run never used it.
    field = window.training_bar.fields.learning_rate.lineEdit()
    assert isinstance(field, QLineEdit)
    put_text(field, "0.3")
    window.canvas.focus_selected()
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: len(window.results.curves.canvas.ghosts) == 1, timeout=PATIENCE_MS)
    train()
    legend = window.results.curves.legend
    assert "last&nbsp;run:&nbsp;rate&nbsp;0.01" in legend.text()
    assert legend.toolTip() == "Earlier runs, the last one first:\nrate 0.01"


def test_of_a_run_with_other_units_its_own_are_told() -> None:
    now, run = (Experiment(layers=LAYERS.parse(f"dense {units} tanh")) for units in (2, 4))
    assert difference(run, now) == ("4 units",)
