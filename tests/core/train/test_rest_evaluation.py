"""At rest the present weights are evaluated, and training goes on as it would have."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.data.datasets import Digits
from core.experiment.prepare import make_trainer, prepare
from core.nn import Dense, Flatten
from core.nn.interventions import Intervention
from core.nn.losses import MeanSquaredError
from core.train.trainer import RestEvaluation, Trainer
from tests.core.trainers import experiment_of


def _within_epoch(steps: int = 7) -> Trainer:
    experiment = experiment_of()
    trainer = make_trainer(experiment, prepare(experiment))
    for _ in range(steps):
        trainer.step()
    return trainer


def _evaluate(trainer: Trainer) -> None:
    task = RestEvaluation(trainer)
    while not task.finished:
        task.advance()
    assert task.result()


def test_what_is_counted_is_of_this_moment() -> None:
    trainer = _within_epoch()
    assert trainer.lacks_figures
    assert trainer.figures.place.position == 0.0
    _evaluate(trainer)
    assert not trainer.lacks_figures
    assert trainer.figures.place == trainer.place
    assert not trainer.figures.train.is_part
    assert not trainer.figures.test.is_part
    assert trainer.test is not None
    assert trainer.figures.test == trainer.evaluate(trainer.test)
    assert trainer.figures.train == trainer.evaluate(trainer.train)
    assert trainer.test_predictions is not None
    assert len(trainer.test_predictions) == len(trainer.test)


def test_training_goes_on_as_it_would_have() -> None:
    straight, rested = _within_epoch(), _within_epoch()
    rows = len(rested.log)
    _evaluate(rested)
    assert len(rested.log) == rows
    for trainer in (straight, rested):
        trainer.run_epoch()
    np.testing.assert_array_equal(straight.network.parameters, rested.network.parameters)
    np.testing.assert_array_equal(straight.log.to_array(), rested.log.to_array())


def test_the_end_of_an_epoch_is_evaluated_already() -> None:
    trainer = _within_epoch(0)
    assert not trainer.lacks_figures
    trainer.run_epoch()
    assert not trainer.lacks_figures


def test_without_test_samples_the_others_are_evaluated() -> None:
    trainer = _within_epoch(0)
    trainer.set_data(trainer.train, None)
    trainer.step()
    assert trainer.lacks_figures
    _evaluate(trainer)
    assert not trainer.lacks_figures
    assert trainer.figures.train == trainer.evaluate(trainer.train)


def test_all_samples_are_measured_where_training_measured_a_part() -> None:
    experiment = experiment_of(dataset=Digits(), layers=(Flatten(), Dense(10)))
    trainer = make_trainer(experiment, prepare(experiment))
    trainer.run_epoch()
    rows, part = trainer.log.to_array(), trainer.figures
    assert (part.train.samples, part.train.of) == (1000, len(trainer.train))
    assert trainer.lacks_figures
    found = trainer.measure()
    assert trainer.measure() is found
    assert (found.place, found.mean_loss) == (part.place, part.mean_loss)
    assert found.train == trainer.evaluate(trainer.train) != part.train
    assert found.test == part.test
    assert found.key(1, "train") != part.key(1, "train")
    assert found.key(1, "test") == part.key(1, "test")
    np.testing.assert_array_equal(trainer.log.to_array(), rows)


@pytest.mark.parametrize(
    "change",
    [
        lambda trainer: trainer.set_weight(0, "kernel", (0, 0), 9.0),
        lambda trainer: trainer.intervene([Intervention("cut_link", 0, 0, 1)]),
        lambda trainer: trainer.configure(trainer.config.replace(loss=MeanSquaredError())),
    ],
)
def test_what_was_changed_by_hand_is_evaluated_anew(change: Callable[[Trainer], None]) -> None:
    trainer = _within_epoch(0)
    trainer.run_epoch()
    mean = trainer.figures.train
    change(trainer)
    assert trainer.lacks_figures
    _evaluate(trainer)
    assert not trainer.lacks_figures
    assert trainer.figures.train == trainer.evaluate(trainer.train) != mean
    assert trainer.test is not None
    assert trainer.figures.test == trainer.evaluate(trainer.test)
