"""Full-batch steps for line-search optimizers, in chunks that fit in memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from core.nn.network import Network
from core.optim import OptimizerState
from core.spec.arrays import Array

if TYPE_CHECKING:
    from core.data.batches import Samples


class FullBatch:
    """All samples as one batch; `fill` returns a batch's loss, `regularize` the penalty, both with gradients."""

    def __init__(
        self, network: Network, fill: Callable[[Array, Array], float], regularize: Callable[[], float]
    ) -> None:
        self._network, self._fill, self._regularize = network, fill, regularize
        self._sum: Array | None = None

    def step(self, optimizer_state: OptimizerState, samples: Samples) -> float:
        """One optimizer step; returns the loss before it, without penalty. Weights stay if it is not finite."""
        noise = self._network.noise_state
        first: list[float] = []

        def evaluate() -> float:
            # The same dropout mask at every point of a line search, so that all points share one objective.
            self._network.noise_state = noise
            value = self.fill(samples)
            first.append(value)
            return value + self._regularize() if math.isfinite(value) else value

        optimizer_state.minimize(evaluate)
        return first[0]

    def fill(self, samples: Samples) -> float:
        """Compute the gradients over all samples; returns the mean loss of chunks, exact but for a root of a mean."""
        parts = list(self._network.parts(len(samples)))
        if len(parts) == 1:
            return self._fill(samples.inputs, samples.weighted_targets)
        gradients, targets = self._network.gradients, samples.weighted_targets
        if self._sum is None:
            self._sum = np.empty_like(gradients)
        total = 0.0
        self._sum.fill(0.0)
        for part in parts:
            share = (part.stop - part.start) / len(samples)
            total += share * self._fill(samples.inputs[part], targets[part])
            np.multiply(gradients, share, out=gradients)
            np.add(self._sum, gradients, out=self._sum)
        np.copyto(gradients, self._sum)
        return total
