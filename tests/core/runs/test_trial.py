"""A trial's experiment, and how good a result is."""

from __future__ import annotations

import math

import pytest

from core.runs.trial import Trial, TrialResult
from core.spec import SettingError
from tests.core.sweep.small_sweeps import TINY

DONE = TrialResult(Trial(0, 0, 0, 2), "done", train_loss=0.4, test_loss=0.5, train_score=0.9, test_score=0.8)


def test_kinds_are_set_before_their_settings_whatever_the_order() -> None:
    settings = (("optimizer.momentum", 0.9), ("layers.dense.units", 2), ("optimizer", "sgd"), ("depth", 3))
    made = Trial(0, 0, 7, 2, settings).experiment(TINY)
    assert (made.training.optimizer.kind, made.training.optimizer.momentum) == ("sgd", 0.9)  # type: ignore[attr-defined]
    assert [layer.units for layer in made.layers] == [2, 2, 2]  # type: ignore[attr-defined]
    assert (made.seed, made.name) == (7, TINY.name)
    network = Trial(0, 0, 7, 2, (("layers.dense.units", 2), ("layers", "dense 9, dense 8"))).experiment(TINY)
    assert [layer.units for layer in network.layers] == [2, 2]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("goal", "score"), [("test_accuracy", 0.8), ("test_loss", -0.5), ("train_loss", -0.4)]
)
def test_a_higher_score_is_better(goal: str, score: float) -> None:
    assert DONE.score(goal) == score


def test_without_test_samples_the_training_counts_and_a_failure_is_worst() -> None:
    alone = TrialResult(DONE.trial, "done", train_loss=0.4, train_score=0.9)
    assert (alone.score("test_accuracy"), alone.score("test_loss")) == (0.9, -0.4)
    assert TrialResult(DONE.trial, "failed").score("test_loss") == -math.inf
    assert TrialResult(DONE.trial, "done").score("test_accuracy") == -math.inf
    with pytest.raises(SettingError, match="no goal called 'speed'"):
        DONE.score("speed")
