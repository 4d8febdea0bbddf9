"""Principal components agree with scikit-learn's up to sign, for tall and wide data."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.pca import principal_components


@pytest.mark.parametrize(("n", "features"), [(300, 6), (40, 200), (50, 50), (5, 3)])
def test_they_are_those_of_scikit_learn(n: int, features: int) -> None:
    from sklearn.decomposition import PCA

    rng = np.random.default_rng(1)
    samples = rng.normal(size=(n, features)) * np.linspace(3.0, 0.1, features)
    samples -= samples.mean(axis=0)
    axes = principal_components(samples)
    wanted = PCA(2).fit(samples).components_
    signs = np.sign(np.sum(axes * wanted, axis=1, keepdims=True))
    np.testing.assert_allclose(axes, signs * wanted, atol=1e-7)
    assert (axes[np.arange(2), np.abs(axes).argmax(axis=1)] > 0.0).all()


def test_missing_directions_are_zero() -> None:
    line = np.outer(np.arange(5.0) - 2.0, [3.0, 4.0])
    np.testing.assert_allclose(principal_components(line), [[0.6, 0.8], [0.0, 0.0]], atol=1e-12)
    assert principal_components(np.array([[-1.0], [1.0]])).tolist() == [[1.0], [0.0]]
    assert not principal_components(np.zeros((4, 3))).any()
    assert not principal_components(np.zeros((1, 3))).any()
