"""What a network should beat: the last value said again, and counts of what follows the last tokens."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..data.batches import Samples
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
    horizon, found = targets.shape[1], list[tuple[str, NDArray[np.float64]]]()
    names = [column.name for column in data.raw.columns]
    if data.target_name in names:
        own = inputs[:, :, names.index(data.target_name)]
        found.append(("last value", np.repeat(own[test, -1:], horizon, axis=1)))
        period = _period(own[train])
        if period:
            ahead = np.arange(horizon) % period
            found.append((f"value {period} before", own[test][:, ahead - period]))
    rows = np.concatenate([inputs.reshape(len(inputs), -1), np.ones((len(inputs), 1))], axis=1)
    # Scaled, so that one small ridge suits all columns.
    rows /= np.maximum(np.abs(rows[train]).max(axis=0), 1e-12)
    square = rows[train].T @ rows[train]
    square[np.diag_indices_from(square)] += _RIDGE * len(train)
    linear = rows[test] @ np.linalg.solve(square, rows[train].T @ targets[train])
    return tuple(
        Forecast(title, r2_score(targets[test], made), mean_absolute_error(targets[test], made), made)
        for title, made in (*found, ("linear autoregression", linear))
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


_STRENGTH: Final = 2.0
"""Weight of the estimate of a shorter past, in counts: what was never seen must not be impossible."""
_TITLES: Final = ("uniform", "unigram", "bigram", "trigram")
MAX_COUNTED: Final = 500_000
"""Positions that are counted at most."""


@dataclass(frozen=True)
class Ngram:
    """A way to continue by the last 0 to 2 tokens: its mean loss in nats per counted position, and accuracy."""

    title: str
    nats: float
    accuracy: float


def ngrams(train: Samples, test: Samples, vocabulary: int) -> tuple[Ngram, ...]:
    """Uniform chances, and those by counts of the training samples, on the counted positions of the test samples.

    Each estimate is that of the next shorter past where nothing else was seen (a Dirichlet prior).
    """
    learned, asked = (_counted(samples, vocabulary) for samples in (train, test))
    if not len(asked[0]) or not len(learned[0]):
        return tuple(Ngram(title, math.nan, math.nan) for title in _TITLES)
    found = [Ngram(_TITLES[0], math.log(vocabulary), 1.0 / vocabulary)]
    shares = np.full(len(asked[0]), 1.0 / vocabulary)
    for title, past, seen in zip(_TITLES[1:], learned[1:], asked[1:], strict=True):
        cell_of = past * vocabulary + learned[0]
        pasts, totals = np.unique(past, return_counts=True)
        cells, counts = np.unique(cell_of, return_counts=True)
        total = _looked_up(pasts, totals, seen)
        count = _looked_up(cells, counts, seen * vocabulary + asked[0])
        shares = (count + _STRENGTH * shares) / (total + _STRENGTH)
        # The likeliest token of each past: the last of its cells in the order of counts.
        order = np.lexsort((counts, cells // vocabulary))
        last = np.searchsorted((cells // vocabulary)[order], pasts, side="right") - 1
        likeliest = cells[order[last]] % vocabulary
        right = _looked_up(pasts, likeliest + 1, seen) == asked[0] + 1
        found.append(Ngram(title, float(-np.log(shares).mean()), float(right.mean())))
    return tuple(found)


def _counted(samples: Samples, vocabulary: int) -> tuple[NDArray[np.int64], ...]:
    """Of counted positions: the token that follows, and the numbers of the last 0, 1 and 2 tokens."""
    rows = slice(max(1, MAX_COUNTED // samples.labels.shape[1]))
    inputs, labels = samples.inputs[rows].astype(np.int64), samples.labels[rows]
    before = np.full_like(inputs, vocabulary)
    before[:, 1:] = inputs[:, :-1]
    counted = labels >= 0
    follows = labels[counted].astype(np.int64)
    last = inputs[counted]
    return follows, np.zeros_like(follows), last, before[counted] * (vocabulary + 1) + last


def _looked_up(
    keys: NDArray[np.int64], values: NDArray[np.int64], wanted: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The value of each wanted key, of sorted keys; 0 where it is not there."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)
