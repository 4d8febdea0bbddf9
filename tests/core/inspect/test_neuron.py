"""The microscope's numbers against finite differences, the prediction and the training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.data.batches import Samples
from core.data.datasets import Moons, Wine
from core.data.target_encoding import TargetEncoding
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.neuron import NeuronTracer, is_traceable, slow_neuron, trace_neuron
from core.nn import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
    Residual,
)
from core.nn.gradient_tape import GradientTape
from core.nn.losses import LOSSES, CrossEntropy
from core.nn.network import Network
from core.optim import OPTIMIZERS
from core.optim.clipping import ClipByNorm
from core.optim.regularizers import L2
from core.train.slow_step import SlowStep
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig
from tests.core.trainers import experiment_of, trainer_of


def points_trainer(*layers: Layer, epochs: int = 2, **changes: Any) -> tuple[Trainer, Samples]:
    stack = layers or (Dense(4, "tanh"), Dense(3, "relu"))
    experiment = experiment_of(dataset=Moons(samples=80), layers=stack, **changes)
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    for _ in range(epochs):
        trainer.run_epoch()
    return trainer, prepared.test


def image_trainer() -> tuple[Trainer, Samples]:
    """A small convolution on random images."""
    rng = np.random.default_rng(0)
    layers = (
        Conv2D(3, (3, 2), strides=(2, 1), padding="same", activation="tanh"),
        Conv2D(2, 2, dilation_rate=2, activation="relu"),
        MaxPooling2D(2),
        Flatten(),
        Dense(3, "softmax"),
    )
    network = Network(layers, (12, 9, 2), seed=1)
    inputs = rng.normal(size=(6, 12, 9, 2)).astype(np.float32)
    predictions = np.arange(6) % 3
    encoding = TargetEncoding(3, 3)
    samples = Samples(inputs, encoding.encode(predictions), predictions)
    trainer = trainer_of(
        network, samples, samples, encoding=encoding, loss=CrossEntropy(), optimizer=OPTIMIZERS.make("adam")
    )
    return trainer, samples


def loss_at(trainer: Trainer, samples: Samples, row: int) -> float:
    tape = GradientTape(trainer.network, 1)
    tape.run(samples.inputs[row : row + 1], samples.targets[row : row + 1], trainer.config.loss)
    return tape.loss


def slope_of(
    trainer: Trainer, samples: Samples, row: int, array: np.ndarray, place: tuple[int, ...]
) -> float:
    """Derivative of the loss by one weight, by central differences."""
    step, value = 2.0**-9, array[place]
    losses = []
    for trace_at in (value + step, value - step):
        array[place] = trace_at
        losses.append(loss_at(trainer, samples, row))
    array[place] = value
    return (losses[0] - losses[1]) / (2 * step)


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_the_sum_is_the_products_and_the_output_is_the_networks(layer: int) -> None:
    trainer, test = points_trainer()
    trace = trace_neuron(trainer, test, 5, layer, 0)
    assert trace.bias is not None
    assert trace.total == pytest.approx(trace.products.sum() + trace.bias, abs=1e-12)
    outputs = trainer.network.layer_outputs(test.inputs)
    assert trace.output == pytest.approx(outputs[layer][5, 0], abs=1e-5)
    np.testing.assert_allclose(trace.inputs, outputs[layer - 1][5] if layer else test.inputs[5], atol=1e-5)
    np.testing.assert_allclose(trace.prediction, trainer.network.predict(test.inputs)[5], atol=1e-5)
    np.testing.assert_array_equal(trace.weights, trainer.network.weights[layer]["kernel"][:, 0])
    assert trace.loss == pytest.approx(trainer.evaluate(one(test, 5)).loss, abs=1e-5)
    assert trace.units == trainer.network.shapes[layer][0]


def one(samples: Samples, row: int) -> Samples:
    part = slice(row, row + 1)
    return Samples(samples.inputs[part], samples.targets[part], samples.labels[part])


@pytest.mark.parametrize("loss", [kind.kind for kind in LOSSES])
@pytest.mark.parametrize("unit", [0, 2])
def test_gradients_are_those_of_finite_differences(loss: str, unit: int) -> None:
    trainer, test = points_trainer(Dense(4, "tanh"), Dense(3, "sigmoid"), loss=LOSSES.make(loss))
    trace = trace_neuron(trainer, test, 3, 1, unit)
    weights = trainer.network.weights[1]
    for source in range(4):
        expected = slope_of(trainer, test, 3, weights["kernel"], (source, unit))
        assert trace.weight_gradients[source] == pytest.approx(expected, rel=2e-3, abs=1e-5)
    assert trace.bias_gradient == pytest.approx(
        slope_of(trainer, test, 3, weights["bias"], (unit,)), rel=2e-3, abs=1e-5
    )
    # The chain rule from the output to the weights.
    assert trace.slope is not None
    assert trace.total_gradient == pytest.approx(trace.output_gradient * trace.slope, rel=1e-9)
    assert trace.bias_gradient == pytest.approx(trace.total_gradient)
    np.testing.assert_allclose(trace.weight_gradients, trace.total_gradient * trace.inputs, rtol=1e-9)


def test_a_fused_output_has_prediction_minus_target_as_its_gradient() -> None:
    trainer, test = points_trainer()
    trace = trace_neuron(trainer, test, 0, 2, 0)
    assert trace.activation.kind == "sigmoid"
    assert trace.total_gradient == pytest.approx(trace.output - trace.target[0], abs=1e-12)


def test_softmax_has_no_slope_of_its_own() -> None:
    experiment = Experiment(
        dataset=Wine(), layers=(Dense(4, "tanh"),), training=TrainingConfig(loss=CrossEntropy())
    )
    prepared = prepare(experiment)
    trace = trace_neuron(make_trainer(experiment, prepared), prepared.test, 0, 1, 2)
    assert trace.slope is None
    assert trace.total_gradient == pytest.approx(trace.output - trace.target[2], abs=1e-12)


@pytest.mark.parametrize("kind", [kind.kind for kind in OPTIMIZERS if not kind.full_batch])
def test_the_step_is_the_one_that_training_on_this_sample_makes(kind: str) -> None:
    trainer, test = points_trainer(
        optimizer=OPTIMIZERS.make(kind).replace(learning_rate=0.05),
        regularizer=L2(0.01),
        clipping=ClipByNorm(0.2),
    )
    trace = trace_neuron(trainer, test, 7, 1, 1)
    assert trace.weight_steps is not None
    # Gradients of the loss, before penalty and clipping.
    np.testing.assert_allclose(trace.weight_gradients, trace.total_gradient * trace.inputs, rtol=1e-9)
    before = [array.copy() for array in trainer.network.weights[1].values()]
    trainer.train_on_batch(one(test, 7))
    kernel, bias = trainer.network.weights[1].values()
    np.testing.assert_allclose(trace.weight_steps, (kernel - before[0])[:, 1], rtol=2e-3, atol=2e-6)
    assert trace.bias_step == pytest.approx(float((bias - before[1])[1]), rel=2e-3, abs=2e-6)


def test_an_optimizer_that_looks_at_all_samples_has_no_step_for_one() -> None:
    trainer, test = points_trainer(optimizer=OPTIMIZERS.make("lbfgs"))
    trace = trace_neuron(trainer, test, 0, 0, 0)
    assert trace.weight_steps is None
    assert trace.bias_step is None


def test_looking_does_not_touch_the_training() -> None:
    stack = (Dense(6, "relu"), BatchNormalization(), Dropout(0.5), Dense(3, "tanh"))
    looked, test = points_trainer(*stack)
    left, _ = points_trainer(*stack)
    microscope = NeuronTracer(looked)
    for _ in range(3):
        microscope.trace(test, 0, 0, 0)
        looked.run_epoch()
        left.run_epoch()
    np.testing.assert_array_equal(looked.network.parameters, left.network.parameters)
    np.testing.assert_array_equal(looked.network.state, left.network.state)


@pytest.mark.parametrize("name", ["gamma", "beta"])
def test_layers_between_behave_as_in_prediction(name: str) -> None:
    inner = Residual((Dense(5, "tanh"), BatchNormalization(), Dropout(0.4)))
    trainer, test = points_trainer(
        Dense(5, "tanh"), BatchNormalization(), Dropout(0.5), inner, Dense(3, "tanh")
    )
    tape = GradientTape(trainer.network, len(test))
    tape.run(test.inputs, test.targets, trainer.config.loss)
    np.testing.assert_allclose(
        list(tape.outputs.values())[-1], trainer.network.predict(test.inputs), atol=1e-5
    )
    norm = trainer.network.weights[1][name]
    gradient = tape.weight_gradients[1][name][2]

    def loss() -> float:
        tape.run(test.inputs, test.targets, trainer.config.loss)
        return tape.loss

    norm[2] += 2.0**-8
    above = loss()
    norm[2] -= 2.0**-7
    below = loss()
    assert gradient == pytest.approx((above - below) * 2.0**7, rel=1e-3, abs=1e-7)


@pytest.mark.parametrize(("layer", "unit"), [(0, 0), (0, 2), (1, 1)])
def test_a_filter_shows_the_pixels_below_its_strongest_prediction(layer: int, unit: int) -> None:
    trainer, samples = image_trainer()
    for row in range(3):
        trace = trace_neuron(trainer, samples, row, layer, unit)
        predictions = trainer.network.layer_outputs(samples.inputs)[layer][row, :, :, unit]
        assert trace.place is not None
        assert abs(predictions[trace.place]) == np.abs(predictions).max()
        assert trace.output == pytest.approx(predictions[trace.place], abs=1e-5)
        assert trace.bias is not None
        assert trace.total == pytest.approx(trace.products.sum() + trace.bias, abs=1e-9)
        kernel = trainer.network.weights[layer]["kernel"]
        expected = slope_of(trainer, samples, row, kernel, (0, 1, 1, unit))
        flat = np.ravel_multi_index((0, 1, 1), kernel.shape[:3])
        assert trace.weight_gradients[flat] == pytest.approx(expected, rel=5e-3, abs=1e-5)


def test_without_a_bias_there_is_none() -> None:
    trainer, test = points_trainer(Dense(3, "tanh", use_bias=False))
    trace = trace_neuron(trainer, test, 0, 0, 1)
    assert (trace.bias, trace.bias_gradient, trace.bias_step) == (None, None, None)
    assert trace.total == pytest.approx(trace.products.sum())


@pytest.mark.parametrize(
    ("sample", "layer", "unit", "words"),
    [(0, 1, 0, "layer"), (0, 9, 0, "layer"), (0, 0, 4, "one of 4"), (999, 0, 0, "sample")],
)
def test_what_is_not_there_is_told(sample: int, layer: int, unit: int, words: str) -> None:
    trainer, test = points_trainer(Dense(4), Activation("tanh"))
    with pytest.raises(ValueError, match=words):
        trace_neuron(trainer, test, sample, layer, unit)


def test_only_layers_with_neurons_can_be_looked_at() -> None:
    assert is_traceable(Dense(2))
    assert is_traceable(Conv2D(2))
    assert not is_traceable(Flatten())
    assert not is_traceable(Activation("relu"))


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_a_slow_step_shows_the_same_neuron(layer: int) -> None:
    trainer, test = points_trainer(Dense(4, "tanh"), Dense(3, "relu"))
    step = SlowStep.of(trainer, test, 7)
    trace, map_, _ = slow_neuron(step, 0, layer, 0)
    expected = trace_neuron(trainer, test, 7, layer, 0)
    assert trace is not None
    assert map_.sample == 7
    for name in ("inputs", "weights", "prediction", "target", "weight_gradients", "weight_steps"):
        np.testing.assert_allclose(getattr(trace, name), getattr(expected, name), rtol=1e-4, atol=1e-6)
    for name in ("total", "output", "loss", "output_gradient", "slope", "total_gradient", "bias_step"):
        assert getattr(trace, name) == pytest.approx(getattr(expected, name), rel=1e-4, abs=1e-6), name


def test_a_slow_step_shows_layers_without_weights_and_their_gradients() -> None:
    trainer, test = image_trainer()
    step = SlowStep.of(trainer, test, 2)
    pooled = slow_neuron(step, 0, 2, 1)
    assert pooled.trace is None
    np.testing.assert_array_equal(pooled.map.outputs, step.layers["2"].outputs[0, ..., 1])
    assert np.abs(pooled.map.output_gradients).max() > 0.0
    trace, map_, _ = slow_neuron(step, 0, 0, 1)
    assert trace is not None
    assert trace.place == map_.strongest
    assert trace.inputs.size == trace.weights.size == trace.weight_gradients.size == 12
