"""Schedules in training: changes of the rate, edits while running, plateaus."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.nn import Dense
from core.nn.losses import CrossEntropy
from core.nn.network import Network
from core.optim import LBFGS, SGD
from core.optim.schedules import (
    SCHEDULES,
    Constant,
    CosineDecay,
    ExponentialDecay,
    OneCycle,
    ReduceOnPlateau,
    Scheduler,
    StepDecay,
)
from core.train.trainer import Trainer
from tests.core.trainers import trainer_of


def make(test: bool = True, **given: Any) -> Trainer:
    inputs = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    predictions = (inputs[:, 0] > 0).astype(np.int64)
    encoding = TargetEncoding(2, 2)
    part = Samples(inputs, encoding.encode(predictions), predictions)
    settings = {"optimizer": SGD(0.5), "batch_size": 10} | given
    network = Network([Dense(4, "tanh"), Dense(2, "softmax")], (2,), seed=1)
    return trainer_of(
        network, part, part if test else None, encoding=encoding, loss=CrossEntropy(), **settings
    )


def rates(trainer: Trainer, steps: int) -> list[float]:
    found = []
    for _ in range(steps):
        trainer.step()
        found.append(trainer.learning_rate)
    return found


def test_every_schedule_starts_within_the_rate_and_never_leaves_it() -> None:
    for kind in SCHEDULES:
        schedule = kind()
        found = [schedule.rate(0.3, step, 4) for step in range(1000)]
        assert all(0.0 <= rate <= 0.3 for rate in found)
        assert max(found[:200]) == pytest.approx(0.3, rel=1e-3)


def test_the_rate_changes_between_epochs_or_steps() -> None:
    assert rates(make(schedule=StepDecay(0.5, epochs=1)), 9) == [0.5] * 4 + [0.25] * 4 + [0.125]
    smooth = rates(make(schedule=ExponentialDecay(0.5)), 5)
    assert smooth == pytest.approx([0.5 * 0.5 ** (step / 4) for step in range(5)])


def test_the_rate_is_what_the_step_goes_by() -> None:
    slowed, by_hand = make(schedule=StepDecay(0.1, epochs=1)), make()
    for epoch in range(3):
        by_hand.configure(by_hand.config.replace(optimizer=SGD(0.5 * 0.1**epoch)))
        by_hand.run_epoch()
        slowed.run_epoch()
    np.testing.assert_array_equal(slowed.network.parameters, by_hand.network.parameters)


def test_another_rate_or_optimizer_goes_on_under_the_schedule() -> None:
    trainer = make(schedule=StepDecay(0.5, epochs=1))
    rates(trainer, 4)
    trainer.configure(trainer.config.replace(optimizer=SGD(1.0)))
    assert rates(trainer, 1) == [0.5]
    trainer.configure(trainer.config.replace(schedule=Constant()))
    trainer.configure(trainer.config.replace(optimizer=SGD(1.0)))
    assert rates(trainer, 1) == [1.0]


def test_going_back_to_constant_gives_the_full_rate_back() -> None:
    trainer = make(schedule=StepDecay(0.5, epochs=1))
    rates(trainer, 6)
    trainer.configure(trainer.config.replace(schedule=Constant()))
    assert rates(trainer, 1) == [0.5]


def test_a_schedule_chosen_late_starts_then_and_keeps_its_start() -> None:
    trainer = make()
    rates(trainer, 8)
    trainer.configure(trainer.config.replace(schedule=StepDecay(0.5, epochs=1)))
    assert rates(trainer, 5) == [0.5] * 4 + [0.25]
    trainer.configure(trainer.config.replace(schedule=StepDecay(0.1, epochs=1)))
    assert rates(trainer, 1) == [pytest.approx(0.05)]


def test_a_full_batch_counts_epochs() -> None:
    found = rates(make(optimizer=LBFGS(), schedule=StepDecay(0.5, epochs=2)), 5)
    assert found == [1.0, 1.0, 0.5, 0.5, 0.25]


def test_one_cycle_may_rise_all_the_time_or_never() -> None:
    rising, falling = OneCycle(2, pct_start=1.0), OneCycle(2, pct_start=0.0)
    assert rising.rate(1.0, 7, 4) == pytest.approx(1.0)
    assert falling.rate(1.0, 0, 4) > falling.rate(1.0, 1, 4)
    assert OneCycle(1).rate(1.0, 0, 1) > 0.0


def test_a_warm_up_may_be_all_there_is() -> None:
    schedule = CosineDecay(2, warmup_epochs=3, warmup_start=0.0, alpha=0.25)
    assert [schedule.rate(1.0, step, 1) for step in range(5)] == [
        0.0,
        pytest.approx(1 / 3),
        pytest.approx(2 / 3),
        0.25,
        0.25,
    ]


def test_nobody_judges_the_test_part_for_a_schedule_that_does_not_watch_it() -> None:
    trainer = make(schedule=CosineDecay(10), evaluate=False)
    trainer.run_epoch()
    assert math.isnan(trainer.figures.test.loss)


def test_a_plateau_watches_epochs_that_the_record_leaves_out() -> None:
    trainer = make(schedule=ReduceOnPlateau(0.5, patience=0, min_delta=1e-9), optimizer=SGD(0.01))
    trainer.log.stride = 1000
    start = trainer.figures.test.loss
    trainer.run_epoch()
    assert trainer.test is not None
    assert trainer.scheduler.best == trainer.evaluate(trainer.test.limited()).loss != start


@pytest.mark.parametrize("evaluate", [True, False])
def test_a_plateau_watches_the_test_part(evaluate: bool) -> None:
    trainer = make(schedule=ReduceOnPlateau(0.5, patience=0, min_delta=100.0), evaluate=evaluate)
    trainer.run_epoch()
    assert trainer.test is not None
    assert trainer.scheduler.best == trainer.evaluate(trainer.test.limited()).loss
    trainer.run_epoch()
    assert trainer.scheduler.drops == 1
    alone = make(False, schedule=ReduceOnPlateau(0.5, patience=0, min_delta=100.0), evaluate=evaluate)
    alone.run_epoch()
    assert alone.scheduler.best == alone.epoch_loss
    rates(alone, 5)
    assert alone.learning_rate == 0.25


def test_the_memory_of_a_plateau_comes_back_and_another_kinds_does_not() -> None:
    plateau = Scheduler(ReduceOnPlateau(patience=3), start=7)
    for loss in (1.0, 2.0, 2.0):
        plateau.end_epoch(loss)
    again, other = Scheduler(ReduceOnPlateau(patience=3)), Scheduler(StepDecay())
    again.load_state_dict(plateau.state_dict())
    assert again.state_dict() == plateau.state_dict()
    assert (again.start, again.best, again.waited) == (7, 1.0, 2)
    other.load_state_dict(plateau.state_dict())
    assert other.start == 0
