"""Calibration of probabilities: the reliability curve, ROC and precision-recall curves, and temperature scaling.

The calibration error and the bins are those of C. Guo et al., On Calibration of Modern Neural Networks, 2017. The
numbers are scikit-learn's `calibration_curve`, `roc_curve`, `precision_recall_curve` and `roc_auc_score`.

A temperature, of the same article, is the one number by which logits are divided so that probabilities can be trusted:
it minimizes the negative log-likelihood of samples that the network has not learned from. Kernel and bias of the last
layer are divided by it, so that no format changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..data.batches import Samples
from ..data.target_encoding import TargetEncoding
from ..experiment.project_file import TrainerState
from ..nn import Dense
from ..nn.network import Network
from ..spec.arrays import Array
from .prediction import why_no_log_odds

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


_HELD: Final = 4_000
_REACH: Final = math.log(1000.0)
_NEARLY: Final = 0.01
_GOLDEN: Final = (math.sqrt(5.0) - 1) / 2


@dataclass(frozen=True)
class Temperature:
    """`value` divides the logits; `before` and `after` are the negative log-likelihoods of `count` samples."""

    value: float
    before: float
    after: float
    count: int


def why_not_scaled(network: Network, encoding: TargetEncoding) -> str:
    """A sentence that says why the logits cannot be divided by a temperature; "" if they can."""
    if not encoding.classes or encoding.tokens:
        return "Only probabilities of classes are calibrated; this network gives something else"
    if reason := why_no_log_odds(network, encoding):
        return reason.replace("Log-odds need", "Calibration needs")
    last = network.layers[-1]
    return "" if isinstance(last, Dense) else f"Calibration needs Dense as the last layer, not {last.title}"


def fit_temperature(network: Network, encoding: TargetEncoding, samples: Samples) -> Temperature:
    """The best temperature for up to some thousand samples. `ValueError` says why there is none."""
    samples = samples.head(_HELD)
    if not len(samples):
        raise ValueError("There are no samples that are set apart to fit the temperature by")
    logits = np.concatenate(
        [
            network.plan(len(rows), fused=True).forward(rows).astype(np.float64)
            for rows in (samples.inputs[part] for part in network.parts(len(samples)))
        ]
    )
    if not np.isfinite(logits).all():
        raise ValueError("The network's outputs are not finite, so no temperature fits them")
    function = network.final_activation
    kind = "" if function is None else function.kind
    labels = samples.labels

    def loss(log_temperature: float) -> float:
        return _likelihood(logits * math.exp(-log_temperature), labels, kind)

    low, high = -_REACH, _REACH
    # Convex in 1 / T, and so with one minimum on the way.
    for _ in range(80):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        low, high = (low, right) if loss(left) <= loss(right) else (left, high)
    found = 0.5 * (low + high)
    if found < _NEARLY - _REACH:
        raise ValueError(
            f"All {len(samples):,} samples that are set apart are told right: each smaller temperature suits them "
            "better, and none is best"
        )
    if found > _REACH - _NEARLY:
        raise ValueError(
            "The network tells the samples that are set apart no better than chance; train it first"
        )
    return Temperature(math.exp(found), loss(0.0), loss(found), len(samples))


def _likelihood(logits: Array, labels: Array, kind: str) -> float:
    """The mean negative log-likelihood of class numbers (n,)."""
    if kind == "softmax":
        moved = logits - logits.max(axis=1, keepdims=True)
        right = moved[np.arange(len(labels)), labels]
        return float(np.mean(np.log(np.exp(moved).sum(axis=1)) - right))
    wanted = labels[:, None] == (1 if logits.shape[1] == 1 else np.arange(logits.shape[1]))
    # (tanh z + 1) / 2 is the sigmoid of 2 z.
    signed = np.where(wanted, -1.0, 1.0) * logits * (2.0 if kind == "tanh" else 1.0)
    return float(np.logaddexp(0.0, signed).sum(axis=1).mean())


def with_temperature(state: TrainerState, network: Network, temperature: float) -> TrainerState:
    """The state with the weights of the last layer of `network` divided by a temperature."""
    last = f"layer_{len(network.layers) - 1}/"
    return state.with_weights(
        {
            name: array / np.float32(temperature)
            for name, array in state.weights.items()
            if name.startswith(last)
        }
    )
