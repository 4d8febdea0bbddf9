"""MultiHeadAttention: what a position looks at, dropout, and what it needs. PyTorch's numbers are tested elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets.toy_sequences import Repeat
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState
from core.formats.trained_experiment import trained_model
from core.nn import Dense, Embedding, LayerError, MultiHeadAttention, Residual
from core.nn.attention import with_heads
from core.nn.gradient_tape import GradientTape
from core.nn.interventions import Intervention, remap
from core.nn.losses import MeanSquaredError
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
    wide = MultiHeadAttention(num_heads=3, key_dim=5, causal=False)
    for stack in ([Dense(4), wide, Dense(2)], [Dense(4), layer, Dense(2)], [Residual((layer,)), Dense(2)]):
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


@pytest.mark.parametrize("inside", [False, True], ids=("alone", "in a block"))
def test_a_muted_head_adds_nothing_and_does_not_learn_by_it(inside: bool) -> None:
    attention = MultiHeadAttention(num_heads=3)
    stack = [Residual((Dense(6), attention, attention)) if inside else attention, Dense(2)]
    network = Network(stack, (5, 6), seed=1)
    network.parameters[:] = np.random.default_rng(1).normal(size=network.parameters.size)
    x = np.random.default_rng(0).normal(size=(4, 5, 6)).astype(np.float32)
    whole = network.predict(x)
    # Of the second attention of the block, or of the only one.
    number, path = (4, "0/2") if inside else (1, "0")
    network.intervene([Intervention("mute_head", 0, number)])
    assert network.muted_heads == {path: (1,)}
    muted = network.predict(x)
    assert not np.allclose(muted, whole)
    np.testing.assert_array_equal(network.frozen_copy().predict(x), muted)
    # Also by the path of the layer.
    network.intervene([Intervention("mute_head", path if inside else 0, 1)])
    assert network.muted_heads == {path: (1,)}
    # The same as without the weights that take its mean further.
    kernel = network.places[path].weights["attention_output/kernel"]
    before = kernel.copy()
    tape = GradientTape(network, 4)
    tape.run(x, np.zeros((4, 5, 2)), MeanSquaredError())
    np.testing.assert_allclose(tape.outputs["1"], muted, rtol=1e-4, atol=1e-5)
    plan = network.plan(4, training=True)
    gradient = np.ones_like(plan.forward(x))
    plan.backward(gradient)
    learned = network.places[path].weight_gradients
    for part in ("query", "key", "value"):
        assert not learned[f"{part}/kernel"][:, 1].any()
        assert learned[f"{part}/kernel"][:, 0].any()
    assert not learned["attention_output/kernel"][1].any()
    np.testing.assert_array_equal(kernel, before)
    network.intervene([])
    np.testing.assert_array_equal(network.predict(x), whole)
    kernel[1] = 0.0
    np.testing.assert_allclose(network.predict(x), muted, rtol=1e-4, atol=1e-5)


def test_a_file_has_muted_heads_as_weights_of_0() -> None:
    made = Experiment(dataset=Repeat(samples=100), layers=(Embedding(12, 8), MultiHeadAttention(num_heads=2)))
    made = made.with_training(loss="cross_entropy").replace(interventions=(Intervention("mute_head", 1, 1),))
    prepared = prepare(made)
    trainer = make_trainer(made, prepared)
    model = trained_model(made, TrainerState.of(trainer, prepared.pipeline))
    assert not model.network.weights[1]["attention_output/kernel"][1].any()
    model.network.intervene([])
    inputs = prepared.test.inputs[:5]
    np.testing.assert_allclose(
        model.network.predict(inputs), trainer.network.predict(inputs), rtol=1e-5, atol=1e-6
    )
    assert trainer.network.weights[1]["attention_output/kernel"][1].any()


def test_a_muted_head_follows_its_layer_and_goes_with_it() -> None:
    held = (Intervention("mute_head", 0, 3), Intervention("mute", 0, 3))
    stack = (Dense(4), MultiHeadAttention(num_heads=4))
    assert remap(held, {"0": "1"}, Network(stack, (5, 4)).places) == (
        Intervention("mute_head", 1, 3),
        Intervention("mute", 1, 3),
    )
    fewer = (Dense(4), MultiHeadAttention(num_heads=2))
    assert remap(held, {"0": "1"}, Network(fewer, (5, 4)).places) == (Intervention("mute", 1, 3),)


def test_heads_are_changed_where_there_are_some() -> None:
    inner = Residual((Dense(4), MultiHeadAttention(num_heads=2)))
    assert with_heads(inner, 4) == Residual((Dense(4), MultiHeadAttention(num_heads=4)))
    assert with_heads(MultiHeadAttention(num_heads=1), 3).num_heads == 3  # type: ignore[attr-defined]
    plain = Residual((Dense(4),))
    assert with_heads(plain, 4) is plain
    assert with_heads(Dense(4), 4) == Dense(4)
