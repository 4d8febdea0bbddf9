"""Generating is chosen, watched while it is learned, and moved through its time, by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.train.tasks import Classification
from core.train.tasks.flow_matching import FlowMatching
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.fakes import points_experiment

PATIENCE_MS = 60_000


def test_noise_becomes_moons_and_the_time_is_played_and_chosen(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(points_experiment(8))
    inputs, output, document = window.panels.side.inputs, window.output, window.document
    click(inputs.tasks.chip("flow_matching"))
    assert isinstance(document.experiment.task, FlowMatching)
    assert document.undo_stack.undoText() == "Task: Generate"
    assert not inputs.features.isVisible()
    click(inputs.starts.chip("uniform"))
    assert document.experiment.task == FlowMatching(start="uniform")
    qtbot.waitUntil(lambda: output.flow.picture is not None, timeout=PATIENCE_MS)
    first = output.flow.picture
    assert first is not None
    assert np.abs(first.paths[0]).max() <= np.sqrt(3.0)
    assert output.flow.isVisible()
    assert window.session.inspection.state.pixels == 0, "nobody sees the plane"
    assert not output.discretize.isVisible()
    QTest.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: output.flow.picture is not first, timeout=PATIENCE_MS)
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)

    QTest.keyClick(window, Qt.Key.Key_P)
    assert output.pictures.currentWidget() is output.plot
    assert window.session.inspection.state.pixels == output.plot.pixels
    QTest.keyClick(window, Qt.Key.Key_P)
    assert output.pictures.currentWidget() is output.flow

    track = output.flow_bar.slider.track
    QTest.keyClick(track, Qt.Key.Key_Home)
    assert output.flow.time == 0.0
    qtbot.waitUntil(lambda: output.flow._arrows is not None and output.flow._arrows.time == 0.0)
    click(output.flow_bar.play)
    assert output.flow_bar.is_playing
    qtbot.waitUntil(lambda: output.flow.time == 1.0, timeout=PATIENCE_MS)
    assert not output.flow_bar.is_playing

    for part in ("arrows", "density", "followed"):
        whole = output.flow.grab().toImage()
        output.flow_bar.parts[part].trigger()
        assert output.flow.grab().toImage() != whole
    output.flow_bar.follow_live.trigger()
    assert not output.follow_live.isChecked()

    output.flow_bar.parts["followed"].trigger()
    places = output.flow._places(output.flow._at(output.flow.time))
    chosen = int(np.argmin(np.abs(places - output.flow.width() / 2).sum(axis=1)))
    QTest.mouseClick(
        output.flow, Qt.MouseButton.LeftButton, pos=QPoint(*np.rint(places[chosen]).astype(int).tolist())
    )
    assert np.hypot(*(places[output.flow.followed] - places[chosen])) <= 1.0
    followed = output.flow.followed
    QTest.keyClick(output.flow, Qt.Key.Key_Right)
    assert output.flow.followed == (followed + 1) % len(places)

    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    assert isinstance(document.experiment.task, Classification)
    qtbot.waitUntil(lambda: output.discretize.isVisible(), timeout=PATIENCE_MS)
    assert not output.flow_bar.isVisible()
    assert inputs.features.isVisible()
