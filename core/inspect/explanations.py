"""Explanations of a network in training, as parts of snapshots: what moved or turns a prediction, how sure all are,
and how they differ from another model's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..data.pipeline import Predictions
from ..experiment.prepare import PreparedData
from ..explain.attribution import Attribution, BaselineKind, IntegratedGradients, baseline_of, contributions
from ..explain.certainty import Reliability, ThresholdCurves, reliability, threshold_curves
from ..explain.comparison import (
    FittedNetwork,
    Model,
    ModelComparison,
    compare_predictions,
    plane_outputs,
    predictions_of,
    why_not_compared,
)
from ..explain.counterfactual import Counterfactual, Counterfactuals, Goal
from ..explain.dependence import Dependence, dependence_columns, partial_dependence
from ..explain.prediction import Prediction, all_predictions, why_not
from ..spec.arrays import Array
from .decision_boundary import plane_grid
from .snapshot import OFTEN, PARTS, RARELY, SELDOM, Shown, SnapshotPart
from .texts import positions_of

MAX_EVALUATED: Final = 2_000
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
    """Attribution of the prediction for the sample in the network, or for the chosen point."""

    kind = "attribution"
    cost = OFTEN
    follows_sample = of_sample = of_position = True
    _gradients: IntegratedGradients | None = None

    def take(self, asked: AttributionWish, shown: Shown) -> Attribution | None:
        if why_not(self.prepared):
            return None
        if self._gradients is None:
            self._gradients = IntegratedGradients(self.trainer.network, self.trainer.encoding)
        sample = sample_of(self.prepared, shown)
        baseline = baseline_of(self.prepared, asked.baseline, sample, asked.row)
        network, encoding = self.trainer.network, self.trainer.encoding
        is_drawn, position = shown.drawing is not None, None
        if encoding.tokens:
            position, _ = positions_of(self.prepared, shown.request, is_drawn=is_drawn)
        prediction = Prediction.to(
            network, encoding, sample, asked.label, log_odds=asked.log_odds, position=position
        )
        return self._gradients.explain(sample, baseline, prediction)


def sample_of(prepared: PreparedData, shown: Shown) -> Array:
    """The sample in the network, or the chosen point."""
    samples, row, _ = prepared.find(shown.request.sample)
    point: Array = samples.inputs[row]
    return point if shown.sample is None else shown.sample


@dataclass(frozen=True, eq=False)
class WhatIf:
    """A change that turns the prediction, by parts: `found` leads from the sample to the changed one.

    `columns` are the names of those that it changes; none of images and series.
    """

    change: Counterfactual
    found: Attribution
    columns: tuple[str, ...] = ()


@PARTS.register
class WhatIfPart(SnapshotPart[Goal, WhatIf]):
    """The change of the sample in the network, or of the chosen point, that turns its prediction."""

    kind = "what_if"
    cost = OFTEN
    follows_sample = of_sample = True
    _searches: tuple[Counterfactuals, IntegratedGradients] | None = None

    def take(self, asked: Goal, shown: Shown) -> WhatIf | None:
        network, encoding = self.trainer.network, self.trainer.encoding
        if why_not(self.prepared) or self.prepared.data.vocabulary:
            return None
        if self._searches is None:
            self._searches = Counterfactuals(network, self.prepared), IntegratedGradients(network, encoding)
        search, gradients = self._searches
        sample = sample_of(self.prepared, shown)
        change = search.find(sample, asked, shown.request.sample)
        label = (change.after if change.turned else change.before) if asked.target is None else asked.target
        prediction = Prediction(encoding, label if encoding.classes else abs(asked.target or 1) - 1)
        found = gradients.explain(change.inputs, sample, prediction)
        parts = contributions(self.prepared, found) if dependence_columns(self.prepared) else []
        return WhatIf(change, found, tuple(each.name for each in parts if each.here != each.there))


@PARTS.register
class DependencePart(SnapshotPart[tuple[int, int], Dependence]):
    """Dependence of the prediction, a class or a value, on a column: (column, label)."""

    kind = "dependence"
    cost = SELDOM

    def key(self, asked: tuple[int, int], shown: Shown) -> object:
        return asked, shown.request.sample

    def take(self, asked: tuple[int, int], shown: Shown) -> Dependence | None:
        column, label = asked
        if why_not(self.prepared) or column >= len(dependence_columns(self.prepared)):
            return None
        prediction, sample = Prediction(self.trainer.encoding, label), shown.request.sample
        return partial_dependence(self.trainer.network, self.prepared, prediction, column, sample)


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
    """Calibration of the probabilities of a class; of the predicted class for -1."""

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
        test = self.prepared.test.head(MAX_EVALUATED)
        outputs = network.predict(test.inputs)
        shares = np.clip(np.nan_to_num(all_predictions(encoding, outputs)), 0.0, 1.0)
        chosen = encoding.decode(outputs) if asked < 0 else np.full(len(shares), asked)
        said, is_so = shares[np.arange(len(shares)), chosen], test.labels == chosen
        curves = None if asked < 0 else threshold_curves(said, is_so)
        found = Certainty(asked, len(said), reliability(said, is_so), curves)
        self._last = None if network.output_overrides else (asked, weights, found)
        return found


@dataclass(frozen=True, eq=False)
class Beside:
    """The network beside the model `other`, on the first test samples.

    `boundary` (rows, columns, outputs): the other's outputs over the plane, in the form of `Snapshot.boundary`.
    """

    other: Model
    found: ModelComparison
    boundary: Array | None


@PARTS.register
class BesidePart(SnapshotPart[Model, Beside]):
    """The network beside another model; None where they cannot be compared."""

    kind = "beside"
    cost = RARELY
    _other: tuple[Model, FittedNetwork, Predictions] | None = None
    _plane: tuple[object, Array | None] | None = None

    def key(self, asked: Model, shown: Shown) -> object:
        return asked, shown.request.plane, shown.request.grid

    def take(self, asked: Model, shown: Shown) -> Beside | None:
        prepared, network = self.prepared, self.trainer.network
        test = prepared.test.head(MAX_EVALUATED)
        if not len(test):
            return None
        if self._other is None or self._other[0] is not asked:
            # A network computes on one thread, and earlier moments have another than the training.
            other = FittedNetwork(asked.network.frozen_copy(), asked.pipeline)
            if why_not_compared(prepared.pipeline, other, prepared.raw_test_samples(1)):
                return None
            self._other = asked, other, predictions_of(other, prepared.raw_test_samples(MAX_EVALUATED))
        other, predictions = self._other[1:]
        key = self.key(asked, shown)
        if self._plane is None or self._plane[0] != key:
            self._plane = key, self._over_plane(other, shown)
        own = FittedNetwork(network, prepared.pipeline)
        said = prepared.pipeline.decode(network.predict(test.inputs))
        return Beside(asked, compare_predictions(own, other, said, predictions, test.labels), self._plane[1])

    def _over_plane(self, other: FittedNetwork, shown: Shown) -> Array | None:
        prepared, own = self.prepared, self.prepared.pipeline
        if not prepared.has_plane or other.pipeline is None:
            return None
        plane = prepared.plane_of(shown.request.plane)
        side = plane_grid(other.network, shown.request.grid)
        inputs = prepared.grid_inputs(side, plane)
        if other.pipeline.inputs != own.inputs:
            raw = plane.grid(side) if prepared.features else own.inverse_transform(inputs)
            inputs = other.pipeline.transform(raw)
        return plane_outputs(other, inputs, own.outputs).reshape(side, side, -1)
