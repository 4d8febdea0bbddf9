"""Feature maps and weights as images: which units have one, and the order of values."""

from __future__ import annotations

import numpy as np

from core.data.datasets import Digits, Wine
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.stack_problems import with_task
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.inspect.weight_images import (
    added_images,
    first_pixel_layer,
    mean_weight_images,
    pixel_weights,
    seen_by_output,
    unit_images,
    weight_images,
)
from core.nn import Conv2D, Dense, Dropout, Flatten, Layer, Sampling
from core.nn.losses import CrossEntropy
from core.train.tasks import Reconstruction
from core.train.training_config import TrainingConfig


def mnist(*layers: Layer) -> Experiment:
    return Experiment(
        dataset=Digits(size="28x28", samples=100), layers=layers, training=TrainingConfig(loss=CrossEntropy())
    )


def picture_of(experiment: Experiment) -> Snapshot:
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    return SnapshotTaker(trainer, prepared, 1, experiment).take(SnapshotRequest(grid=16))


def test_a_weight_is_where_its_pixel_is() -> None:
    kernel = np.arange(2 * 3 * 4 * 5.0).reshape(24, 5)
    images = weight_images(kernel, (2, 3, 4))
    assert images.shape == (4, 2, 3, 5)
    for row, column, channel, unit in np.ndindex(2, 3, 4, 5):
        assert images[channel, row, column, unit] == kernel[(row * 3 + column) * 4 + channel, unit]


def test_a_convolution_has_a_map_and_the_first_dense_layer_weights() -> None:
    experiment = mnist(Conv2D(4, (3, 3)), Flatten(), Dropout(0.2), Dense(6), Dense(5))
    snapshot = picture_of(experiment)
    found = unit_images(snapshot, 0, 2)
    assert found is not None
    assert found.what == "map"
    activations = snapshot.layers[0].activations
    assert activations is not None
    np.testing.assert_array_equal(found.images, activations[None, :, :, 2])
    found = unit_images(snapshot, 3, 5)
    assert found is not None
    assert (found.what, found.images.shape) == ("weights", (4, 26, 26))
    for layer, unit in ((0, 4), (1, 0), (3, 6), (4, 0), (5, 0), (9, 0), (-1, 0)):
        assert unit_images(snapshot, layer, unit) is None


def test_only_an_output_that_sees_pixels_has_weights_for_them() -> None:
    softmax = mnist(Flatten())
    assert seen_by_output(softmax)
    snapshot = picture_of(softmax)
    weights, kernel = pixel_weights(snapshot), snapshot.layers[-1].kernel
    assert weights is not None
    assert kernel is not None
    assert weights.shape == (10, 28, 28)
    assert weights[7, 3, 5] == kernel[3 * 28 + 5, 7]
    assert not seen_by_output(mnist(Flatten(), Dense(5)))
    assert not seen_by_output(mnist(Conv2D(2, (3, 3)), Flatten()))
    assert not seen_by_output(Experiment(dataset=Wine(), layers=()))
    assert not seen_by_output(Experiment())


def test_the_first_layer_over_pixels_is_found_in_dense_stacks_alone() -> None:
    assert first_pixel_layer(mnist(Flatten(), Dropout(0.1), Dense(5), Dense(4))) == 2
    assert first_pixel_layer(mnist(Dropout(0.1), Flatten(), Dense(5))) == 2
    for other in (mnist(Flatten()), mnist(Conv2D(2, (3, 3)), Flatten(), Dense(5)), Experiment()):
        assert first_pixel_layer(other) is None
    assert first_pixel_layer(Experiment(dataset=Wine(), layers=(Dense(3),))) is None


def test_later_layers_weigh_the_pixels_through_those_before() -> None:
    snapshot = picture_of(mnist(Flatten(), Dense(7), Dropout(0.2), Dense(5)))
    first, second, last = (snapshot.layers[index].kernel for index in (1, 3, 4))
    assert first is not None
    assert second is not None
    assert last is not None
    for layer, weights in ((1, first), (3, first @ second), (4, first @ second @ last)):
        found = mean_weight_images(snapshot, 1, layer, [3, 0])
        assert found is not None
        assert found.shape == (2, 28, 28)
        np.testing.assert_allclose(found[0].ravel(), weights[:, 3], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(found[1].ravel(), weights[:, 0], rtol=1e-4, atol=1e-6)
    assert mean_weight_images(snapshot, 1, 2, [0]) is None


def test_units_of_a_decoder_add_their_weights_to_the_image() -> None:
    layers = (Flatten(), Dense(4), Sampling(), Dense(3, "tanh"), Dense(5, "tanh"))
    experiment = with_task(mnist(*layers), Reconstruction())
    snapshot = picture_of(experiment)
    kernels = [layer.kernel for layer in snapshot.layers]
    last, before = added_images(snapshot, 4, [1, 0]), added_images(snapshot, 3, [2])
    assert last is not None
    assert before is not None
    np.testing.assert_allclose(last.reshape(2, -1), kernels[5][[1, 0]], rtol=1e-5)
    np.testing.assert_allclose(before.reshape(1, -1), kernels[4][[2]] @ kernels[5], rtol=1e-4, atol=1e-6)
    assert added_images(snapshot, 5, [0]) is None
    assert added_images(snapshot, 4, [7]) is None
    # Through Sampling, the second half of its inputs are widths.
    means = mean_weight_images(snapshot, 1, 3, [0])
    assert means is not None
    np.testing.assert_allclose(
        means.reshape(1, -1), (kernels[1][:, :2] @ kernels[3][:, [0]]).T, rtol=1e-4, atol=1e-6
    )
