"""BatchSource: what a fit takes instead of arrays, such as a generator of batches."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import numpy as np

Batch = tuple[Any, ...]
"""(X, y) or (X, y, sample_weight)."""


class BatchSource:
    """Batches by the epoch from a generator, from what can be iterated again, or from an object with `__getitem__`.

    `steps` is the number of batches of an epoch, None where only the end of the epoch tells it. With `rng` the batches
    of an object come in another order each epoch. With `least` 1 they may be inputs alone.
    """

    def __init__(
        self,
        given: Any,
        steps: int | None,
        name: str = "X",
        rng: np.random.Generator | None = None,
        least: int = 2,
    ) -> None:
        self._least = least
        self._given, self._name, self._rng = given, name, rng
        self.steps = steps if steps is not None else len(given) if hasattr(given, "__len__") else None
        self._goes_on: Iterator[Any] | None = iter(given) if hasattr(given, "__next__") else None
        self._first: Batch | None = None

    @staticmethod
    def is_one(given: Any) -> bool:
        """Whether something is no array, and gives batches."""
        if isinstance(given, (list, tuple, str)) or hasattr(given, "__array__") or hasattr(given, "toarray"):
            return False
        return hasattr(given, "__iter__") or (hasattr(given, "__getitem__") and hasattr(given, "__len__"))

    @property
    def first(self) -> Batch:
        """The first batch, which the first epoch has, too."""
        if self._first is None:
            self._first = next(self._batches(), None)
            if self._first is None:
                raise ValueError(f"Sequence: {self._name} must give batches (X, y), got none")
        return self._first

    def epoch(self) -> Iterator[Batch]:
        """The batches of one epoch. Raises `ValueError` where there are fewer than `steps`."""
        known = [] if self._first is None or self._goes_on is None else [self._first]
        self._first = None
        batches, count = chain(known, self._batches()), 0
        for batch in batches if self.steps is None else islice(batches, self.steps):
            count += 1
            yield batch
        if not count or (self.steps is not None and count < self.steps):
            raise ValueError(
                f"Sequence: {self._name} gave {count} of {self.steps or 'its'} batches of an epoch and ended; "
                "give a generator that goes on, or fewer steps_per_epoch"
            )
        if hasattr(self._given, "on_epoch_end"):
            self._given.on_epoch_end()

    def all(self) -> Batch:
        """One epoch as one batch."""
        parts = list(zip(*self.epoch(), strict=True))
        return tuple(np.concatenate([np.asarray(each) for each in part]) for part in parts)

    def _batches(self) -> Iterator[Batch]:
        if self._goes_on is not None:
            found = self._goes_on
        elif hasattr(self._given, "__getitem__") and not hasattr(self._given, "__next__"):
            if not hasattr(self._given, "__len__") or isinstance(self._given, dict):
                wanted = f"Sequence: {self._name} must give batches (X, y), one for each number from 0 on"
                raise ValueError(f"{wanted}, got {type(self._given).__name__}")
            count = len(self._given)
            order = range(count) if self._rng is None else self._rng.permutation(count).tolist()
            found = (self._given[place] for place in order)
        else:
            found = iter(self._given)
        for batch in found:
            if self._least == 1 and not isinstance(batch, (tuple, list)):
                yield (batch,)
                continue
            if not isinstance(batch, (tuple, list)) or not self._least <= len(batch) <= 3:
                wanted = f"Sequence: {self._name} must give batches (X, y) or (X, y, sample_weight)"
                raise ValueError(f"{wanted}, got {type(batch).__name__}")
            yield tuple(batch)


def batch_source(given: Any, steps: int | None, seed: int | None) -> BatchSource | None:
    """The source of batches that a fit was given instead of arrays, in its own order without a seed; else None."""
    rng = None if seed is None else np.random.default_rng([seed, 3])
    return BatchSource(given, steps, rng=rng) if BatchSource.is_one(given) else None
