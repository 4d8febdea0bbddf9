"""Histograms over time on a common axis, thinned so that the whole run stays visible."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from core.inspect.histograms import Histogram
from core.spec.arrays import Array

COLUMNS = 64
_MAX_ROWS = 96
_ROUND = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)


class HistogramRows:
    """Rows in order of time, the newest included; when full, every second row is dropped, and later ones are as far
    apart as those that are left."""

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
        self._spacing = 0.0
        self._filled_to = -np.inf

    def add(self, epoch: float, histogram: Histogram) -> None:
        """Add the newest row, unless `fill` has brought it."""
        if epoch <= self._filled_to:
            return
        # The last one stays only where it is far enough from the one before.
        if len(self) > 1 and self.epochs[-1] - self.epochs[-2] < self._spacing:
            self._pop()
        if len(self) == self._max_rows:
            self.epochs, self._histograms = self.epochs[::2], self._histograms[::2]
            self._shares = self._shares[::2]
            self._space()
        self.epochs.append(epoch)
        self._histograms.append(histogram)
        limits = round_limits(
            min(float(each.edges[0]) for each in self._histograms),
            max(float(each.edges[-1]) for each in self._histograms),
        )
        if limits != self.limits:
            self.limits = limits
            self._shares = [self.spread(each) for each in self._histograms]
        else:
            self._shares.append(self.spread(histogram))

    def fill(self, earlier: Sequence[tuple[float, Histogram]]) -> None:
        """Put rows of known epochs before those that are newer."""
        if not earlier:
            return
        end = earlier[-1][0]
        newer = [row for row in zip(self.epochs, self._histograms, strict=True) if row[0] > end]
        self.clear()
        for row in earlier:
            self.add(*row)
        self._space()
        for row in newer:
            self.add(*row)
        self._filled_to = end

    def row_of(self, epoch: float) -> int:
        """The row nearest to an epoch; there must be one."""
        return int(np.argmin(np.abs(np.array(self.epochs) - epoch)))

    def shares(self) -> Array:
        """(rows, COLUMNS): fraction of the values in each column of the axis; rows sum to 1."""
        return np.array(self._shares).reshape(len(self), COLUMNS)

    def _space(self) -> None:
        """Keep later rows as far apart as these are."""
        if len(self) > 1:
            self._spacing = (self.epochs[-1] - self.epochs[0]) / (len(self) - 1)

    def _pop(self) -> None:
        for rows in (self.epochs, self._histograms, self._shares):
            rows.pop()

    def spread(self, histogram: Histogram) -> Array:
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
