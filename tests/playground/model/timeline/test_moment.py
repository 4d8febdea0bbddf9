"""Moments copied from a trainer and loaded into another."""

from __future__ import annotations

import numpy as np

from core.data.datasets import Moons
from core.experiment.prepare import make_trainer, prepare
from core.nn import BatchNormalization, Dense
from playground.model.timeline.moment import copy_moment, load_weights, spread_moments
from tests.core.trainers import experiment_of
from tests.playground.model.timeline.made_moments import moment as made

_EXPERIMENT = experiment_of(dataset=Moons(samples=60), layers=(Dense(4, "tanh"), BatchNormalization()))


def test_a_moment_shows_what_the_trainer_showed() -> None:
    data = prepare(_EXPERIMENT)
    trainer, other = make_trainer(_EXPERIMENT, data), make_trainer(_EXPERIMENT, data, record_initial=False)
    for _ in range(3):
        trainer.run_epoch()
    moment, vectors = copy_moment(trainer, 1, 0, _EXPERIMENT, resumable=True)
    expected, scores = trainer.network.predict(data.test.inputs), trainer.figures.test
    trainer.run_epoch()
    load_weights(moment, vectors, other)
    np.testing.assert_array_equal(other.network.predict(data.test.inputs), expected)
    assert (other.epoch, other.step_in_epoch, other.figures.test) == (3, 0, scores)
    predicted = other.test_predictions
    assert predicted is not None
    np.testing.assert_array_equal(predicted, (expected[:, 0] > 0.5).astype(int))


def test_a_moment_keeps_what_was_measured_at_rest() -> None:
    data = prepare(_EXPERIMENT)
    trainer, other = make_trainer(_EXPERIMENT, data), make_trainer(_EXPERIMENT, data, record_initial=False)
    trainer.run_epoch()
    trainer.step()
    late, vectors = copy_moment(trainer, 1, 0, _EXPERIMENT, resumable=False)
    trainer.measure()
    trainer.set_weight(0, "kernel", (0, 0), 9.0)
    for moment, is_old in ((late, True), (copy_moment(trainer, 1, 0, _EXPERIMENT, resumable=False)[0], True)):
        load_weights(moment, vectors, other)
        assert other.figures == moment.figures
        assert other.place == moment.place
        assert other.lacks_figures is is_old
    assert late.figures.place.text == "1"
    assert other.figures.place.text == f"1 + 1/{trainer.steps_per_epoch}"


def test_a_moment_within_an_epoch_lies_where_the_trainer_was() -> None:
    data = prepare(_EXPERIMENT)
    trainer, other = make_trainer(_EXPERIMENT, data), make_trainer(_EXPERIMENT, data, record_initial=False)
    trainer.run_epoch()
    trainer.step()
    load_weights(*copy_moment(trainer, 1, 0, _EXPERIMENT, resumable=True), other)
    assert other.fractional_epoch == trainer.fractional_epoch > 1.0


def test_without_optimizer_state_a_moment_takes_a_third_of_adams() -> None:
    trainer = make_trainer(_EXPERIMENT.replace(layers=(Dense(1000),)), prepare(_EXPERIMENT))
    full, vectors = copy_moment(trainer, 1, 0, _EXPERIMENT, resumable=True)
    sparse, few = copy_moment(trainer, 1, 0, _EXPERIMENT, resumable=False)
    size = trainer.network.parameters.nbytes
    assert full.nbytes - sparse.nbytes == 2 * size
    assert (len(vectors), len(few)) == (4, 2)
    assert full.resumable
    assert not sparse.resumable


def test_moments_spread_over_a_run_keep_both_ends() -> None:
    moments = [made(position)[0] for position in (*range(20), 30.0, 60.0, 90.0)]
    assert [each.position for each in spread_moments(moments, 4)] == [0.0, 30.0, 60.0, 90.0]
    assert spread_moments(moments[:2], 10) == moments[:2]
    assert spread_moments([], 10) == []
