"""Distributions of initial weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core import Conv2D, Dense, Input, Sequence
from core.nn.initializers import INITIALIZERS, Orthogonal, RandomNormal, RandomUniform
from tests.core.keras_runner import keras_module, quiet_keras
from tests.optional_packages import needs


def test_glorot_counts_the_pixels_of_a_kernel() -> None:
    kernel = Conv2D(20, 5).parameters((28, 28, 10))[0]
    assert (kernel.fan_in, kernel.fan_out) == (250, 500)


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5), (3, 3, 2, 8), (2, 2, 3, 20), (7,), (1, 1)])
def test_orthogonal_weights_keep_lengths(shape: tuple[int, ...]) -> None:
    out = np.empty(shape)
    Orthogonal(gain=3.0).fill(out, 1, 1, np.random.default_rng(0))
    matrix = out.reshape(-1, shape[-1])
    smaller = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(smaller, 9.0 * np.eye(len(smaller)), atol=1e-12)


@pytest.mark.foreign
@needs("keras", "torch")
@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (3, 3, 2, 8), (2, 2, 3, 20)])
def test_orthogonal_weights_are_keras_and_torch_s_for_the_same_normal_numbers(
    shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    keras = keras_module()
    ours = np.empty(shape)
    Orthogonal(gain=2.0).fill(ours, 1, 1, np.random.default_rng(3))
    drawn = keras.src.initializers.random_initializers.random

    def normal(shape: tuple[int, ...], **_: Any) -> Any:
        return keras.ops.convert_to_tensor(np.random.default_rng(3).normal(size=shape), "float64")

    monkeypatch.setattr(drawn, "normal", normal)
    with quiet_keras():
        theirs = keras.initializers.Orthogonal(gain=2.0)(shape, dtype="float64").detach().numpy()
    np.testing.assert_allclose(ours, theirs, atol=1e-12)

    rows, columns = int(np.prod(shape[:-1])), shape[-1]
    numbers = np.random.default_rng(3).normal(size=(max(rows, columns), min(rows, columns)))
    tall = torch.from_numpy(numbers if rows >= columns else np.ascontiguousarray(numbers.T))
    monkeypatch.setattr(torch.Tensor, "normal_", lambda self, *_, **__: self.copy_(tall))
    made = torch.nn.init.orthogonal_(torch.empty(rows, columns, dtype=torch.float64), gain=2.0)
    np.testing.assert_allclose(ours.reshape(rows, columns), made.numpy(), atol=1e-12)


def test_ranges_and_spreads_are_as_given() -> None:
    out = np.empty(10_000)
    RandomUniform(minval=2.0, maxval=3.0).fill(out, 1, 1, np.random.default_rng(0))
    assert (round(out.min(), 2), round(out.max(), 2)) == (2.0, 3.0)
    RandomNormal(mean=5.0, stddev=0.1).fill(out, 1, 1, np.random.default_rng(0))
    assert (round(out.mean(), 2), round(out.std(), 2)) == (5.0, 0.1)


@pytest.mark.parametrize(
    "name", ["orthogonal", "random_normal", "random_uniform", "ones", "normal", "uniform"]
)
def test_models_start_with_them_by_keras_s_names(name: str) -> None:
    layer: Any = Dense(3, kernel_initializer=name, bias_initializer=name)
    made = Sequence([Input(4), layer]).build((4,)).get_weights()[0]
    wanted = np.empty_like(made)
    INITIALIZERS.make(name).fill(wanted, 4, 3, np.random.default_rng(0))
    np.testing.assert_array_equal(made, wanted)


def test_the_ends_of_a_uniform_range_stand_in_either_order() -> None:
    drawn = [np.empty((4, 5)), np.empty((4, 5))]
    for out, (one, other) in zip(drawn, ((-0.2, 0.7), (0.7, -0.2)), strict=True):
        RandomUniform(minval=one, maxval=other).fill(out, 4, 5, np.random.default_rng(3))
    np.testing.assert_array_equal(*drawn)
    assert -0.2 <= drawn[0].min() < drawn[0].max() <= 0.7
