"""Dropout and noise act in training and not in prediction."""

from __future__ import annotations

import numpy as np
import pytest

from core.nn import (
    Dropout,
    GaussianNoise,
    SpatialDropout2D,
)
from core.nn.network import Network


def test_dropout_silences_its_share_and_keeps_the_mean() -> None:
    network = Network([Dropout(0.3)], (1000,), seed=1)
    ones = np.ones((50, 1000), np.float32)
    found = network.plan(50, training=True).forward(ones)
    assert np.mean(found == 0.0) == pytest.approx(0.3, abs=0.01)
    assert found.mean() == pytest.approx(1.0, abs=0.02)
    np.testing.assert_allclose(found[found > 0], 1 / 0.7, rtol=1e-6)
    np.testing.assert_array_equal(network.predict(ones), ones)
    assert not np.array_equal(found.copy(), network.plan(50, training=True).forward(ones))


def test_spatial_dropout_drops_whole_channels() -> None:
    network = Network([SpatialDropout2D(0.5)], (4, 5, 40), seed=2)
    x = np.ones((30, 4, 5, 40), np.float32)
    y = network.plan(30, training=True).forward(x)
    channels = y[:, 0, 0]
    np.testing.assert_array_equal(y, np.broadcast_to(channels[:, None, None], y.shape))
    assert set(np.unique(channels)) == {0.0, 2.0}
    assert channels.mean() == pytest.approx(1.0, abs=0.1)
    np.testing.assert_array_equal(network.predict(x), x)


@pytest.mark.parametrize("shape", [(50,), (5, 5, 2)])
def test_noise_has_its_deviation_and_is_for_training_only(shape: tuple[int, ...]) -> None:
    network = Network([GaussianNoise(0.3)], shape, seed=2)
    x = np.full((200, *shape), 4.0, np.float32)
    noise = network.plan(200, training=True).forward(x) - x
    assert noise.std() == pytest.approx(0.3, rel=0.03)
    assert abs(noise.mean()) < 0.01
    np.testing.assert_array_equal(network.predict(x), x)
