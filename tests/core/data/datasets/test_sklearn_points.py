"""scikit-learn's point generators, scaled to the plane."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets import (
    Blobs,
    Circles,
    Dataset,
    GaussianQuantiles,
    Moons,
)
from tests.core.kinds import kind_id


@pytest.mark.parametrize("spec", [Moons(), Circles(), Blobs(), GaussianQuantiles()], ids=kind_id)
def test_scikit_learns_patterns_move_by_three_times_the_noise(spec: Dataset) -> None:
    # The shuffle comes after the noise in the stream, so compare the unshuffled points.
    quiet = spec.replace(noise=0.0, samples=4000).generate(np.random.default_rng(6))[0]  # type: ignore[attr-defined]
    noisy = spec.replace(noise=0.3, samples=4000).generate(np.random.default_rng(6))[0]  # type: ignore[attr-defined]
    np.testing.assert_allclose((noisy - quiet).std(axis=0), 0.9, rtol=0.05)


def test_moons_are_half_circles_of_radius_three() -> None:
    data = Moons(noise=0.0).load(seed=1)
    points = data.inputs / 3 + (0.5, 0.25)
    upper, lower = points[data.targets == 0], points[data.targets == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1.0, atol=1e-5)
    np.testing.assert_allclose(np.hypot(lower[:, 0] - 1, lower[:, 1] - 0.5), 1.0, atol=1e-5)
    assert upper[:, 1].min() > -1e-6
    assert lower[:, 1].max() < 0.5 + 1e-6


def test_circles_have_two_radii() -> None:
    data = Circles(noise=0.0).load(seed=1)
    np.testing.assert_allclose(np.hypot(*data.inputs.T), np.where(data.targets == 0, 4.5, 2.25), rtol=1e-5)


@pytest.mark.parametrize("centers", [2, 3, 10])
def test_blobs_lie_around_centers_on_a_circle(centers: int) -> None:
    data = Blobs(centers=centers, samples=300 * centers, noise=0.0).load(seed=2)
    assert data.n_classes == centers
    means = np.array([data.inputs[data.targets == c].mean(axis=0) for c in range(centers)])
    np.testing.assert_allclose(np.hypot(*means.T), 4.0, atol=0.12)
    spread = [data.inputs[data.targets == c].std(axis=0) for c in range(centers)]
    np.testing.assert_allclose(spread, 0.4, rtol=0.15)


@pytest.mark.parametrize("classes", [2, 5, 10])
def test_quantiles_are_nested(classes: int) -> None:
    data = GaussianQuantiles(classes=classes).load(seed=2)
    radius = np.hypot(*data.inputs.T)
    for inner in range(classes - 1):
        assert radius[data.targets == inner].max() <= radius[data.targets == inner + 1].min()
