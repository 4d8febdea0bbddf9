"""The loss of every seed in a stack, with one gradient for all."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from core.nn.losses import Loss
from core.spec.arrays import Array
from core.train.objective import Objective


class StackedLoss:
    """The loss of an objective, for every seed."""

    def __init__(self, objective: Objective) -> None:
        self._bound = objective.bound
        self._loss = loss = objective.loss
        fused = objective.fused
        self.row_values = loss.fused_row_values if fused else loss.row_values
        self._gradient = loss.fused_gradient if fused else loss.gradient
        # A root over the batch is one over the seed's part of it.
        self._by_seed = type(loss).mean_slope is not Loss.mean_slope

    def values_and_gradient(self, outputs: Array, targets: Array, weights: Array | None, out: Array) -> Array:
        """Losses (seeds,) of outputs and targets (seeds, rows, outputs), and their gradients in `out`.

        `weights`, (seeds, rows), are those of the samples.
        """
        if self._by_seed:
            pairs = zip(outputs, targets, out, strict=True)
            return np.array([self._bound.value_and_gradient(*pair) for pair in pairs])
        seeds, rows, count = outputs.shape
        values = self.row_values(outputs, targets)
        flat = (array.reshape(seeds * rows, count) for array in (outputs, targets, out))
        self._gradient(*flat)
        # It is that of a mean over all rows; each seed's mean is over its own.
        if weights is None:
            np.multiply(out, float(seeds), out)
        else:
            values = values * weights
            np.multiply(out, (weights * float(seeds))[..., None], out)
        # A product sums the few losses of a batch ten times as fast as a reduction.
        means: Array = np.dot(values, self._shares(rows, values.dtype))
        return means

    @staticmethod
    @cache
    def _shares(rows: int, dtype: np.dtype[Any]) -> Array:
        return np.full(rows, 1.0 / rows, dtype)

    def means(self, outputs: Array, targets: Array) -> Array:
        """Unweighted means (seeds,) of the additive loss of outputs (seeds, rows, outputs), targets (rows, outputs)."""
        values = self.row_values(outputs, targets)
        means: Array = np.dot(values, self._shares(outputs.shape[1], values.dtype))
        return means

    def from_means(self, means: Array) -> list[float]:
        """The losses from the means of the additive loss."""
        return [self._loss.from_mean(float(mean)) for mean in means]
