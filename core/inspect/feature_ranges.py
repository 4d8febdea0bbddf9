"""Range, median and histogram of each feature in original units, for sliders and cards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..experiment.prepare import PreparedData

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


# Enough for the shape of a column.
_MAX_ROWS = 5000


@dataclass(frozen=True, eq=False)
class FeatureHistogram:
    """Training samples of one column per class and bin, `counts` (classes, bins), between `low` and `high`.

    Regression has a single row.
    """

    low: float
    high: float
    counts: NDArray[np.int64]


def feature_histograms(prepared: PreparedData, columns: int, bins: int = 16) -> tuple[FeatureHistogram, ...]:
    """Histograms of the first `columns` columns; empty for points and images."""
    names = prepared.columns
    if not names:
        return ()
    data = prepared.data
    rows = prepared.train_index[:_MAX_ROWS]
    classes = data.n_classes or 1
    labels = np.zeros(len(rows), np.int64)
    if data.labels == "classes":
        labels = np.asarray(prepared.train.labels[:_MAX_ROWS], np.int64)
    found = []
    for values in data.inputs[:, : min(columns, len(names))].T:
        low, high = float(values.min()), float(values.max())
        shares = (values[rows].astype(np.float64) - low) / ((high - low) or 1.0)
        places = np.minimum((shares * bins).astype(np.int64), bins - 1)
        counts = np.bincount(labels * bins + places, minlength=classes * bins).reshape(classes, bins)
        found.append(FeatureHistogram(low, high, counts))
    return tuple(found)
