from __future__ import annotations

import numpy as np
import pytest

from core.optim import LBFGS
from core.probes.rate_range import RateRange, rate_range_test
from tests.core.inspect.started import BLOBS, HILLS, IRIS, MOONS
from tests.core.probes.subjects import subject_of
from tests.core.trainers import with_changes


def test_the_suggestions_train_well() -> None:
    subject = subject_of(IRIS)
    seen: list[RateRange] = []
    found = rate_range_test(subject, seen.append)
    assert found.steepest is not None
    assert found.tenth is not None
    for rate in (found.steepest, found.tenth):
        assert 1e-3 < rate < 1.0
        config = subject.experiment.training
        chosen = subject.experiment.with_training(optimizer=config.optimizer.replace(learning_rate=rate))
        trainer = subject.trainer(chosen, fresh=True)
        for _ in range(10):
            trainer.run_epoch()
        assert trainer.evaluate(subject.prepared.test).score > 0.9
    assert f"{found.steepest:.2g}" in found.sentence
    assert len(seen) > 10


def test_the_loss_rises_at_large_rates_and_the_test_ends() -> None:
    found = rate_range_test(subject_of(HILLS))
    assert len(found.rates) == len(found.losses) < 200
    assert found.losses[-1] > 4.0 * found.losses.min()
    assert np.diff(np.log(found.rates)) == pytest.approx(np.log(1e7) / 199)


def test_the_weights_of_the_subject_are_not_touched() -> None:
    subject = subject_of(MOONS)
    before = {name: array.copy() for name, array in subject.weights.items()}
    rate_range_test(subject, fresh=False)
    for name, array in subject.weights.items():
        np.testing.assert_array_equal(array, before[name])


def test_a_learned_network_has_no_clear_descent() -> None:
    subject = subject_of(BLOBS)
    trainer = subject.trainer()
    for _ in range(200):
        trainer.run_epoch()
    learned = type(subject)(subject.experiment, subject.prepared, trainer.network.state_dict())
    found = rate_range_test(learned, fresh=False, highest=1e-4)
    assert found.steepest is found.tenth is None
    assert found.sentence.startswith("No rate makes the loss clearly smaller")


def test_line_searches_have_no_rate() -> None:
    with pytest.raises(ValueError, match="searches along lines for the length of its steps"):
        rate_range_test(subject_of(with_changes(BLOBS, optimizer=LBFGS())))


def test_the_rate_grows_with_either_engine() -> None:
    by_numpy = rate_range_test(subject_of(HILLS.with_training(engine="numpy")))
    by_either = rate_range_test(subject_of(HILLS.with_training(engine="compiled")))
    np.testing.assert_array_equal(by_either.losses, by_numpy.losses)
