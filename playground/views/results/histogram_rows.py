"""Histograms over time on a common axis, thinned so that the whole run stays visible."""

from __future__ import annotations

import math

import numpy as np

from core.inspect.histograms import Histogram
from core.spec.arrays import Array

__all__ = ["COLUMNS", "HistogramRows", "round_limits"]


COLUMNS = 64
_MAX_ROWS = 96
_ROUND = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)


class HistogramRows:
    """Rows in order of time, the newest included; when full, every second row is dropped and the stride doubles."""

    def __init__(self, max_rows: int = _MAX_ROWS) -> None:
        self._max_rows = max_rows
        self.clear()

    def __len__(self) -> int:
        return len(self._histograms)

    @property
    def newest(self) -> Histogram | None:
        """The last histogram added."""
        return self._histograms[-1] if self._histograms else None

    def clear(self) -> None:
        self.epochs: list[float] = []
        self.limits = -1.0, 1.0
        self._histograms: list[Histogram] = []
        self._shares: list[Array] = []
        self._offered, self._stride = 0, 1

    def add(self, epoch: float, histogram: Histogram) -> None:
        # The previous row stays only if it is on the stride.
        if self._offered and (self._offered - 1) % self._stride:
            self._pop()
        self._offered += 1
        if len(self) == self._max_rows:
            # Keep the rows on the doubled stride; those off the old stride were dropped already.
            self.epochs, self._histograms = self.epochs[::2], self._histograms[::2]
            self._shares = self._shares[::2]
            self._stride *= 2
        self.epochs.append(epoch)
        self._histograms.append(histogram)
        limits = round_limits(
            min(float(each.edges[0]) for each in self._histograms),
            max(float(each.edges[-1]) for each in self._histograms),
        )
        if limits != self.limits:
            self.limits = limits
            self._shares = [self._spread(each) for each in self._histograms]
        else:
            self._shares.append(self._spread(histogram))

    def shares(self) -> Array:
        """(rows, COLUMNS): fraction of the values in each column of the axis; rows sum to 1."""
        return np.array(self._shares).reshape(len(self), COLUMNS)

    def _pop(self) -> None:
        for rows in (self.epochs, self._histograms, self._shares):
            rows.pop()

    def _spread(self, histogram: Histogram) -> Array:
        """A histogram resampled to the common axis, assuming uniform values within each bin."""
        below = np.concatenate([[0.0], np.cumsum(histogram.counts)])
        grid = np.linspace(*self.limits, COLUMNS + 1)
        shares: Array = np.diff(np.interp(grid, histogram.edges, below)) / below[-1]
        return shares


def round_limits(low: float, high: float) -> tuple[float, float]:
    """Axis limits as round numbers, stable under small changes: (-m, m), (0, m) or (-m, 0)."""
    most = max(abs(low), abs(high), 1e-9)
    decade = 10.0 ** math.floor(math.log10(most))
    top = next(factor for factor in (*_ROUND, 15.0) if factor * decade >= most * (1 - 1e-6)) * decade
    small = 1e-3 * most
    left = -top if low < -small else 0.0
    return left, top if high > small or not left else 0.0
