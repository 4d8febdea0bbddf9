"""L-BFGS descends, converges, and stops with a sentence."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from core.nn import Dense, Dropout
from core.nn.losses import RootMeanSquaredError
from core.optim import LBFGS
from core.optim.regularizers import L2
from core.optim.schedules import CosineDecay
from core.train.train_step import DivergedError
from core.train.warm_start import continue_training
from tests.core.optim.all_samples import full


def test_a_step_of_lbfgs_is_an_epoch_that_goes_down() -> None:
    trainer = full()
    assert trainer.steps_per_epoch == 1
    losses = [trainer.step() for _ in range(60)]
    assert trainer.epoch == 60
    assert trainer.step_in_epoch == 0
    assert losses[-1] < 0.02
    assert all(after <= before + 1e-6 for before, after in itertools.pairwise(losses))
    assert trainer.figures.test.score == 1.0


def test_lbfgs_compares_the_same_dropout_along_a_line() -> None:
    trainer = full(layers=[Dense(16, "tanh"), Dropout(0.3), Dense(2, "softmax")])
    before = trainer.figures.test.loss
    for _ in range(40):
        trainer.step()
    assert trainer.figures.test.loss < 0.6 * before


def test_lbfgs_stands_still_when_a_schedule_ends_at_a_rate_of_zero() -> None:
    trainer = full(schedule=CosineDecay(2))
    for _ in range(3):
        trainer.run_epoch()
    weights = trainer.network.parameters.copy()
    for _ in range(3):
        trainer.run_epoch()
    assert trainer.learning_rate == 0.0
    np.testing.assert_array_equal(trainer.network.parameters, weights)


def test_lbfgs_minds_the_penalty() -> None:
    free, held = full(), full(regularizer=L2(0.01))
    for _ in range(40):
        free.step()
        held.step()
    norms = [float(np.linalg.norm(trainer.network.kernels)) for trainer in (free, held)]
    assert norms[1] < 0.5 * norms[0]
    # At the minimum, the gradient of loss plus penalty is zero.
    held.train_step._full_batch.fill(held.train)
    held.train_step._regularize()
    assert np.abs(held.network.gradients).max() < 1e-3


def test_lbfgs_stops_with_a_sentence_when_the_loss_is_no_number() -> None:
    trainer = full()
    trainer.step()
    trainer.network.parameters[:] = np.nan
    with pytest.raises(DivergedError, match="no longer a number"):
        trainer.step()


def test_lbfgs_rests_at_the_bottom() -> None:
    parameters, gradients = np.zeros(3), np.empty(3)
    optimizer_state = LBFGS().bind(parameters, gradients)

    def evaluate() -> float:
        gradients[:] = 2.0 * (parameters - 1.0)
        return float(np.sum((parameters - 1.0) ** 2))

    for _ in range(5):
        optimizer_state.minimize(evaluate)
    np.testing.assert_allclose(parameters, 1.0, atol=1e-12)


def test_root_mean_squared_error_works_with_lbfgs() -> None:
    trainer = full(loss=RootMeanSquaredError())
    first = trainer.step()
    for _ in range(40):
        last = trainer.step()
    assert last < 0.5 * first


def test_lbfgs_remembers_the_curvature_through_an_edit_that_keeps_the_shapes() -> None:
    old, new, other = full(optimizer=LBFGS()), full(optimizer=LBFGS()), full(optimizer=LBFGS(history_size=3))
    for _ in range(5):
        old.step()
    continue_training(old, new, "Edit")
    continue_training(old, other, "Edit")  # without slots for it; starts empty
    assert other.optimizer_state.step == 0
    for _ in range(3):
        old.step()
        new.step()
    np.testing.assert_array_equal(old.network.parameters, new.network.parameters)
