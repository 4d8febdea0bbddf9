"""One training step: the update, and when it stops the training."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.nn import Dense
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.nn.network import Network
from core.optim import LBFGS, OPTIMIZERS, SGD, Adam, AdamW, Optimizer
from core.train.train_step import DivergedError
from tests.core.optim.all_samples import full
from tests.core.train.samples import make, weights_after
from tests.core.trainers import trainer_of


def test_a_learning_rate_of_zero_stands_still_and_goes_on() -> None:
    trainer = make(optimizer=SGD(0.0))
    before = trainer.network.parameters.copy()
    np.testing.assert_array_equal(weights_after(1, trainer), before)
    trainer.configure(trainer.config.replace(optimizer=SGD(0.1)))
    assert not np.array_equal(weights_after(1, trainer), before)


# Adadelta adapts its step lengths and L-BFGS has a line search: neither explodes.
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
    # It stays stopped until a reset.
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for go_on in (trainer.run_epoch, trainer.step, lambda: trainer.run_for(0.01)):
            with pytest.raises(DivergedError):
                go_on()
        trainer.evaluate(trainer.train)
    assert not caught


@pytest.mark.parametrize("evaluate", [False, True])
def test_weights_that_ran_away_in_the_last_step_are_told(evaluate: bool) -> None:
    inputs = np.random.default_rng(0).normal(size=(64, 2)).astype(np.float32)
    predictions = (np.hypot(*inputs.T) > 1).astype(np.int64)
    layers = (Dense(4, "tanh"), Dense(1, "tanh"))
    encoding = TargetEncoding(2, 1)
    trainer = trainer_of(
        Network(layers, (2,)),
        Samples(inputs, encoding.encode(predictions), predictions),
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


@pytest.mark.parametrize("loss", [MeanSquaredError(), CrossEntropy()])
def test_many_samples_are_added_up_in_parts(loss: Any) -> None:
    layers = [Dense(5, "tanh"), Dense(2, "softmax")]
    parted = full(9000, layers=layers, loss=loss)
    value = parted.train_step._full_batch.fill(parted.train)
    gradients = parted.network.gradients.copy()
    assert len(list(parted.network.parts(9000))) == 3
    assert parted.train_step.fill_gradients(parted.train.inputs, parted.train.targets) == pytest.approx(
        value, rel=1e-5
    )
    np.testing.assert_allclose(gradients, parted.network.gradients, rtol=1e-3, atol=1e-7)


def test_switching_to_lbfgs_in_the_middle_of_an_epoch_and_back() -> None:
    trainer = full(optimizer=Adam(0.01))
    for _ in range(4):
        trainer.step()
    trainer.configure(trainer.config.replace(optimizer=LBFGS()))
    trainer.step()
    assert (trainer.epoch, trainer.step_in_epoch) == (1, 0)
    trainer.configure(trainer.config.replace(optimizer=LBFGS(history_size=3)))
    assert trainer.optimizer_state.slots["steps"].shape[0] == 3
    trainer.configure(trainer.config.replace(optimizer=Adam(0.01)))
    assert trainer.steps_per_epoch == 9
    trainer.run_epoch()
    assert trainer.epoch == 2
