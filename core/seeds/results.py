"""The spread of what comes of many seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..spec.arrays import Array

BAND: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
"""The quantiles of a band: worst or lowest, quartile, median, quartile, highest."""


@dataclass(frozen=True)
class Spread:
    """Quantiles of the `count` finite values among `given`; NaN without any."""

    given: int
    count: int
    lowest: float
    low_quartile: float
    median: float
    high_quartile: float
    highest: float


def spread_of(values: Sequence[float]) -> Spread:
    """The spread of values, such as the test accuracies of all seeds; those that are not finite are left out."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return Spread(len(values), 0, *[math.nan] * 5)
    return Spread(len(values), len(finite), *map(float, np.quantile(finite, BAND)))


def curve_band(
    epochs: Sequence[NDArray[Any]], curves: Sequence[NDArray[Any]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Epochs (moments,) and quantiles `BAND` (5, moments) of curves, each (rows,) over its own epochs (rows,).

    Seeds that diverged end early; the others go on without them. Without curves the arrays are empty.
    """
    longest = max(epochs, key=len, default=np.empty(0))
    if not len(longest):
        return np.empty(0), np.empty((len(BAND), 0))
    # All evaluate at the same moments, so that a shorter curve is the beginning of a longer one.
    table = np.full((len(curves), len(longest)), np.nan)
    for row, curve in zip(table, curves, strict=True):
        row[: len(curve)] = curve
    known = ~np.isnan(table).all(axis=0)
    band = np.full((len(BAND), len(longest)), np.nan)
    if known.any():
        band[:, known] = np.nanquantile(table[:, known], BAND, axis=0)
    return np.asarray(longest, np.float64), band


def agreement(outputs: Sequence[Array], *, values: bool) -> Array:
    """Agreement of seeds at the same places; every array of `outputs` is (..., outputs).

    One output that is signed becomes 2 s - 1, where s is the share of seeds that say class 1; several become the
    shares of seeds that say each class. `values`, of a regression, become their medians.
    """
    stacked = np.stack(outputs)
    if values:
        return np.asarray(np.median(stacked, axis=0), stacked.dtype)
    if stacked.shape[-1] == 1:
        return np.asarray(np.where(stacked > 0.0, 1.0, -1.0).mean(axis=0), stacked.dtype)
    said = np.argmax(stacked, axis=-1)
    shares = [(said == number).mean(axis=0) for number in range(stacked.shape[-1])]
    return np.stack(shares, axis=-1).astype(stacked.dtype)
