"""The inputs of a feature map position, against plain loops over images and finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.inspect.feature_map import FeatureMapView, image_seen, receptive_field
from core.inspect.neuron import NeuronTracer, trace_at, trace_neuron
from core.nn import (
    LAYERS,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    LayerError,
    LayerNormalization,
    MaxPooling2D,
    Reshape,
    Residual,
)
from core.nn.gradient_tape import GradientTape
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.nn.network import Network
from core.optim import OPTIMIZERS
from core.train.trainer import Trainer
from tests.core.trainers import trainer_of

SHAPE = (9, 8, 2)


def trained_on(*layers: Layer) -> tuple[Trainer, Samples]:
    """The layers before a softmax of three classes, after a few steps on random images."""
    rng = np.random.default_rng(0)
    network = Network((*layers, Dense(3, "softmax")), SHAPE, seed=1)
    inputs = rng.normal(size=(6, *SHAPE)).astype(np.float32)
    predictions = np.arange(6) % 3
    encoding = TargetEncoding(3, 3)
    samples = Samples(inputs, encoding.encode(predictions), predictions)
    trainer = trainer_of(
        network, samples, samples, encoding=encoding, loss=CrossEntropy(), optimizer=OPTIMIZERS.make("adam")
    )
    for _ in range(3):
        trainer.run_epoch()
    return trainer, samples


def view_of(trainer: Trainer, samples: Samples, layer: int, unit: int, sample: int = 2) -> FeatureMapView:
    return NeuronTracer(trainer).trace_unit(samples, sample, layer, unit)[1]


def taps(layer: Any, shape: tuple[int, ...], row: int, column: int) -> list[list[tuple[int, int]]]:
    """Pixels covered by a window, computed from the layer's settings alone, padding included."""
    size = getattr(layer, "kernel_size", None) or layer.pool_size
    dilation = getattr(layer, "dilation_rate", (1, 1))
    strides = tuple(stride or side for stride, side in zip(layer.strides, size, strict=True))
    before = [0, 0]
    if layer.padding == "same":
        for axis in (0, 1):
            count = -(-shape[axis] // strides[axis])
            reach = (size[axis] - 1) * dilation[axis] + 1
            before[axis] = max((count - 1) * strides[axis] + reach - shape[axis], 0) // 2
    return [
        [
            (
                row * strides[0] + i * dilation[0] - before[0],
                column * strides[1] + j * dilation[1] - before[1],
            )
            for j in range(size[1])
        ]
        for i in range(size[0])
    ]


def inside(pixel: tuple[int, int]) -> bool:
    return 0 <= pixel[0] < SHAPE[0] and 0 <= pixel[1] < SHAPE[1]


@pytest.mark.parametrize(
    "layer",
    [
        Conv2D(3, 3, activation="relu"),
        Conv2D(3, (3, 2), strides=(2, 1), padding="same", activation="tanh"),
        Conv2D(2, 2, dilation_rate=2, use_bias=False),
        Conv2D(2, 5, padding="same", strides=2, activation="sigmoid"),
    ],
    ids=str,
)
def test_every_number_of_a_convolution_is_patch_times_kernel(layer: Conv2D) -> None:
    trainer, samples = trained_on(layer, Flatten())
    trace = view_of(trainer, samples, 0, 1)
    image, kernel = samples.inputs[2], trainer.network.weights[0]["kernel"]
    bias = trainer.network.weights[0].get("bias", np.zeros(layer.filters))[1]
    expected = trainer.network.layer_outputs(samples.inputs[2:3])[0][0]
    for row, column in np.ndindex(trace.outputs.shape):
        spot, total = trace.at((row, column)), float(bias)
        for i, line in enumerate(taps(layer, SHAPE, row, column)):
            for j, pixel in enumerate(line):
                seen = image[pixel] if inside(pixel) else np.zeros(2)
                assert spot.inside[i, j] == inside(pixel)
                np.testing.assert_allclose(spot.patch[i, j], seen, rtol=1e-6)
                total += float(seen @ kernel[i, j, :, 1])
        assert spot.total == pytest.approx(total, abs=1e-5)
        assert spot.channel_sums.sum() + bias == pytest.approx(spot.total, abs=1e-9)
        assert spot.output == pytest.approx(expected[row, column, 1], abs=1e-5)
        first, last = taps(layer, SHAPE, row, column)[0][0], taps(layer, SHAPE, row, column)[-1][-1]
        assert spot.box == (*first, last[0] + 1, last[1] + 1)


@pytest.mark.parametrize(
    ("layer", "of"),
    [
        pytest.param(MaxPooling2D(2), np.max, id="maxima"),
        pytest.param(
            MaxPooling2D((3, 2), strides=(2, 2), padding="same"), np.max, id="maxima of unequal sides"
        ),
        pytest.param(AveragePooling2D(3, strides=(2, 1), padding="same"), np.mean, id="means"),
    ],
)
def test_a_pool_shows_its_window(layer: Layer, of: Any) -> None:
    trainer, samples = trained_on(layer, Flatten())
    trace = view_of(trainer, samples, 0, 1)
    for place in np.ndindex(trace.outputs.shape):
        spot = trace.at((place[0], place[1]))
        pixels = [pixel for line in taps(layer, SHAPE, *place) for pixel in line]
        np.testing.assert_array_equal(spot.inside.ravel(), [inside(pixel) for pixel in pixels])
        seen = [samples.inputs[2][(*pixel, 1)] for pixel in pixels if inside(pixel)]
        np.testing.assert_allclose(spot.patch[spot.inside].ravel(), seen, rtol=1e-6)
        assert spot.output == pytest.approx(of(seen), abs=1e-6)
        assert spot.kernel is None


def test_the_strongest_place_is_where_the_map_is_largest() -> None:
    trainer, samples = trained_on(Conv2D(3, 3, activation="tanh"), Flatten())
    trace = view_of(trainer, samples, 0, 2)
    assert abs(trace.outputs[trace.strongest]) == np.abs(trace.outputs).max()
    assert trace_neuron(trainer, samples, 2, 0, 2).place == trace.strongest
    assert trace.clip((99, -4)) == (trace.outputs.shape[0] - 1, 0)
    with pytest.raises(IndexError, match="must lie on"):
        trace.at((0, 99))


def test_a_lens_moves_to_another_place() -> None:
    """The derivative by a sum is the effect of the bias at that position alone, here by the chain rule."""
    trainer, samples = trained_on(Conv2D(3, 3, activation="tanh"), Flatten())
    trace, map_ = NeuronTracer(trainer).trace_unit(samples, 2, 0, 1)
    assert trace is not None
    gradient = np.zeros_like(trace.weight_gradients)
    bias = 0.0
    for row, column in np.ndindex(map_.outputs.shape):
        there = trace_at(trace, map_, (row, column))
        assert there.place == (row, column)
        assert there.products.sum() + (there.bias or 0.0) == pytest.approx(there.total, abs=1e-9)
        assert there.slope == pytest.approx(1.0 - there.output**2)
        assert there.total_gradient == pytest.approx(there.output_gradient * (there.slope or 0.0))
        gradient += there.total_gradient * there.inputs
        bias += there.total_gradient
    # Summed over all positions it is the gradient of the filter.
    np.testing.assert_allclose(gradient, trace.weight_gradients, atol=1e-9)
    assert bias == pytest.approx(trace.bias_gradient, abs=1e-9)


def test_a_dense_layer_after_flatten_sees_the_image() -> None:
    trainer, samples = trained_on(Flatten(), Dropout(0.3))
    trace = view_of(trainer, samples, 2, 1)
    spot = trace.at((0, 0))
    np.testing.assert_allclose(spot.patch, samples.inputs[2], rtol=1e-6)
    kernel = trainer.network.weights[2]["kernel"]
    assert spot.kernel is not None
    for row, column, channel in np.ndindex(SHAPE):
        place = (row * SHAPE[1] + column) * SHAPE[2] + channel
        assert spot.kernel[row, column, channel] == pytest.approx(float(kernel[place, 1]))


def test_layers_that_only_pass_on_say_from_where() -> None:
    layers = (
        Conv2D(4, 2),
        BatchNormalization(),
        Activation("relu"),
        Dropout(0.2),
        Flatten(),
        BatchNormalization(),
    )
    trainer, samples = trained_on(*layers)
    outputs = trainer.network.layer_outputs(samples.inputs[2:3])
    for layer in (1, 2, 3):
        trace = view_of(trainer, samples, layer, 3)
        assert trace.source_index((4, 5)) == (4, 5, 3)
        spot = trace.at((4, 5))
        assert spot.patch.item() == pytest.approx(float(outputs[layer - 1][0, 4, 5, 3]), abs=1e-5)
        assert spot.output == pytest.approx(float(outputs[layer][0, 4, 5, 3]), abs=1e-5)
        assert spot.box == (4, 5, 5, 6)
        assert type(trace.kind) is type(layers[layer])
    flat = view_of(trainer, samples, 4, 30)
    source = flat.source_index((0, 0))
    assert source == np.unravel_index(30, (8, 7, 4))
    assert flat.at((0, 0)).output == pytest.approx(float(outputs[3][0][source]), abs=1e-5)
    norm = view_of(trainer, samples, 5, 30)
    weights = {name: float(value) for name, value in norm.weights.items()}
    x = norm.at((0, 0)).patch.item()
    normal = (x - weights["moving_mean"]) / np.sqrt(weights["moving_variance"] + 0.001)
    assert norm.outputs.item() == pytest.approx(weights["gamma"] * normal + weights["beta"])


def test_the_other_layers_can_be_looked_at_too() -> None:
    layers = (
        LayerNormalization(),
        Residual((Conv2D(2, 3, padding="same"),)),
        Reshape((8, 9, 2)),
        Conv2D(5, 3),
        GlobalAveragePooling2D(),
    )
    trainer, samples = trained_on(*layers)
    for layer, shape in enumerate(trainer.network.shapes):
        trace = view_of(trainer, samples, layer, shape[-1] - 1)
        spot = trace.at(trace.strongest)
        assert spot.output == pytest.approx(float(trace.outputs[trace.strongest]))
    pool = view_of(trainer, samples, 4, 3).at((0, 0))
    assert pool.patch.mean() == pytest.approx(pool.output)
    assert view_of(trainer, samples, 2, 1).source_index((0, 8)) == (1, 0, 1)


def test_the_image_that_a_row_was_is_known_until_it_is_mixed() -> None:
    layers = (Conv2D(4, 2), Flatten(), Dropout(0.2), BatchNormalization(), Dense(5), Dense(3))
    network = Network(layers, SHAPE)

    def seen(layer: int) -> Any:
        return image_seen(network.layers, network.input_shape, network.shapes, layer)

    assert [seen(layer) for layer in range(6)] == [None, None, (8, 7, 4), (8, 7, 4), (8, 7, 4), None]
    tables = Network((Dense(4), Dense(2)), (7,))
    assert image_seen(tables.layers, (7,), tables.shapes, 0) is None


def test_the_receptive_field_is_all_that_a_number_depends_on() -> None:
    layers = (
        Conv2D(2, 3, padding="same", activation="tanh"),
        Residual((Conv2D(2, 3, padding="same"),)),
        AveragePooling2D(2),
        BatchNormalization(),
        Conv2D(3, 2, activation="tanh"),
        Flatten(),
        Dense(2),
    )
    network = Network(layers, SHAPE, seed=3)
    image = np.random.default_rng(1).normal(size=(1, *SHAPE)).astype(np.float32)
    for layer, place in ((0, (0, 0)), (1, (5, 4)), (2, (1, 2)), (4, (2, 0)), (4, (0, 2))):
        before = network.layer_outputs(image)[layer][0][place]
        touched = np.zeros(SHAPE[:2], bool)
        for row, column in np.ndindex(SHAPE[:2]):
            other = image.copy()
            other[0, row, column] += 2.0
            touched[row, column] = not np.allclose(network.layer_outputs(other)[layer][0][place], before)
        rows, columns = np.flatnonzero(touched.any(axis=1)), np.flatnonzero(touched.any(axis=0))
        box = receptive_field(network.layers, SHAPE, network.shapes, layer, place)
        assert box == (rows[0], columns[0], rows[-1] + 1, columns[-1] + 1)
    assert receptive_field(network.layers, SHAPE, network.shapes, 6, (0, 0)) == (0, 0, 9, 8)
    assert receptive_field((Dense(3),), (7,), ((3,),), 0, (0, 0)) is None


@pytest.mark.parametrize("in_block", [False, True], ids=["alone", "in a block"])
@pytest.mark.parametrize("shape", [(6, 6, 2), (6,)], ids=["image", "row"])
@pytest.mark.parametrize("kind", list(LAYERS), ids=lambda kind: kind.kind)
def test_every_layer_is_traced_as_it_predicts(
    kind: type[Layer], shape: tuple[int, ...], in_block: bool
) -> None:
    """Noise and batch statistics are for training only: the prediction is inspected."""
    try:
        network = Network([Residual((kind(),)) if in_block else kind()], shape, seed=3)
    except LayerError:
        return
    rng = np.random.default_rng(0)
    network.state[:] = rng.uniform(0.5, 1.5, network.state.shape)
    inputs = rng.normal(size=(1, *shape)).astype(np.float32)
    tape = GradientTape(network, 1)
    tape.run(inputs, np.zeros((1, *network.output_shape)), MeanSquaredError())
    np.testing.assert_allclose(list(tape.outputs.values())[-1], network.predict(inputs), rtol=1e-5, atol=1e-6)
