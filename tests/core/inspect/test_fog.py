"""Fog of doubt: the spread of other seeds as trained alone, of dropout left on, and no effect on the training."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.target_encoding import TargetEncoding
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer
from core.inspect.fog import NETWORKS, Fog, FogPart, OtherSeeds, predictions_of, why_no_fog, with_dropout
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import BatchNormalization, Dense, Dropout
from core.optim import LBFGS
from core.train.tasks import Reconstruction
from tests.core.inspect.started import BLOBS, HILLS, IRIS, MOONS, start

DROPPED = MOONS.replace(layers=(Dense(16, "relu"), Dropout(0.5), BatchNormalization(), Dense(8, "relu")))


def until_done(taker: SnapshotTaker, sample: int = 3) -> Fog:
    """What is shown at rest in the end."""
    for number in range(10_000):
        found = taker.take(SnapshotRequest(sample=sample, parts={"fog": number})).part(FogPart)
        assert found is not None
        if found.is_done:
            return found
    raise AssertionError("The other seeds never came as far")


@pytest.mark.parametrize("experiment", [BLOBS, HILLS], ids=["classes", "values"])
def test_it_is_the_spread_of_sixteen_seeds_that_were_trained_alone(experiment: Experiment) -> None:
    trainer, prepared, taker = start(experiment, 4)
    found = until_done(taker)
    assert found.epoch == 4
    outputs = []
    sample = prepared.test.inputs[3:4]
    grid = np.concatenate([prepared.grid_inputs(len(found.spread)), sample])
    for number in range(1, NETWORKS + 1):
        other = make_trainer(experiment.replace(seed=experiment.seed + number), prepared)
        for _ in range(4):
            other.run_epoch()
        outputs.append(other.network.predict(grid).astype(np.float64))
    means, spread = np.mean(outputs, axis=0), np.std(outputs, axis=0)
    said = means.argmax(axis=1)
    expected = spread[np.arange(len(said)), said][:-1].reshape(found.spread.shape)
    assert found.spread == pytest.approx(expected, abs=2e-3)
    assert found.sample == pytest.approx(np.stack([means[-1], spread[-1]]), abs=2e-3)
    assert found.doubt.min() >= 0.0
    assert found.doubt.max() <= 1.0
    assert trainer.epoch == 4


def test_the_other_seeds_are_trained_longer_at_a_time_where_one_asks_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds: list[float] = []
    monkeypatch.setattr(OtherSeeds, "follow", lambda _, epoch, most: bool(seconds.append(most)))
    _, _, taker = start(MOONS, 4)
    # As while training, and then at rest.
    for number in (1, 1, 1, 2, 3):
        taker.take(SnapshotRequest(parts={"fog": number}))
    assert [each > 0.02 for each in seconds] == [True, False, False, True, True]


def test_two_classes_on_one_output_are_told_as_probabilities() -> None:
    outputs = np.array([[[-1.0]], [[1.0]], [[0.0]]])
    found = predictions_of(outputs, TargetEncoding(2, 1, -1.0, 1.0))
    assert found[:, 0].tolist() == [[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]


def test_dropout_left_on_leaves_all_else_as_in_prediction() -> None:
    trainer, prepared, taker = start(DROPPED, 5)
    found = until_done(taker)
    assert found.epoch is None
    assert found.spread.max() > 0.01
    noisy = with_dropout(trainer.network)
    assert noisy is not None
    inputs = prepared.test.inputs[:4]
    # The mean over many masks is near, and BatchNorm takes no statistics of these few.
    runs = np.mean([noisy.plan(4, training=True).forward(inputs).copy() for _ in range(3000)], axis=0)
    assert runs == pytest.approx(trainer.network.predict(inputs), abs=0.2)
    assert np.array_equal(noisy.state, trainer.network.state)
    assert with_dropout(start(MOONS, 0)[0].network) is None


@pytest.mark.parametrize("experiment", [IRIS, DROPPED], ids=["seeds", "dropout"])
def test_the_training_goes_on_as_without(experiment: Experiment) -> None:
    ends = []
    for parts in ({}, {"fog": 1}):
        trainer, _, taker = start(experiment)
        for _ in range(3):
            taker.take(SnapshotRequest(parts=parts), running=True)
            trainer.run_epoch()
        ends.append(trainer.network.parameters.copy())
    assert np.array_equal(*ends)


def test_the_others_follow_and_never_are_ahead() -> None:
    trainer, _, taker = start(MOONS, 1)
    assert until_done(taker).epoch == 1
    trainer.run_epoch()
    assert until_done(taker).epoch == 2
    trainer.epoch = 0
    assert until_done(taker).epoch == 0


def test_others_that_diverge_are_left_out() -> None:
    experiment = MOONS.with_training(optimizer=LBFGS())
    _, prepared, taker = start(experiment, 2)
    assert until_done(taker).epoch == 2
    others = OtherSeeds(experiment, prepared)
    assert others.follow(0)
    others.networks[0].parameters[...] = np.nan
    while not others.follow(2):
        pass
    assert len(others.networks) == NETWORKS - 1


def test_what_has_no_predictions_has_no_fog() -> None:
    whole = MOONS.replace(dataset=IRIS.dataset, layers=(Dense(2),), task=Reconstruction())
    _, prepared, taker = start(whole, 0)
    assert "whole samples" in why_no_fog(prepared)
    assert taker.take(SnapshotRequest(parts={"fog": 1})).part(FogPart) is None
