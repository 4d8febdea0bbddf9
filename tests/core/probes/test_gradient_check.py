from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.nn import Activation, Dense, Layer, Op, OpContext
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.nn.network import Network
from core.probes.gradient_check import BOUND, GradientCheck, check_gradients, check_network, check_unit
from core.probes.subject import Subject
from core.train.slow_step import SlowStep
from core.train.training_config import TrainingConfig
from tests.core.inspect.started import BLOBS, DIGITS, HILLS, MOONS, start


class _WrongOp(Op):
    """Right forward, but the backward pass is wrong in one of its parts."""

    def __init__(self, op: Op, context: OpContext, part: str) -> None:
        self._op, self._context, self._part = op, context, part

    def forward(self, x: np.ndarray) -> np.ndarray:
        return self._op.forward(x)

    def backward(self, gradient: np.ndarray) -> np.ndarray:
        found = self._op.backward(gradient)
        if self._part == "inputs":
            return found * 1.01
        wrong = self._context.gradients[self._part]
        wrong.reshape(-1)[1] += 0.01 * np.abs(wrong).max()
        return found


class WrongDense(Dense):
    title = "Wrong dense"
    part = "kernel"

    def bind(self, context: OpContext) -> Op:
        return _WrongOp(super().bind(context), context, self.part)


class WrongBias(WrongDense):
    part = "bias"


class WrongInputs(WrongDense):
    part = "inputs"


def checked(layers: list[Layer], **given: Any) -> GradientCheck:
    network = Network(layers, (3,), dtype=np.float64, seed=1)
    rng = np.random.default_rng(0)
    targets = rng.normal(size=(8, *network.output_shape))
    samples = Samples(rng.normal(size=(8, 3)), targets, targets)
    return check_network(
        network, samples, TrainingConfig(loss=MeanSquaredError()), TargetEncoding(0, 2), **given
    )


@pytest.mark.parametrize(
    "experiment", [MOONS, BLOBS, HILLS, DIGITS], ids=["moons", "blobs", "hills", "digits"]
)
def test_every_layer_of_a_trained_network_passes(experiment: Any) -> None:
    trainer, prepared, _ = start(experiment)
    subject = Subject.of_trainer(experiment, prepared, trainer)
    seen: list[GradientCheck] = []
    found = check_gradients(subject, seen.append)
    assert found.passed, found.sentence
    assert max(row.error for row in found.rows) <= BOUND
    assert [row.layer for row in found.rows] == [*range(len(experiment.stack())), None, None]
    assert sum(row.checked for row in found.rows) > 20
    assert [len(each.rows) for each in seen] == list(range(1, len(found.rows) + 1))
    assert "Every gradient is right" in found.sentence


@pytest.mark.parametrize(
    ("kind", "part"), [(WrongDense, "kernel"), (WrongBias, "bias"), (WrongInputs, "inputs")]
)
def test_a_layer_with_a_wrong_gradient_is_red_and_no_other_layer(kind: type[Layer], part: str) -> None:
    found = checked([Dense(6, "tanh"), kind(5), Activation("gelu"), Dense(2)])  # type: ignore[call-arg]
    wrong = [row for row in found.rows if not row.passed]
    assert [row.layer for row in wrong] == [1, None], "the layer, and the whole network"
    assert wrong[0].worst == part
    assert 1e-3 < wrong[0].error < 0.1
    assert found.sentence.startswith(f"The gradient of 2 · Wrong dense ({part}) is off by")


def test_a_right_network_of_the_same_shape_is_green() -> None:
    assert checked([Dense(6, "tanh"), Dense(5), Activation("gelu"), Dense(2)]).passed


@pytest.mark.parametrize("scale", [1, 10, 40, 80, 200])
def test_a_saturated_network_is_green_whatever_is_rounded(scale: int) -> None:
    network = Network([Dense(6, "tanh"), Dense(4, "softmax")], (3,), dtype=np.float64, seed=1)
    network.parameters *= scale
    inputs = np.random.default_rng(0).normal(size=(8, 3))
    labels = network.layer_outputs(inputs)[-1].argmax(axis=1)
    samples = Samples(inputs, np.eye(4)[labels], labels)
    found = check_network(network, samples, TrainingConfig(loss=CrossEntropy()), TargetEncoding(4, 4))
    assert found.passed, found.sentence


def test_weights_that_are_not_finite_are_named() -> None:
    network = Network([Dense(2)], (3,), dtype=np.float64, seed=1)
    network.parameters[0] = np.nan
    samples = Samples(np.ones((4, 3)), np.ones((4, 2)), np.ones((4, 2)))
    found = check_network(network, samples, TrainingConfig(loss=MeanSquaredError()), TargetEncoding(0, 2))
    assert not found.passed
    assert found.sentence == "1 · Dense gives numbers that are not finite, so nothing can be compared."


def test_single_precision_is_refused() -> None:
    network = Network([Dense(2)], (3,))
    with pytest.raises(ValueError, match="must be of float64, got float32"):
        check_network(network, Samples(*[np.ones((1, 1))] * 3), TrainingConfig(), TargetEncoding(0, 2))


def test_the_check_leaves_the_weights_alone() -> None:
    trainer, prepared, _ = start(MOONS)
    subject = Subject.of_trainer(MOONS, prepared, trainer)
    before = {name: array.copy() for name, array in subject.weights.items()}
    check_gradients(subject)
    for name, array in subject.weights.items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("experiment", [MOONS, BLOBS, HILLS, DIGITS], ids=lambda each: each.dataset.kind)
def test_a_unit_of_a_slow_step_is_checked_by_its_own_weights(experiment: Any) -> None:
    trainer, prepared, _ = start(experiment)
    before = trainer.network.parameters.copy()
    step, last = SlowStep.of(trainer), len(trainer.network.layers) - 1
    found = check_unit(step, prepared, experiment.training, (last, 0))
    assert found.passed
    assert found.worst in ("kernel", "bias")
    kernel = trainer.network.weights[last]["kernel"]
    # Of many, 48 weights and a direction through all of them.
    assert found.checked == min(len(kernel), 49) + 1
    assert np.array_equal(trainer.network.parameters, before)


def test_a_wrong_unit_of_a_slow_step_is_found() -> None:
    trainer, prepared, _ = start(MOONS)
    step = SlowStep.of(trainer)
    assert check_unit(step, prepared, MOONS.training, (0, 1)).passed
    step.network.layers = (WrongDense(step.network.shapes[0][0], "tanh"), *step.network.layers[1:])
    # The wrong entry is the second: weight 0 of unit 1.
    found = check_unit(step, prepared, MOONS.training, (0, 1))
    assert not found.passed
    assert found.worst == "kernel"
    assert check_unit(step, prepared, MOONS.training, (0, 0)).passed
