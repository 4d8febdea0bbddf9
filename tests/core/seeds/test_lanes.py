"""Lanes of a race: the same start where shapes allow, equal turns, and what is reached first."""

from __future__ import annotations

import numpy as np

from core.data.datasets import Blobs, MinMax, Xor
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.nn import Dense
from core.seeds.lanes import TARGET, Lanes, make_lanes
from core.sweep.plan import Pace

BASE = Experiment(
    dataset=Xor(samples=80), layers=(Dense(6, "tanh"), Dense(4, "tanh")), output=Experiment().output
)


def _weights(lane: object, layer: int) -> np.ndarray:
    return lane.trainer.network.weights[layer]["kernel"]  # type: ignore[attr-defined, no-any-return]


def test_weights_of_the_same_shape_are_those_of_the_first_lane() -> None:
    wide = BASE.replace(layers=(Dense(6, "tanh"), Dense(9, "tanh")))
    first_wide = BASE.replace(layers=(Dense(9, "tanh"), Dense(4, "tanh")))
    base, other, third = make_lanes((BASE, wide, first_wide))
    np.testing.assert_array_equal(_weights(base, 0), _weights(other, 0))
    assert _weights(other, 1).shape == (6, 9)
    np.testing.assert_array_equal(_weights(base, 2), _weights(third, 2))


def test_lanes_on_the_same_data_keep_them_once() -> None:
    scaled = BASE.replace(scaling=MinMax())
    base, other, third = make_lanes((BASE, BASE.replace(layers=()), scaled))
    assert other.data is base.data
    assert third.data is not base.data


def test_another_initializer_or_seed_keeps_its_own_weights() -> None:
    he = BASE.replace(layers=(Dense(6, "tanh", kernel_initializer="he_normal"), BASE.layers[1]))
    base, other, seeded = make_lanes((BASE, he, BASE.replace(seed=5)))
    assert not np.array_equal(_weights(base, 0), _weights(other, 0))
    assert not np.array_equal(_weights(base, 0), _weights(seeded, 0))


def test_equal_lanes_train_equally_and_as_a_trainer_alone() -> None:
    one, two = make_lanes((BASE, BASE))
    for lane in (one, two):
        lane.run(60.0, 3)
    trainer = make_trainer(BASE, prepare(BASE))
    for _ in range(3):
        trainer.run_epoch()
    for lane in (one, two):
        np.testing.assert_array_equal(lane.trainer.network.parameters, trainer.network.parameters)
    assert one.data.data.samples == 80


def test_a_lane_stops_at_its_epoch_and_notes_when_it_got_there() -> None:
    lane, _ = make_lanes((BASE, BASE))
    lane.run(60.0, 4)
    lane.run(60.0, 4)
    moment = lane.moment(running=False)
    assert moment.snapshot.epoch == 4
    assert moment.run.epochs == 4
    assert moment.run.seconds == lane.seconds > 0


def test_the_first_epoch_with_the_target_is_kept() -> None:
    easy = BASE.replace(dataset=Blobs(form="pair", samples=100))
    lane, _ = make_lanes((easy, easy))
    lane.run(60.0, 30)
    assert lane.reached is not None
    epoch, seconds = lane.reached
    scores = lane.moment(running=False).snapshot.history.test_accuracy
    assert scores[int(epoch)] >= TARGET
    assert (scores[1 : int(epoch)] < TARGET).all()
    assert 0 < seconds <= lane.seconds


def test_lanes_go_on_as_if_never_left() -> None:
    easy = BASE.replace(dataset=Blobs(form="pair", samples=100))
    whole, left = Lanes((easy, easy), Pace(stop_at=8)), Lanes((easy, easy), Pace(stop_at=8))
    whole.run_for(60.0)
    left.begin(Pace(stop_at=5))
    left.run_for(60.0)
    so_far = {result.trial.number: (result.state, result.seconds) for result, _ in left.results()}
    again = Lanes((easy, easy), Pace(stop_at=8), so_far)  # type: ignore[arg-type]
    assert [lane.seconds for lane in again.lanes] == [lane.seconds for lane in left.lanes]
    again.run_for(60.0)
    for one, other in zip(again.lanes, whole.lanes, strict=True):
        np.testing.assert_array_equal(one.trainer.network.parameters, other.trainer.network.parameters)
        assert one.reached is not None
        assert other.reached is not None
        assert one.reached[0] == other.reached[0]


def test_a_diverged_lane_says_so_and_stays() -> None:
    mad = BASE.replace(layers=(Dense(6, "relu"),)).with_training(
        optimizer={"kind": "sgd", "learning_rate": 100.0}, loss="half_squared_error"
    )
    lane, _ = make_lanes((mad, BASE))
    # As a rate that is too high ends.
    lane.trainer.network.parameters.fill(np.inf)
    lane.run(60.0, 200)
    assert lane.failed
    epoch = lane.trainer.epoch
    lane.run(60.0, 400)
    assert lane.trainer.epoch == epoch
    assert lane.moment(running=False).run.sentence == lane.failed
