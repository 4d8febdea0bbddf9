"""Interventions on neurons and links: outputs, frozen weights, removal."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.nn import Conv2D, Dense, Flatten, Residual
from core.nn.interventions import Intervention
from core.nn.network import Network
from core.optim import OPTIMIZERS
from core.spec import SettingError
from core.spec.regularizer import REGULARIZERS
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig
from core.train.warm_start import continue_training
from tests.core.trainers import experiment_of

STACK = (Dense(4, "tanh"), Dense(3, "sigmoid"))


def trainer_of(*holds: Intervention, **changes: Any) -> Trainer:
    experiment = experiment_of(layers=STACK, interventions=holds, **changes)
    return make_trainer(experiment, prepare(experiment))


def test_a_muted_neuron_puts_out_nothing_and_the_rest_is_as_without_its_links() -> None:
    trainer = trainer_of(Intervention("mute", 0, 2))
    network, inputs = trainer.network, trainer.test.inputs[:20]
    assert not network.layer_outputs(inputs)[0][:, 2].any()
    free = trainer_of().network
    free.weights[1]["kernel"][2] = 0.0
    np.testing.assert_allclose(network.predict(inputs), free.predict(inputs), rtol=1e-6)


def test_a_clamped_neuron_puts_out_its_value() -> None:
    trainer = trainer_of(Intervention("clamp", 1, 0, value=2.5))
    outputs = trainer.network.layer_outputs(trainer.test.inputs[:5])
    assert (outputs[1][:, 0] == 2.5).all()


@pytest.mark.parametrize("kind", ["mute", "clamp"])
def test_gradients_through_a_held_neuron_are_those_of_the_function(kind: str) -> None:
    layers = (Dense(3, "tanh"), Dense(2, "tanh"), Dense(1, "linear"))
    network = Network(layers, (2,), dtype=np.float64, seed=3)
    network.intervene([Intervention(kind, 0, 1, value=0.5 if kind == "clamp" else 0.0)])  # type: ignore[arg-type]
    x = np.random.default_rng(0).normal(size=(7, 2))

    def loss() -> float:
        return float(network.plan(7, training=True).forward(x).sum())

    loss()
    network.plan(7, training=True).backward(np.ones((7, 1)))
    found = network.gradients.copy()
    for index in range(network.parameters.size):
        kept = network.parameters[index]
        network.parameters[index] = kept + 1e-6
        above = loss()
        network.parameters[index] = kept - 1e-6
        slope = (above - loss()) / 2e-6
        network.parameters[index] = kept
        assert found[index] == pytest.approx(slope, abs=1e-7)
    assert not network.weight_gradients[0]["kernel"][:, 1].any()


@pytest.mark.parametrize("optimizer", [kind.kind for kind in OPTIMIZERS])
def test_frozen_weights_do_not_move_whatever_the_optimizer(optimizer: str) -> None:
    trainer = trainer_of(
        Intervention("freeze", 0, 1),
        Intervention("freeze_link", 1, 0, 3),
        training=TrainingConfig(optimizer=OPTIMIZERS.get(optimizer)()),
        regularizer=REGULARIZERS.get("l2")(),
    )
    before = [array.copy() for array in trainer.network.get_weights()]
    trainer.run_epoch()
    trainer.run_epoch()
    after = trainer.network.get_weights()
    np.testing.assert_array_equal(after[0][:, 1], before[0][:, 1])
    np.testing.assert_array_equal(after[1][1], before[1][1])
    assert after[2][3, 0] == before[2][3, 0]
    assert (after[0][:, 0] != before[0][:, 0]).all()
    assert after[2][2, 0] != before[2][2, 0]


def test_momentum_does_not_move_what_is_frozen_later() -> None:
    trainer = trainer_of()
    trainer.run_epoch()
    trainer.network.intervene([Intervention("freeze", 0, 0)])
    trainer.configure(trainer.config)
    kept = trainer.network.weights[0]["kernel"][:, 0].copy()
    trainer.run_epoch()
    np.testing.assert_array_equal(trainer.network.weights[0]["kernel"][:, 0], kept)
    trainer.network.intervene([])
    trainer.configure(trainer.config)
    trainer.run_epoch()
    assert (trainer.network.weights[0]["kernel"][:, 0] != kept).all()


def test_a_cut_link_is_nothing_and_stays_so() -> None:
    trainer = trainer_of()
    trainer.run_epoch()
    held = trainer_of(Intervention("cut_link", 1, 2, 0))
    continue_training(trainer, held, "Cut")
    assert held.network.weights[1]["kernel"][0, 2] == 0.0
    held.run_epoch()
    assert held.network.weights[1]["kernel"][0, 2] == 0.0
    assert trainer.network.weights[1]["kernel"][0, 2] != 0.0


def test_muting_and_letting_go_changes_no_weight() -> None:
    trainer = trainer_of()
    inputs = trainer.test.inputs[:8]
    before = trainer.network.predict(inputs)
    trainer.network.intervene([Intervention("mute", 0, 0)])
    assert (trainer.network.predict(inputs) != before).any()
    trainer.network.intervene([])
    np.testing.assert_array_equal(trainer.network.predict(inputs), before)


def test_a_muted_feature_map_is_blank() -> None:
    network = Network((Conv2D(3, (3, 3), activation="relu"), Flatten(), Dense(2)), (6, 6, 1))
    network.intervene([Intervention("mute", 0, 1), Intervention("freeze", 0, 2)])
    maps = network.layer_outputs(np.ones((4, 6, 6, 1), np.float32))[0]
    assert not maps[..., 1].any()
    assert network.frozen[0][0].shape == (3, 3, 1, 1)


def test_a_layer_within_a_block_is_held_by_its_path() -> None:
    network = Network((Residual((Dense(6, "relu"), Dense(4))), Dense(2)), (4,), seed=1)
    inputs = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32)
    free = network.outputs_at(("0/0", "0/1"), inputs)
    network.intervene([Intervention("clamp", "0/0", 2, value=1.5), Intervention("freeze", "0/1", 3)])
    held = network.outputs_at(("0/0", "0/1", "0"), inputs)
    assert (held["0/0"][:, 2] == 1.5).all()
    kernel = network.places["0/1"].weights["kernel"]
    assert held["0/1"] == pytest.approx(free["0/1"] + (1.5 - free["0/0"][:, 2:3]) * kernel[2], abs=1e-5)
    assert held["0"] == pytest.approx(inputs + held["0/1"], abs=1e-6)
    # The column of the weights, and the bias.
    (weights, _), (bias, _) = network.frozen
    np.testing.assert_array_equal(weights, kernel[:, 3:])
    assert bias.shape == (1,)


def test_without_holds_nothing_is_done() -> None:
    trainer = trainer_of()
    assert trainer.train_step._before_update == ()
    assert trainer.network.frozen == []


def test_holds_are_saved_and_an_experiment_without_is_as_before() -> None:
    holds = (
        Intervention("mute", 0, 1),
        Intervention("clamp", 0, 2, value=0.5),
        Intervention("cut_link", 1, 0, 3),
    )
    holds = (
        *holds[:2],
        Intervention("mute", "0/1", 2),
        holds[2],
        Intervention("clamp", "10/2", 0, value=1.0),
    )
    experiment = Experiment(layers=STACK, interventions=holds[::-1])
    again = Experiment.from_json(json.loads(json.dumps(experiment.to_json())))
    assert again == experiment
    assert again.interventions == holds
    assert "holds" not in Experiment(layers=STACK).to_json()


@pytest.mark.parametrize(
    "broken",
    [
        {"kind": "kill", "layer": 0, "unit": 0},
        {"kind": "mute", "layer": -1, "unit": 0},
        {"kind": "mute", "layer": "1", "unit": 0},
        {"kind": "mute", "layer": "1/-2", "unit": 0},
        {"kind": "mute", "layer": "1/2" + "/0" * 9, "unit": 0},
        {"kind": "mute", "layer": None, "unit": 0},
        {"kind": "mute", "layer": 0, "unit": True},
        {"kind": "mute", "layer": 0, "unit": 0, "input": 1},
        {"kind": "freeze_link", "layer": 0, "unit": 0},
        {"kind": "clamp", "layer": 0, "unit": 0, "value": float("nan")},
        {"kind": "mute", "layer": 0},
        {"kind": "mute", "layer": 0, "unit": 0, "colour": 1},
        "mute",
    ],
)
def test_a_broken_hold_is_refused(broken: Any) -> None:
    data = {**Experiment(layers=STACK).to_json(), "holds": [broken]}
    with pytest.raises(SettingError):
        Experiment.from_json(data)


def test_holds_that_have_no_place_do_no_harm() -> None:
    trainer = trainer_of(
        Intervention("mute", 7, 0),
        Intervention("freeze", 0, 99),
        Intervention("mute", 0, 99),
        Intervention("mute", 2, 0),
    )
    free = trainer_of()
    trainer.run_epoch()
    free.run_epoch()
    np.testing.assert_array_equal(trainer.network.parameters, free.network.parameters)


def test_a_hold_is_one_value() -> None:
    assert Intervention("mute", 0, 1) == dataclasses.replace(Intervention("mute", 0, 2), unit=1)


def test_a_neuron_that_is_clamped_between_two_steps_is_clamped_in_the_second() -> None:
    trainer = trainer_of()
    trainer.step()
    trainer.network.intervene([Intervention("clamp", 1, 0, value=2.5)])
    trainer.train_step.fill_gradients(*trainer.batches.next())
    gradients = trainer.network.weight_gradients[1]
    assert not gradients["kernel"][:, 0].any()
    assert gradients["bias"][1:].any()
