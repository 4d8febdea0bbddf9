"""The slow step: what it shows is the step that numpy makes next, bit for bit, and looking at it changes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_named
from core.experiment.project_file import TrainerState
from core.nn import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPooling2D,
    ReLU,
    Residual,
)
from core.nn.interventions import Intervention
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.nn.network import Network
from core.optim import OPTIMIZERS, SGD, Adam, Optimizer
from core.optim.clipping import ClipByNorm
from core.optim.regularizers import L2
from core.optim.schedules import ExponentialDecay
from core.train.slow_step import SlowStep, Stop
from core.train.train_step import DivergedError
from core.train.trainer import Trainer
from tests.core.kinds import kind_id
from tests.core.test_exam import PLACE_IDS, PLACES, around
from tests.core.train.samples import make
from tests.core.trainers import trainer_of


def state_of(trainer: Trainer) -> dict[str, Any]:
    """All that a training goes on from, with its gradients and history."""
    state = TrainerState.of(trainer)
    arrays = {name: array.tobytes() for name, array in state.arrays.items()}
    return (
        state.numbers
        | arrays
        | {"gradients": trainer.network.gradients.tobytes(), "rate": trainer.learning_rate}
    )


def is_the_next_step(trainer: Trainer) -> SlowStep:
    """Check that looking changes nothing, and that the step then is the one that was shown."""
    before = state_of(trainer)
    step = SlowStep.of(trainer)
    assert state_of(trainer) == before
    trainer.step_with_numpy()
    np.testing.assert_array_equal(step.done.parameters, trainer.network.parameters)
    np.testing.assert_array_equal(step.done.state, trainer.network.state)
    return step


def regression(layers: list[Layer], shape: tuple[int, ...], **given: Any) -> Trainer:
    rng = np.random.default_rng(0)
    targets = rng.normal(size=(20, 3)).astype(np.float32)
    data = Samples(rng.normal(size=(20, *shape)).astype(np.float32), targets, targets)
    settings = {"loss": MeanSquaredError(), "optimizer": Adam(0.01), "batch_size": 8} | given
    return trainer_of(Network(layers, shape, seed=1), data, encoding=TargetEncoding(0, 3), **settings)


@pytest.mark.parametrize(("kind", "shape"), PLACES, ids=PLACE_IDS)
def test_a_batch_is_the_next_step_with_every_layer(kind: type[Layer], shape: tuple[int, ...]) -> None:
    layers = around(kind(), shape)
    trainer, plain = regression(layers, shape), regression(layers, shape)
    for _ in range(4):  # beyond the end of an epoch
        step = is_the_next_step(trainer)
        plain.step()
    assert state_of(trainer) == state_of(plain)
    assert [path for path in step.layers if "/" not in path] == [str(index) for index in range(len(layers))]


def test_a_step_goes_through_the_layers_within_a_block() -> None:
    block = Residual((Dense(4, "tanh"), Linear(), Dense(5)), activation="tanh")
    step = is_the_next_step(regression([block, Dense(3)], (2,), optimizer=SGD(0.5)))
    assert list(step.layers) == ["0/0", "0/1", "0/2", "0/skip", "0", "1"]
    assert {stop.path for stop in step.stops if stop.stage == "update"} == {"0/0", "0/2", "0/skip", "1"}
    whole, first, last, skip = (step.layers[path] for path in ("0", "0/0", "0/2", "0/skip"))
    np.testing.assert_array_equal(first.inputs, whole.inputs)
    np.testing.assert_allclose(whole.sums, last.outputs + skip.outputs, rtol=1e-6)
    np.testing.assert_allclose(whole.outputs, np.tanh(whole.sums), rtol=1e-5)
    for layer in (first, last, skip):
        assert layer.sum_gradients is not None
        by_weights = layer.inputs.T @ layer.sum_gradients
        np.testing.assert_allclose(layer.gradients["kernel"], by_weights, rtol=1e-4, atol=1e-6)
    assert whole.sum_gradients is not None
    np.testing.assert_array_equal(skip.sum_gradients, whole.sum_gradients)


@pytest.mark.parametrize("kind", list(OPTIMIZERS), ids=kind_id)
def test_a_batch_is_the_next_step_with_every_optimizer(kind: type[Optimizer]) -> None:
    layers = (Dense(6, "tanh"), Dropout(0.3), BatchNormalization(), Dense(2, "softmax"))
    trainer, plain = (make(layers=layers, optimizer=kind(), clipping=ClipByNorm(0.5)) for _ in range(2))
    for _ in range(9):
        is_the_next_step(trainer)
        plain.step()
    assert state_of(trainer) == state_of(plain)


@pytest.mark.parametrize("name", ["wine", "moons_from_noise", "repeat", "digits_through_two_numbers"])
def test_a_batch_is_the_next_step_of_every_task(name: str) -> None:
    experiment = preset_named(name)
    step = is_the_next_step(make_trainer(experiment, prepare(experiment), record_initial=False))
    assert step.stops[0] == Stop("forward", "0")
    assert step.stops[-1].stage == "update"


def test_a_step_follows_schedule_penalties_frozen_neurons_and_muted_ones() -> None:
    trainer = make(regularizer=L2(0.1), schedule=ExponentialDecay(0.5))
    trainer.intervene([Intervention("mute", 0, 1), Intervention("freeze", 0, 2)])
    trainer.configure(trainer.config)
    trainer.run_epoch()
    trainer.step()
    step = is_the_next_step(trainer)
    assert step.rate == trainer.learning_rate < 0.005
    first = step.layers["0"]
    np.testing.assert_array_equal(first.new_weights["kernel"][:, 2], first.weights["kernel"][:, 2])
    assert (first.new_weights["kernel"] != first.weights["kernel"])[:, [0, 3, 4, 5]].all()
    assert (step.layers["1"].inputs[:, 1] == 0.0).all()
    assert first.sum_gradients is not None
    assert not first.sum_gradients[:, 1].any()


def test_the_gradients_of_the_layers_are_those_of_their_weights() -> None:
    trainer = make(layers=(Dense(6, "tanh"), Dense(4), ReLU(), Dense(2, "softmax")), optimizer=SGD(0.5))
    step = SlowStep.of(trainer)
    for path in ("0", "1", "3"):
        layer = step.layers[path]
        assert layer.sum_gradients is not None
        np.testing.assert_allclose(
            layer.gradients["kernel"], layer.inputs.T @ layer.sum_gradients, rtol=1e-4, atol=1e-7
        )
        np.testing.assert_allclose(
            layer.new_weights["kernel"], layer.weights["kernel"] - 0.5 * layer.gradients["kernel"], rtol=1e-5
        )
    last = step.layers["3"]
    np.testing.assert_allclose(last.outputs.sum(axis=1), 1.0, rtol=1e-6)
    assert last.sum_gradients is not None
    np.testing.assert_allclose(last.sum_gradients, (last.outputs - step.targets) / 8, atol=1e-7)
    assert last.output_gradients is not None
    np.testing.assert_allclose(last.output_gradients, -step.targets / last.outputs / 8, rtol=1e-5)
    np.testing.assert_array_equal(step.layers["1"].sums, step.layers["1"].outputs)
    np.testing.assert_array_equal(step.layers["2"].outputs, np.maximum(step.layers["2"].inputs, 0.0))
    order = [stop for stop in step.stops if stop.stage in ("backward", "update")]
    assert [stop.path for stop in order] == ["3", "2", "1", "0", "0", "1", "3"]


def test_layers_are_shown_as_they_are_written() -> None:
    # The plan of a step joins convolution, activation and pool.
    layers = [Conv2D(4, (3, 3), padding="same"), ReLU(), MaxPooling2D(), Flatten(), Dense(3)]
    trainer = regression(layers, (4, 4, 2))
    step = is_the_next_step(trainer)
    shapes = {path: each.outputs.shape[1:] for path, each in step.layers.items()}
    assert shapes == {"0": (4, 4, 4), "1": (4, 4, 4), "2": (2, 2, 4), "3": (16,), "4": (3,)}
    pooled = step.layers["1"].outputs.reshape(8, 2, 2, 2, 2, 4).max(axis=(2, 4))
    np.testing.assert_array_equal(step.layers["2"].outputs, pooled)
    assert step.layers["0"].sum_gradients is not None
    bias = step.layers["0"].sum_gradients.sum(axis=(0, 1, 2))
    np.testing.assert_allclose(step.layers["0"].gradients["bias"], bias, rtol=1e-4, atol=1e-7)


def test_layers_before_the_first_weights_get_no_gradient() -> None:
    step = SlowStep.of(regression([ReLU(), Dropout(0.1), Dense(4, "tanh"), Dense(3)], (5,)))
    assert [path for path, each in step.layers.items() if each.sum_gradients is None] == ["0", "1"]
    assert Stop("forward", "0") in step.stops
    assert Stop("backward", "1") not in step.stops


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_one_sample_is_a_rehearsal(optimizer: str) -> None:
    trainer = make(layers=(Dense(6, "tanh"), Dense(2, "softmax")), optimizer=OPTIMIZERS.make(optimizer))
    trainer.run_epoch()
    before = state_of(trainer)
    assert trainer.test is not None
    step = SlowStep.of(trainer, trainer.test, 5)
    assert state_of(trainer) == before
    assert not step.is_batch
    assert step.rows.tolist() == [5]
    np.testing.assert_array_equal(step.layers["0"].inputs, trainer.test.inputs[5:6])
    expected = CrossEntropy().value(step.done.predictions, step.targets)
    assert step.done.losses[0] == pytest.approx(expected, rel=1e-4)
    assert step.done.loss == pytest.approx(expected, rel=1e-4)
    assert step.done.new_losses[0] < step.done.losses[0]


def test_a_step_that_diverges_leaves_the_training_alone() -> None:
    trainer = make()
    trainer.network.parameters[:] = np.inf
    before = state_of(trainer)
    with pytest.raises(DivergedError):
        SlowStep.of(trainer)
    assert state_of(trainer) == before
