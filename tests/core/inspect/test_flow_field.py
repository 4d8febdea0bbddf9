"""The field of flow matching over the plane, and noise that moves along it."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets import Digits, Iris, Moons, Standardize
from core.data.plane import PlaneChoice
from core.experiment.experiment import Experiment
from core.experiment.stack_problems import with_task
from core.inspect.flow_field import ARROWS, POINTS, STEPS, FlowPart, FlowPathsPart, FlowWish
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Dense
from core.train.tasks.flow_matching import FlowMatching
from tests.core.inspect.started import MOONS, start

FLOW = with_task(Experiment(dataset=Moons(samples=120), layers=(Dense(8, "silu"),)), FlowMatching())


def taken(taker: SnapshotTaker, time: float) -> Snapshot:
    return taker.take(SnapshotRequest(parts={"flow": time, "flow_paths": FlowWish()}))


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


def test_while_training_arrows_and_picture_stay_as_long_as_the_samples_but_for_another_time() -> None:
    trainer, _, taker = start(FLOW, 2)

    def training(time: float) -> Snapshot:
        trainer.run_epoch()
        parts = {"flow": time, "flow_paths": FlowWish()}
        return taker.take(SnapshotRequest(grid=20, parts=parts), running=True)

    # At most ten times a second, and two epochs take less.
    first, second, moved = training(1.0), training(1.0), training(0.5)
    assert first.part(FlowPathsPart) is second.part(FlowPathsPart)
    assert first.part(FlowPart) is second.part(FlowPart)
    assert first.boundary is second.boundary
    arrows = moved.part(FlowPart)
    assert arrows is not None
    assert arrows.time == 0.5
    rested = taker.take(moved.request)
    assert rested.part(FlowPathsPart) is not first.part(FlowPathsPart)
    assert rested.boundary is not first.boundary


def test_a_thumbnail_shows_where_the_samples_are_and_is_the_boundary_of_every_snapshot() -> None:
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
    # Race, film and board ask for no samples, and have no others.
    plain = taker.take(SnapshotRequest(grid=20))
    assert plain.boundary is not None
    np.testing.assert_array_equal(plain.boundary, density)
    assert plain.part(FlowPathsPart) is paths


def test_samples_are_the_same_until_the_weights_change() -> None:
    trainer, _, taker = start(FLOW, 1)
    first = taken(taker, 1.0).part(FlowPathsPart)
    assert taken(taker, 0.5).part(FlowPathsPart) is first
    trainer.set_weight(0, "bias", (0,), 5.0)
    taker.forget()
    again = taken(taker, 0.5).part(FlowPathsPart)
    assert again is not None
    assert first is not None
    assert np.abs(again.paths[-1] - first.paths[-1]).max() > 0.0


def test_images_are_made_of_the_classes_that_are_asked_and_shown_as_pixels() -> None:
    task = FlowMatching(conditional=True)
    images = with_task(Experiment(dataset=Digits(), layers=(Dense(32, "silu"),), scaling=Standardize()), task)
    _, prepared, taker = start(images, 2)
    every = taken(taker, 1.0)
    made = every.part(FlowPathsPart)
    assert every.part(FlowPart) is None
    assert made is not None
    assert made.labels is not None
    assert made.labels[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    pixels = made.images(1.0)
    assert pixels.shape == (100, 8, 8, 1)
    picture, _ = taker.take_small(40)
    assert picture is not None
    assert picture.shape == (30, 30, 1)
    # Two rows of three, amid the square.
    np.testing.assert_allclose(picture[::-1][6:14, 11:19, 0], pixels[1, :, :, 0] / 255.0, atol=1e-6)
    assert not picture[:5].any()
    threes = taker.take_part(FlowPathsPart, FlowWish((3,), guidance=2.0, steps=4))
    assert threes is not None
    assert threes.paths.shape == (5, 100, 64)
    assert set(threes.labels.tolist()) == {3}  # type: ignore[union-attr]
    network, sampled = taker._trainer.network, prepared.task
    assert isinstance(sampled, FlowMatching)
    alone = sampled.sample(
        network.predict, network.input_shape, threes.paths[0], 4, "heun", label=3, guidance=2.0
    )
    np.testing.assert_allclose(threes.paths, alone, atol=1e-4)


def test_the_field_of_rows_is_drawn_on_the_chosen_columns() -> None:
    rows = with_task(
        Experiment(dataset=Iris(), layers=(Dense(8, "silu"),), scaling=Standardize()), FlowMatching()
    )
    trainer, prepared, taker = start(rows, 3)
    choice = PlaneChoice(2, 3, (5.8, 3.0, 3.7, 1.2))
    request = SnapshotRequest(plane=choice, parts={"flow": 0.5, "flow_paths": FlowWish()})
    arrows = taker.take(request).part(FlowPart)
    assert arrows is not None
    plane = prepared.plane_of(choice)
    assert arrows.places.min(axis=0) == pytest.approx(plane.low, rel=1e-4)
    inputs = np.column_stack([plane.grid(ARROWS), np.full(ARROWS**2, 0.5)]).astype(np.float32)
    velocity = trainer.network.predict(inputs)[:, 2:]
    scaler = prepared.pipeline.outputs.samples.scaler  # type: ignore[attr-defined]
    np.testing.assert_allclose(arrows.velocities, velocity * scaler.scale[2:], rtol=1e-3, atol=1e-4)


def test_other_tasks_make_no_samples() -> None:
    snapshot = taken(start(MOONS, 0)[2], 0.5)
    assert snapshot.part(FlowPart) is None
    assert snapshot.part(FlowPathsPart) is None
