"""Range and median of each feature in original units, for sliders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.experiment.prepare import PreparedData

# The median of this many rows is precise enough, and fast.
_MEDIAN_ROWS = 5000


@dataclass(frozen=True)
class FeatureRange:
    """Name, minimum, maximum and median (of training samples) of a feature; `whole` if all values are integers."""

    name: str
    low: float
    high: float
    median: float
    whole: bool


def feature_ranges(prepared: PreparedData) -> tuple[FeatureRange, ...]:
    """Ranges of a table's columns; empty for points and images."""
    names = prepared.columns
    if not names:
        return ()
    inputs = prepared.data.inputs
    low, high = inputs.min(axis=0), inputs.max(axis=0)
    sampled = inputs[prepared.train_index[:_MEDIAN_ROWS]]
    # An actual value, not one in between: categories have no halves.
    median = np.quantile(sampled, 0.5, axis=0, method="lower")
    whole = (sampled == np.round(sampled)).all(axis=0)
    return tuple(
        FeatureRange(name, float(low[i]), float(high[i]), float(median[i]), bool(whole[i]))
        for i, name in enumerate(names)
    )
