"""The line at the bottom: what is trained, how fast, and what the file is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS
from core.experiment.experiment import Experiment
from core.experiment.problems import find_problems
from core.nn import LAYERS, Dense
from core.nn.losses import LOSSES
from core.train.training_config import TrainingConfig
from playground.views.status_bar import StatusLine, parameter_count, written_age, written_rate
from playground.views.theme.theme import ThemeSource
from playground.window.main_window import MainWindow
from tests.playground.views.training_bar.made_bar import Made, build

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def made(qtbot: QtBot) -> Made:
    return build(qtbot)


@pytest.fixture
def line(qtbot: QtBot) -> StatusLine:
    made = StatusLine(ThemeSource(mode="light"), clock=lambda: 1000.0)
    qtbot.addWidget(made)
    made.resize(1280, 24)
    made.show()
    return made


def test_the_state_keeps_its_distance_in_the_window(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    status = make(Experiment(layers=(Dense(3),))).status

    def gap() -> int:
        """From the end of the state's text to the next one, once both are laid out."""
        text = status.state.fontMetrics().horizontalAdvance(status.state.text())
        return status.parameters.x() - status.state.x() - text

    qtbot.waitUntil(lambda: gap() >= 14)


def test_the_simple_view_says_what_the_training_does_and_no_numbers_but_its_rounds(line: StatusLine) -> None:
    numbers = (line.frames, line.parameters, line.seed, line.engine)
    for plain in (True, False):
        line.show_plain(plain)
        line.show_experiment(Experiment(seed=7, layers=(Dense(4),)))
        line.show_engine("compiled", "")
        line.show_state("running")
        line.show_rates(18.0, 60.0)
        assert {label.isVisible() for label in numbers} == {not plain}
        assert line.speed.text() == f"18 {'rounds' if plain else 'epochs'}/s"


def test_status_of_a_running_training(line: StatusLine) -> None:
    line.show_experiment(Experiment(seed=7, layers=(LAYERS.make("dense").replace(units=4),)))
    line.show_state("running")
    line.show_rates(1840.4, 60.0)
    line.show_file(Path("/home/ada/a.nnp"), False, 988.0)
    shown = [label.text() for label in (line.state, line.speed, line.frames, line.parameters, line.seed)]
    assert shown == ["Training", "1,840 epochs/s", "60 fps", "17 parameters", "Seed 7"]
    assert line.file.text() == "Saved 12 s ago"
    assert line.file.toolTip() == "/home/ada/a.nnp"
    line.show_state("paused")
    line.show_rates(0.0, 0.0)
    assert not line.speed.isVisible()
    assert line.parameters.isVisible()


def test_a_long_state_keeps_its_distance(line: StatusLine, qtbot: QtBot) -> None:
    line.show_experiment(Experiment())
    line.state.setContentsMargins(0, 0, 0, 0)
    line.show_state("running", "Training 16 seeds")
    qtbot.waitUntil(lambda: line.parameters.x() >= line.state.geometry().right() + 10)


def test_a_failure_takes_the_place_of_the_numbers(line: StatusLine) -> None:
    line.show_experiment(Experiment())
    sentence = "The loss is not a number any more: lower the learning rate, then reset."
    line.show_state("failed", sentence)
    line.show_rates(100.0, 60.0)
    assert line.state.text() == sentence
    assert line.state.property("role") == "danger"
    assert not any(label.isVisible() for label in (line.speed, line.frames, line.parameters, line.seed))
    line.show_state("idle")
    assert (line.state.text(), line.state.property("role")) == ("Ready", "caption")
    assert line.parameters.isVisible()


def test_a_long_failure_does_not_widen_the_window(line: StatusLine) -> None:
    line.show_state("failed", "Why? " * 200)
    assert line.minimumSizeHint().width() < 600


def test_what_the_file_is(line: StatusLine) -> None:
    assert line.file.text() == "Not saved yet"
    line.show_file(None, True)
    assert line.file.text() == "Unsaved changes"
    line.show_file(Path("/a.nnp"), False)
    assert line.file.text() == "Saved"


def test_parameters_of_a_stack_that_cannot_be_built(line: StatusLine) -> None:
    kind = next(kind for kind in DATASETS if len(kind().info().shape) == 3)
    broken = Experiment(dataset=kind(), training=TrainingConfig(loss=LOSSES.make("cross_entropy")))
    assert "Dense" in find_problems(broken)[0].sentence
    assert parameter_count(broken) is None
    line.show_experiment(broken)
    assert line.parameters.text() == "— parameters"


def test_parameter_count_of_a_known_network() -> None:
    layers = tuple(LAYERS.make("dense").replace(units=units) for units in (6, 5, 3))
    experiment = Experiment(features=("x1", "x2", "sin_x1", "sin_x2"), layers=layers)
    assert parameter_count(experiment) == (4 + 1) * 6 + (6 + 1) * 5 + (5 + 1) * 3 + (3 + 1)


def test_rates_and_ages_as_words() -> None:
    assert [written_rate(rate) for rate in (0.0, 0.0683, 0.5, 1.0, 9.96, 1840.2)] == [
        "",
        "4.1 epochs/min",
        "30 epochs/min",
        "1.0 epochs/s",
        "10 epochs/s",
        "1,840 epochs/s",
    ]
    assert [written_age(age) for age in (-1.0, 1.9, 12.0, 59.4, 60.0, 3599.0, 7300.0)] == [
        "just now",
        "just now",
        "12 s ago",
        "59 s ago",
        "1 min ago",
        "59 min ago",
        "2 h ago",
    ]
