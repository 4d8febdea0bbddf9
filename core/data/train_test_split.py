"""Stratified split of samples into training and test, that of samples in the order of time, and the sealed test."""

from __future__ import annotations

import numpy as np

from ..spec.arrays import Indices
from .dataset import Data, DataError

MIN_TRAIN_SHARE, MAX_TRAIN_SHARE = 0.05, 0.95


def train_test_split(data: Data, train_share: float, seed: int) -> tuple[Indices, Indices]:
    """Indices (train,) and (test,), shuffled, disjoint, together all samples.

    The training split gets `train_share` of the samples, rounded half up. Classes are divided by the largest remainder
    method, and a class of two or more samples has at least one in each split. A predefined split keeps its order,
    whatever the share and seed; samples in the order of time are split at a place, with their gap left out. Raises
    `ValueError` for a share outside 0.05 to 0.95 and for fewer than two samples.
    """
    if not MIN_TRAIN_SHARE <= train_share <= MAX_TRAIN_SHARE:
        raise ValueError(
            f"Split: train share must be from {MIN_TRAIN_SHARE:g} to {MAX_TRAIN_SHARE:g}, got {train_share!r}"
        )
    if data.samples < 2:
        raise ValueError(f"Split: data must have at least 2 samples, got {data.samples}")
    if data.train_samples:
        return np.arange(data.train_samples), np.arange(data.train_samples, data.samples)
    if data.gap is not None:
        count = min(max(1, int(np.floor(train_share * data.samples + 0.5))), data.samples - data.gap - 1)
        if count < 1:
            raise ValueError(
                f"Split: data must have at least {data.gap + 2} samples, as {data.gap} between training and test "
                f"overlap, got {data.samples}"
            )
        return np.arange(count), np.arange(count + data.gap, data.samples)
    return _chosen(data, train_share, np.random.default_rng(seed))


def seal(data: Data, share: float, seed: int) -> tuple[Indices, Indices]:
    """Indices (rest,) and (sealed,), each in order: a share of the samples, set aside before any other split.

    Of a predefined split these are its test samples, whatever the share and seed; of samples in the order of time the
    last, without those before that overlap with them. Every class keeps two samples for the other splits, if it has
    them. Raises `DataError` where too few would be left.
    """
    if data.train_samples:
        return np.arange(data.train_samples), np.arange(data.train_samples, data.samples)
    gap, least = data.gap or 0, 4 if data.gap is None else 2 * data.gap + 3
    if data.samples < least:
        raise DataError(f"There are too few samples to seal some: {least:,} are needed, got {data.samples:,}")
    if data.gap is None:
        rest, sealed = _chosen(data, 1.0 - share, np.random.default_rng([seed, 7]), least=2)
        return np.sort(rest), np.sort(sealed)
    # Two and a gap are left to be split.
    count = min(max(1, int(np.floor(share * data.samples + 0.5))), data.samples - least + 1)
    return np.arange(data.samples - count - gap), np.arange(data.samples - count, data.samples)


def _chosen(data: Data, share: float, rng: np.random.Generator, least: int = 1) -> tuple[Indices, Indices]:
    """Indices of a share of the samples and of the others, shuffled; see `_train_counts` for `least`."""
    if data.stable_split:
        # Each row has its own random number, so that appended rows do not change it.
        order = np.argsort(rng.random(data.samples), kind="stable")
    else:
        order = rng.permutation(data.samples)
    if data.labels == "classes":
        groups = np.unique(data.targets, return_inverse=True)[1]
    else:
        groups = np.zeros(data.samples, np.int64)
    wanted = _train_counts(np.bincount(groups), share, least)

    # A sample's rank in its group, in shuffled order, decides its split.
    shuffled = groups[order]
    grouped = np.argsort(shuffled, kind="stable")
    starts = np.cumsum(np.bincount(groups)) - np.bincount(groups)
    rank = np.empty(data.samples, np.int64)
    rank[grouped] = np.arange(data.samples) - starts[shuffled[grouped]]
    to_train = rank < wanted[shuffled]
    # Small classes are exhausted first, so test samples would start with large ones: shuffle each split again.
    return rng.permutation(order[to_train]), rng.permutation(order[~to_train])


def _train_counts(sizes: Indices, share: float, least: int = 1) -> Indices:
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
