"""The trainer: reproducible, configurable while running, exact counts, and errors for exploding losses."""

from __future__ import annotations

import math
from itertools import count

import numpy as np
import pytest

from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.nn import BatchNormalization, Dense
from core.nn.losses import LOSSES, CrossEntropy, MeanSquaredError
from core.nn.network import Network
from core.optim import OPTIMIZERS, SGD, Adam, Momentum, Optimizer
from core.optim.regularizers import L1
from core.train.train_step import DivergedError
from tests.core.train.samples import make, samples, weights_after
from tests.core.trainers import trainer_of


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, two = make(1), make(1)
    np.testing.assert_array_equal(weights_after(5, one), weights_after(5, two))
    np.testing.assert_array_equal(one.log.to_array(), two.log.to_array())
    assert not np.array_equal(one.network.parameters, weights_after(5, make(2)))


def test_judging_and_looking_change_nothing() -> None:
    silent, looked_at = make(evaluate=False), make()
    weights_after(2, silent)
    for _ in range(2 * looked_at.steps_per_epoch):
        looked_at.step()
        looked_at.evaluate(looked_at.train)
        looked_at.network.predict(samples().inputs)
    np.testing.assert_array_equal(silent.network.parameters, looked_at.network.parameters)
    assert len(silent.log) == 0


def test_counts_of_steps_and_epochs() -> None:
    trainer = make()
    assert trainer.steps_per_epoch == 7  # 50 = 6 * 8 + 2
    assert (trainer.epoch, trainer.step_in_epoch) == (0, 0)
    for step in range(1, 7):
        trainer.step()
        assert (trainer.epoch, trainer.step_in_epoch) == (0, step)
    trainer.step()
    assert (trainer.epoch, trainer.step_in_epoch) == (1, 0)
    trainer.step()
    trainer.run_epoch()
    assert (trainer.epoch, trainer.step_in_epoch) == (2, 0)
    assert trainer.optimizer_state.step == 14


def test_the_loss_of_an_epoch_weighs_the_smaller_last_batch_by_its_samples() -> None:
    trainer = make()
    values = [trainer.step() for _ in range(7)]
    assert trainer.epoch_loss == pytest.approx((8 * sum(values[:6]) + 2 * values[6]) / 50)
    np.testing.assert_allclose(trainer.log.view().mean_loss[-1], trainer.epoch_loss)


def test_live_changes_keep_weights_and_memory() -> None:
    trainer = make()
    trainer.run_epoch()
    trainer.step()
    weights, mean = trainer.network.parameters.copy(), trainer.optimizer_state.slots["mean"].copy()
    trainer.configure(trainer.config.replace(optimizer=Adam(0.5), regularizer=L1(0.1), batch_size=25))
    np.testing.assert_array_equal(trainer.network.parameters, weights)
    np.testing.assert_array_equal(trainer.optimizer_state.slots["mean"], mean)
    assert trainer.optimizer_state.step == 8
    assert trainer.config.optimizer == Adam(0.5)
    assert trainer.steps_per_epoch == 2
    assert (trainer.epoch, trainer.step_in_epoch, trainer.batches.position) == (1, 0, 8)
    trainer.step()
    assert trainer.batches.position == 33
    # The new rate is in use: Adam's steps have about its length.
    assert np.abs(trainer.network.parameters - weights).max() > 0.1


@pytest.mark.parametrize("kind", list(OPTIMIZERS), ids=lambda kind: kind.kind)
def test_another_kind_of_optimizer_starts_with_empty_memory(kind: type[Optimizer]) -> None:
    trainer = make(optimizer=Momentum(0.05))
    trainer.run_epoch()
    weights = trainer.network.parameters.copy()
    trainer.configure(trainer.config.replace(optimizer=kind()))
    np.testing.assert_array_equal(trainer.network.parameters, weights)
    if kind is not Momentum:
        assert trainer.optimizer_state.step == 0
        assert all((slot == kind().initial()).all() for slot in trainer.optimizer_state.slots.values())
    trainer.step()
    assert np.isfinite(trainer.network.parameters).all()
    assert not np.array_equal(trainer.network.parameters, weights)


def test_a_loss_can_change_while_it_runs() -> None:
    trainer = make()
    trainer.run_epoch()
    trainer.configure(trainer.config.replace(loss=MeanSquaredError()))
    value = trainer.step()
    assert 0.0 < value < 1.0
    found = trainer.evaluate(trainer.train)
    outputs = trainer.network.predict(trainer.train.inputs)
    assert found.loss == pytest.approx(float(np.mean((outputs - trainer.train.targets) ** 2)), rel=1e-5)


def test_evaluation_is_the_loss_and_accuracy_of_predictions() -> None:
    trainer = make()
    trainer.run_epoch()
    outputs = trainer.network.predict(trainer.train.inputs)
    found = trainer.evaluate(trainer.train)
    assert found.loss == pytest.approx(CrossEntropy().value(outputs, trainer.train.targets), rel=1e-5)
    assert found.score == np.mean(outputs.argmax(axis=1) == trainer.train.labels)


@pytest.mark.parametrize(("activation", "loss"), [("sigmoid", "binary_cross_entropy"), ("tanh", "mse")])
def test_accuracy_on_a_single_output(activation: str, loss: str) -> None:
    encoding = TargetEncoding(2, 1, -1.0 if activation == "tanh" else 0.0, 1.0)
    data = samples()
    data = Samples(data.inputs, encoding.encode(data.labels), data.labels)
    network = Network([Dense(6, "tanh"), Dense(1, activation)], (2,), seed=2)
    trainer = trainer_of(
        network, data, encoding=encoding, loss=LOSSES.make(loss), optimizer=Adam(0.05), batch_size=8
    )
    for _ in range(60):
        trainer.run_epoch()
    found = trainer.evaluate(data)
    assert found.score == np.mean(encoding.decode(network.predict(data.inputs)) == data.labels)
    assert found.score > 0.9
    assert math.isnan(trainer.figures.test.loss)


def test_r2_takes_the_place_of_accuracy_in_a_regression() -> None:
    inputs = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    values = inputs @ np.float32([[1.0], [-2.0]]) + 0.5
    data = Samples(inputs, values, values)
    network = Network([Dense(1)], (2,))
    trainer = trainer_of(
        network,
        data,
        encoding=TargetEncoding(0, 1),
        loss=LOSSES.make("rmse"),
        optimizer=SGD(0.1),
        batch_size=60,
    )
    for _ in range(200):
        trainer.run_epoch()
    assert trainer.evaluate(data).score > 0.99
    with np.errstate(all="raise"):
        assert trainer.evaluate(data).loss == pytest.approx(
            float(np.sqrt(np.mean((network.predict(inputs) - values) ** 2))), rel=1e-4, abs=1e-6
        )


def test_averages_that_are_infinite_stop_at_the_next_evaluation() -> None:
    # In training, batch statistics keep the loss finite.
    trainer = make(
        layers=(Dense(3), BatchNormalization(), Dense(2, "tanh")), loss=MeanSquaredError(), evaluate=False
    )
    trainer.run_epoch()
    trainer.network.state[-1] = np.inf
    with pytest.raises(DivergedError, match="Training stopped: the weights are no longer finite numbers"):
        trainer.run_epoch()


def test_a_test_loss_that_is_no_number_stops_too() -> None:
    trainer = make()
    bad = samples(30, 1)
    bad.inputs[3] = np.nan
    trainer.set_data(samples(), bad)
    with pytest.raises(DivergedError):
        trainer.run_epoch()


def test_run_for_keeps_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = make()
    trainer.run_for(10.0, steps=3)
    assert trainer.optimizer_state.step == 3
    trainer.run_for(0.0)
    assert trainer.optimizer_state.step == 4
    trainer.run_for(10.0, steps=1)
    assert trainer.optimizer_state.step == 5
    # A clock that goes on by a millisecond whenever it is read: a real one also counts what other programs do.
    readings = count()
    for module in ("trainer", "evaluation"):
        monkeypatch.setattr(f"core.train.{module}.perf_counter", lambda: next(readings) / 1000)
    trainer.run_for(0.02)
    assert next(readings) in (21, 22)
    assert trainer.optimizer_state.step > 10
    assert trainer.epoch > 0


def test_new_data_start_an_epoch_and_keep_the_weights() -> None:
    trainer = make()
    trainer.step()
    weights = trainer.network.parameters.copy()
    trainer.set_data(samples(20, 5))
    assert (trainer.step_in_epoch, trainer.steps_per_epoch) == (0, 3)
    np.testing.assert_array_equal(trainer.network.parameters, weights)
    trainer.run_epoch()
    assert trainer.epoch == 1


def test_the_same_data_again_are_no_break() -> None:
    straight, broken = make(), make()
    for _ in range(3):
        broken.run_epoch()
        broken.set_data(broken.train, broken.test)
    np.testing.assert_array_equal(weights_after(3, straight), broken.network.parameters)


def test_every_loss_trains() -> None:
    for kind in LOSSES:
        trainer = make(
            loss=kind(), layers=(Dense(8, "tanh"), Dense(2, kind.fuses or "linear")), optimizer=Adam(0.03)
        )
        first = trainer.evaluate(trainer.train).loss
        weights_after(40, trainer)
        assert trainer.evaluate(trainer.train).loss < 0.6 * first, kind.kind


def test_the_record_begins_later_for_who_has_one_already() -> None:
    trainer = make(record_initial=False)
    assert len(trainer.log) == 0
    assert math.isnan(trainer.figures.train.loss)
    trainer.start_history()
    np.testing.assert_array_equal(trainer.log.to_array(), make().log.to_array())
    trainer.run_epoch()
    trainer.start_history()
    assert len(trainer.log) == 2


def test_the_record_of_a_state_without_one_begins_where_it_has_come_to() -> None:
    # As of a model's file: from epoch 0 on, a line would be drawn over epochs of which nothing is known.
    trainer = make(record_initial=False)
    trainer.epoch = 279
    trainer.start_history()
    trainer.run_epoch()
    assert trainer.log.view().epoch.tolist() == [279.0, 280.0]


def test_an_epoch_in_which_the_loss_was_changed_is_told_by_the_new_one() -> None:
    trainer = make(optimizer=SGD(1e-9), layers=(Dense(2, "softmax"),), shuffle=False)
    everything = trainer.train
    rest = Samples(everything.inputs[8:], everything.targets[8:], everything.labels[8:])
    trainer.step()
    trainer.configure(trainer.config.replace(loss=MeanSquaredError()))
    trainer.run_epoch()
    assert trainer.epoch_loss == pytest.approx(trainer.evaluate(rest).loss, rel=1e-4)
    trainer.step()
    trainer.set_class_weights(np.array([100.0, 100.0]))
    trainer.run_epoch()
    assert trainer.epoch_loss == pytest.approx(100 * trainer.evaluate(rest).loss, rel=1e-4)
