"""Calibration of probabilities: the reliability curve, ROC and precision-recall curves.

The calibration error and the bins are those of C. Guo et al., On Calibration of Modern Neural Networks, 2017. The
numbers are scikit-learn's `calibration_curve`, `roc_curve`, `precision_recall_curve` and `roc_auc_score`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..spec.arrays import Array

BINS: Final = 10
_SURE: Final = 1.96
"""Standard errors on both sides of a 95 % interval."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Reliability:
    """The bins that have samples, each (bins,): the mean that is `said`, the share that `is_so`, and the `counts`."""

    said: Array
    is_so: Array
    counts: NDArray[np.int64]

    @property
    def error(self) -> float:
        """Expected calibration error: how far both are apart, weighted by the counts; NaN without samples."""
        total = self.counts.sum()
        return float((np.abs(self.said - self.is_so) * self.counts).sum() / total) if total else float("nan")

    @property
    def intervals(self) -> tuple[Array, Array]:
        """The 95 % intervals of `is_so`, by Wilson (1927), which stay within 0 and 1."""
        n, share, z = self.counts, self.is_so, _SURE
        middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
        return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def reliability(said: Array, is_so: Bools, bins: int = BINS) -> Reliability:
    """Of probabilities (n,) from 0 to 1 and whether each came true (n,)."""
    edges = np.linspace(0.0, 1.0, bins + 1)
    place = np.searchsorted(edges[1:-1], said)
    counts = np.bincount(place, minlength=bins)
    there = counts > 0
    sums = (np.bincount(place, each, minlength=bins) for each in (said, is_so.astype(np.float64)))
    mean, share = (each[there] / counts[there] for each in sums)
    return Reliability(mean, share, counts[there])


@dataclass(frozen=True, eq=False)
class ThresholdCurves:
    """Rates of each threshold on a probability, (thresholds,), the highest first.

    `positives` and `negatives` count the samples; `hits` and `false_alarms` those of each that are at least as likely
    as the threshold says.
    """

    thresholds: Array
    hits: NDArray[np.int64]
    false_alarms: NDArray[np.int64]
    positives: int
    negatives: int

    @property
    def roc(self) -> tuple[Array, Array]:
        """False and true positive rates from (0, 0) on; NaN where a class has no samples."""
        with np.errstate(invalid="ignore"):
            wrong, right = (
                np.concatenate([[0], counts]) / np.float64(total)
                for counts, total in ((self.false_alarms, self.negatives), (self.hits, self.positives))
            )
        return wrong, right

    @property
    def area(self) -> float:
        """Area under the ROC curve; NaN where a class has no samples."""
        return float(np.trapezoid(self.roc[1], self.roc[0]))

    @property
    def precision_recall(self) -> tuple[Array, Array]:
        """Precision and recall, from the lowest threshold to (1, 0)."""
        found = self.hits + self.false_alarms
        precision = np.concatenate([(self.hits / np.maximum(found, 1))[::-1], [1.0]])
        recall = np.concatenate([(self.hits / np.float64(max(1, self.positives)))[::-1], [0.0]])
        return precision, recall

    def at(self, threshold: float) -> tuple[int, int]:
        """Hits and false alarms at a threshold."""
        place = int(np.searchsorted(-self.thresholds, -threshold, "right")) - 1
        return (int(self.hits[place]), int(self.false_alarms[place])) if place >= 0 else (0, 0)


def threshold_curves(said: Array, is_so: Bools) -> ThresholdCurves:
    """Of probabilities (n,) of a class and whether each sample is of it (n,)."""
    order = np.argsort(-said, kind="stable")
    said, is_so = said[order], is_so[order]
    last = np.append(np.flatnonzero(np.diff(said)), len(said) - 1) if len(said) else np.empty(0, np.intp)
    hits = np.cumsum(is_so, dtype=np.int64)[last]
    return ThresholdCurves(said[last], hits, 1 + last - hits, int(is_so.sum()), int((~is_so).sum()))
