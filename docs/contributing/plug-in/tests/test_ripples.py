"""The kinds, without a window. `pip install -e . pytest`, then `pytest`."""

from __future__ import annotations

import numpy as np
from numpynet_ripples.kinds import Gaussian, Ripples

from numpynet import Dense, Input, Sequence


def test_the_slope_is_that_of_the_function() -> None:
    x, step = np.linspace(-2.0, 2.0, 9), 1e-6
    y, gradient, ahead, behind = np.empty(9), np.ones(9), np.empty(9), np.empty(9)
    Gaussian().apply(x, y, None)
    Gaussian().chain(x, y, gradient, np.empty(9), None)
    Gaussian().apply(x + step, ahead, None)
    Gaussian().apply(x - step, behind, None)
    np.testing.assert_allclose(gradient, (ahead - behind) / (2 * step), atol=1e-6)


def test_a_network_learns_waves() -> None:
    data = Ripples(samples=300, periods=1).load(0)
    assert set(data.targets) == {0, 1}
    model = Sequence([Input(2), Dense(16, activation=Gaussian()), Dense(2, activation="softmax")])
    losses = model.fit(data.inputs, data.targets, epochs=30, verbose=0)["loss"]
    assert losses[-1] < losses[0] / 2
