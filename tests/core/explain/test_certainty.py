"""Reliability, ROC and precision-recall: scikit-learn's numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, precision_recall_curve, roc_auc_score, roc_curve

from core.explain.certainty import reliability, threshold_curves

RNG = np.random.default_rng(6)
TRUE = RNG.random(400) < 0.4
SMOOTH = np.clip(0.5 * TRUE + 0.6 * RNG.random(400), 0.0, 1.0)
TIED = np.round(SMOOTH, 1)


@pytest.mark.parametrize("said", [SMOOTH, TIED], ids=["smooth", "tied"])
@pytest.mark.parametrize("bins", [5, 10])
def test_reliability(said: np.ndarray, bins: int) -> None:
    found = reliability(said, TRUE, bins)
    is_so, mean = calibration_curve(TRUE, said, n_bins=bins)
    assert found.is_so == pytest.approx(is_so)
    assert found.said == pytest.approx(mean)
    assert found.counts.sum() == 400
    assert found.error == pytest.approx(np.abs(is_so - mean) @ found.counts / 400)
    low, high = found.intervals
    assert np.all((low >= 0) & (low <= found.is_so + 1e-12) & (found.is_so <= high + 1e-12) & (high <= 1))


@pytest.mark.parametrize("said", [SMOOTH, TIED], ids=["smooth", "tied"])
def test_roc_and_precision_recall(said: np.ndarray) -> None:
    found = threshold_curves(said, TRUE)
    wrong, right, thresholds = roc_curve(TRUE, said, drop_intermediate=False)
    assert found.roc[0] == pytest.approx(wrong)
    assert found.roc[1] == pytest.approx(right)
    assert found.thresholds == pytest.approx(thresholds[1:])
    assert found.area == pytest.approx(roc_auc_score(TRUE, said))
    precision, recall, _ = precision_recall_curve(TRUE, said)
    assert found.precision_recall[0] == pytest.approx(precision)
    assert found.precision_recall[1] == pytest.approx(recall)


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.35, 0.8, 1.5])
def test_the_counts_at_a_threshold(threshold: float) -> None:
    hits, false_alarms = threshold_curves(TIED, TRUE).at(threshold)
    counts = confusion_matrix(TRUE, threshold <= TIED, labels=[False, True])
    assert (hits, false_alarms) == (counts[1, 1], counts[0, 1])


def test_one_class_and_no_samples_have_no_area() -> None:
    assert math.isnan(threshold_curves(SMOOTH, np.ones(400, bool)).area)
    nothing = np.empty(0)
    assert math.isnan(reliability(nothing, nothing > 0).error)
    assert len(threshold_curves(nothing, nothing > 0).thresholds) == 0
