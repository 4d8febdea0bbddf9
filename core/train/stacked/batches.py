"""The next batch of every seed, each in its own order, gathered for several steps at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.data.batches import Samples
from core.spec.arrays import Array

# Inputs gathered at once, for all seeds: 1 MB.
_GATHERED_NUMBERS = 262_144


class StackedBatches:
    """Batches of `size` samples per seed; `weights`, (samples,), are theirs in the loss."""

    def __init__(self, samples: Samples, weights: Array | None, size: int) -> None:
        self._samples, self._weights, self._size = samples, weights, size
        self._orders: NDArray[np.int64] = np.empty((0, 0), np.int64)
        self.position = 0

    def start(self, orders: NDArray[np.int64], position: int) -> None:
        """Go through the samples in `orders`, (seeds, samples), from `position` on."""
        self._orders, self.position = orders, position
        self._at = self._end = 0

    @property
    def finished(self) -> bool:
        return self.position >= int(self._orders.shape[1])

    @property
    def step(self) -> int:
        """Batches taken of this epoch."""
        return -(-self.position // self._size)

    def next(self) -> tuple[Array, Array, Array | None]:
        """Inputs (seeds, rows, *shape), targets (seeds, rows, outputs) and weights (seeds, rows)."""
        if self._at >= self._end:
            self._gather()
        at, self._at = self._at, self._at + 1
        self.position += self._inputs.shape[2]
        weights = None if self._weights_of is None else self._weights_of[at]
        return self._inputs[at], self._targets[at], weights

    def _gather(self) -> None:
        seeds, count = self._orders.shape
        left = count - self.position
        rows = min(self._size, left)
        numbers = seeds * rows * max(1, self._samples.inputs[:1].size)
        steps = max(1, min(left // rows, _GATHERED_NUMBERS // numbers))
        chosen = self._orders[:, self.position : self.position + steps * rows]
        chosen = chosen.reshape(seeds, steps, rows).transpose(1, 0, 2)
        self._inputs = np.take(self._samples.inputs, chosen, axis=0)
        self._targets = np.take(self._samples.targets, chosen, axis=0)
        self._weights_of = None if self._weights is None else np.take(self._weights, chosen)
        self._at, self._end = 0, steps
