"""Pooling along time is that of images of one row."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from core.nn import (
    AveragePooling1D,
    AveragePooling2D,
    Dense,
    Flatten,
    GlobalAveragePooling1D,
    GlobalMaxPooling1D,
    Layer,
    LayerError,
    MaxPooling1D,
    MaxPooling2D,
)
from core.nn.network import Network
from tests.core.gradient_check import gradient_error

PLANES: dict[type[Layer], type[Layer]] = {MaxPooling1D: MaxPooling2D, AveragePooling1D: AveragePooling2D}
CASES = list(itertools.product(PLANES, (2, 3), (None, 1, 2), ("valid", "same")))


@pytest.mark.parametrize(("kind", "size", "strides", "padding"), CASES)
def test_windows_are_those_of_images(kind: type[Layer], size: int, strides: int | None, padding: str) -> None:
    layer = kind(size, strides, padding)
    plane = PLANES[kind]((1, size), None if strides is None else (1, strides), padding)
    x = np.random.default_rng(0).normal(size=(4, 7, 3)).astype(np.float32)
    found = Network([layer], (7, 3)).predict(x)
    np.testing.assert_array_equal(found, Network([plane], (1, 7, 3)).predict(x[:, None])[:, 0])
    assert gradient_error([Dense(3), layer, Flatten(), Dense(2)], (7, 3)) < 1e-6


def test_means_and_maxima_over_time() -> None:
    x = np.random.default_rng(0).normal(size=(4, 7, 3)).astype(np.float32)
    np.testing.assert_allclose(
        Network([GlobalAveragePooling1D()], (7, 3)).predict(x), x.mean(axis=1), atol=1e-6
    )
    np.testing.assert_array_equal(Network([GlobalMaxPooling1D()], (7, 3)).predict(x), x.max(axis=1))
    for layer in (GlobalAveragePooling1D(), GlobalMaxPooling1D()):
        assert gradient_error([Dense(3), layer, Dense(2)], (7, 3)) < 1e-6


def test_the_first_of_equal_positions_gets_the_gradient() -> None:
    network = Network([Dense(1), GlobalMaxPooling1D()], (3, 1), dtype=np.float64)
    network.set_weights([np.ones((1, 1)), np.zeros(1)])
    plan = network.plan(1, training=True)
    plan.forward(np.array([[[2.0], [5.0], [5.0]]]))
    plan.backward(np.ones((1, 1)))
    assert network.gradients.tolist() == [5.0, 1.0]


def test_what_they_cannot_take_is_said() -> None:
    with pytest.raises(
        LayerError, match="MaxPool1D needs a sequence of at least its own 4 positions; it gets 3"
    ):
        MaxPooling1D(4).output_shape((3, 2))
    for layer in (AveragePooling1D(), GlobalAveragePooling1D(), GlobalMaxPooling1D()):
        with pytest.raises(LayerError, match=f"{layer.title} needs a sequence of time × channels"):
            layer.output_shape((6,))
