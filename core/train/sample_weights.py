"""A loss in which samples count as much as their weights say."""

from __future__ import annotations

import numpy as np

from core.nn.losses import BoundLoss, Loss
from core.spec.arrays import Array


class SampleWeightedLoss(BoundLoss):
    """The mean of weight * loss over a batch, as in Keras.

    Targets have the weights as one more column, (batch, outputs + 1), so that a batch brings its own.
    """

    def __init__(self, loss: Loss, fused: bool) -> None:
        super().__init__(loss, fused)
        self._loss, self._plain = loss, self.value_and_gradient
        self._curved = type(loss).mean_slope is not Loss.mean_slope
        self.value_and_gradient = self._weighted

    def _weighted(self, outputs: Array, targets: Array, out: Array) -> float:
        """Loss and gradient of outputs (batch, outputs) for weighted targets (batch, outputs + 1)."""
        weights, targets = targets[:, -1], np.ascontiguousarray(targets[:, :-1])
        self._plain(outputs, targets, out)
        np.multiply(out, weights[:, None], out=out)
        rows = self.row_values(outputs, targets)
        mean = float(np.dot(weights, rows)) / len(rows)
        if self._curved:
            # The slope at the weighted mean, not at the plain one.
            plain = self._loss.mean_slope(float(rows.mean()))
            np.multiply(out, self._loss.mean_slope(mean) / plain if plain > 0.0 else 0.0, out=out)
        return self._loss.from_mean(mean)
