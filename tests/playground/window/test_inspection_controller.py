"""All panels show the same sample: after an edit, with other data, and after "Next mistake"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pytestqt.qtbot import QtBot

from core.data.datasets import Digits
from core.experiment.prepare import prepare
from core.nn import Conv2D, Dense, Flatten
from playground.model.label_edits import with_corrections
from playground.training.state import TrainingState
from playground.views.widgets import Toast
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
from tests.playground.driving import click
from tests.playground.fakes import mnist_experiment

PATIENCE_MS = 60_000
Make = Callable[..., MainWindow]


def looked_at(window: MainWindow) -> set[int]:
    panels = window.panels
    chosen = window.session.inspection.state.sample
    return {
        chosen,
        window.session.request.sample,
        panels.strip.thumbnails.row,
    }


def change(qtbot: QtBot, window: MainWindow, experiment: object) -> None:
    with qtbot.waitSignal(window.session.run_started, timeout=PATIENCE_MS):
        window.document.change("Edit", experiment)  # type: ignore[arg-type]


def test_an_edit_of_the_network_leaves_the_sample(make: Make, qtbot: QtBot) -> None:
    window = make(mnist_experiment())
    window.inspection.show_sample(7)
    experiment = window.document.experiment
    change(qtbot, window, experiment.replace(layers=(*experiment.layers, Dense(5))))
    assert looked_at(window) == {7}


def test_the_same_sample_is_found_where_others_were_left_out(make: Make, qtbot: QtBot) -> None:
    window = make(mnist_experiment())
    window.inspection.show_sample(7)
    index = prepare(window.document.experiment).test_index
    change(qtbot, window, with_corrections(window.document.experiment, index[[2, 3]], None))
    assert looked_at(window) == {5}
    change(qtbot, window, with_corrections(window.document.experiment, index[[7]], None))
    assert looked_at(window) == {5}


def test_other_data_begin_with_the_first_sample(make: Make, qtbot: QtBot) -> None:
    window = make(mnist_experiment())
    window.inspection.show_sample(7)
    change(qtbot, window, with_dataset(window.document.experiment, Digits()))
    assert looked_at(window) == {0}


def test_the_next_mistake_is_shown_everywhere(make: Make, qtbot: QtBot) -> None:
    window = make(mnist_experiment())
    with qtbot.waitSignal(window.session.mistake_found, timeout=PATIENCE_MS) as found:
        click(window.strip.mistake_button)
    assert found.args is not None
    assert looked_at(window) == {found.args[0]}
    with qtbot.waitSignal(window.session.predictions_ready, timeout=PATIENCE_MS) as judged:
        window.session.predict_part("test")
    assert judged.args is not None
    wrong = np.flatnonzero(judged.args[0].true != judged.args[0].predicted)
    assert found.args[0] == wrong[wrong > 0][0]


def test_a_network_that_cannot_run_is_not_called_faultless(make: Make, qtbot: QtBot) -> None:
    window = make(mnist_experiment())
    broken = window.document.experiment.replace(layers=(Flatten(), Conv2D(2)))
    window.document.change("Break", broken)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.BLOCKED, timeout=PATIENCE_MS)
    told: list[str] = []
    window.inspection.message_requested.connect(told.append)
    click(window.strip.mistake_button)
    assert told == ["No network runs that could make mistakes"]
    for toast in window.findChildren(Toast):
        toast.deleteLater()
