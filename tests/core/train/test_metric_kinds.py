"""Every metric is scikit-learn's number, over all samples, and says so where it does not fit the task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from core import Accuracy, TopKCategoricalAccuracy
from core.spec import SettingError
from core.train.metric_kinds import METRICS, Outcome, is_maximized, named_metrics
from core.train.metrics import f1

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 4, 200)
# Rounded, so that some are equal.
SCORES = np.round(RNG.dirichlet(np.ones(4), 200) + 0.3 * np.eye(4)[LABELS], 2)
TWO = (LABELS > 1).astype(int)
SINGLE = np.round(np.clip(0.6 * TWO + RNG.uniform(size=200) * 0.6, 0, 1), 2)[:, None]
VALUES = RNG.normal(size=(50, 2))
GUESSES = VALUES + RNG.normal(size=(50, 2))

MANY, ONE = Outcome(LABELS, SCORES, 4), Outcome(TWO, SINGLE, 2)
PAIRS = Outcome(TWO, np.column_stack([1 - SINGLE, SINGLE]), 2)
REAL = Outcome(VALUES, GUESSES, 0)
GUESSED = SCORES.argmax(axis=1)
MARKED = (SINGLE[:, 0] > 0.5).astype(int)


@pytest.mark.parametrize(
    ("name", "outcome", "wanted"),
    [
        ("accuracy", MANY, lambda: sk.accuracy_score(LABELS, GUESSED)),
        ("top_k", MANY, lambda: 1.0),
        ("precision", MANY, lambda: sk.precision_score(LABELS, GUESSED, average="macro")),
        ("recall", MANY, lambda: sk.recall_score(LABELS, GUESSED, average="macro")),
        ("f1", MANY, lambda: sk.f1_score(LABELS, GUESSED, average="macro")),
        ("auc", MANY, lambda: np.mean([sk.roc_auc_score(c == LABELS, SCORES[:, c]) for c in range(4)])),
        ("accuracy", ONE, lambda: sk.accuracy_score(TWO, MARKED)),
        ("precision", ONE, lambda: sk.precision_score(TWO, MARKED)),
        ("recall", ONE, lambda: sk.recall_score(TWO, MARKED)),
        ("f1", PAIRS, lambda: sk.f1_score(TWO, MARKED)),
        ("auc", ONE, lambda: sk.roc_auc_score(TWO, SINGLE[:, 0])),
        ("auc", PAIRS, lambda: sk.roc_auc_score(TWO, SINGLE[:, 0])),
        ("mae", REAL, lambda: sk.mean_absolute_error(VALUES, GUESSES)),
        ("mse", REAL, lambda: sk.mean_squared_error(VALUES, GUESSES)),
        ("rmse", REAL, lambda: np.sqrt(sk.mean_squared_error(VALUES, GUESSES))),
        ("r2", REAL, lambda: sk.r2_score(VALUES, GUESSES)),
    ],
)
def test_a_metric_is_scikit_learns(name: str, outcome: Outcome, wanted: Callable[[], float]) -> None:
    assert METRICS.make(name).score(outcome) == pytest.approx(wanted(), rel=1e-12)


def test_top_k_counts_the_largest_outputs() -> None:
    for k in (1, 2, 3):
        wanted = sk.top_k_accuracy_score(LABELS, SCORES + 1e-9 * RNG.normal(size=SCORES.shape), k=k)
        assert TopKCategoricalAccuracy(k).score(MANY) == pytest.approx(wanted, abs=0.03)
    assert METRICS.make({"kind": "top_k", "k": 1}).score(ONE) == sk.accuracy_score(TWO, MARKED)


def test_an_area_without_one_side_is_no_number() -> None:
    assert np.isnan(METRICS.make("auc").score(Outcome(np.zeros(3, int), SINGLE[:3], 2)))


def test_metrics_keep_the_names_that_they_were_given() -> None:
    def mine(y_true: Any, y_pred: Any) -> float:
        return float(len(y_true) + y_pred.shape[-1])

    found = named_metrics(
        ["acc", "sparse_top_k_categorical_accuracy", TopKCategoricalAccuracy(2), mine, f1, Accuracy()]
    )
    assert [each.name for each in found] == [
        "acc",
        "sparse_top_k_categorical_accuracy",
        "top_k_categorical_accuracy",
        "mine",
        "f1",
        "accuracy",
    ]
    assert found[3].function(MANY) == 204.0
    assert found[4].function(MANY) == pytest.approx(f1(LABELS, GUESSED))
    assert all(is_maximized(each.name) for each in found if each.name != "mine")
    assert not is_maximized("val_loss")
    assert not is_maximized("mae")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("accuracy", r"metrics must be a list, such as \['accuracy'\], got 'accuracy'"),
        (["acuracy"], "There is no metric called 'acuracy'; did you mean 'accuracy'"),
        ([3], r"metrics must be names, metrics or functions of \(y_true, y_pred\), got 3"),
    ],
)
def test_what_is_no_metric_is_a_sentence(given: Any, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        named_metrics(given)


def test_a_metric_of_the_other_task_is_a_sentence() -> None:
    with pytest.raises(SettingError, match="metrics: auc needs classes, but y holds values to predict"):
        named_metrics(["auc"])[0].check(0)
    with pytest.raises(SettingError, match="metrics: mae needs values to predict, but y holds classes"):
        named_metrics(["mae"])[0].check(2)
