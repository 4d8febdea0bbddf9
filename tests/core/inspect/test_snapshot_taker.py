"""Snapshots: true to the network, oriented as they say, and untouched by what the training does later."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from core.data.datasets import Blobs, Digits, Iris, Moons, MultiGauss, Plane, Standardize, Wine
from core.data.drawing import Drawing
from core.data.features import build_features
from core.data.plane import Plane as Surface
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Dense, Dropout, Flatten, Tanh
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.optim import Adam
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig

MOONS = Experiment(
    dataset=Moons(samples=120), layers=(Dense(5, "tanh"), Dense(3)), features=("x1", "x2", "x1_x2")
)
BLOBS = Experiment(
    dataset=Blobs(samples=120, centers=3),
    layers=(Dense(4, "tanh"),),
    training=TrainingConfig(loss=CrossEntropy()),
)
HILLS = Experiment(
    dataset=MultiGauss(samples=120),
    layers=(Dense(4, "tanh"),),
    training=TrainingConfig(loss=MeanSquaredError()),
)
IRIS = Experiment(
    dataset=Iris(),
    layers=(Dense(6, "relu"),),
    scaling=Standardize(),
    training=TrainingConfig(loss=CrossEntropy()),
)
DIGITS = Experiment(
    dataset=Digits(),
    layers=(Flatten(), Dropout(), Dense(8, "relu")),
    training=TrainingConfig(loss=CrossEntropy(), batch_size=128),
)
ALL = {"moons": MOONS, "blobs": BLOBS, "hills": HILLS, "iris": IRIS, "digits": DIGITS}


def start(experiment: Experiment, epochs: int = 2) -> tuple[Trainer, PreparedData, SnapshotTaker]:
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    for _ in range(epochs):
        trainer.run_epoch()
    return trainer, prepared, SnapshotTaker(trainer, prepared, 4, experiment)


@pytest.mark.parametrize("grid", [30, 100])
@pytest.mark.parametrize("maps", [True, False])
@pytest.mark.parametrize("name", ALL)
def test_the_boundary_is_the_prediction_on_the_grid(name: str, maps: bool, grid: int) -> None:
    trainer, prepared, taker = start(ALL[name])
    for _ in range(2):  # the second picture uses what the first has kept
        picture = taker.take(SnapshotRequest(grid=grid, maps=maps))
        assert picture.boundary is not None
        side = picture.boundary.shape[0]
        outputs = trainer.network.predict(prepared.grid_inputs(side))
        if outputs.shape[1] == 1:
            outputs = prepared.encoding.to_signed(outputs)
        np.testing.assert_array_equal(picture.boundary, outputs.reshape(side, side, -1))
        trainer.step()
    assert side == grid


def test_a_grid_over_wide_inputs_is_coarser() -> None:
    _, _, taker = start(DIGITS, 0)
    picture = taker.take(SnapshotRequest(grid=500))
    assert picture.boundary is not None
    assert picture.boundary.shape == (169, 169, 10)


def test_row_zero_is_the_lowest_x2() -> None:
    prepared = prepare(MOONS.replace(features=("x1", "x2")))
    points = prepared.grid_inputs(5).reshape(5, 5, 2)
    np.testing.assert_allclose(points[0, :, 1], -6.0)
    np.testing.assert_allclose(points[-1, :, 1], 6.0)
    np.testing.assert_allclose(points[2, :, 0], [-6, -3, 0, 3, 6])
    _, _, taker = start(MOONS, 0)
    maps = taker.take(SnapshotRequest(grid=21)).feature_maps
    assert maps is not None
    assert maps.shape == (3, 21, 21)
    np.testing.assert_allclose(maps[0][7], np.linspace(-1, 1, 21), atol=1e-6)  # x1 grows along the columns
    np.testing.assert_allclose(maps[1][:, 7], np.linspace(-1, 1, 21), atol=1e-6)  # x2 along the rows
    np.testing.assert_allclose(maps[2], np.outer(np.linspace(-1, 1, 21), np.linspace(-1, 1, 21)), atol=1e-6)


@pytest.mark.parametrize("name", ["moons", "blobs", "hills"])
def test_maps_show_every_neuron(name: str) -> None:
    trainer, prepared, taker = start(ALL[name])
    picture = taker.take(SnapshotRequest(grid=40))
    seen = trainer.network.layer_outputs(prepared.grid_inputs(40))
    for layer, outputs in zip(picture.layers[:-1], seen[:-1], strict=True):
        assert layer.maps is not None
        expected = np.clip(outputs.reshape(40, 40, -1).transpose(2, 0, 1), -1, 1)
        np.testing.assert_array_equal(layer.maps, expected)
    assert picture.boundary is not None
    last = picture.layers[-1].maps
    np.testing.assert_array_equal(last, np.clip(picture.boundary.transpose(2, 0, 1), -1, 1))


def test_maps_are_thinned() -> None:
    _, _, taker = start(MOONS, 0)
    small, large = (taker.take(SnapshotRequest(grid=grid)).layers[0].maps for grid in (50, 100))
    assert small is not None
    assert large is not None
    assert small.shape == large.shape == (5, 50, 50)
    assert taker.take(SnapshotRequest(maps=False)).layers[0].maps is None


def test_one_feature_is_not_spoilt_by_its_own_picture() -> None:
    trainer, prepared, taker = start(MOONS.replace(features=("x1",)), 0)
    picture = taker.take(SnapshotRequest(grid=30))
    expected = trainer.network.predict(build_features(prepared.plane.grid(30), ("x1",)))
    assert picture.boundary is not None
    np.testing.assert_array_equal(picture.boundary.ravel(), prepared.encoding.to_signed(expected).ravel())


def test_large_values_of_a_regression_are_clipped_in_maps_only() -> None:
    trainer, _, taker = start(HILLS, 0)
    trainer.network.parameters *= 50.0
    picture = taker.take(SnapshotRequest(grid=30))
    assert picture.boundary is not None
    assert picture.layers[-1].maps is not None
    assert np.abs(picture.boundary).max() > 2.0
    assert np.abs(picture.layers[-1].maps).max() == 1.0


@pytest.mark.parametrize("name", ["iris", "digits"])
def test_the_chosen_sample_goes_through_the_layers(name: str) -> None:
    trainer, prepared, taker = start(ALL[name])
    picture = taker.take(SnapshotRequest(sample=5))
    assert picture.sample is not None
    np.testing.assert_array_equal(picture.sample, prepared.test.inputs[5])
    for layer, outputs in zip(
        picture.layers, trainer.network.layer_outputs(picture.sample[None]), strict=True
    ):
        np.testing.assert_array_equal(layer.activations, outputs[0])
        assert layer.maps is None
    assert picture.sample_output is not None
    np.testing.assert_allclose(picture.sample_output.sum(), 1.0, rtol=1e-6)
    assert picture.feature_maps is None
    for row, found in ((10_000, -1), (-3, 0)):
        np.testing.assert_array_equal(
            taker.take(SnapshotRequest(sample=row)).sample, prepared.test.inputs[found]
        )


def test_points_have_no_sample() -> None:
    picture = start(MOONS)[2].take(SnapshotRequest())
    assert picture.sample is None
    assert picture.sample_output is None
    assert all(layer.activations is None for layer in picture.layers)


@pytest.mark.parametrize("name", ["moons", "blobs", "iris", "digits"])
def test_the_confusion_matrix_counts_the_test_part(name: str) -> None:
    trainer, prepared, taker = start(ALL[name], 3)
    picture = taker.take(SnapshotRequest())
    confusion = picture.confusion
    assert confusion is not None
    assert confusion.sum() == len(prepared.test)
    np.testing.assert_array_equal(
        confusion.sum(axis=1), np.bincount(prepared.test_targets, minlength=len(confusion))
    )
    assert np.trace(confusion) / confusion.sum() == pytest.approx(trainer.test_evaluation.accuracy)
    assert picture.test == trainer.test_evaluation
    assert start(HILLS)[2].take(SnapshotRequest()).confusion is None


def arrays_of(value: Any) -> list[np.ndarray]:
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, tuple):
        return [array for item in value for array in arrays_of(item)]
    if dataclasses.is_dataclass(value):
        return [a for field in dataclasses.fields(value) for a in arrays_of(getattr(value, field.name))]
    return []


@pytest.mark.parametrize("name", ALL)
def test_an_old_snapshot_never_changes(name: str) -> None:
    trainer, _, taker = start(ALL[name], 1)
    pictures: list[Snapshot] = []
    kept: list[list[np.ndarray]] = []
    for grid in (20, 20, 30):
        pictures.append(taker.take(SnapshotRequest(grid=grid)))
        kept.append([array.copy() for array in arrays_of(pictures[-1])])
        trainer.configure(trainer.config.replace(optimizer=Adam(0.5)))
        trainer.run_epoch()
    for picture, copies in zip(pictures, kept, strict=True):
        assert len(copies) > 5
        for array, copy in zip(arrays_of(picture), copies, strict=True):
            np.testing.assert_array_equal(array, copy)
            assert not np.shares_memory(array, trainer.network.parameters)
    assert not np.array_equal(pictures[0].layers[-1].kernel, pictures[1].layers[-1].kernel)


def test_pictures_do_not_disturb_the_training() -> None:
    looked_at, _, taker = start(DIGITS, 0)
    alone, _, _ = start(DIGITS, 0)
    for _ in range(20):
        looked_at.step()
        taker.take(SnapshotRequest(grid=16))
        alone.step()
    np.testing.assert_array_equal(looked_at.network.parameters, alone.network.parameters)


def test_a_snapshot_tells_where_the_training_stands() -> None:
    trainer, _, taker = start(MOONS, 2)
    trainer.step()
    picture = taker.take(SnapshotRequest())
    assert (picture.run, picture.epoch, picture.step) == (4, 2, 1)
    assert picture.steps_per_epoch == trainer.steps_per_epoch == 9
    np.testing.assert_array_equal(picture.history.epoch, [0, 1, 2])
    np.testing.assert_array_equal(picture.layers[0].kernel, trainer.network.weights[0]["kernel"])
    np.testing.assert_array_equal(picture.layers[0].bias, trainer.network.weights[0]["bias"])
    assert start(DIGITS, 0)[2].take(SnapshotRequest(grid=16)).layers[0].kernel is None


def test_the_plane_of_wider_data() -> None:
    inputs = np.random.default_rng(0).normal(size=(300, 6)).astype(np.float32) * [1, 9, 1, 4, 1, 1] + 3
    plane = Surface.of_main_directions(inputs.astype(np.float32))
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-5)
    assert np.abs(plane.axes[0]).argmax() == 1
    assert np.abs(plane.axes[1]).argmax() == 3
    placed = plane.place(inputs.astype(np.float32))
    assert (placed >= plane.low).all()
    assert (placed <= plane.high).all()
    grid = plane.grid(3)
    np.testing.assert_allclose(plane.place(grid)[0], plane.low, atol=1e-3)
    np.testing.assert_allclose(plane.place(grid)[-1], plane.high, atol=1e-3)
    np.testing.assert_allclose(plane.place(grid)[2], (plane.high[0], plane.low[1]), atol=1e-3)
    single = Surface.of_main_directions(inputs[:, :1].astype(np.float32))
    assert single.grid(4).shape == (16, 1)


def test_points_beyond_the_window_widen_the_plane() -> None:
    assert Surface.of_points(np.zeros((0, 2))).high == (6.0, 6.0)
    assert Surface.of_points(np.array([[1.0, -20.0]])).low == (-21.0, -21.0)
    assert prepare(HILLS.replace(dataset=Plane(samples=50))).plane.high == (6.0, 6.0)


@pytest.mark.parametrize("scale", [1e10, 1e30, np.inf, np.nan])
@pytest.mark.parametrize("name", ["moons", "hills", "digits"])
def test_weights_that_ran_away_can_be_looked_at_without_a_warning(name: str, scale: float) -> None:
    trainer, prepared, taker = start(ALL[name], 0)
    with np.errstate(all="ignore"):
        trainer.network.parameters[:] = np.float32(scale)
    picture = taker.take(SnapshotRequest(grid=16))
    assert picture.boundary is not None
    assert picture.boundary.shape[:2] == (16, 16)
    trainer.network.predict(prepared.test.inputs)
    trainer.evaluate(prepared.test)


def test_findings_wait_while_training_and_come_at_once_at_rest() -> None:
    experiment = Experiment(
        dataset=Wine(), layers=(Dense(4, Tanh()),), training=TrainingConfig(loss=CrossEntropy())
    )
    prepared = prepare(experiment)
    taker = SnapshotTaker(make_trainer(experiment, prepared), prepared, 1, experiment)
    request = SnapshotRequest(grid=16)
    first = taker.take(request, running=True).findings
    assert [finding.kind for finding in first] == ["unscaled"]
    assert taker.take(request, running=True).findings is first
    # A changed experiment is examined at once: its fixes are others.
    taker.experiment = experiment.with_training(batch_size=20)
    changed = taker.take(request, running=True).findings
    assert changed[0].experiment.training.batch_size == 20


def test_after_a_failure_the_last_picture_comes_with_new_findings() -> None:
    experiment = Experiment(dataset=Moons(samples=60), layers=(Dense(4, Tanh()),))
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    taker = SnapshotTaker(trainer, prepared, 1, experiment)
    assert taker.take_after_failure() is None
    last = taker.take(SnapshotRequest(grid=16))
    assert last.findings == ()
    trainer.network.parameters[0] = np.nan
    failed = taker.take_after_failure()
    assert failed is not None
    assert failed.boundary is last.boundary
    assert [finding.kind for finding in failed.findings] == ["diverging"]


def test_a_lens_looks_at_the_chosen_sample() -> None:
    experiment = Experiment(dataset=Moons(samples=60), layers=(Dense(4, Tanh()),))
    prepared = prepare(experiment)
    taker = SnapshotTaker(make_trainer(experiment, prepared), prepared, 1, experiment)
    assert taker.take(SnapshotRequest(grid=16)).trace is None
    trace = taker.take(SnapshotRequest(grid=16, sample=5, neuron=(0, 2))).trace
    assert trace is not None
    assert (trace.sample, trace.layer, trace.unit) == (5, 0, 2)
    np.testing.assert_allclose(trace.inputs, prepared.test.inputs[5])
    # A neuron that an edit took away is no reason to stop.
    assert taker.take(SnapshotRequest(grid=16, neuron=(0, 9))).trace is None
    assert taker.take(SnapshotRequest(grid=16, neuron=(7, 0))).trace is None


def test_a_picture_carries_what_was_asked_and_what_is_trained() -> None:
    _, _, taker = start(DIGITS, 0)
    request = SnapshotRequest(grid=16, sample=3)
    picture = taker.take(request)
    assert picture.request is request
    assert picture.experiment is DIGITS
    later = taker.experiment = DIGITS.with_training(batch_size=64)
    assert taker.take(request).experiment is later
    assert picture.experiment is DIGITS


@pytest.mark.parametrize("in_network", [True, False])
def test_a_drawing_belongs_to_the_picture_that_carries_its_request(in_network: bool) -> None:
    _, prepared, taker = start(DIGITS, 0)
    before = taker.take(SnapshotRequest(grid=16))
    drawing = Drawing(prepared.data.inputs[5])
    request = dataclasses.replace(before.request, drawn=drawing, show_drawn=in_network)
    picture = taker.take(request)
    assert picture.boundary is before.boundary
    assert picture.request is request
    assert picture.shows_drawing is in_network
    assert not before.shows_drawing
