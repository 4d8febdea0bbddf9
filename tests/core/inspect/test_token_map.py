"""The table of an Embedding layer is a plane that does not turn, and names what is alike."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.data.datasets import Names
from core.data.datasets.toy_sequences import ModularSums
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.snapshot_taker import SnapshotTaker
from core.inspect.token_map import MAX_SHOWN, TokenMapPart
from core.nn import Dense, Embedding


def taker(dataset: Any, size: int) -> SnapshotTaker:
    vocabulary = dataset.info().vocabulary
    made = Experiment(dataset=dataset, layers=(Embedding(vocabulary, size), Dense(4)))
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
