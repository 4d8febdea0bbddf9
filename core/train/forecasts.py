"""Forecasts without a network: the last value, that of one period before, and a linear autoregression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Data
from ..data.raw_form import RawSeries
from .metrics import mean_absolute_error, r2_score

_RIDGE = 1e-6


@dataclass(frozen=True, eq=False)
class Forecast:
    """A way to forecast: its `values` (n, horizon), R² and mean absolute error on the test samples, in own units."""

    title: str
    r2: float
    mae: float
    values: NDArray[np.float64]


def forecasts(data: Data, train: NDArray[np.int64], test: NDArray[np.int64]) -> tuple[Forecast, ...]:
    """Baselines for the windows of a series, learned from the rows `train`, evaluated on `test`.

    The last and the seasonal value are there only where the target is one of the columns.
    """
    if not isinstance(data.raw, RawSeries) or data.labels != "values" or len(test) < 2:
        return ()
    inputs, targets = data.inputs.astype(np.float64), data.targets.astype(np.float64)
    horizon, found = targets.shape[1], {}
    names = [column.name for column in data.raw.columns]
    if data.target_name in names:
        own = inputs[:, :, names.index(data.target_name)]
        found["last value"] = np.repeat(own[test, -1:], horizon, axis=1)
        period = _period(own[train])
        if period:
            ahead = np.arange(horizon) % period
            found[f"value {period} before"] = own[test][:, ahead - period]
    rows = np.concatenate([inputs.reshape(len(inputs), -1), np.ones((len(inputs), 1))], axis=1)
    # Scaled, so that one small ridge suits all columns.
    rows /= np.maximum(np.abs(rows[train]).max(axis=0), 1e-12)
    square = rows[train].T @ rows[train]
    square[np.diag_indices_from(square)] += _RIDGE * len(train)
    found["linear autoregression"] = rows[test] @ np.linalg.solve(square, rows[train].T @ targets[train])
    return tuple(
        Forecast(title, r2_score(targets[test], made), mean_absolute_error(targets[test], made), made)
        for title, made in found.items()
    )


def _period(windows: NDArray[np.float64]) -> int:
    """The lag in steps, of those within a window, at which values are most alike; 0 if there is none."""
    length = windows.shape[1]
    centred = windows - windows.mean()
    alike = [
        float(np.mean(centred[:, lag:] * centred[:, : length - lag])) for lag in range(1, max(2, length - 1))
    ]
    # Behind the first opposite: neighbours are alike without any period.
    low = next((place for place, each in enumerate(alike) if each < 0.0), len(alike))
    if low + 1 >= len(alike) or max(alike[low + 1 :]) <= 0.0:
        return 0
    return low + 2 + int(np.argmax(alike[low + 1 :]))
