"""Embedding and PositionalEncoding: which vector, and which gradient."""

from __future__ import annotations

import numpy as np
import pytest

from core.nn import Dense, Embedding, Flatten, LayerError, PositionalEncoding
from core.nn import embedding as module
from core.nn.network import Network
from tests.core.gradient_check import gradient_error


def test_any_number_is_a_token() -> None:
    network = Network([Embedding(4, 2)], (7,), seed=1)
    table = network.weights[0]["embeddings"]
    for dtype in (np.float32, np.int64):
        tokens = np.array([[0, 1, 3, 4, 1e9, -1, -1e9]]).astype(dtype)
        np.testing.assert_array_equal(network.predict(tokens)[0], table[[0, 1, 3, 3, 3, 0, 0]])
    fractions = np.array([[0.9, -0.9, 2.5, 3.99, 1.0, 1.99, 0.0]])
    np.testing.assert_array_equal(network.predict(fractions)[0], table[[0, 0, 2, 3, 1, 1, 0]])
    assert network.predict(np.array([[255] * 7], np.uint8)).tolist() == [[table[3].tolist()] * 7]


def test_both_ways_to_add_gradients_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = np.random.default_rng(0).integers(0, 6, (5, 4)).astype(float)
    found = []
    for most in (0, 1000):
        monkeypatch.setattr(module, "_MOST_CELLS", most)
        network = Network([Embedding(6, 3), Flatten(), Dense(2, "tanh")], (4,), dtype=np.float64, seed=1)
        plan = network.plan(5, training=True)
        for _ in range(2):
            plan.forward(tokens)
            plan.backward(np.ones((5, 2)))
        found.append(network.gradients.copy())
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)
    assert np.linalg.norm(found[0]) > 0.01


def test_sines_are_those_of_the_paper() -> None:
    added = Network([PositionalEncoding(learned=False)], (50, 6), dtype=np.float64).predict(
        np.zeros((1, 50, 6))
    )[0]
    for t, i in ((0, 0), (7, 1), (49, 2)):
        angle = t / 10000 ** (2 * i / 6)
        np.testing.assert_allclose(added[t, 2 * i : 2 * i + 2], [np.sin(angle), np.cos(angle)], atol=1e-12)


@pytest.mark.parametrize("learned", [True, False])
def test_gradients_pass_positions(learned: bool) -> None:
    assert gradient_error([Dense(4), PositionalEncoding(learned), Dense(2, "tanh")], (5, 3)) < 1e-6


def test_what_they_cannot_take_is_said() -> None:
    with pytest.raises(LayerError, match="Embedding needs a row of tokens; it gets 5 × 3 numbers"):
        Embedding().output_shape((5, 3))
    with pytest.raises(LayerError, match="Positions needs a sequence of time × channels; it gets 5 features"):
        PositionalEncoding().output_shape((5,))


@pytest.mark.parametrize("most", [0, 1000])
def test_a_number_that_is_no_token_learns_as_the_one_that_it_is_read_as(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(module, "_MOST_CELLS", most)
    found = []
    for tokens in ([[-3.0, 1.0, 99.0, -0.5]], [[0.0, 1.0, 5.0, 0.0]]):
        network = Network([Embedding(6, 3), Flatten(), Dense(2, "tanh")], (4,), dtype=np.float64, seed=1)
        plan = network.plan(1, training=True)
        plan.forward(np.array(tokens))
        plan.backward(np.ones((1, 2)))
        found.append(network.gradients.copy())
        learned = np.abs(network.weight_gradients[0]["embeddings"]).sum(axis=1) > 0
        assert learned.tolist() == [True, True, False, False, False, True]
    np.testing.assert_array_equal(*found)
