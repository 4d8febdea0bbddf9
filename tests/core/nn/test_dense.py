"""Dense, computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.nn import Dense
from core.nn.network import Network


def test_a_dense_network_by_hand() -> None:
    network = Network([Dense(2, "relu"), Dense(1)], (2,), dtype=np.float64)
    network.set_weights([[[1, -1], [2, 0.5]], [0.5, -0.25], [[2], [-3]], [0.125]])
    x = np.array([[1.0, 2.0], [-1.0, 0.0]])
    # relu([5.5, -0.25]) = [5.5, 0]; relu([-0.5, 0.75]) = [0, 0.75]
    np.testing.assert_allclose(network.predict(x), [[11.125], [-2.125]])


@pytest.mark.parametrize("batch", [1, 10, 400])
@pytest.mark.parametrize("units", [1, 2, 8])
def test_a_bias_is_added_to_every_row(units: int, batch: int) -> None:
    network = Network([Dense(units)], (3,), seed=0)
    network.weights[0]["bias"][:] = np.arange(1, units + 1)
    x = np.random.default_rng(0).normal(size=(batch, 3)).astype(np.float32)
    plan = network.plan(batch, training=True)
    np.testing.assert_array_equal(
        plan.forward(x), x @ network.weights[0]["kernel"] + network.weights[0]["bias"]
    )
    # The bias of the next step, not that of the first.
    network.weights[0]["bias"][:] = -1.0
    np.testing.assert_array_equal(plan.forward(x), x @ network.weights[0]["kernel"] - np.float32(1.0))
