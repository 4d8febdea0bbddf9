"""Convolutions: Keras's arithmetic, finite differences, and PyTorch's numbers for any stride and padding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.nn import BatchNormalization, Conv2D, Dense, Flatten, LayerError, MaxPooling2D
from core.nn.layer import in_memory
from core.nn.losses import CrossEntropy
from core.nn.network import Network
from core.optim import Adam, OptimizerState
from core.spec import SettingError
from tests.core.gradient_check import gradient_error

CASES = [
    pytest.param(Conv2D(4, kernel, strides=strides, dilation_rate=dilation, padding=padding), id=name)
    for name, kernel, strides, dilation, padding in [
        ("plain", (3, 3), (1, 1), (1, 1), "valid"),
        ("same", (3, 3), (1, 1), (1, 1), "same"),
        ("even-same", (2, 4), (1, 1), (1, 1), "same"),
        ("strided", (3, 2), (2, 1), (1, 1), "valid"),
        ("strided-same", (3, 3), (2, 3), (1, 1), "same"),
        ("leaping", (1, 1), (3, 2), (1, 1), "valid"),
        ("dilated", (2, 3), (1, 1), (3, 2), "valid"),
        ("dilated-same", (3, 3), (1, 1), (2, 2), "same"),
        ("all", (3, 2), (2, 2), (2, 3), "same"),
        ("whole", (7, 6), (1, 1), (1, 1), "valid"),
        ("larger-same", (9, 9), (1, 1), (1, 1), "same"),
    ]
]


def plain_convolution(layer: Conv2D, x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The formula, window by window."""
    rows, columns = layer.windows(x.shape[1:])
    y = np.zeros((len(x), rows.count, columns.count, layer.filters)) + bias
    for r, c, i, j in np.ndindex(rows.count, columns.count, *layer.kernel_size):
        row = r * rows.stride + i * rows.dilation - rows.before
        column = c * columns.stride + j * columns.dilation - columns.before
        if 0 <= row < rows.length and 0 <= column < columns.length:
            y[:, r, c] += x[:, row, column] @ kernel[i, j]
    return y


@pytest.mark.parametrize("layer", CASES)
def test_forward_is_the_formula(layer: Conv2D) -> None:
    rng = np.random.default_rng(0)
    network = Network([layer], (7, 6, 3), dtype=np.float64)
    network.parameters[:] = rng.normal(size=network.parameters.shape)
    x = rng.normal(size=(5, 7, 6, 3))
    kernel, bias = network.get_weights()
    expected = plain_convolution(layer, x, kernel, bias)
    np.testing.assert_allclose(network.predict(x), expected, rtol=0, atol=1e-12)
    # Padding stays zero across batches, and with fewer samples.
    np.testing.assert_allclose(network.predict(x[:2]), expected[:2], rtol=0, atol=1e-12)
    np.testing.assert_allclose(network.predict(x[::-1]), expected[::-1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("layer", CASES)
def test_gradients_of_kernel_bias_and_inputs(layer: Conv2D) -> None:
    # The first convolution learns from the second one's gradient of its inputs.
    assert gradient_error([Conv2D(2, 1), layer, Flatten(), Dense(2)], (7, 6, 1)) < 1e-6


def test_gradients_without_a_bias_behind_an_activation() -> None:
    stack = [
        Conv2D(3, 3, activation="tanh", use_bias=False),
        Conv2D(2, 2, activation="gelu"),
        Flatten(),
        Dense(2),
    ]
    assert gradient_error(stack, (6, 5, 2)) < 1e-6


def test_shapes_and_numbers_of_weights() -> None:
    layers = [Conv2D(8, 3), MaxPooling2D(), Conv2D(16, 3), MaxPooling2D(), Flatten(), Dense(32), Dense(10)]
    network = Network(layers, (28, 28, 1))
    assert network.shapes[:5] == ((26, 26, 8), (13, 13, 8), (11, 11, 16), (5, 5, 16), (400,))
    assert network.weights[0]["kernel"].shape == (3, 3, 1, 8)
    assert sum(array.size for array in network.weights[0].values()) == 80
    assert network.kernels.size == 72 + 1152 + 12_800 + 320


def test_images_lie_in_rows_of_whole_batches() -> None:
    plan = Network([Conv2D(4)], (8, 7, 2)).plan(5)
    y = plan.forward(np.zeros((5, 8, 7, 2), np.float32))
    assert y.shape == (5, 6, 5, 4)
    assert in_memory(y).flags.c_contiguous


@pytest.mark.parametrize(
    ("layer", "shape", "sentence"),
    [
        (Conv2D(), (2,), "Conv2D needs an image; it gets 2 features"),
        (
            Conv2D(kernel_size=5),
            (4, 9, 1),
            "Conv2D needs an image of at least its own 5 × 5 pixels; it gets 4 × 9",
        ),
        (Conv2D(dilation_rate=4), (8, 9, 1), "Conv2D needs an image of at least"),
    ],
)
def test_what_does_not_fit_is_told(layer: Conv2D, shape: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(LayerError) as caught:
        layer.output_shape(shape)
    assert str(caught.value).startswith(sentence)


def test_settings_are_checked() -> None:
    with pytest.raises(SettingError, match="padding must be one of valid, same, got 'full'"):
        Conv2D(padding="full")
    with pytest.raises(SettingError, match="strides must be at least 1, got 0"):
        Conv2D(strides=0)
    assert Conv2D(4, 5).kernel_size == (5, 5)


def test_a_small_network_learns_which_way_a_bar_lies() -> None:
    rng = np.random.default_rng(0)
    inputs = np.zeros((200, 8, 8, 1), np.float32)
    lying = np.arange(200) % 2
    for image, flat, place in zip(inputs, lying, rng.integers(1, 7, 200), strict=True):
        image[(place, slice(None)) if flat else (slice(None), place)] = 1.0
    targets = np.eye(2, dtype=np.float32)[lying]
    network = Network(
        [Conv2D(4, activation="relu"), MaxPooling2D(), Flatten(), Dense(2, "softmax")], (8, 8, 1), seed=1
    )
    optimizer_state = OptimizerState(Adam(0.01), network.parameters, network.gradients)
    loss, plan = CrossEntropy().bind(True), network.plan(200, training=True, fused=True)
    gradient = np.empty_like(targets)
    for _ in range(60):
        outputs = plan.forward(inputs)
        loss.gradient(outputs, targets, gradient)
        plan.backward(gradient)
        optimizer_state.update()
    assert np.mean(np.argmax(network.predict(inputs), axis=1) == lying) == 1.0


# --- against PyTorch ------------------------------------------------------------------------------------------


@pytest.mark.foreign
@pytest.mark.parametrize("layer", CASES)
def test_pytorch_finds_the_same(layer: Conv2D) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    network = Network([Conv2D(3, 1), layer], (7, 6, 3), dtype=np.float64)
    network.parameters[:] = rng.normal(size=network.parameters.shape)
    x = rng.normal(size=(5, 7, 6, 3))
    plan = network.plan(5, training=True)
    y = plan.forward(x)
    direction = rng.normal(size=y.shape)
    weights = [torch.tensor(_channels_first(array), requires_grad=True) for array in network.get_weights()]
    rows, columns = layer.windows((7, 6, 3))
    hidden = torch.nn.functional.conv2d(torch.tensor(_channels_first(x, images=True)), weights[0], weights[1])
    hidden = torch.nn.functional.pad(hidden, (columns.before, columns.after, rows.before, rows.after))
    theirs = torch.nn.functional.conv2d(
        hidden, weights[2], weights[3], stride=layer.strides, dilation=layer.dilation_rate
    )
    np.testing.assert_allclose(_channels_first(y, images=True), theirs.detach().numpy(), rtol=1e-9, atol=1e-9)
    theirs.backward(torch.tensor(_channels_first(direction, images=True)))
    plan.backward(direction.copy())
    ours = [array for named in network.weight_gradients for array in named.values()]
    for array, weight in zip(ours, weights, strict=True):
        np.testing.assert_allclose(_channels_first(array), weight.grad.numpy(), rtol=1e-9, atol=1e-9)


def _channels_first(array: np.ndarray, images: bool = False) -> np.ndarray:
    """NHWC as NCHW, or a kernel HWIO as OIHW; a bias as it is."""
    if array.ndim != 4:
        return array.copy()
    return np.ascontiguousarray(array.transpose(0, 3, 1, 2) if images else array.transpose(3, 2, 0, 1))


@pytest.mark.foreign
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-9), (np.float32, 1e-4)])
def test_fifty_steps_of_a_network_with_batch_norm(dtype: Any, tolerance: float) -> None:
    torch = pytest.importorskip("torch")
    nn = torch.nn
    layers = [
        Conv2D(4, 3, use_bias=False),
        BatchNormalization(momentum=0.9),
        Conv2D(6, 3, activation="relu", padding="same"),
        MaxPooling2D(),
        Flatten(),
        BatchNormalization(momentum=0.9),
        Dense(3, "softmax"),
    ]
    network = Network(layers, (10, 10, 2), dtype=dtype, seed=3)
    model = nn.Sequential(
        nn.Conv2d(2, 4, 3, bias=False),
        nn.BatchNorm2d(4, eps=1e-3),
        nn.Conv2d(4, 6, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.BatchNorm1d(96, eps=1e-3),
        nn.Linear(96, 3),
    ).to(torch.float64 if dtype is np.float64 else torch.float32)
    from core.formats import named_weights

    model.load_state_dict({k: torch.tensor(v) for k, v in named_weights(network, "pytorch").items()})
    rng = np.random.default_rng(4)
    inputs = rng.normal(size=(50, 8, 10, 10, 2)).astype(dtype)
    classes = rng.integers(3, size=(50, 8))
    optimizer_state = OptimizerState(Adam(0.003, epsilon=1e-8), network.parameters, network.gradients)
    their_optimizer = torch.optim.Adam(model.parameters(), lr=0.003, eps=1e-8)
    loss, plan = CrossEntropy().bind(True), network.plan(8, training=True, fused=True)
    gradient = np.empty((8, 3), dtype)
    expected_averages = {
        name: model.state_dict()[name].numpy().copy() for name in ("1.running_var", "6.running_var")
    }
    for x, labels in zip(inputs, classes, strict=True):
        targets = np.eye(3, dtype=dtype)[labels]
        outputs = plan.forward(x)
        loss.gradient(outputs, targets, gradient)
        plan.backward(gradient)
        optimizer_state.update()
        their_optimizer.zero_grad()
        before = {name: model.state_dict()[name].numpy().copy() for name in expected_averages}
        nn.functional.cross_entropy(
            model(torch.tensor(_channels_first(x, images=True))), torch.tensor(labels)
        ).backward()
        their_optimizer.step()
        for name, count in (("1.running_var", 8 * 64), ("6.running_var", 8)):
            # PyTorch's variance is the unbiased one: take the factor back.
            batch = (model.state_dict()[name].numpy() - 0.9 * before[name]) * (count - 1) / count
            expected_averages[name] = 0.9 * expected_averages[name] + batch
    ours = named_weights(network, "pytorch")
    for name, theirs in model.state_dict().items():
        if "num_batches" in name:
            continue
        expected = expected_averages.get(name, theirs.numpy())
        np.testing.assert_allclose(ours[name], expected, rtol=tolerance, atol=tolerance, err_msg=name)
