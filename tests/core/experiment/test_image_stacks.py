"""Convolutional stacks in an experiment: problems, quick fixes, change of data."""

from __future__ import annotations

import numpy as np

from core.data.datasets import Digits, Moons
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_named
from core.experiment.problems import find_problems
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Conv2D, Dense, Flatten, GlobalAveragePooling2D, MaxPooling2D
from core.nn.losses import CrossEntropy
from core.nn.network import Network
from core.train.training_config import TrainingConfig
from tests.core.experiment.on_data import with_dataset

CNN = (Conv2D(4, activation="relu"), MaxPooling2D(), Conv2D(6), MaxPooling2D(), Flatten(), Dense(8, "relu"))


def digits(*layers: object) -> Experiment:
    return Experiment(dataset=Digits(), layers=layers, training=TrainingConfig(loss=CrossEntropy()))


def test_a_convolution_on_points_says_what_it_needs() -> None:
    (problem,) = find_problems(Experiment(layers=(Conv2D(),)))
    assert problem.sentence == "Conv2D needs an image; the data has 2 features"
    assert [fix.text for fix in problem.fixes] == ["Remove"]
    assert find_problems(problem.fixes[0].experiment) == ()


def test_a_convolution_behind_a_flatten_can_be_removed() -> None:
    (problem,) = find_problems(digits(Flatten(), Conv2D()))
    assert problem.sentence == "Conv2D needs an image; it gets 64 features"
    assert [fix.text for fix in problem.fixes] == ["Remove"]


def test_a_dense_behind_a_convolution_is_offered_a_flatten() -> None:
    (problem,) = find_problems(digits(Conv2D(), Dense(4)))
    assert problem.layer == 1
    assert [fix.text for fix in problem.fixes] == ["Insert Flatten", "Remove"]
    assert problem.fixes[0].experiment.layers == (Conv2D(), Flatten(), Dense(4))


def test_an_output_behind_a_convolution_is_offered_a_flatten() -> None:
    (problem,) = find_problems(digits(Conv2D()))
    assert [fix.text for fix in problem.fixes] == ["Insert Flatten"]
    assert find_problems(problem.fixes[0].experiment) == ()


def test_a_window_too_large_is_offered_padding() -> None:
    (problem,) = find_problems(digits(Conv2D(4, 9), Flatten()))
    assert problem.sentence == "Conv2D needs an image of at least its own 9 × 9 pixels; it gets 8 × 8"
    assert [fix.text for fix in problem.fixes] == ["Use same padding", "Remove"]
    assert all(find_problems(fix.experiment) == () for fix in problem.fixes)


def test_too_many_filters_are_told() -> None:
    (problem,) = find_problems(digits(Conv2D(1024, 1), Conv2D(1024, 8), Conv2D(1024, 1), Flatten()))
    assert problem.layer == 1
    assert "weights must be at most 50,000,000" in problem.sentence
    assert problem.fixes[0].text == "Use 16 filters"
    assert find_problems(problem.fixes[0].experiment) == ()


def test_a_network_that_does_not_run_on_other_data_is_not_stripped() -> None:
    images = Experiment(
        dataset=Digits(size="28x28"), layers=CNN, training=TrainingConfig(loss=CrossEntropy())
    )
    assert with_dataset(images, Moons()).layers == preset_named("moons").layers
    assert with_dataset(images, Digits()).layers == preset_named("digits").layers
    pooled = images.replace(layers=(Conv2D(4), GlobalAveragePooling2D(), Dense(8)))
    assert with_dataset(pooled, Digits()).layers == pooled.layers


def test_the_preset_is_the_network_of_the_lesson() -> None:
    preset = preset_named("mnist_cnn")
    network = Network(preset.stack(), preset.input_shape)
    assert [type(layer).__name__ for layer in preset.layers] == [
        "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense",
    ]  # fmt: skip
    assert (preset.training.batch_size, preset.training.optimizer.learning_rate) == (64, 0.001)
    assert network.parameter_count == 80 + 1168 + 12_832 + 330


def test_pictures_show_the_images_of_each_filter() -> None:
    experiment = digits(Conv2D(4, activation="relu"), MaxPooling2D(), Flatten())
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    first = trainer.figures.test.loss
    trainer.run_epoch()
    assert trainer.figures.test.loss < first
    snapshot = SnapshotTaker(trainer, prepared, 1, experiment).take(SnapshotRequest(grid=16, sample=3))
    shapes = [layer.activations.shape for layer in snapshot.layers if layer.activations is not None]
    assert shapes == [(6, 6, 4), (3, 3, 4), (36,), (10,)]
    # Links are drawn between single neurons only.
    assert [layer.kernel is None for layer in snapshot.layers] == [True, True, True, False]
    np.testing.assert_array_equal(
        snapshot.layers[0].activations, trainer.network.layer_outputs(prepared.test.inputs[3:4])[0][0]
    )
