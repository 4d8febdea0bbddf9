"""The embedding of the last hidden layer: scikit-learn's components up to sign, aligned between frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core import nn
from core.data.datasets import Digits, Names
from core.data.datasets.toy_sequences import ModularSums
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.embedding import (
    MAX_SHOWN,
    Embedding,
    EmbeddingFrame,
    EmbeddingPart,
    TokenMapPart,
    aligned,
    hidden_outputs,
)
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Dense, Flatten, Layer, Tanh
from core.nn.losses import CrossEntropy
from core.nn.network import Network
from core.train.training_config import TrainingConfig

POINTS = Experiment(layers=(Dense(6, activation=Tanh()), Dense(6, activation=Tanh())))
DIGITS = Experiment(
    dataset=Digits(size="28x28", samples=200),
    layers=(Flatten(), Dense(8)),
    training=TrainingConfig(loss=CrossEntropy()),
)
RNG = np.random.default_rng(3)
INPUTS = RNG.normal(size=(90, 5)).astype(np.float32)


def network_of(*units: int, inputs: int = 5) -> Network:
    layers: list[Layer] = [Dense(units=count, activation=Tanh()) for count in units]
    return Network([*layers, Dense(units=3)], (inputs,), seed=4)


def test_the_places_are_the_principal_components_of_the_hidden_outputs() -> None:
    from sklearn.decomposition import PCA

    network = network_of(8, 6)
    picture = Embedding(network, INPUTS).project()
    assert picture is not None
    hidden = network.layer_outputs(INPUTS)[1]
    model = PCA(2)
    wanted = model.fit_transform(hidden.astype(np.float64))
    signs = np.sign(np.sum(picture.places * wanted, axis=0))
    np.testing.assert_allclose(picture.places, signs * wanted, atol=1e-5)
    assert picture.share == pytest.approx(model.explained_variance_ratio_.sum(), abs=1e-6)
    assert picture.layer == 1
    assert picture.rows.tolist() == list(range(90))


def test_hidden_outputs_are_those_of_the_layer_before_the_last() -> None:
    network = network_of(4, 7)
    np.testing.assert_array_equal(hidden_outputs(network, INPUTS), network.layer_outputs(INPUTS)[-2])


def test_a_turned_and_mirrored_picture_comes_back() -> None:
    places = RNG.normal(size=(50, 2))
    angle = 2.0
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.diag([1.0, -1.0])
    np.testing.assert_allclose(aligned(places @ turn, places), places, atol=1e-12)


def test_training_moves_the_picture_less_with_the_alignment_than_without() -> None:
    prepared = prepare(POINTS)
    trainer = make_trainer(POINTS, prepared)
    follows = Embedding(trainer.network, prepared.test_inputs)
    kept, trace_at, jumped = follows.project(), 0.0, 0.0
    alone = kept
    for _ in range(25):
        trainer.run_epoch()
        new, fresh = follows.project(), Embedding(trainer.network, prepared.test_inputs).project()
        assert kept is not None
        assert alone is not None
        assert new is not None
        assert fresh is not None
        trace_at += float(np.abs(new.places - kept.places).mean())
        jumped += float(np.abs(fresh.places - alone.places).mean())
        # A rotation keeps distances.
        np.testing.assert_allclose(
            np.linalg.norm(new.places, axis=1), np.linalg.norm(fresh.places, axis=1), atol=1e-4
        )
        kept, alone = new, fresh
    assert trace_at < jumped


def test_an_edited_network_is_turned_to_the_picture_before() -> None:
    network = network_of(6)
    turn = np.array([[0.0, 1.0], [1.0, 0.0]], np.float32)
    plain = Embedding(network, INPUTS).project()
    assert plain is not None
    before = EmbeddingFrame(plain.rows, plain.places @ turn, 0, 1.0)
    again = Embedding(network, INPUTS, before).project()
    assert again is not None
    np.testing.assert_allclose(again.places, before.places, atol=1e-5)
    fewer = Embedding(network, INPUTS[:50], before).project()
    assert fewer is not None
    assert len(fewer.places) == 50


def test_one_unit_is_a_line_and_no_hidden_layer_shows_the_inputs() -> None:
    line = Embedding(network_of(1), INPUTS).project()
    assert line is not None
    assert np.ptp(line.places[:, 0]) > 0.0
    assert not line.places[:, 1].any()
    assert line.share == pytest.approx(1.0)
    plain = Embedding(Network([Dense(units=2)], (5,)), INPUTS).project()
    assert plain is not None
    assert plain.layer == -1
    assert plain.places.shape == (90, 2)


@pytest.mark.parametrize("samples", [0, 1, 2])
def test_few_samples_are_no_failure(samples: int) -> None:
    picture = Embedding(network_of(8), INPUTS[:samples]).project()
    assert picture is None if samples == 0 else picture is not None and len(picture.places) == samples


def test_equal_outputs_lie_on_one_spot() -> None:
    network = network_of(4)
    network.parameters[...] = 0.0
    picture = Embedding(network, INPUTS).project()
    assert picture is not None
    assert not picture.places.any()
    assert picture.share == 0.0


def test_weights_that_ran_away_leave_the_last_picture() -> None:
    network = network_of(4)
    embedding = Embedding(network, INPUTS)
    good = embedding.project()
    network.parameters[...] = np.nan
    assert embedding.project() is good


def test_many_samples_are_thinned_evenly() -> None:
    picture = Embedding(network_of(4), np.repeat(INPUTS, 20, axis=0)).project()
    assert picture is not None
    assert len(picture.rows) == 400
    assert (picture.rows[0], picture.rows[-1]) == (0, 1799)
    assert (np.diff(picture.rows) > 0).all()


@pytest.mark.parametrize("experiment", [POINTS, DIGITS], ids=["points", "images"])
def test_the_camera_takes_it_where_it_is_asked_for(experiment: Experiment) -> None:
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    taker = SnapshotTaker(trainer, prepared, 1, experiment)
    weights = trainer.network.parameters.copy()
    assert taker.take(SnapshotRequest(grid=16)).part(EmbeddingPart) is None
    first = taker.take(SnapshotRequest(grid=16, parts={"embedding": True})).part(EmbeddingPart)
    assert first is not None
    assert len(first.rows) == min(400, len(prepared.test))
    # While training, the cached object until the throttle is due.
    assert (
        taker.take(SnapshotRequest(grid=16, parts={"embedding": True}), running=True).part(EmbeddingPart)
        is first
    )
    np.testing.assert_array_equal(trainer.network.parameters, weights)
    later = SnapshotTaker(make_trainer(experiment, prepared), prepared, 2, experiment)
    later.continue_from(taker)
    remap = later.take(SnapshotRequest(grid=16, parts={"embedding": True})).part(EmbeddingPart)
    assert remap is not None
    np.testing.assert_allclose(remap.places, first.places, atol=1e-4)


def taker(dataset: Any, size: int) -> SnapshotTaker:
    vocabulary = dataset.info().vocabulary
    made = Experiment(dataset=dataset, layers=(nn.Embedding(vocabulary, size), Dense(4)))
    made = made.with_training(loss="cross_entropy")
    prepared = prepare(made)
    return SnapshotTaker(make_trainer(made, prepared), prepared, 0, made)


def test_tokens_with_like_vectors_are_near_and_named() -> None:
    made = taker(Names(samples=100), 8)
    table = made._trainer.network.weights[0]["embeddings"]
    table[...] = np.random.default_rng(0).normal(0, 0.01, table.shape)
    table[[1, 5, 9]] += np.eye(8)[0]
    table[[2, 3]] += np.eye(8)[1]
    first = made.take_part(TokenMapPart, True)
    assert first is not None
    assert first.places.shape == (27, 2)
    assert first.share > 0.9
    assert set(first.nearest[1, :2].tolist()) == {5, 9}
    assert first.nearest[2, 0] == 3
    # A plane that is turned is turned back.
    table[:, :2] *= -1
    second = made.take_part(TokenMapPart, True)
    assert second is not None
    np.testing.assert_allclose(second.places, first.places, atol=1e-5)
    table[0, 0] = np.nan
    assert made.take_part(TokenMapPart, True) is second


def test_two_numbers_are_the_axes_and_many_tokens_are_cut() -> None:
    made = taker(ModularSums(modulus=199), 2)
    found = made.take_part(TokenMapPart, True)
    assert found is not None
    assert len(found.places) == MAX_SHOWN
    table = made._trainer.network.weights[0]["embeddings"][:MAX_SHOWN]
    np.testing.assert_allclose(found.places, table - table.mean(axis=0), atol=1e-6)
    assert found.share == 1.0


def test_without_an_embedding_there_is_none() -> None:
    experiment = Experiment()
    prepared = prepare(experiment)
    made = SnapshotTaker(make_trainer(experiment, prepared), prepared, 0, experiment)
    assert made.take_part(TokenMapPart, True) is None
