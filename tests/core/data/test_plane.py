"""Planes along two features: original units, consistent predictions, degenerate columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.datasets import (
    Digits,
    FittedScaler,
    Iris,
    MinMax,
    Moons,
    NoScaling,
    Scaling,
    Standardize,
    TableFile,
    Wine,
)
from core.data.datasets.table_file_dataset import forget_tables
from core.data.plane import Plane, PlaneChoice
from core.data.tables.read_table import read_table
from core.data.tables.table import MAX_NUMBER
from core.data.tables.table_schema import guess_schema
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.feature_ranges import feature_ranges
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Dense
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig

WINE = Experiment(
    dataset=Wine(),
    layers=(Dense(6, "tanh"),),
    scaling=Standardize(),
    training=TrainingConfig(loss=CrossEntropy()),
)
IRIS = WINE.replace(dataset=Iris())


def medians(experiment: Experiment) -> tuple[float, ...]:
    return tuple(column.median for column in feature_ranges(prepare(experiment)))


@pytest.mark.parametrize("scaling", [NoScaling(), Standardize(), MinMax()], ids=lambda scaling: scaling.kind)
def test_the_boundary_is_the_prediction_to_raw_values(scaling: Scaling) -> None:
    experiment = WINE.replace(scaling=scaling)
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.run_epoch()
    values = medians(experiment)
    choice = PlaneChoice(12, 3, values)
    picture = SnapshotTaker(trainer, prepared, 1, experiment).take(SnapshotRequest(grid=20, plane=choice))
    plane = picture.plane
    assert plane is not None
    assert plane.columns == (12, 3)
    assert plane.labels == ("proline", "alcalinity_of_ash")
    raw = np.tile(np.array(values, np.float32), (400, 1))
    raw[:, 12] = np.tile(np.linspace(plane.low[0], plane.high[0], 20), 20)
    raw[:, 3] = np.repeat(np.linspace(plane.low[1], plane.high[1], 20), 20)
    expected = trainer.network.predict(prepared.pipeline.inputs.scaled(raw)).reshape(20, 20, 3)
    np.testing.assert_allclose(picture.boundary, expected, atol=2e-4)


def test_points_lie_at_their_raw_values_and_within_the_plane() -> None:
    prepared = prepare(WINE)
    plane = prepared.plane_of(PlaneChoice(12, 0, medians(WINE)))
    train, test = prepared.places_on(plane)
    raw = prepared.data.inputs
    np.testing.assert_allclose(train, raw[prepared.train_index][:, [12, 0]], rtol=1e-5)
    np.testing.assert_allclose(test, raw[prepared.test_index][:, [12, 0]], rtol=1e-5)
    for places in (train, test):
        assert (places > plane.low).all()
        assert (places < plane.high).all()


def test_a_sample_whose_values_were_taken_lies_on_the_plane() -> None:
    prepared = prepare(WINE)
    sample = prepared.data.inputs[prepared.test_index[4]]
    plane = prepared.plane_of(PlaneChoice(0, 1, tuple(sample.astype(float).tolist())))
    distances = plane.distance(prepared.test_inputs, prepared.deviations)
    assert distances[4] == pytest.approx(0.0, abs=1e-5)
    assert np.delete(distances, 4).min() > 0.1
    # One standard deviation away in one of eleven other features.
    moved = prepared.test_inputs[4:5].copy()
    moved[0, 7] += prepared.deviations[7]
    assert plane.distance(moved, prepared.deviations)[0] == pytest.approx(np.sqrt(1 / 11), rel=1e-4)


def test_the_main_directions_know_no_distance() -> None:
    prepared = prepare(IRIS)
    assert not prepared.plane.distance(prepared.test_inputs, prepared.deviations).any()


@pytest.mark.parametrize(
    "choice",
    [
        PlaneChoice(0, 0, (1.0, 1.0, 1.0, 1.0)),
        PlaneChoice(0, 4, (1.0, 1.0, 1.0, 1.0)),
        PlaneChoice(-1, 1, (1.0, 1.0, 1.0, 1.0)),
        PlaneChoice(0, 1, (1.0, 1.0, 1.0)),
    ],
)
def test_a_choice_for_other_data_shows_the_main_directions(choice: PlaneChoice) -> None:
    prepared = prepare(IRIS)
    assert prepared.plane_of(choice) is prepared.plane


@pytest.mark.parametrize("dataset", [Moons(samples=60), Digits()], ids=lambda dataset: dataset.kind)
def test_points_and_images_have_no_axes_to_choose(dataset: Moons | Digits) -> None:
    prepared = prepare(WINE.replace(dataset=dataset, scaling=NoScaling()))
    assert prepared.columns == ()
    assert feature_ranges(prepared) == ()
    size = int(np.prod(prepared.data.shape))
    assert prepared.plane_of(PlaneChoice(0, 1, (0.0,) * size)) is prepared.plane


def test_the_plane_stays_one_object_until_another_is_asked_for() -> None:
    prepared = prepare(IRIS)
    taker = SnapshotTaker(make_trainer(IRIS, prepared), prepared, 1, IRIS)
    values = medians(IRIS)

    def plane(choice: PlaneChoice | None) -> Plane | None:
        return taker.take(SnapshotRequest(grid=16, plane=choice)).plane

    first = plane(PlaneChoice(0, 1, values))
    assert plane(PlaneChoice(0, 1, tuple(values))) is first
    assert plane(PlaneChoice(1, 0, values)) is not first
    assert plane(None) is prepared.plane


@pytest.mark.parametrize("offset", [0.0, 1e6])
@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_columns_of_any_size_come_back(unit: float, offset: float) -> None:
    raw = np.random.default_rng(0).normal(offset, 1.0, (50, 3)) * unit
    scaler = Standardize().fit(raw)
    plane = Plane.of_columns(PlaneChoice(2, 0, (0.0, 0.0, 0.0)), raw, scaler, ("c", "a"))
    grid = plane.place(plane.grid(3))
    span = np.subtract(plane.high, plane.low)
    np.testing.assert_allclose((grid[[0, -1]] - [plane.low, plane.high]) / span, 0.0, atol=1e-4)


def test_a_column_that_never_changes_still_has_an_extent() -> None:
    raw = np.array([[5.0, 1.0, 2.0], [5.0, 2.0, 3.0]])
    scaler: FittedScaler = Standardize().fit(raw)
    plane = Plane.of_columns(PlaneChoice(0, 1, (0.0, 0.0, 2.0)), raw, scaler, ("a", "b"))
    assert plane.low[0] < 5.0 < plane.high[0]
    deviations = np.array([0.0, 1.0, 0.0])
    assert np.isfinite(plane.distance(scaler.transform(raw), deviations)).all()


@pytest.mark.parametrize("size", [0.0, 1e-40, 1.0, MAX_NUMBER])
def test_a_plane_covers_data_of_any_size(size: float) -> None:
    rows = np.clip(np.random.default_rng(0).normal(size=(50, 784)), -1.0, 1.0) * size
    inputs = rows.astype(np.float32)
    plane = Plane.of_main_directions(inputs)
    placed = plane.place(inputs)
    assert (plane.low <= placed).all()
    assert (placed <= plane.high).all()
    assert np.isfinite(plane.grid(5)).all()


def test_what_a_diverged_network_makes_has_no_place() -> None:
    """As samples of flow matching, whose worker warned once on standard error."""
    plane = Plane.of_points(np.zeros((0, 2), np.float32))
    large = np.float32(3e38)
    placed = plane.place(np.array([[large, -large], [np.inf, large], [np.nan, 0.0], [0.5, 1.0]], np.float32))
    assert np.isfinite(placed).all(axis=1).tolist() == [True, False, False, True]


def test_columns_tell_their_reach_and_whether_they_count() -> None:
    columns = feature_ranges(prepare(WINE))
    raw = prepare(WINE).data.inputs
    assert [column.name for column in columns][:2] == ["alcohol", "malic_acid"]
    assert (columns[0].low, columns[0].high) == (float(raw[:, 0].min()), float(raw[:, 0].max()))
    assert columns[0].median in raw[:, 0]
    assert columns[12].name == "proline"
    assert columns[12].whole
    assert not columns[0].whole


def test_a_table_of_two_features_lies_along_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = "".join(
        f"{150 + 40 * a:.2f},{60 + 30 * b:.2f},{'xy'[int(a > b)]}\n" for a, b in rng.random((40, 2))
    )
    file = tmp_path / "people.csv"
    file.write_text("height,weight,kind\n" + rows, encoding="utf-8")
    forget_tables()
    table = read_table(file)
    prepared = prepare(IRIS.replace(dataset=TableFile.of(table, guess_schema(table))))
    assert prepared.plane.columns == (0, 1)
    assert prepared.plane.labels == ("height", "weight")
    np.testing.assert_allclose(prepared.train_points, prepared.data.inputs[prepared.train_index], rtol=1e-5)
