"""Execution plans for training and prediction agree."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.nn import (
    LAYERS,
    Dense,
    Dropout,
    Flatten,
    Layer,
)
from core.nn.network import Network
from tests.core.nn.two_layers import make


def test_plans_are_kept_but_not_without_end() -> None:
    network = make()
    assert network.plan(7) is network.plan(7)
    assert network.plan(7) is not network.plan(7, training=True)
    kept = network.plan(3, training=True)
    for batch in range(100, 200):
        network.plan(batch)
        network.plan(3, training=True)
    assert network.plan(3, training=True) is kept
    assert len(network._plans) < 30


def test_the_way_back_ends_at_the_first_weights() -> None:
    network = Network([Flatten(), Dropout(0.5), Dense(4, "tanh"), Dense(2)], (3, 3, 1))
    plan = network.plan(5, training=True)
    assert len(plan._forwards) == 5
    assert len(plan._backwards) == 3


# Layers on vectors that are equal in training and prediction.
STEADY = [
    kind
    for kind in LAYERS
    if kind.family in ("dense", "activation", "shape") or kind.kind == "layer_normalization"
]


@settings(max_examples=40)
@given(
    kinds=st.lists(st.sampled_from(STEADY), max_size=6),
    seed=st.integers(0, 99),
)
def test_training_plans_agree_with_predicting_ones(kinds: list[type[Layer]], seed: int) -> None:
    network = Network([Dense(4), *(kind() for kind in kinds), Dense(2)], (3,), seed=seed)
    inputs = np.random.default_rng(seed).normal(size=(6, 3)).astype(np.float32)
    found = network.plan(6, training=True).forward(inputs).copy()
    np.testing.assert_array_equal(found, network.predict(inputs))
    np.testing.assert_array_equal(found, network.layer_outputs(inputs)[-1])
