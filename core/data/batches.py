"""Mini-batches of samples, shuffled each epoch and gathered in larger chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.spec.arrays import Array


@dataclass(frozen=True, eq=False)
class Samples:
    """`inputs` (samples, *shape), encoded `targets` (samples, outputs), and `labels`: the class numbers (samples,) or
    values (samples, outputs) behind the targets. `weights` (samples,) say how much each counts in training.
    """

    inputs: NDArray[Any]
    targets: NDArray[Any]
    labels: NDArray[Any]
    weights: NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    def head(self, count: int) -> Samples:
        """The first `count` samples."""
        return self.part(slice(count))

    def part(self, rows: slice) -> Samples:
        """The samples of a slice."""
        weights = None if self.weights is None else self.weights[rows]
        return Samples(self.inputs[rows], self.targets[rows], self.labels[rows], weights)

    @classmethod
    def joined(cls, parts: Sequence[Samples]) -> Samples:
        """The samples of all parts, of which all or none have weights."""
        weighted = all(part.weights is not None for part in parts)
        names = ("inputs", "targets", "labels", *(["weights"] if weighted else []))
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def weighted(self, weights: NDArray[Any]) -> Samples:
        """The same samples with weights (samples,)."""
        return replace(self, weights=weights)

    @property
    def weighted_targets(self) -> NDArray[Any]:
        """Targets (samples, outputs), with the weights as one more column where there are some."""
        if self.weights is None:
            return self.targets
        return np.column_stack([self.targets, self.weights]).astype(self.targets.dtype)


# Gather rows for several small batches at once; limits the memory of large ones.
_CHUNK_ROWS = 512


class Batches:
    """Batches of (inputs, targets); the last of an epoch may be smaller. `batch_size` may change at any time,
    `shuffle` from the next epoch on.

    `position` counts samples returned in this epoch, `step` batches, both converted to a changed batch size.
    """

    def __init__(
        self, inputs: Array, targets: Array, batch_size: int, *, seed: int = 0, shuffle: bool = True
    ) -> None:
        self._inputs, self._targets = inputs, targets
        self.shuffle = shuffle
        self._orders: NDArray[np.int64] = np.empty((0, 0), np.int64)
        self._state: Any = None
        self._rng = np.random.default_rng([seed, 2])
        self._batch_size = batch_size
        self._chunk: Iterator[tuple[Array, Array]] = iter(())
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

    def set_data(self, inputs: Array, targets: Array) -> None:
        """Replace the data: `inputs` (samples, *shape), `targets` (samples, outputs). Repeats an unused shuffle."""
        if self.position == 0:
            # So training twice for 5 epochs on the same samples equals training for 10.
            self._rng.bit_generator.state = self.epoch_state
        self._inputs, self._targets = inputs, targets
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

    def next(self) -> tuple[Array, Array]:
        """The next batch: (rows, *shape) inputs and (rows, outputs) targets, valid until the next chunk."""
        pair = next(self._chunk, None) or self._gather()
        self.position += len(pair[0])
        self.step += 1
        return pair

    def _permuted(self) -> NDArray[np.int64]:
        # A new permutation, not a shuffle of the last: the order depends on the generator state alone.
        count = len(self._inputs)
        return self._rng.permutation(count) if self.shuffle else np.arange(count)

    def _gather(self) -> tuple[Array, Array]:
        """Gather the next batches of the epoch, and return the first."""
        batch = self._batch_size
        count = batch * max(1, _CHUNK_ROWS // batch)
        chosen = self._order[self.position : self.position + count]
        inputs, targets = (np.take(rows, chosen, axis=0) for rows in (self._inputs, self._targets))
        # Cut at once: iterating over the batches takes half the time of slicing each when it is asked for.
        whole = len(chosen) - len(chosen) % batch
        pairs = list(zip(*(_cut(array, batch, whole) for array in (inputs, targets)), strict=True))
        if whole < len(chosen):
            pairs.append((inputs[whole:], targets[whole:]))
        self._chunk = iter(pairs)
        return next(self._chunk)

    def _drop_chunk(self) -> None:
        self._chunk = iter(())


def _cut(rows: Array, batch: int, whole: int) -> Array:
    """The first `whole` rows as (batches, batch, ...)."""
    return rows[:whole].reshape(whole // batch, batch, *rows.shape[1:])
