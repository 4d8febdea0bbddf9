"""From an experiment to arrays and a trainer: split, scaled, coded, and left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.data.datasets import Iris, Moons, Standardize
from core.data.plane import PlaneChoice
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_network, make_trainer, prepare, prepare_split
from core.nn import Dense, ReLU
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig

IRIS = Experiment(
    dataset=Iris(),
    scaling=Standardize(),
    layers=(Dense(4, "tanh"),),
    training=TrainingConfig(loss=CrossEntropy()),
)


def test_every_sample_is_in_one_part_and_stands_where_its_index_says() -> None:
    prepared = prepare(IRIS.replace(train_share=0.6))
    rows = np.concatenate([prepared.train_index, prepared.test_index])
    assert sorted(rows.tolist()) == list(range(150))
    assert len(prepared.train_index) == 90
    for samples, index in ((prepared.train, prepared.train_index), (prepared.test, prepared.test_index)):
        np.testing.assert_array_equal(samples.labels, prepared.data.targets[index])
        np.testing.assert_allclose(
            samples.inputs, prepared.pipeline.inputs.scaled(prepared.data.inputs[index]), rtol=1e-6
        )


def test_a_sample_is_found_by_its_test_row_or_by_the_complement_of_its_training_row() -> None:
    prepared = prepare(IRIS)
    for sample, samples, index, row in (
        (3, prepared.test, prepared.test_index, 3),
        (~3, prepared.train, prepared.train_index, 3),
        (10_000, prepared.test, prepared.test_index, len(prepared.test) - 1),
    ):
        assert prepared.find(sample) == (samples, row, index[row])
    moons = prepare(Experiment(dataset=Moons()))
    empty = prepare_split(Experiment(dataset=Moons()), moons.data, moons.train_index, moons.test_index[:0])
    assert empty.find(0)[1:] == (-1, -1)


def test_the_scaling_knows_the_training_part_alone() -> None:
    prepared = prepare(IRIS)
    np.testing.assert_allclose(prepared.train.inputs.mean(axis=0, dtype=np.float64), 0, atol=1e-5)
    assert np.abs(prepared.test_inputs.mean(axis=0)).max() > 1e-3


def test_training_leaves_the_arrays_as_they_are() -> None:
    prepared = prepare(IRIS.replace(layers=(ReLU(), Dense(4, "tanh"), ReLU())))
    arrays = [
        array
        for samples in (prepared.train, prepared.test)
        for array in (samples.inputs, samples.targets, samples.labels)
    ]
    before = [array.copy() for array in arrays]
    trainer = make_trainer(IRIS.replace(layers=(ReLU(), Dense(4, "tanh"), ReLU())), prepared)
    trainer.run_epoch()
    for array, kept in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, kept)


@pytest.mark.parametrize("experiment", [IRIS, Experiment(dataset=Moons(samples=40))], ids=["table", "points"])
def test_the_arrays_that_threads_share_are_read_only(experiment: Experiment) -> None:
    prepared = prepare(experiment)
    arrays = {name: value for name, value in vars(prepared).items() if isinstance(value, np.ndarray)}
    for name in ("train", "test", "data"):
        parts = vars(getattr(prepared, name)).items()
        arrays |= {f"{name}.{part}": value for part, value in parts if isinstance(value, np.ndarray)}
    assert len(arrays) >= 12
    assert [name for name, array in arrays.items() if array.flags.writeable] == []
    # Parts of them are too.
    with pytest.raises(ValueError, match="read-only"):
        prepared.train.head(3).inputs[:] = 0.0


def test_features_take_the_place_of_the_points() -> None:
    prepared = prepare(Experiment(dataset=Moons(), features=("x1", "x1_squared", "sin_x2")))
    points = prepared.data.inputs[prepared.train_index]
    expected = np.stack([points[:, 0], points[:, 0] ** 2, np.sin(points[:, 1])], axis=1)
    np.testing.assert_allclose(prepared.train.inputs, expected, rtol=1e-5, atol=1e-6)
    assert prepared.columns == ()
    assert prepared.grid_inputs(7).shape == (49, 3)


def test_a_choice_of_axes_that_does_not_fit_shows_the_main_directions() -> None:
    prepared = prepare(IRIS)
    assert len(prepared.columns) == 4
    assert prepared.plane_of(None) is prepared.plane
    assert prepared.plane_of(PlaneChoice(0, 9, (0.0,) * 4)) is prepared.plane
    chosen = prepared.plane_of(PlaneChoice(0, 2, (5.0, 3.0, 4.0, 1.0)))
    assert chosen is not prepared.plane
    train, test = prepared.places_on(chosen)
    assert (train.shape, test.shape) == ((len(prepared.train_index), 2), (len(prepared.test_index), 2))
    assert prepared.places_on(prepared.plane) == (prepared.train_points, prepared.test_points)


def test_the_deviation_of_every_input_is_that_of_the_training_part() -> None:
    prepared = prepare(IRIS)
    np.testing.assert_allclose(prepared.deviations, 1, rtol=1e-4)


def test_the_network_has_the_stack_of_the_experiment_and_starts_the_same_again() -> None:
    network, trainer = make_network(IRIS), make_trainer(IRIS, prepare(IRIS))
    assert [weights.shape for weights in network.get_weights()] == [(4, 4), (4,), (4, 3), (3,)]
    np.testing.assert_array_equal(network.parameters, trainer.network.parameters)


def test_networks_on_the_same_data_share_the_inputs_of_their_plane() -> None:
    prepared = prepare(Experiment(dataset=Moons(), layers=(Dense(2),)))
    first = prepared.grid_inputs(20)
    assert prepared.grid_inputs(20) is first
    assert not first.flags.writeable
    smaller = prepared.grid_inputs(10)
    assert prepared.grid_inputs(20) is first
    prepared.grid_inputs(30)
    assert len(prepared._grids) == 2
    assert prepared.grid_inputs(10) is smaller
    assert prepared.grid_inputs(20) is not first
    moved = replace(prepared.plane, high=(9.0, 9.0))
    assert prepared.grid_inputs(30, moved).max() == 9.0
