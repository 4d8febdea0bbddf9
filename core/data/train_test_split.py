"""Stratified split of samples into training and test, and that of samples in the order of time."""

from __future__ import annotations

import numpy as np

from ..spec.arrays import Indices
from .dataset import Data
from .seal import divided

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
    groups = data.targets if data.labels == "classes" else np.zeros(data.samples, np.int64)
    return divided(groups, train_share, np.random.default_rng(seed), is_stable=data.stable_split)
