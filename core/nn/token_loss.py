"""TokenLoss: cross-entropy of class numbers at each position, of which those below 0 are not counted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..spec.arrays import Array
from .losses import EPSILON, BoundLoss, CrossEntropy
from .scalars import ones

_MODERATE = 60.0
"""Exponentials of logits up to so large, and their sums, are numbers in float32 as they are."""


class TokenLoss(BoundLoss):
    """The mean over the counted positions, in nats; outputs (..., time, classes), targets (..., time), -1: not counted.

    Where nothing is counted it is 0.
    """

    def __init__(self, loss: CrossEntropy, fused: bool) -> None:
        super().__init__(loss, fused)
        self._smoothing = loss.label_smoothing
        self._rows: NDArray[np.intp] = np.empty(0, np.intp)
        self.value = self.additive = self._value
        self.gradient = self._fill
        self.value_and_gradient = self._plain = self._learn
        self.row_values = self._sample_values

    def count(self, targets: NDArray[Any]) -> int:
        return int(np.count_nonzero(targets >= 0))

    def nats(self, outputs: Array, targets: NDArray[Any]) -> Array:
        """The loss of each position, (..., time); 0 where it is not counted."""
        targets = np.broadcast_to(targets, outputs.shape[:-1])
        place = np.maximum(targets, 0)[..., None]
        if self.takes_logits:
            logs = outputs - np.maximum.reduce(outputs, axis=-1, keepdims=True)
            logs -= np.log(np.add.reduce(np.exp(logs), axis=-1, keepdims=True))
        else:
            logs = np.log(np.clip(outputs, EPSILON, 1.0))
        found: Array = -np.take_along_axis(logs, place, axis=-1)[..., 0]
        if self._smoothing:
            found *= 1.0 - self._smoothing
            found -= self._smoothing * logs.mean(axis=-1)
        return np.where(targets >= 0, found, outputs.dtype.type(0))

    def weighted_value_and_gradient(
        self, outputs: Array, targets: NDArray[Any], weights: Array, out: Array
    ) -> float:
        self._learn(outputs, targets, out)
        np.multiply(out, weights.astype(out.dtype, copy=False)[:, None, None], out=out)
        return self.weighted_sum(outputs, targets, weights) / max(1, self.count(targets))

    def weighted_sum(self, outputs: Array, targets: NDArray[Any], weights: Array) -> float:
        return float(self.nats(outputs, targets).sum(axis=-1) @ weights)

    def _value(self, outputs: Array, targets: NDArray[Any]) -> float:
        return float(self.nats(outputs, targets).sum()) / max(1, self.count(targets))

    def _sample_values(self, outputs: Array, targets: NDArray[Any]) -> Array:
        """Of each sample, (...), the mean over its counted positions."""
        found: Array = self.nats(outputs, targets).sum(axis=-1)
        counts = np.maximum(1, np.add.reduce(targets >= 0, axis=-1, dtype=found.dtype))
        return np.divide(found, counts, out=found)

    def _fill(self, outputs: Array, targets: NDArray[Any], out: Array) -> None:
        self._learn(outputs, targets, out)

    def _learn(self, outputs: Array, targets: NDArray[Any], out: Array) -> float:
        classes, numbers = outputs.shape[-1], targets.reshape(-1)
        if len(self._rows) != len(numbers):
            self._rows = np.arange(len(numbers)) * classes
        counted = numbers >= 0
        factors = counted.astype(out.dtype)
        factors *= 1.0 / max(1, int(np.count_nonzero(counted)))
        rows, into = outputs.reshape(-1, classes), out.reshape(-1, classes)
        cells = out.reshape(-1)
        at = self._rows + np.maximum(numbers, 0)
        if not self.takes_logits or self._smoothing:
            return self._learn_slowly(rows, numbers, factors, into, at)
        if np.minimum.reduce(rows, axis=None) > -_MODERATE and np.maximum.reduce(rows, axis=None) < _MODERATE:
            shifted = rows
        else:
            # Maxima of long rows, of the transposed copy, take a third of those of short ones.
            largest = np.maximum.reduce(np.ascontiguousarray(rows.T), axis=0)
            shifted = np.subtract(rows, largest[:, None], into)
        picked = shifted.reshape(-1)[at]
        np.exp(shifted, into)
        sums = into.dot(ones(classes, out.dtype))
        value = float(np.dot(np.log(sums) - picked, factors))
        np.multiply(into, np.divide(factors, sums, sums)[:, None], into)
        cells[at] -= factors
        return value

    def _learn_slowly(
        self, rows: Array, numbers: NDArray[Any], factors: Array, into: Array, at: NDArray[np.intp]
    ) -> float:
        """Of probabilities, or with smoothed targets: by a target for each class."""
        smoothing, classes = self._smoothing, rows.shape[1]
        wanted = np.full_like(rows, smoothing / classes)
        wanted.reshape(-1)[at] += 1.0 - smoothing
        value = float(np.dot(self.nats(rows, numbers), factors))
        if self.takes_logits:
            np.exp(rows - np.maximum.reduce(rows, axis=-1, keepdims=True), out=into)
            into /= np.add.reduce(into, axis=-1, keepdims=True)
            into -= wanted
        else:
            np.divide(wanted, -np.clip(rows, EPSILON, 1.0), out=into)
        into *= factors[:, None]
        return value
