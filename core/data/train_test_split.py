"""Divide samples into those to train on and those to test on, so that both show the classes in the same proportion."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Data
from core.spec.arrays import Indices

__all__ = ["train_test_split"]


MIN_TRAIN_SHARE, MAX_TRAIN_SHARE = 0.05, 0.95


def train_test_split(data: Data, train_share: float, seed: int) -> tuple[Indices, Indices]:
    """Indices of the training and the test samples, both shuffled, disjoint, together all samples.

    Training gets `train_share` of the samples, rounded (half up). For classification every class is divided by the
    method of the largest remainder, and a class of two or more samples has at least one on either side. Data that come
    divided keep their parts and their order, whatever the share and the seed. Raises
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
    rng = np.random.default_rng(seed)
    if data.stable_split:
        # A sample's place in the data draws its lot, and whoever comes after it does not change that.
        order = np.argsort(rng.random(data.samples), kind="stable")
    else:
        order = rng.permutation(data.samples)
    if data.task == "classification":
        groups = np.unique(data.targets, return_inverse=True)[1]
    else:
        groups = np.zeros(data.samples, np.int64)
    wanted = _train_counts(np.bincount(groups), train_share)

    # A sample's rank among its own group, in shuffled order, decides its side.
    shuffled = groups[order]
    grouped = np.argsort(shuffled, kind="stable")
    starts = np.cumsum(np.bincount(groups)) - np.bincount(groups)
    rank = np.empty(data.samples, np.int64)
    rank[grouped] = np.arange(data.samples) - starts[shuffled[grouped]]
    to_train = rank < wanted[shuffled]
    # Small classes run out first, so the test samples would begin with the large ones: shuffle each side once more.
    return rng.permutation(order[to_train]), rng.permutation(order[~to_train])


def _train_counts(sizes: Indices, share: float) -> Indices:
    """How many of each group's `sizes` go to training."""
    quotas = share * sizes.astype(np.float64)
    low = np.where(sizes >= 2, 1, 0)
    high = np.where(sizes >= 2, sizes - 1, sizes)
    total = int(np.floor(share * sizes.sum() + 0.5))
    # Neither side may stay empty, not even when every class has but one sample.
    total = min(max(total, int(low.sum()), 1), int(high.sum()), int(sizes.sum()) - 1)
    counts: Indices = np.clip(np.floor(quotas).astype(np.int64), low, high)
    while counts.sum() < total:
        counts[np.where(counts < high, quotas - counts, -np.inf).argmax()] += 1
    while counts.sum() > total:
        counts[np.where(counts > low, counts - quotas, -np.inf).argmax()] -= 1
    return counts
