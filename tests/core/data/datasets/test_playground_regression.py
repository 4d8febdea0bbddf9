"""TensorFlow Playground's regression targets follow its formulas."""

from __future__ import annotations

import numpy as np

from core.data.datasets import (
    MultiGauss,
    Plane,
)


def test_plane_is_a_tenth_of_the_sum() -> None:
    data = Plane().load(seed=1)
    assert data.samples == 1200
    assert 5.9 < np.abs(data.inputs).max() <= 6.0
    np.testing.assert_allclose(data.targets[:, 0], data.inputs.sum(axis=1) / 10, atol=1e-6)


def test_plane_noise_is_a_jitter_of_the_judged_point() -> None:
    data = Plane(samples=20_000, noise=0.5).load(seed=1)
    error = data.targets[:, 0] - data.inputs.sum(axis=1) / 10
    # Two uniform jitters of half width 3, over ten.
    assert 0.5 < np.abs(error).max() <= 0.6
    np.testing.assert_allclose(error.std(), np.sqrt(2 * 3**2 / 3) / 10, rtol=0.03)


def test_multi_gauss_has_six_cones() -> None:
    spec = MultiGauss()
    centers = [(-4, 2.5), (0, 2.5), (4, 2.5), (-4, -2.5), (0, -2.5), (4, -2.5)]
    np.testing.assert_allclose(spec.height(np.array(centers, float)), [1, -1, 1, -1, 1, -1])
    probes = np.array([(-4, 3.5), (-3, 2.5), (0, 0), (-2, 2.5), (4, 4.6), (0.5, -2.5)])
    np.testing.assert_allclose(spec.height(probes), [0.5, 0.5, 0, 0, 0, 0.75], atol=1e-12)


def test_multi_gauss_values_stay_within_one() -> None:
    for noise in (0.0, 0.5):
        data = MultiGauss(noise=noise).load(seed=1)
        assert np.abs(data.targets).max() <= 1.0
        assert data.targets.max() > 0.8
        assert data.targets.min() < -0.8
    still = MultiGauss().load(seed=1)
    np.testing.assert_allclose(
        still.targets[:, 0], MultiGauss().height(still.inputs.astype(float)), atol=1e-5
    )
