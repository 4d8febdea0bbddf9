"""Which rows are sealed for the test: by how many there are, whatever a file has in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..spec.arrays import Indices
from .data_error import DataError

MIN_SEALED_OF: Final = 4
"""Rows, of which some can be sealed."""


@dataclass(frozen=True)
class Seal:
    """A share of all rows, and the seed that chooses them; equal where nothing is sealed.

    It is never told what a row of a file holds: no class, no gap and no extreme of a sealed row decides anything.
    """

    share: float = 0.0
    seed: int = 0

    def __bool__(self) -> bool:
        return self.share > 0.0

    def divide(
        self, count: int, gap: int | None = None, learned: int = 0, classes: Indices | None = None
    ) -> tuple[Indices, Indices]:
        """Indices (rest,) and (sealed,) of `count` rows, each in order.

        With `learned`, those of the makers' training samples, the others are sealed, whatever the share. With a `gap`
        rows are in the order of time: the last are sealed, and as many as the gap before them are left out. Each of the
        `classes` (count,), where their makers have told them, keeps two. Raises `DataError` for too few rows.
        """
        if learned:
            return np.arange(learned), np.arange(learned, count)
        # Two and a gap are left to be split.
        least = MIN_SEALED_OF if gap is None else 2 * gap + 3
        if count < least:
            raise DataError(f"There are too few samples to seal some: {least:,} are needed, got {count:,}")
        if gap is not None:
            sealed = min(max(1, int(np.floor(self.share * count + 0.5))), count - least + 1)
            return np.arange(count - sealed - gap), np.arange(count - sealed, count)
        groups = np.zeros(count, np.int64) if classes is None else classes
        parts = divided(groups, 1.0 - self.share, np.random.default_rng([self.seed, 7]), least=2)
        return np.sort(parts[0]), np.sort(parts[1])


NO_SEAL: Final = Seal()


def divided(
    groups: Indices, share: float, rng: np.random.Generator, least: int = 1, *, is_stable: bool = False
) -> tuple[Indices, Indices]:
    """Indices of a share of the samples of each of the `groups` (samples,), and of the others, shuffled.

    See `_train_counts` for `least`; what is stable stays where it is when others are added.
    """
    count = len(groups)
    # Each row has its own random number, so that appended rows do not change it.
    order = np.argsort(rng.random(count), kind="stable") if is_stable else rng.permutation(count)
    groups = np.unique(groups, return_inverse=True)[1]
    wanted = _train_counts(np.bincount(groups), share, least)

    # A sample's rank in its group, in shuffled order, decides its split.
    shuffled = groups[order]
    grouped = np.argsort(shuffled, kind="stable")
    starts = np.cumsum(np.bincount(groups)) - np.bincount(groups)
    rank = np.empty(count, np.int64)
    rank[grouped] = np.arange(count) - starts[shuffled[grouped]]
    to_train = rank < wanted[shuffled]
    # Small classes are exhausted first, so test samples would start with large ones: shuffle each split again.
    return rng.permutation(order[to_train]), rng.permutation(order[~to_train])


def _train_counts(sizes: Indices, share: float, least: int) -> Indices:
    """Training samples per group of `sizes`, (groups,).

    A group of more samples than `least` has as many, and leaves one. A smaller one has all if `least` is above 1.
    """
    quotas = share * sizes.astype(np.float64)
    low = np.where(sizes > least, least, sizes if least > 1 else 0)
    high = np.where(sizes > least, sizes - 1, sizes)
    total = int(np.floor(share * sizes.sum() + 0.5))
    # Neither split may be empty, even if every class has one sample.
    total = min(max(total, int(low.sum()), 1), int(high.sum()), int(sizes.sum()) - 1)
    counts: Indices = np.clip(np.floor(quotas).astype(np.int64), low, high)
    while counts.sum() < total:
        counts[np.where(counts < high, quotas - counts, -np.inf).argmax()] += 1
    while counts.sum() > total:
        counts[np.where(counts > low, counts - quotas, -np.inf).argmax()] -= 1
    return counts
