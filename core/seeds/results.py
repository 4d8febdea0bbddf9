"""What comes of many seeds: the result of each, and the spread of all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState
from core.spec.arrays import Array
from core.train.history import History, HistoryLog

BAND: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
"""The quantiles of a band: worst or lowest, quartile, median, quartile, highest."""


@dataclass(frozen=True, eq=False)
class SeedResult:
    """The training of one seed. Losses and scores are NaN where not measured; a score is accuracy or R², 1 is best.

    - `experiment`: with this seed; `state`: weights, optimizer slots and history, to go on as if never interrupted.
    - `fault`: why the seed trained no further; "" if it did.
    - `seconds`: its share of the time of all seeds.
    """

    experiment: Experiment
    state: TrainerState
    train_loss: float
    test_loss: float
    train_score: float
    test_score: float
    seconds: float
    fault: str = ""

    @property
    def seed(self) -> int:
        return self.experiment.seed

    @property
    def epochs(self) -> int:
        """Finished epochs."""
        return self.state.epoch

    @property
    def loss(self) -> float:
        """The test loss, or the training loss without test samples."""
        return self.train_loss if math.isnan(self.test_loss) else self.test_loss

    @property
    def score(self) -> float:
        """The test score, or the training score without test samples."""
        return self.train_score if math.isnan(self.test_score) else self.test_score

    @property
    def history(self) -> History:
        log = HistoryLog()
        log.restore(self.state.arrays["history"], int(self.state.numbers["history_stride"]))
        return log.view()

    @property
    def weights(self) -> dict[str, NDArray[Any]]:
        """The weights by name, for `Network.load_state_dict`."""
        return self.state.weights


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
    """How far seeds agree on the answers at the same places; every array of `outputs` is (..., outputs).

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
