"""Explanations of a network in training, as parts of snapshots: what moved an answer, and how sure all answers are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.explain.answer import Answer, why_not
from core.explain.attribution import Attribution, BaselineKind, IntegratedGradients, baseline_of
from core.explain.certainty import Reliability, ThresholdCurves, reliability, threshold_curves
from core.explain.dependence import Dependence, dependence_columns, partial_dependence
from core.inspect.snapshot import OFTEN, PARTS, RARELY, SELDOM, Shown, SnapshotPart
from core.spec.arrays import Array

MOST_JUDGED: Final = 2_000
"""Test samples whose probabilities are looked at."""


@dataclass(frozen=True)
class AttributionWish:
    """Of a class or a value (None: the predicted class), compared with a baseline; `row` is that of "row"."""

    label: int | None = None
    log_odds: bool = False
    baseline: BaselineKind = "mean"
    row: int = 0


@PARTS.register
class AttributionPart(SnapshotPart[AttributionWish, Attribution]):
    """What moved the answer to the sample in the network, or to the chosen point."""

    kind = "attribution"
    cost = OFTEN
    follows_sample = True
    _gradients: IntegratedGradients | None = None

    def key(self, asked: AttributionWish, shown: Shown) -> object:
        return asked, shown.sample_key

    def take(self, asked: AttributionWish, shown: Shown) -> Attribution | None:
        if why_not(self.prepared):
            return None
        if self._gradients is None:
            self._gradients = IntegratedGradients(self.trainer.network, self.trainer.encoding)
        sample = shown.sample
        if sample is None:
            test = self.prepared.test.inputs
            sample = test[min(shown.request.sample, len(test) - 1)]
        baseline = baseline_of(self.prepared, asked.baseline, sample, asked.row)
        network, encoding = self.trainer.network, self.trainer.encoding
        answer = Answer.to(network, encoding, sample, asked.label, log_odds=asked.log_odds)
        return self._gradients.explain(sample, baseline, answer)


@PARTS.register
class DependencePart(SnapshotPart[tuple[int, int], Dependence]):
    """How the answer, a class or a value, depends on a column: (column, label)."""

    kind = "dependence"
    cost = SELDOM

    def key(self, asked: tuple[int, int], shown: Shown) -> object:
        return asked, shown.request.sample

    def take(self, asked: tuple[int, int], shown: Shown) -> Dependence | None:
        column, label = asked
        if why_not(self.prepared) or column >= len(dependence_columns(self.prepared)):
            return None
        row = min(shown.request.sample, len(self.prepared.test) - 1)
        answer = Answer(self.trainer.encoding, label)
        return partial_dependence(self.trainer.network, self.prepared, answer, column, row)


@dataclass(frozen=True, eq=False)
class Certainty:
    """Of the first `count` test samples: the probabilities of class `label` (-1: of each sample's predicted class).

    `curves` is None for the predicted class.
    """

    label: int
    count: int
    reliability: Reliability
    curves: ThresholdCurves | None


@PARTS.register
class CertaintyPart(SnapshotPart[int, Certainty]):
    """How far the probabilities of a class can be trusted; of the predicted class for -1."""

    kind = "certainty"
    cost = RARELY
    _last: tuple[int, Array, Certainty] | None = None

    def take(self, asked: int, shown: Shown) -> Certainty | None:
        if why_not(self.prepared) or not self.trainer.task.classifies:
            return None
        network, encoding, last = self.trainer.network, self.trainer.encoding, self._last
        weights = np.concatenate([network.parameters, network.state])
        # At rest every other sample that is chosen asks again, and 2,000 images take 0.3 s.
        known = last is not None and last[0] == asked and np.array_equal(last[1], weights)
        if last is not None and known and not network.output_overrides:
            return last[2]
        test = self.prepared.test.head(MOST_JUDGED)
        outputs = network.predict(test.inputs)
        shares = np.stack([Answer(encoding, label).of(outputs) for label in range(encoding.classes)], axis=1)
        shares = np.clip(np.nan_to_num(shares), 0.0, 1.0)
        chosen = encoding.decode(outputs) if asked < 0 else np.full(len(shares), asked)
        said, is_so = shares[np.arange(len(shares)), chosen], test.labels == chosen
        curves = None if asked < 0 else threshold_curves(said, is_so)
        found = Certainty(asked, len(said), reliability(said, is_so), curves)
        self._last = None if network.output_overrides else (asked, weights, found)
        return found
