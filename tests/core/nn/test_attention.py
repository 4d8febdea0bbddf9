"""MultiHeadAttention: what a position looks at, dropout, and what it needs. PyTorch's numbers are tested elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from core.nn import Dense, LayerError, MultiHeadAttention, Residual
from core.nn.network import Network
from tests.core.gradient_check import gradient_error


def looks_of(layer: MultiHeadAttention, x: np.ndarray) -> np.ndarray:
    """(samples, heads, time, time of keys)."""
    network = Network([layer], x.shape[1:], dtype=np.float64, seed=1)
    plan = network.plan(len(x), inspect=True)
    plan.forward(x)
    ((_, op),) = plan.ops
    assert op.shown is not None
    return np.array(op.shown)


def test_a_position_looks_at_earlier_ones_with_weights_that_sum_to_1() -> None:
    x = np.random.default_rng(0).normal(size=(3, 5, 6))
    looks = looks_of(MultiHeadAttention(num_heads=3), x)
    assert looks.shape == (3, 3, 5, 5)
    np.testing.assert_allclose(looks.sum(axis=-1), 1.0)
    np.testing.assert_array_equal(looks, np.tril(looks))
    np.testing.assert_array_equal(looks[:, :, 0, 0], 1.0)
    assert (looks_of(MultiHeadAttention(num_heads=3, causal=False), x) > 0).all()


def test_what_it_computes_is_its_formula() -> None:
    network = Network([MultiHeadAttention(num_heads=2)], (4, 6), dtype=np.float64, seed=1)
    network.parameters[:] = np.random.default_rng(1).normal(size=network.parameters.size)
    x, w = np.random.default_rng(0).normal(size=(4, 6)), network.weights[0]
    q, k, v = (
        np.einsum("td,dhs->hts", x, w[f"{p}/kernel"]) + w[f"{p}/bias"][:, None]
        for p in ("query", "key", "value")
    )
    expected = np.zeros((4, 6))
    for t in range(4):
        for head in range(2):
            scores = np.exp(q[head, t] @ k[head, : t + 1].T / np.sqrt(3))
            expected[t] += (scores / scores.sum()) @ v[head, : t + 1] @ w["attention_output/kernel"][head]
    np.testing.assert_allclose(network.predict(x[None])[0], expected + w["attention_output/bias"], rtol=1e-12)


def test_dropout_has_a_gradient_and_none_in_predictions() -> None:
    layer = MultiHeadAttention(num_heads=2, dropout=0.4)
    for stack in ([Dense(4), layer, Dense(2)], [Residual((layer,)), Dense(2)]):
        assert gradient_error(stack, (5, 4)) < 1e-6
    network = Network([layer], (5, 4), seed=1)
    x = np.random.default_rng(0).normal(size=(3, 5, 4)).astype(np.float32)
    plain = Network([layer.as_predicted()], (5, 4), seed=1)
    np.testing.assert_array_equal(network.predict(x), plain.predict(x))
    assert not np.array_equal(network.plan(3, training=True).forward(x), plain.predict(x))


def test_large_scores_stay_finite() -> None:
    network = Network([MultiHeadAttention(num_heads=2)], (5, 4), seed=1)
    assert np.isfinite(network.predict(np.full((1, 5, 4), 1e15, np.float32))).all()


def test_what_it_cannot_take_is_said() -> None:
    with pytest.raises(LayerError, match="Attention needs channels for 4 heads of equal size; it gets 6"):
        MultiHeadAttention(num_heads=4).output_shape((5, 6))
    with pytest.raises(LayerError, match="Attention needs a sequence of time × channels; it gets 6 features"):
        MultiHeadAttention().output_shape((6,))
