"""The trainer: repeatable, changeable while it runs, exact in its counts, and clear about a loss that explodes."""

from __future__ import annotations

import math
import warnings
from time import perf_counter
from typing import Any

import numpy as np
import pytest

from core.data.batches import Batches, Samples
from core.nn import BatchNormalization, Dense, Dropout, Layer
from core.nn.losses import LOSSES, CrossEntropy, MeanSquaredError
from core.nn.network import Network
from core.optim import OPTIMIZERS, SGD, Adam, AdamW, Momentum, Optimizer
from core.optim.regularizers import L1, L2
from core.optim.schedules import ExponentialDecay
from core.train.history import HISTORY_COLUMNS, HistoryLog
from core.train.target_encoding import TargetEncoding
from core.train.trainer import DivergedError, Trainer
from tests.core.trainers import trainer_of

CLASSES = TargetEncoding(2, 2)
LAYERS: tuple[Layer, ...] = (Dense(6, "tanh"), Dropout(0.2), Dense(2, "softmax"))


def samples(count: int = 50, seed: int = 0) -> Samples:
    inputs = np.random.default_rng(seed).normal(size=(count, 2)).astype(np.float32)
    answers = (inputs[:, 0] * inputs[:, 1] > 0).astype(np.int64)
    return Samples(inputs, CLASSES.encode(answers), answers)


def make(seed: int = 0, layers: tuple[Layer, ...] = LAYERS, **given: Any) -> Trainer:
    settings = {"encoding": CLASSES, "loss": CrossEntropy(), "optimizer": Adam(0.01), "batch_size": 8} | given
    return trainer_of(Network(layers, (2,), seed=seed), samples(), samples(30, 1), seed=seed, **settings)


def weights_after(epochs: int, trainer: Trainer) -> np.ndarray:
    for _ in range(epochs):
        trainer.run_epoch()
    return trainer.network.parameters.copy()


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
    np.testing.assert_allclose(trainer.log.view().train_loss[-1], trainer.epoch_loss)


def test_a_step_is_one_step_of_gradient_descent() -> None:
    trainer = make(
        layers=(Dense(1),),
        encoding=TargetEncoding(0, 1),
        loss=MeanSquaredError(),
        optimizer=SGD(0.1),
        regularizer=L2(0.5),
        batch_size=50,
        shuffle=False,
        evaluate=False,
    )
    data = Samples(samples().inputs, samples().inputs[:, :1] * 2 + 1, samples().inputs[:, :1] * 2 + 1)
    trainer.set_data(data)
    kernel, bias = (array.astype(np.float64) for array in trainer.network.get_weights())
    x, t = data.inputs.astype(np.float64), data.targets.astype(np.float64)
    miss = x @ kernel + bias - t
    value = trainer.step()
    assert value == pytest.approx(float(np.mean(miss**2)), rel=1e-5)
    expected = kernel - 0.1 * (2 * x.T @ miss / 50 + 2 * 0.5 * kernel)
    found_kernel, found_bias = trainer.network.get_weights()
    np.testing.assert_allclose(found_kernel, expected, rtol=1e-5)
    np.testing.assert_allclose(found_bias, bias - 0.1 * 2 * miss.mean(axis=0), rtol=1e-5)


def test_batches_give_every_sample_once_an_epoch() -> None:
    inputs = np.arange(1300, dtype=np.float32)[:, None]
    batches = Batches(inputs, inputs, 7, seed=3)
    orders = []
    for _ in range(2):
        seen = []
        while not batches.finished:
            rows, targets = batches.next()
            np.testing.assert_array_equal(rows, targets)
            seen.append(rows.copy())
        assert [len(rows) for rows in seen] == [7] * 185 + [5]
        assert batches.step == batches.steps == 186
        orders.append(np.concatenate(seen).ravel())
        np.testing.assert_array_equal(np.sort(orders[-1]), inputs.ravel())
        batches.start_epoch()
    assert not np.array_equal(orders[0], orders[1])
    still = Batches(inputs, inputs, 1000, shuffle=False)
    np.testing.assert_array_equal(still.next()[0], inputs[:1000])


def test_batches_change_size_in_the_middle_of_an_epoch() -> None:
    inputs = np.arange(100, dtype=np.float32)[:, None]
    batches = Batches(inputs, inputs, 10, seed=3)
    seen = [batches.next()[0].copy() for _ in range(3)]
    batches.batch_size = 33
    while not batches.finished:
        seen.append(batches.next()[0].copy())
    assert [len(rows) for rows in seen] == [10, 10, 10, 33, 33, 4]
    np.testing.assert_array_equal(np.sort(np.concatenate(seen).ravel()), inputs.ravel())


def test_batches_resume_where_they_were() -> None:
    inputs = np.arange(40, dtype=np.float32)[:, None]
    batches, other = (Batches(inputs, inputs, 6, seed=seed) for seed in (3, 8))
    for _ in range(10):
        batches.next()
        if batches.finished:
            batches.start_epoch()
    other.resume(batches.epoch_state, batches.position, batches.step)
    for _ in range(12):
        np.testing.assert_array_equal(batches.next()[0], other.next()[0])
        for one in (batches, other):
            if one.finished:
                one.start_epoch()


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
    # The new rate is at work: Adam's steps are about as long as its rate.
    assert np.abs(trainer.network.parameters - weights).max() > 0.1


def test_a_learning_rate_of_zero_stands_still_and_goes_on() -> None:
    trainer = make(optimizer=SGD(0.0))
    before = trainer.network.parameters.copy()
    np.testing.assert_array_equal(weights_after(1, trainer), before)
    trainer.configure(trainer.config.replace(optimizer=SGD(0.1)))
    assert not np.array_equal(weights_after(1, trainer), before)


def test_a_regularizer_that_is_switched_on_shrinks_the_kernels() -> None:
    trainer = make(optimizer=SGD(0.01))
    weights_after(3, trainer)
    before = np.linalg.norm(trainer.network.kernels)
    trainer.configure(trainer.config.replace(regularizer=L2(10.0)))
    weights_after(3, trainer)
    assert np.linalg.norm(trainer.network.kernels) < 0.1 * before


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
    assert found.accuracy == np.mean(outputs.argmax(axis=1) == trainer.train.labels)


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
    assert found.accuracy == np.mean(encoding.decode(network.predict(data.inputs)) == data.labels)
    assert found.accuracy > 0.9
    assert math.isnan(trainer.test_evaluation.loss)


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
    assert trainer.evaluate(data).accuracy > 0.99
    with np.errstate(all="raise"):
        assert trainer.evaluate(data).loss == pytest.approx(
            float(np.sqrt(np.mean((network.predict(inputs) - values) ** 2))), rel=1e-4, abs=1e-6
        )


def test_history_has_a_row_per_epoch() -> None:
    trainer = make()
    assert len(trainer.log) == 1
    weights_after(4, trainer)
    history = trainer.log.view()
    np.testing.assert_array_equal(history.epoch, [0, 1, 2, 3, 4])
    assert history.test_loss[-1] == trainer.test_evaluation.loss
    assert history.test_accuracy[-1] == trainer.test_evaluation.accuracy
    assert history.train_accuracy[-1] == trainer.train_evaluation.accuracy
    with pytest.raises(ValueError, match="read-only"):
        history.epoch[0] = 7


def test_a_view_of_the_history_never_changes() -> None:
    log = HistoryLog(limit=600)
    views = []
    for epoch in range(3000):
        if epoch % log.stride == 0:
            log.append(epoch, *(epoch + k / 10 for k in range(1, HISTORY_COLUMNS)))
        if epoch % 100 == 0:
            views.append((log.view(), log.view().epoch.copy()))
    for view, copy in views:
        np.testing.assert_array_equal(view.epoch, copy)


def test_a_long_history_is_thinned_evenly() -> None:
    log = HistoryLog(limit=100)
    for epoch in range(1000):
        if epoch % log.stride == 0:
            log.append(epoch, *[0] * (HISTORY_COLUMNS - 1))
        assert len(log) <= 100
    assert log.stride == 16
    np.testing.assert_array_equal(log.view().epoch, np.arange(0, 1000, 16))


def test_a_history_comes_back() -> None:
    log = HistoryLog(limit=500)
    for epoch in range(300):
        log.append(epoch, 1, 2, 3, math.nan, 0.1, 4)
    other = HistoryLog(limit=500)
    other.restore(log.to_array(), 4)
    np.testing.assert_array_equal(other.to_array(), log.to_array())
    assert other.stride == 4
    other.append(300, 1, 2, 3, 4, 5, 6)
    assert len(other) == 301
    for bad in (np.zeros((3, 4)), np.zeros(5), np.zeros((501, HISTORY_COLUMNS))):
        with pytest.raises(ValueError, match="History: rows must be"):
            other.restore(bad)


def test_a_history_of_before_rates_were_recorded_comes_back_without_them() -> None:
    log = HistoryLog()
    log.restore(np.arange(15.0).reshape(3, 5))
    history = log.view()
    np.testing.assert_array_equal(history.test_accuracy, [4, 9, 14])
    assert np.isnan(history.learning_rate).all()
    assert np.isnan(history.gradient_norm).all()
    log.append(3, 1, 1, 1, 1, 0.1, 0.5)
    assert log.view().gradient_norm[-1] == 0.5


def test_learning_rate_and_gradient_norm_of_each_epochs_last_step_are_recorded() -> None:
    trainer = make(schedule=ExponentialDecay(factor=0.5))
    assert np.isnan(trainer.log.view().learning_rate[0])
    norms, rates = [], []
    for _ in range(3):
        trainer.run_epoch()
        norms.append(math.sqrt(float((trainer.network.gradients.astype(np.float64) ** 2).sum())))
        rates.append(trainer.learning_rate)
    history = trainer.log.view()
    np.testing.assert_allclose(history.gradient_norm[1:], norms, rtol=1e-5)
    np.testing.assert_array_equal(history.learning_rate[1:], rates)
    assert rates[0] > rates[2]


# Adadelta finds its own step lengths, and L-BFGS looks before it goes: neither explodes.
EXPLODING = [kind for kind in OPTIMIZERS if kind.kind not in ("adadelta", "lbfgs")]


@pytest.mark.parametrize("kind", EXPLODING, ids=lambda kind: kind.kind)
def test_too_large_steps_stop_with_a_sentence_and_without_warnings(kind: type[Optimizer]) -> None:
    trainer = make(
        layers=(*(Dense(30) for _ in range(12)), Dense(2)),
        loss=MeanSquaredError(),
        optimizer=kind(learning_rate=100.0),
        batch_size=50,
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(DivergedError) as error:
            trainer.run_for(20.0, steps=2000)
    assert str(error.value) == (
        "Training stopped: the loss is no longer a number. The steps were too large; "
        "reset and try a learning rate below 100"
    )
    assert not caught
    assert np.isfinite(trainer.log.to_array()[:, :5]).all()
    # And it stays so until someone resets.
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for go_on in (trainer.run_epoch, trainer.step, lambda: trainer.run_for(0.01)):
            with pytest.raises(DivergedError):
                go_on()
        trainer.evaluate(trainer.train)
    assert not caught


def test_averages_that_are_infinite_stop_at_the_next_evaluation() -> None:
    # While training, a batch has its own mean and variance, so that the loss stays a number.
    trainer = make(
        layers=(Dense(3), BatchNormalization(), Dense(2, "tanh")), loss=MeanSquaredError(), evaluate=False
    )
    trainer.run_epoch()
    trainer.network.state[-1] = np.inf
    with pytest.raises(DivergedError, match="Training stopped: the weights are no longer finite numbers"):
        trainer.run_epoch()


@pytest.mark.parametrize("evaluate", [False, True])
def test_weights_that_ran_away_in_the_last_step_are_told(evaluate: bool) -> None:
    inputs = np.random.default_rng(0).normal(size=(64, 2)).astype(np.float32)
    answers = (np.hypot(*inputs.T) > 1).astype(np.int64)
    layers = (Dense(4, "tanh"), Dense(1, "tanh"))
    encoding = TargetEncoding(2, 1)
    trainer = trainer_of(
        Network(layers, (2,)),
        Samples(inputs, encoding.encode(answers), answers),
        encoding=encoding,
        loss=MeanSquaredError(),
        optimizer=AdamW(learning_rate=100.0, weight_decay=2.68),
        batch_size=64,
        evaluate=evaluate,
    )
    with pytest.raises(DivergedError, match="the weights are no longer finite numbers"):
        weights_after(16, trainer)


def test_large_weights_that_are_finite_go_on() -> None:
    trainer = make()
    trainer.network.parameters[:] = 1e19
    trainer.train_step.check_weights()


def test_a_test_loss_that_is_no_number_stops_too() -> None:
    trainer = make()
    bad = samples(30, 1)
    bad.inputs[3] = np.nan
    trainer.set_data(samples(), bad)
    with pytest.raises(DivergedError):
        trainer.run_epoch()


def test_run_for_keeps_its_bounds() -> None:
    trainer = make()
    trainer.run_for(10.0, steps=3)
    assert trainer.optimizer_state.step == 3
    trainer.run_for(0.0)
    assert trainer.optimizer_state.step == 4
    trainer.run_for(10.0, steps=1)
    assert trainer.optimizer_state.step == 5
    start = perf_counter()
    trainer.run_for(0.02)
    assert 0.02 <= perf_counter() - start < 2.0
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
    assert math.isnan(trainer.train_evaluation.loss)
    trainer.start_history()
    np.testing.assert_array_equal(trainer.log.to_array(), make().log.to_array())
    trainer.run_epoch()
    trainer.start_history()
    assert len(trainer.log) == 2


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
