from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets import Xor
from core.experiment.experiment import Experiment
from core.nn import Dense
from core.optim import SGD
from core.optim.regularizers import L2
from core.optim.schedules import ExponentialDecay
from core.probes.overfit_batch import OverfitTest, overfit_batch
from tests.core.inspect.started import BLOBS, HILLS, MOONS
from tests.core.probes.subjects import subject_of
from tests.core.trainers import with_changes


@pytest.mark.parametrize("experiment", [MOONS, BLOBS, HILLS], ids=["moons", "blobs", "hills"])
def test_a_network_that_can_learn_passes(experiment: Experiment) -> None:
    seen: list[OverfitTest] = []
    found = overfit_batch(subject_of(experiment), seen.append)
    assert found.passed, found.sentence
    assert found.losses[-1] <= found.bound < found.losses[0]
    assert found.bound == pytest.approx(max(1e-3, 0.05 * found.naive))
    assert "by heart" in found.sentence
    assert seen
    assert all(len(each.losses) <= len(found.losses) for each in seen)


def test_the_sentence_holds_as_it_is_written() -> None:
    passed = OverfitTest(np.array([0.7, 0.0338]), bound=0.0341, naive=0.682, samples=64)
    assert "by heart in 1 step: its loss is 0.0338, below 0.0341." in passed.sentence
    failed = OverfitTest(np.array([0.7, 0.0344]), bound=0.0341, naive=0.682, samples=64)
    assert "is 0.0344, above 0.0341." in failed.sentence


def test_a_linear_network_cannot_learn_xor() -> None:
    experiment = Experiment(dataset=Xor(samples=200), layers=()).with_training(batch_size=40)
    found = overfit_batch(subject_of(experiment), steps=300)
    assert not found.passed
    assert "It has stopped falling: the network is too small" in found.sentence
    assert len(found.losses) == 301


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (1e-7, "It hardly moves: the learning rate is too small"),
        (100.0, "Training stopped: the loss is no longer a"),
    ],
)
def test_an_unsuitable_rate_is_named(rate: float, words: str) -> None:
    experiment = with_changes(HILLS, optimizer=SGD(learning_rate=rate), layers=(Dense(8), Dense(8)))
    found = overfit_batch(subject_of(experiment), steps=200)
    assert not found.passed
    assert words in found.sentence


def test_dropped_regularization_does_not_hinder() -> None:
    hindered = with_changes(BLOBS, regularizer=L2(rate=1.0), schedule=ExponentialDecay(factor=0.01))
    assert overfit_batch(subject_of(hindered)).passed


def test_contradicting_samples_are_named() -> None:
    subject = subject_of(with_changes(MOONS, batch_size=40))
    train = subject.prepared.train
    train.inputs.flags.writeable = True
    train.inputs[...] = 0.5
    found = overfit_batch(subject, steps=100)
    assert "same inputs and different predictions" in found.sentence


def test_a_cancelled_test_ends_at_its_next_report() -> None:
    class CancelledError(Exception):
        pass

    def report(progress: OverfitTest) -> None:
        if len(progress.losses) > 5:
            raise CancelledError

    with pytest.raises(CancelledError):
        overfit_batch(subject_of(MOONS), report)


def test_the_curve_starts_with_initial_weights() -> None:
    subject = subject_of(MOONS)
    found = overfit_batch(subject)
    fresh = subject.trainer(fresh=True)
    assert found.losses[0] == pytest.approx(fresh.evaluate(subject.batch(64)).loss)
    assert np.isfinite(found.losses).all()
