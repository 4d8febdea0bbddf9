"""The field of flow matching over the plane, and noise that moves along it."""

from __future__ import annotations

import numpy as np

from core.data.datasets import Digits, Moons
from core.experiment.adapt import with_dataset
from core.experiment.experiment import Experiment
from core.experiment.stack_problems import with_task
from core.inspect.flow_field import ARROWS, POINTS, STEPS, FlowPart, FlowPathsPart
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Dense
from core.train.tasks.flow_matching import FlowMatching
from tests.core.inspect.started import MOONS, start

FLOW = with_task(Experiment(dataset=Moons(samples=120), layers=(Dense(8, "silu"),)), FlowMatching())


def taken(taker: SnapshotTaker, time: float) -> Snapshot:
    return taker.take(SnapshotRequest(parts={"flow": time, "flow_paths": True}))


def test_the_same_noise_moves_at_every_moment_and_ends_nearer_to_the_data() -> None:
    trainer, prepared, taker = start(FLOW, 0)
    before = taken(taker, 1.0).part(FlowPathsPart)
    for _ in range(120):
        trainer.run_epoch()
    after = taken(taker, 1.0).part(FlowPathsPart)
    assert before is not None
    assert after is not None
    assert after.paths.shape == (STEPS + 1, POINTS, 2)
    np.testing.assert_array_equal(before.paths[0], after.paths[0])
    points = np.concatenate([prepared.train_points, prepared.test_points])
    distances = np.linalg.norm(after.paths[-1][:, None] - points, axis=2)
    assert np.isclose(after.to_data, distances.min(axis=1).mean(), rtol=1e-4)
    assert np.isclose(after.to_samples, distances.min(axis=0).mean(), rtol=1e-4)
    assert after.to_samples < before.to_samples


def test_a_time_between_two_steps_is_on_the_line_that_joins_them() -> None:
    paths = taken(start(FLOW, 1)[2], 1.0).part(FlowPathsPart)
    assert paths is not None
    np.testing.assert_array_equal(paths.at(0.0), paths.paths[0])
    np.testing.assert_array_equal(paths.at(1.0), paths.paths[-1])
    np.testing.assert_allclose(paths.at(0.5 / STEPS), paths.paths[:2].mean(axis=0), atol=1e-6)
    np.testing.assert_array_equal(paths.at(7.0), paths.paths[-1])


def test_arrows_and_neurons_are_of_the_time_that_is_asked() -> None:
    trainer, prepared, taker = start(FLOW, 2)
    early, late = taken(taker, 0.25), taken(taker, 1.0)
    arrows = early.part(FlowPart)
    assert arrows is not None
    inputs = np.column_stack([prepared.plane.grid(ARROWS), np.full(ARROWS**2, 0.25)]).astype(np.float32)
    np.testing.assert_allclose(arrows.velocities, trainer.network.predict(inputs), atol=1e-6)
    assert early.feature_maps is not None
    assert np.all(early.feature_maps[2] == 0.25)
    assert early.layers[0].maps is not None
    assert late.layers[0].maps is not None
    assert np.abs(early.layers[0].maps - late.layers[0].maps).max() > 0.01


def test_a_thumbnail_shows_where_the_samples_are() -> None:
    _, prepared, taker = start(FLOW, 1)
    density, confusion = taker.take_small(20)
    paths = taken(taker, 1.0).part(FlowPathsPart)
    assert confusion is None
    assert density is not None
    assert paths is not None
    assert density.shape == (20, 20, 1)
    assert density.min() == -1.0
    (left, low), (right, high) = prepared.plane.low, prepared.plane.high
    across, up = paths.paths[-1][0]
    row, column = int((up - low) / (high - low) * 20), int((across - left) / (right - left) * 20)
    assert density[row, column, 0] < 0


def test_other_tasks_and_images_have_no_field_to_draw() -> None:
    images = with_task(with_dataset(FLOW, Digits()), FlowMatching())
    for experiment in (MOONS, images):
        snapshot = taken(start(experiment, 0)[2], 0.5)
        assert snapshot.part(FlowPart) is None
        assert snapshot.part(FlowPathsPart) is None
