"""Which settings matter, from trials whose scores are known functions of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.runs.trial import Trial, TrialResult
from core.sweep.axes import ChoiceAxis, LogAxis
from core.sweep.importance import MIN_TRIALS, SEED, setting_importances
from core.sweep.sweep import Sweep
from tests.core.sweep.small_sweeps import TINY

SWEEP = Sweep(
    axes=(
        LogAxis("optimizer.learning_rate", low=0.001, high=1.0, count=8),
        ChoiceAxis("layers.dense.activation", values=("tanh", "relu", "sigmoid")),
    ),
    experiment=TINY,
    seeds=2,
)


def made(score: Callable[[float, str, int], float], failed: int | None = None) -> list[TrialResult]:
    """A result of every trial; the one numbered `failed` has failed."""
    trials: list[Trial] = next(SWEEP.rounds())
    return [
        TrialResult(
            trial,
            "failed" if trial.number == failed else "done",
            test_score=score(trial.settings[0][1], trial.settings[1][1], trial.seed),
            test_loss=0.1,
        )
        for trial in trials
    ]


def test_what_makes_the_score_comes_first_and_luck_last() -> None:
    found = setting_importances(SWEEP, made(lambda rate, name, _: min(1, rate * 3) - 0.2 * (name == "relu")))
    assert [each.path for each in found.settings] == [
        "optimizer.learning_rate", "layers.dense.activation", SEED
    ]  # fmt: skip
    rate, activation, seed = found.settings
    assert rate.mean > 2 * activation.mean > 20 * abs(seed.mean)
    assert rate.spread > 0
    assert found.explained > 0.7
    assert (found.trials, found.why_not) == (48, "")


def test_where_only_the_seed_counts_it_comes_first() -> None:
    found = setting_importances(SWEEP, made(lambda rate, name, seed: float(seed)))
    assert found.settings[0].path == SEED
    assert found.explained > 0.9


def test_losses_count_by_rank_and_failures_as_the_worst() -> None:
    sweep = SWEEP.replace(objective="test_loss")
    results = [
        TrialResult(each.trial, each.status, test_loss=10.0 ** (100 * each.trial.settings[0][1]))
        for each in made(lambda *_: 0.0, failed=0)
    ]
    found = setting_importances(sweep, results)
    assert found.settings[0].path == "optimizer.learning_rate"
    assert found.explained > 0.5


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        (made(lambda *_: 0.5)[: MIN_TRIALS - 1], "At least 10 trials are needed; there are 9"),
        (made(lambda *_: 0.5), "All trials are equally good"),
        ([], "At least 10 trials are needed; there are 0"),
    ],
)
def test_too_few_or_equal_trials_are_a_sentence(results: list[TrialResult], sentence: str) -> None:
    found = setting_importances(SWEEP, results)
    assert (found.settings, found.why_not) == ((), sentence)
