"""Normalization: batch statistics in training, running averages in prediction, and their storage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.formats import named_weights
from core.model.sequence import Sequence
from core.nn import (
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    LayerNormalization,
)
from core.nn.network import Network
from tests.core.gradient_check import gradient_error

SHAPES = [(6,), (4, 5, 3)]


def batch(shape: tuple[int, ...], count: int = 9) -> np.ndarray:
    return np.random.default_rng(0).normal(2.0, 3.0, size=(count, *shape))


@pytest.mark.parametrize("shape", SHAPES)
def test_training_normalizes_each_channel_of_the_batch(shape: tuple[int, ...]) -> None:
    y = Network([BatchNormalization()], shape, dtype=np.float64).plan(9, training=True).forward(batch(shape))
    axes = tuple(range(len(shape)))
    np.testing.assert_allclose(y.mean(axis=axes), 0.0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=axes), 1.0, rtol=1e-3)


@pytest.mark.parametrize("shape", SHAPES)
def test_running_averages_follow_keras(shape: tuple[int, ...]) -> None:
    network = Network([BatchNormalization(momentum=0.9)], shape, dtype=np.float64)
    x, axes = batch(shape), tuple(range(len(shape)))
    plan = network.plan(9, training=True)
    for _ in range(3):
        plan.forward(x)
    _, _, mean, variance = network.get_weights()
    np.testing.assert_allclose(mean, (1 - 0.9**3) * x.mean(axis=axes), rtol=1e-12)
    np.testing.assert_allclose(variance, 0.9**3 + (1 - 0.9**3) * x.var(axis=axes), rtol=1e-12)
    expected = (x - mean) / np.sqrt(variance + 0.001)
    np.testing.assert_allclose(network.predict(x), expected, rtol=1e-10, atol=1e-12)


def test_arrays_come_in_the_order_of_keras() -> None:
    network = Network([Dense(3), BatchNormalization(), BatchNormalization(center=False)], (2,))
    assert list(network.weights[1]) == ["gamma", "beta", "moving_mean", "moving_variance"]
    assert list(network.weights[2]) == ["gamma", "moving_mean", "moving_variance"]
    assert (network.parameters.size, network.state.size) == (9 + 6 + 3, 12)
    assert network.kernels.size == 6
    np.testing.assert_array_equal(network.get_weights()[5], np.ones(3))


@pytest.mark.parametrize("layer", [BatchNormalization, LayerNormalization])
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_gradients(layer: type[Layer], center: bool, scale: bool, shape: tuple[int, ...]) -> None:
    first = Dense(6) if len(shape) == 1 else Conv2D(3, 2)
    stack = [first, layer(center=center, scale=scale, epsilon=0.01), Flatten(), Dense(2)]
    assert gradient_error(stack, shape) < 1e-6
    if center or scale:
        assert gradient_error(stack[1:], shape) < 1e-6


@pytest.mark.parametrize("shape", SHAPES)
def test_layer_norm_normalizes_the_last_axis(shape: tuple[int, ...]) -> None:
    x = batch(shape)
    network = Network([LayerNormalization()], shape, dtype=np.float64)
    expected = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 0.001)
    np.testing.assert_allclose(network.predict(x), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(network.plan(9, training=True).forward(x), expected, rtol=1e-10, atol=1e-12)


def test_saved_models_keep_their_averages(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(5.0, 2.0, (60, 3)).astype(np.float32), np.arange(60) % 2
    model = Sequence(
        [Dense(4), BatchNormalization(momentum=0.5), Dense(2, "softmax")], epochs=3, feedback_steps=0
    )
    model.train(x, y)
    assert np.abs(model.network.state - 0.5).min() > 0.0
    model.save(tmp_path / "model.nnmodel")
    again = Sequence.load(tmp_path / "model.nnmodel")
    np.testing.assert_array_equal(again.network.state, model.network.state)
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_exports_hold_the_averages() -> None:
    network = Network(
        [Conv2D(4), BatchNormalization(), Flatten(), BatchNormalization(), Dense(2)], (4, 4, 1), seed=1
    )
    keras = named_weights(network, "keras")
    assert "batch_normalization_1/moving_variance" in keras
    names = named_weights(network, "pytorch")
    assert names["1.running_mean"].shape == (4,)
    assert names["1.num_batches_tracked"].dtype == np.int64
    network.weights[3]["gamma"][...] = np.arange(16)
    # Features after a Flatten: PyTorch's order is channels first.
    np.testing.assert_array_equal(named_weights(network, "pytorch")["3.weight"][:5], [0, 4, 8, 12, 1])
