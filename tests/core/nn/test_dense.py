"""Dense, computed by hand."""

from __future__ import annotations

import numpy as np

from core.nn import (
    Dense,
)
from core.nn.network import Network


def test_a_dense_network_by_hand() -> None:
    network = Network([Dense(2, "relu"), Dense(1)], (2,), dtype=np.float64)
    network.set_weights([[[1, -1], [2, 0.5]], [0.5, -0.25], [[2], [-3]], [0.125]])
    x = np.array([[1.0, 2.0], [-1.0, 0.0]])
    # relu([5.5, -0.25]) = [5.5, 0]; relu([-0.5, 0.75]) = [0, 0.75]
    np.testing.assert_allclose(network.predict(x), [[11.125], [-2.125]])
