"""Batches that are drawn anew each time: images changed at random, or whatever a task learns from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np

from core.data.batches import Batch, Samples
from core.spec.arrays import Array

_STREAM: Final = 3
_PART_ROWS: Final = 512


class Maker(Protocol):
    """Draws a batch from a batch of `Samples.source`; all randomness is of `noise`."""

    def make(self, source: Array, targets: Array, noise: np.random.Generator) -> tuple[Array, Array]:
        """Network inputs (n, *shape) and targets (n, outputs), valid until the next call."""
        ...


class BatchNoise:
    """Random numbers of a batch, which depend on the seed and its place alone, whatever was drawn before.

    So a restored state, a branch of a timeline and any engine draw the same, and no random state is saved.
    """

    def __init__(self, seed: int) -> None:
        key = np.random.SeedSequence([seed, _STREAM]).generate_state(2, np.uint64)
        self._bits = np.random.Philox(key=key)
        self._generator = np.random.Generator(self._bits)
        self._state = self._bits.state

    def at(self, epoch: int, position: int) -> np.random.Generator:
        """The numbers of the batch behind `position` samples of an epoch, valid until the next call."""
        # The first word counts what is drawn. Setting the state takes 3 us.
        self._state["state"]["counter"][1:3] = position, epoch
        self._bits.state = self._state
        return self._generator


class BatchMaker:
    """Lets `makers` draw batches, one after the other."""

    def __init__(self, makers: Sequence[Maker], seed: int) -> None:
        self.makers, self._noise = makers, BatchNoise(seed)

    def make(self, batch: Batch, epoch: int, position: int) -> Batch:
        """What is learned from a batch behind `position` samples of an epoch; valid until the next call."""
        inputs, targets, weights = batch
        noise = self._noise.at(epoch, position)
        for maker in self.makers:
            inputs, targets = maker.make(inputs, targets, noise)
        return inputs, targets, weights

    def make_all(self, samples: Samples, epoch: int) -> Samples:
        """All samples drawn anew, in new arrays."""
        parts = []
        for start in range(0, len(samples), _PART_ROWS):
            part = samples.part(slice(start, start + _PART_ROWS))
            inputs, targets, weights = self.make(part.batch, epoch, start)
            # A maker may draw its next batch into the same arrays.
            parts.append(Samples(inputs.copy(), targets.copy(), part.labels, weights))
        return Samples.joined(parts)
