"""Generating is chosen, watched while it is learned, and moved through its time, by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.experiment.prepare import make_trainer, prepare
from core.experiment.stack_problems import with_task
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.runs.packing import THUMBNAIL_PX
from core.train.tasks import Classification
from core.train.tasks.flow_matching import FlowMatching
from playground.plugins.film.composer import FrameComposer
from playground.plugins.film.settings import FilmSettings
from playground.training.state import TrainingState
from playground.views.output.run_thumbnail import RacePicture, run_thumbnail
from playground.views.theme.colors import LIGHT
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


def test_board_race_and_film_show_samples_without_the_classes_of_the_data(qapp: QApplication) -> None:
    experiment = with_task(points_experiment(8), FlowMatching())
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.run_epoch()
    snapshot = SnapshotTaker(trainer, prepared, 1, experiment).take(SnapshotRequest(grid=80, maps=0))

    def orange_and_blue(pixels: NDArray[np.uint8]) -> tuple[bool, bool]:
        red, blue = pixels[..., 0].astype(int), pixels[..., 2].astype(int)
        return bool((red - blue > 60).any()), bool((blue - red > 60).any())

    small = np.frombuffer(run_thumbnail(snapshot), np.uint8).reshape(THUMBNAIL_PX, THUMBNAIL_PX, 3)
    assert orange_and_blue(small) == (True, False)
    race = RacePicture()
    race.set_data(prepared)
    image = race.image(snapshot, 120, 1.0, LIGHT, fine=False)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(120, 120, 4)[..., 2::-1]
    assert orange_and_blue(rows) == (True, False)
    settings = FilmSettings(curves=False, network=False)
    frame = FrameComposer(settings, prepared, snapshot.history, 1.0).frame(snapshot, 1.0)
    assert orange_and_blue(np.asarray(frame)) == (True, False)
