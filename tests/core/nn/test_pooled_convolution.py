"""Stages that are joined give the same outputs and gradients as the layers one after the other."""

from __future__ import annotations

import numpy as np
import pytest

from core.nn import (
    ACTIVATIONS,
    Activation,
    ActivationFunction,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPooling2D,
    ReLU,
    Sigmoid,
)
from core.nn.interventions import Intervention
from core.nn.network import Network

RELU = ReLU()
# (layers, how many calls the pass has)
STACKS: dict[str, tuple[tuple[Layer, ...], int]] = {
    "pooled at once": ((Conv2D(3, 3, activation="relu"), MaxPooling2D()), 2),
    "as layers": ((Conv2D(3, 2), RELU, MaxPooling2D()), 2),
    "pool before the ReLU": ((Conv2D(3, 3, use_bias=False), MaxPooling2D(), RELU), 2),
    "twice": ((Conv2D(2, 3, activation="relu"), MaxPooling2D()) * 2, 4),
    "padded": ((Conv2D(3, (3, 2), padding="same", activation="relu"), MaxPooling2D()), 2),
    "strides": ((Conv2D(3, 2, strides=(1, 2), padding="same"), MaxPooling2D()), 1),
    "dilated": ((Conv2D(3, 2, dilation_rate=(2, 3), activation="relu"), MaxPooling2D()), 2),
    "after another layer": ((Dropout(0.0), Conv2D(3, 3, activation="relu"), MaxPooling2D()), 2),
    "overlapping windows": ((Conv2D(3, 3, activation="relu"), MaxPooling2D(3, 2)), 3),
    "an activation that falls": ((Conv2D(3, 3, activation="silu"), MaxPooling2D()), 3),
    "the same as a layer": ((Conv2D(3, 3), Activation("silu"), MaxPooling2D()), 3),
    "layers that do nothing": ((Conv2D(3, 3), Linear(), Activation("linear"), MaxPooling2D()), 1),
    "an activation behind": ((Conv2D(3, 3), MaxPooling2D(), Sigmoid()), 2),
}
for kind in ACTIVATIONS:
    if kind.rises:
        STACKS[f"with {kind.kind}"] = (Conv2D(3, 3, activation=kind()), MaxPooling2D()), 2
        STACKS[f"{kind.kind} as a layer"] = (Conv2D(3, 3), kind(), MaxPooling2D()), 2
        STACKS[f"{kind.kind} in a layer"] = (Conv2D(3, 3), Activation(kind()), MaxPooling2D()), 2


@pytest.mark.parametrize("kind", [kind for kind in ACTIVATIONS if kind.kind != "softmax"])
def test_the_maximum_is_taken_before_what_never_falls(kind: type[ActivationFunction]) -> None:
    network = Network((kind(), Dense(1)), (1,), dtype=np.float64)
    values = network.layer_outputs(np.linspace(-30.0, 30.0, 10_001)[:, np.newaxis])[0]
    assert (kind.rises or kind is Linear) == bool((np.diff(values, axis=0) >= 0).all())


@pytest.mark.parametrize("shape", [(12, 13, 2), (13, 14, 2)])
@pytest.mark.parametrize("name", STACKS)
def test_joined_stages_compute_the_same(name: str, shape: tuple[int, int, int]) -> None:
    layers, calls = STACKS[name]
    network = Network((*layers, Flatten(), Dense(4)), shape, seed=1, dtype=np.float64)
    rng = np.random.default_rng(0)
    network.parameters[...] += rng.normal(scale=0.1, size=network.parameters.size)
    found = {}
    for inspect in (False, True):
        plan = network.plan(5, training=True, inspect=inspect)
        # At every step: what the last one left behind must not matter.
        for seed in (2, 3):
            x = np.random.default_rng(seed).normal(size=(5, *shape))
            y = plan.forward(x).copy()
            plan.backward(np.random.default_rng(4).normal(size=y.shape))
        found[inspect] = y, network.gradients.copy()
    for joined, apart in zip(*found.values(), strict=True):
        np.testing.assert_allclose(joined, apart, rtol=1e-11, atol=1e-11)
    assert len(network.plan(5, training=True)._forwards) == calls + len(("Flatten", "Dense"))
    np.testing.assert_allclose(network.predict(x), network.layer_outputs(x)[-1], rtol=1e-12)


def test_overridden_maps_are_not_joined() -> None:
    layers = (Conv2D(3, 3, activation="relu"), MaxPooling2D(), Flatten(), Dense(2))
    network = Network(layers, (8, 8, 1), seed=1)
    x = np.random.default_rng(0).normal(size=(4, 8, 8, 1)).astype(np.float32)
    for layer in (0, 1):
        network.intervene([Intervention("clamp", layer, 1, value=-0.7)])
        np.testing.assert_allclose(network.predict(x), network.layer_outputs(x)[-1], rtol=1e-5)
        assert (network.layer_outputs(x)[layer][..., 1] == np.float32(-0.7)).all()
