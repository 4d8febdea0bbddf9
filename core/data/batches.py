"""Mini-batches of samples, shuffled each epoch and gathered in larger chunks, or drawn anew each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ..spec.arrays import Array

Batch = tuple[Array, Array, Array | None]
"""Inputs (rows, *shape), targets (rows, outputs), and weights (rows,) where samples have some."""


# Positions differ by about 1.5 nats: the error of a mean over so many is 0.02. All of 10,000 texts would take as long
# as the epoch.
_MAX_POSITIONS = 4_000


@dataclass(frozen=True, eq=False)
class Samples:
    """`inputs` (samples, *shape), encoded `targets` (samples, outputs), and `labels`: the class numbers (samples,) or
    values (samples, outputs) behind the targets. `weights` (samples,) say how much each counts in training. `source`
    (samples, ...) is what training batches are made of, where it is not the inputs.
    """

    inputs: NDArray[Any]
    targets: NDArray[Any]
    labels: NDArray[Any]
    weights: NDArray[Any] | None = None
    source: NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    def head(self, count: int) -> Samples:
        """The first `count` samples."""
        return self.part(slice(count))

    def limited(self) -> Samples:
        """The first ones that have enough positions for an evaluation; all where a sample has a single prediction."""
        per_position = self.labels.ndim > 1 and self.labels.dtype.kind == "i"
        return self.head(max(1, _MAX_POSITIONS // self.labels.shape[1])) if per_position else self

    def evenly(self, most: int) -> Samples:
        """At most so many samples, evenly over all, because data may be sorted by class."""
        if len(self) <= most:
            return self
        return self.part(np.linspace(0, len(self) - 1, most).astype(np.int64))

    def part(self, rows: slice | NDArray[Any]) -> Samples:
        """The samples of a slice, or of row numbers (n,)."""
        arrays = (self.inputs, self.targets, self.labels, self.weights, self.source)
        return Samples(*(None if array is None else array[rows] for array in arrays))  # type: ignore[arg-type]

    @classmethod
    def joined(cls, parts: Sequence[Samples]) -> Samples:
        """The samples of all parts, of which all or none have weights, and a source."""
        names = [name for name in cls.__dataclass_fields__ if getattr(parts[0], name) is not None]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def weighted(self, weights: NDArray[Any]) -> Samples:
        """The same samples with weights (samples,)."""
        return replace(self, weights=weights)

    @property
    def batch(self) -> Batch:
        """All that a training batch of them is made of."""
        return self.inputs if self.source is None else self.source, self.targets, self.weights


# Gather rows for several small batches at once; limits the memory of large ones.
_CHUNK_ROWS = 512


class Batches:
    """Batches of samples; the last of an epoch may be smaller. `batch_size` may change at any time,
    `shuffle` from the next epoch on.

    `position` counts samples returned in this epoch, `step` batches, both converted to a changed batch size.
    """

    def __init__(
        self,
        inputs: Array,
        targets: Array,
        batch_size: int,
        *,
        weights: Array | None = None,
        seed: int = 0,
        shuffle: bool = True,
    ) -> None:
        self._inputs, self._targets, self._weights = inputs, targets, weights
        self.shuffle = shuffle
        self._orders: NDArray[np.int64] = np.empty((0, 0), np.int64)
        self._state: Any = None
        self._rng = np.random.default_rng([seed, 2])
        self._batch_size = batch_size
        self._chunk: Iterator[Batch] = iter(())
        self.start_epoch()

    @property
    def batch_size(self) -> int:
        return self._batch_size

    @batch_size.setter
    def batch_size(self, batch_size: int) -> None:
        if batch_size != self._batch_size:
            self._batch_size = batch_size
            self.step = self.position // batch_size
            self._drop_chunk()

    @property
    def steps(self) -> int:
        """Batches per epoch at the current batch size."""
        return -(-len(self._inputs) // self._batch_size)

    @property
    def left(self) -> int:
        """Batches left in the epoch."""
        return -(-(len(self._inputs) - self.position) // self._batch_size)

    @property
    def finished(self) -> bool:
        """Whether the epoch is complete."""
        return self.position >= len(self._inputs)

    def start_epoch(self) -> None:
        """Shuffle and restart."""
        self.epoch_state = self._rng.bit_generator.state
        self._order = self._permuted()
        self.position = 0
        self.step = 0
        self._drop_chunk()

    def set_data(self, inputs: Array, targets: Array, weights: Array | None = None) -> None:
        """Replace the data, all in the order of samples. Repeats an unused shuffle."""
        if self.position == 0:
            # So training twice for 5 epochs on the same samples equals training for 10.
            self._rng.bit_generator.state = self.epoch_state
        self._inputs, self._targets, self._weights = inputs, targets, weights
        self.start_epoch()

    def resume(self, state: dict[str, Any], position: int, step: int) -> None:
        """Resume within an epoch: `state` is its `epoch_state`."""
        self._rng.bit_generator.state = state
        self.start_epoch()
        self.position, self.step = min(position, len(self._inputs)), step

    def upcoming(self, count: int) -> NDArray[np.int64]:
        """Orders (count, samples) of this epoch and the next ones; `end_epochs` must follow."""
        self._orders = np.empty((count, len(self._inputs)), np.int64)
        self._orders[0] = self._order
        # Of the generator's states, which take as long to read as an order to draw, only those at the end.
        self._state = self._rng.bit_generator.state
        for order in self._orders[1:]:
            order[:] = self._permuted()
        return self._orders

    def end_epochs(self, done: int) -> None:
        """Start the epoch after the first `done` of the `upcoming` ones, or stay in this one."""
        if done < len(self._orders):
            # The last ones were not trained: draw again up to the next one.
            self._rng.bit_generator.state = self._state
            for _ in range(done - 1):
                self._permuted()
        if done:
            self.start_epoch()

    def move_to(self, position: int, step: int) -> None:
        """Continue behind `position` samples and `step` batches of the epoch, which were trained otherwise."""
        self.position, self.step = position, step
        self._drop_chunk()

    @property
    def order(self) -> NDArray[np.int64]:
        """The epoch's order of samples, (samples,)."""
        return self._order

    def peek(self) -> tuple[NDArray[np.int64], Batch]:
        """Row numbers (rows,) of the next batch and a copy of it, without taking it."""
        rows = self._order[self.position : self.position + self._batch_size]
        weights = None if self._weights is None else self._weights[rows]
        return rows, (self._inputs[rows], self._targets[rows], weights)

    def next(self) -> Batch:
        """The next batch, valid until the next chunk."""
        batch = next(self._chunk, None) or self._gather()
        self.position += len(batch[0])
        self.step += 1
        return batch

    def _permuted(self) -> NDArray[np.int64]:
        # A new permutation, not a shuffle of the last: the order depends on the generator state alone.
        count = len(self._inputs)
        return self._rng.permutation(count) if self.shuffle else np.arange(count)

    def _gather(self) -> Batch:
        """Gather the next batches of the epoch, and return the first."""
        batch = self._batch_size
        count = batch * max(1, _CHUNK_ROWS // batch)
        chosen = self._order[self.position : self.position + count]
        # Cut at once: iterating over the batches takes half the time of slicing each when it is asked for.
        whole = len(chosen) - len(chosen) % batch
        inputs, targets = (np.take(rows, chosen, axis=0) for rows in (self._inputs, self._targets))
        weights = None if self._weights is None else self._weights[chosen]
        cut_weights = repeat(None, whole // batch) if weights is None else _cut(weights, batch, whole)
        batches: list[Batch] = list(
            zip(_cut(inputs, batch, whole), _cut(targets, batch, whole), cut_weights, strict=True)
        )
        if whole < len(chosen):
            batches.append((inputs[whole:], targets[whole:], None if weights is None else weights[whole:]))
        self._chunk = iter(batches)
        return next(self._chunk)

    def _drop_chunk(self) -> None:
        self._chunk = iter(())


def _cut(rows: Array, batch: int, whole: int) -> Array:
    """The first `whole` rows as (batches, batch, ...)."""
    return rows[:whole].reshape(whole // batch, batch, *rows.shape[1:])


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
        """Objective of a batch behind `position` samples of an epoch; valid until the next call."""
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
