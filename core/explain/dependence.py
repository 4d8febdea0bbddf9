"""Partial dependence: the prediction when one column is another, for every row and on average.

J. Friedman, Greedy Function Approximation, 2001; the single rows are the individual conditional expectations of
A. Goldstein et al., Peeking Inside the Black Box, 2015. The grid is that of scikit-learn's `partial_dependence`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..data.pipeline import CategoryColumn, TableInputs
from ..experiment.prepare import PreparedData
from ..nn.network import Network
from ..spec.arrays import Array
from .prediction import Prediction

RESOLUTION: Final = 40
MAX_ROWS: Final = 200
_ENDS: Final = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class Dependence:
    """Dependence of the prediction on a column.

    - `grid` (places,): values of the column in its own units; of categories their numbers, with `categories` as names.
    - `curves` (rows, places): the prediction for each row with that value; `average` (places,) is their mean.
    - `own` (places,): the same of the chosen sample, whose own value is `here` (NaN for no category).
    """

    column: str
    grid: Array
    curves: Array
    own: Array
    here: float
    categories: tuple[str, ...] = ()

    @property
    def average(self) -> Array:
        """The partial dependence."""
        found: Array = self.curves.mean(axis=0)
        return found


def dependence_columns(prepared: PreparedData) -> tuple[str, ...]:
    """The columns that can be changed alone; none for images and series."""
    inputs = prepared.pipeline.inputs
    return inputs.names_in if isinstance(inputs, TableInputs) or prepared.features else ()


def partial_dependence(
    network: Network,
    prepared: PreparedData,
    prediction: Prediction,
    column: int,
    sample: int,
    *,
    resolution: int = RESOLUTION,
    most: int = MAX_ROWS,
) -> Dependence:
    """Of up to `most` training rows, evenly over all, and of a `sample` of `PreparedData.find`.

    Log-odds are told as probabilities.
    """
    inputs, data = prepared.pipeline.inputs, prepared.data.inputs
    train = prepared.train_index
    rows = train[np.linspace(0, len(train) - 1, min(most, len(train))).astype(np.int64)]
    own = prepared.find(sample)[2]
    encoded = np.concatenate([data[rows], data[own : own + 1]])
    prediction = Prediction(prediction.encoding, prediction.label)
    start, width = column, 1
    categories: tuple[str, ...] = ()
    if isinstance(inputs, TableInputs):
        start = sum(each.width for each in inputs.columns[:column])
        width, of = inputs.columns[column].width, inputs.columns[column]
        categories = of.categories if isinstance(of, CategoryColumn) else ()
    if categories:
        grid: Array = np.arange(width, dtype=np.float64)
        values: Array = np.eye(width)
        place = int(encoded[-1, start : start + width].argmax())
        here = float(place) if encoded[-1, start + place] >= 0.5 else float("nan")
    else:
        grid = _grid(data[train, start].astype(np.float64), resolution)
        values, here = grid[:, None], float(encoded[-1, start])
    changed = np.repeat(encoded, len(grid), axis=0)
    changed[:, start : start + width] = np.tile(values, (len(encoded), 1))
    outputs = network.predict(inputs.scaled(changed))
    curves = prediction.of(outputs).reshape(len(encoded), len(grid))
    return Dependence(inputs.names_in[column], grid, curves[:-1], curves[-1], here, categories)


def _grid(values: Array, resolution: int) -> Array:
    """All different values, or evenly from the 5th to the 95th percentile where they are many."""
    different = np.unique(values)
    if len(different) < resolution:
        return different
    ordered, count = np.sort(values), len(values)
    ends: list[float] = []
    for share in _ENDS:
        # scipy's `mquantiles`, whose rule numpy's quantile does not have.
        place = min(max(count * share + 0.4 + 0.2 * share, 1.0), count)
        low = min(int(place), count - 1)
        ends.append(float(ordered[low - 1] + (place - low) * (ordered[low] - ordered[low - 1])))
    return np.linspace(ends[0], ends[1], resolution)
