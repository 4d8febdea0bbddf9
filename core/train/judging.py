"""How good a network is on some samples, found part by part, so that whoever trains beside a window can pause in it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.data.samples import Samples
from core.nn.losses import BoundLoss, Loss
from core.nn.network import Network
from core.train.history import Evaluation
from core.train.metrics import r2_score
from core.train.target_encoding import TargetEncoding

__all__ = ["EvaluationPass", "EvaluationSchedule"]

# Within an epoch a network is judged at most so often, on at most so many samples of each part, and by no more work
# than this share of the epoch's predictions.
_MAX_TIMES, _MAX_SAMPLES, _MIN_SAMPLES, _SHARE = 10, 500, 250, 0.15


class EvaluationPass:
    """A pass over `samples` without dropout; the network's weights must stay as they are until it is `finished`.

    `fused` leaves the final function of the network to the bound loss.
    """

    def __init__(
        self,
        network: Network,
        samples: Samples,
        encoding: TargetEncoding,
        loss: Loss,
        bound: BoundLoss,
        fused: bool,
    ) -> None:
        self._network, self._samples, self._encoding = network, samples, encoding
        self._loss, self._bound, self._fused = loss, bound, fused
        self._parts = list(network.parts(len(samples)))
        self._outputs = np.empty(samples.targets.shape, network.dtype)
        self._done = 0
        self._total = 0.0

    def __len__(self) -> int:
        return len(self._samples)

    @property
    def finished(self) -> bool:
        return self._done == len(self._parts)

    @property
    def is_short(self) -> bool:
        """Whether there is no place to pause in it."""
        return len(self._parts) <= 1

    def advance(self) -> None:
        """Judge one more part."""
        part = self._parts[self._done]
        rows, targets = self._samples.inputs[part], self._samples.targets[part]
        # Logits order as probabilities do, so the fused outputs serve for the accuracy as well.
        found = self._network.plan(len(rows), fused=self._fused).forward(rows)
        self._outputs[part] = found
        self._total += self._bound.additive(found, targets) * len(rows)
        self._done += 1

    def evaluation(self) -> Evaluation:
        """Loss and accuracy (R² in a regression) on all samples; judges those that are left."""
        while not self.finished:
            self.advance()
        if not len(self._samples):
            return Evaluation(math.nan, math.nan)
        mean = self._total / len(self._samples)
        return Evaluation(self._loss.from_mean(mean), self._score())

    def predicted_classes(self) -> NDArray[np.int64] | None:
        """The class (samples,) that the network takes each sample for; None in a regression."""
        if self._encoding.classes == 0:
            return None
        if self._encoding.outputs == 1:
            # A logit of 0 is a probability of one half.
            threshold = 0.0 if self._fused else self._encoding.threshold
            return (self._outputs[:, 0] > threshold).astype(np.int64)
        numbers: NDArray[np.int64] = np.argmax(self._outputs, axis=1)
        return numbers

    def _score(self) -> float:
        if not np.isfinite(self._outputs).all():
            return math.nan
        predicted = self.predicted_classes()
        if predicted is None:
            return r2_score(self._outputs, self._samples.labels) if len(self._samples) > 1 else math.nan
        return float(np.mean(predicted == self._samples.labels))


class EvaluationSchedule:
    """When within an epoch over `samples` a network is judged, and on how many samples of each part."""

    def __init__(self, samples: int) -> None:
        work = _SHARE * samples
        self.times = min(_MAX_TIMES, int(work / (2 * _MIN_SAMPLES)))
        self.samples = min(_MAX_SAMPLES, int(work / (2 * self.times))) if self.times else 0
        # Rounded up, so that the last stretch ends with the epoch and not before.
        self._stretch = max(1, -(-samples // (self.times + 1)))

    def is_due(self, before: int, position: int) -> bool:
        """Whether to judge after a batch, which is not the epoch's last: of its samples so many were given out."""
        return position // self._stretch > before // self._stretch
