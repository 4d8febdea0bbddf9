"""Generating is chosen, watched while it is learned, and moved through its time, by mouse and keys."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from core.experiment.prepare import make_trainer, prepare
from core.experiment.stack_problems import with_task
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.runs.packing import THUMBNAIL_PX
from core.train.tasks.flow_matching import FlowMatching
from playground.plugins.film.composer import FrameComposer
from playground.plugins.film.settings import FilmSettings
from playground.views.output.run_thumbnail import RacePicture, run_thumbnail
from playground.views.theme.colors import LIGHT
from tests.playground.fakes import points_experiment


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
