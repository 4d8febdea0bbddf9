"""Gradient check: backpropagation against central differences in float64."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.nn import Layer, Shape
from core.nn.losses import Loss, MeanSquaredError
from core.nn.network import Network

STEP = 1e-6


def relative_error(found: np.ndarray, expected: np.ndarray) -> float:
    """|found - expected| / (|found| + |expected|), with vector norms."""
    size = np.linalg.norm(found) + np.linalg.norm(expected)
    return float(np.linalg.norm(found - expected) / size) if size > 0.0 else 0.0


def differences(value: Callable[[], float], array: np.ndarray) -> np.ndarray:
    """Derivative of `value` by every entry of `array`, by central differences."""
    flat = array.reshape(-1)
    assert np.shares_memory(flat, array)
    slopes = np.empty_like(flat)
    for index, middle in enumerate(flat):
        step = STEP * max(1.0, abs(middle))
        flat[index] = middle + step
        above = value()
        flat[index] = middle - step
        below = value()
        flat[index] = middle
        slopes[index] = (above - below) / (2.0 * step)
    return slopes.reshape(array.shape)


def random_weights(network: Network, seed: int = 3) -> None:
    network.parameters[:] = np.random.default_rng(seed).normal(0.0, 0.7, network.parameters.shape)


def gradient_error(
    layers: Sequence[Layer], shape: Shape, loss: Loss | None = None, targets: np.ndarray | None = None
) -> float:
    """Relative error of the parameter gradient against differences, with fixed random states."""
    loss = loss or MeanSquaredError()
    network = Network(layers, shape, dtype=np.float64, seed=1)
    random_weights(network)
    rng = np.random.default_rng(2)
    inputs = rng.normal(size=(5, *shape))
    if targets is None:
        targets = rng.normal(size=(5, *network.output_shape))
    function = network.final_activation
    fused = function is not None and function.kind == loss.fuses
    plan, bound = network.plan(5, training=True, fused=fused), loss.bind(fused)
    noise = network.noise_state

    def value() -> float:
        network.noise_state = noise
        found = bound.value(plan.forward(inputs), targets)
        return found + plan.added_loss

    value()
    network.noise_state = noise
    outputs = plan.forward(inputs)
    gradient = np.empty_like(outputs)
    bound.gradient(outputs, targets, gradient)
    plan.backward(gradient)
    found = network.gradients.copy()
    assert np.linalg.norm(found) > 1e-3
    return relative_error(found, differences(value, network.parameters))
