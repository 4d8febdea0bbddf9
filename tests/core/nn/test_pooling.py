"""Pooling: maximum and mean of windows, gradients and edges."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from core.nn import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    LayerError,
    MaxPooling2D,
)
from core.nn.execution_plan import ExecutionPlan
from core.nn.network import Network
from tests.core.gradient_check import gradient_error

CASES = [
    kind(size, strides, padding)
    for kind, size, strides, padding in itertools.product(
        (MaxPooling2D, AveragePooling2D), (2, 3, (2, 3)), (None, 1, (1, 2)), ("valid", "same")
    )
]


def pooling_plan(layer: Layer, x: np.ndarray) -> ExecutionPlan:
    """A training plan with a copying layer in front, so that the pool must return its gradient."""
    network = Network([Conv2D(x.shape[3], 1), layer], x.shape[1:], dtype=np.float64)
    network.set_weights([np.eye(x.shape[3])[None, None], np.zeros(x.shape[3])])
    # Apart from the layer in front, which tests of `core.nn.pooled_convolution` join it with.
    return network.plan(len(x), training=True, inspect=True)


def test_the_largest_of_each_window() -> None:
    image = np.arange(25.0).reshape(1, 5, 5, 1)
    found = Network([MaxPooling2D()], (5, 5, 1)).predict(image)
    np.testing.assert_array_equal(found[0, :, :, 0], [[6, 8], [16, 18]])
    found = Network([MaxPooling2D(padding="same")], (5, 5, 1)).predict(-image)
    np.testing.assert_array_equal(found[0, :, :, 0], [[0, -2, -4], [-10, -12, -14], [-20, -22, -24]])


def test_the_mean_of_each_window_counts_only_pixels() -> None:
    image = np.arange(9.0).reshape(1, 3, 3, 1)
    found = Network([AveragePooling2D()], (3, 3, 1)).predict(image)
    np.testing.assert_array_equal(found[0, :, :, 0], [[2.0]])
    found = Network([AveragePooling2D(padding="same")], (3, 3, 1)).predict(image)
    np.testing.assert_array_equal(found[0, :, :, 0], [[2.0, 3.5], [6.5, 8.0]])


def test_the_mean_of_each_channel() -> None:
    images = np.random.default_rng(0).normal(size=(3, 4, 5, 2)).astype(np.float32)
    np.testing.assert_allclose(
        Network([GlobalAveragePooling2D()], (4, 5, 2)).predict(images),
        images.mean(axis=(1, 2)),
        rtol=1e-5,
        atol=1e-7,
    )


def test_strides_are_the_window_unless_told() -> None:
    assert MaxPooling2D(3).output_shape((9, 9, 4)) == (3, 3, 4)
    assert MaxPooling2D(3, strides=None) == MaxPooling2D(3)
    assert MaxPooling2D(3, strides=2).output_shape((9, 9, 4)) == (4, 4, 4)
    assert MaxPooling2D(2, padding="same").output_shape((5, 5, 1)) == (3, 3, 1)


@pytest.mark.parametrize("layer", CASES, ids=repr)
def test_gradients(layer: Layer) -> None:
    assert gradient_error([Conv2D(2, 1), layer, Flatten(), Dense(2)], (5, 6, 1)) < 1e-6


@pytest.mark.parametrize(
    "layer", [MaxPooling2D(), MaxPooling2D(2, strides=(2, 1))], ids=["halving", "windows"]
)
def test_of_equal_pixels_the_first_learns(layer: MaxPooling2D) -> None:
    x = np.zeros((1, 2, 2, 1))
    x[0, 0, 0] = -1.0  # the other three are equal: the first is the upper right one
    plan = pooling_plan(layer, x)
    plan.forward(x)
    back = plan._backwards[0](np.full((1, 1, 1, 1), 7.0))
    np.testing.assert_array_equal(back[0, :, :, 0], [[0, 7], [0, 0]])


def test_pixels_outside_every_window_learn_nothing() -> None:
    x = np.random.default_rng(0).normal(size=(2, 5, 5, 3))
    plan = pooling_plan(MaxPooling2D(), x)
    for _ in range(2):
        plan.forward(x)
        back = plan._backwards[0](np.ones((2, 2, 2, 3)))
        assert np.count_nonzero(back) == 2 * 2 * 2 * 3
        assert not back[:, 4].any()
        assert not back[:, :, 4].any()


def test_a_window_larger_than_the_image_is_told() -> None:
    with pytest.raises(
        LayerError, match=r"MaxPool needs an image of at least its own 2 × 2 pixels; it gets 1 × 3"
    ):
        MaxPooling2D().output_shape((1, 3, 8))
    with pytest.raises(LayerError, match="GlobalAvgPool needs an image; it gets 7 features"):
        GlobalAveragePooling2D().output_shape((7,))


@pytest.mark.foreign
@pytest.mark.parametrize(
    "layer",
    # PyTorch cannot exclude uneven padding from a mean.
    [case for case in CASES if isinstance(case, MaxPooling2D) or case.padding == "valid"],
    ids=repr,
)
def test_pytorch_finds_the_same_with_ties(layer: MaxPooling2D | AveragePooling2D) -> None:
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    rng = np.random.default_rng(2)
    x = rng.integers(0, 3, size=(4, 7, 6, 3)).astype(float)
    rows, columns = layer.windows(x.shape[1:])
    edges = (columns.before, columns.after, rows.before, rows.after)
    mean = isinstance(layer, AveragePooling2D)
    plan = pooling_plan(layer, x)
    y = plan.forward(x)
    direction = rng.normal(size=y.shape)
    images = torch.tensor(np.ascontiguousarray(x.transpose(0, 3, 1, 2)), requires_grad=True)
    padded = functional.pad(images, edges, value=-np.inf)
    size, strides = (rows.size, columns.size), (rows.stride, columns.stride)
    theirs = (functional.avg_pool2d if mean else functional.max_pool2d)(padded, size, strides)
    np.testing.assert_allclose(y.transpose(0, 3, 1, 2), theirs.detach().numpy(), rtol=1e-12)
    theirs.backward(torch.tensor(np.ascontiguousarray(direction.transpose(0, 3, 1, 2))))
    back = plan._backwards[0](direction)
    np.testing.assert_allclose(back.transpose(0, 3, 1, 2), images.grad.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "layer", [MaxPooling2D(), AveragePooling2D(), MaxPooling2D(3, strides=2, padding="same")]
)
def test_the_way_back_may_be_overwritten_without_a_trace_in_the_next(layer: Layer) -> None:
    """The previous op may overwrite its gradient, also outside of all windows."""
    network = Network(
        (Conv2D(3, 1), BatchNormalization(), layer, Flatten(), Dense(2)), (5, 7, 3), dtype=np.float64
    )
    x = np.random.default_rng(0).normal(size=(4, 5, 7, 3))
    plan = network.plan(4, training=True)
    found = []
    for _ in range(3):
        plan.forward(x)
        plan.backward(np.ones((4, 2)))
        found.append(network.gradients.copy())
    np.testing.assert_array_equal(found[1], found[0])
    np.testing.assert_array_equal(found[2], found[0])
