import numpy as np
from numpynet_wobble.kinds import WobbleFunction, values

from numpynet import Dense, Input, Sequence


def test_the_slope_is_that_of_the_function() -> None:
    x, y, slope = values(-2.0, 2.0, 2001)
    np.testing.assert_allclose(np.gradient(y, x)[1:-1], slope[1:-1], atol=1e-5)


def test_a_network_learns_with_it() -> None:
    x = np.random.default_rng(0).uniform(-1, 1, (200, 2))
    model = Sequence([Input(2), Dense(8, activation=WobbleFunction()), Dense(2, activation="softmax")])
    losses = model.fit(x, (x[:, 0] * x[:, 1] > 0).astype(int), epochs=20, verbose=0)["loss"]
    assert losses[-1] < losses[0]
