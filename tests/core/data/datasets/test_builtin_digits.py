"""The digits included in the package."""

from __future__ import annotations

import numpy as np

from core.data.datasets import (
    Digits,
    MnistSubset,
)
from core.io.resources import resource


def test_digits_are_scaled_to_one() -> None:
    data = Digits().load(seed=0)
    assert data.inputs.shape == (1797, 8, 8, 1)
    assert (data.inputs.min(), data.inputs.max()) == (0.0, 1.0)
    np.testing.assert_array_equal(data.inputs * 16, np.rint(data.inputs * 16))


def test_mnist_is_the_first_ten_thousand() -> None:
    data = MnistSubset().load(seed=0)
    assert data.inputs.shape == (10_000, 28, 28, 1)
    assert np.bincount(data.targets).tolist() == [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]
    assert (data.inputs.min(), data.inputs.max()) == (0.0, 1.0)
    # Mean and deviation of these pixels, computed from the official files.
    np.testing.assert_allclose(data.inputs.mean(dtype=np.float64), 0.131126, atol=1e-6)
    np.testing.assert_allclose(data.inputs.std(dtype=np.float64), 0.308699, atol=1e-6)
    # Shuffled: any run of 500 has every digit.
    assert all(len(set(data.targets[i : i + 500])) == 10 for i in range(0, 10_000, 500))


def test_mnist_chooses_without_repetition() -> None:
    data = MnistSubset(samples=500).load(seed=5)
    everything = {image.tobytes() for image in MnistSubset().load(seed=0).inputs}
    chosen = {image.tobytes() for image in data.inputs}
    assert data.samples == len(chosen) == 500
    assert len(everything) == 10_000
    assert chosen <= everything


def test_mnist_file_is_small() -> None:
    assert resource("datasets", "mnist_10000.npz").stat().st_size < 2_000_000
    assert "CC BY-SA 3.0" in resource("datasets", "mnist_10000.md").read_text(encoding="utf-8")
