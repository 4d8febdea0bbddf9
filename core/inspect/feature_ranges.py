"""How far the columns of a table reach, in the data's own units: what a slider over a feature needs to know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.experiment.prepare import PreparedData

__all__ = ["FeatureRange", "feature_ranges"]

# A median of so many rows is as good as one of all, and does not keep anybody waiting.
_MEDIAN_ROWS = 5000


@dataclass(frozen=True)
class FeatureRange:
    """A feature's `name`, its smallest and largest value, and the training samples' median.

    `whole` says that it has only whole numbers: counts, years, or the 0 and 1 of a category.
    """

    name: str
    low: float
    high: float
    median: float
    whole: bool


def feature_ranges(prepared: PreparedData) -> tuple[FeatureRange, ...]:
    """The columns of a table that axes can be chosen from; none for points and images."""
    names = prepared.columns
    if not names:
        return ()
    inputs = prepared.data.inputs
    low, high = inputs.min(axis=0), inputs.max(axis=0)
    sampled = inputs[prepared.train_index[:_MEDIAN_ROWS]]
    # One of the values, not between two of them: a category has no halves.
    median = np.quantile(sampled, 0.5, axis=0, method="lower")
    whole = (sampled == np.round(sampled)).all(axis=0)
    return tuple(
        FeatureRange(name, float(low[i]), float(high[i]), float(median[i]), bool(whole[i]))
        for i, name in enumerate(names)
    )
