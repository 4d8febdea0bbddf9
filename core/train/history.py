"""The history of a run. Other threads read its views, so written rows never change."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..spec.arrays import Array
from .figures import Figures


@dataclass(frozen=True)
class History:
    """Recorded values of a run; every array has shape (rows,) and is read-only.

    `epoch` is fractional within an epoch. Losses and accuracies are in use, of the first `train_samples` and
    `test_samples`; see `Figure`. Test values are NaN without a test set. `learning_rate` and `gradient_norm` (L2 norm
    of all gradients) are the last step's; NaN before it and in old files. `test_added` is the part of the test loss
    that layers add; NaN in old files. `mean_loss` is that of the batches since the row before, in training mode; NaN
    in the first row. Old files have it alone: their `train_loss` is NaN, and 0 samples say that they are unknown.
    """

    epoch: Array
    train_loss: Array
    test_loss: Array
    train_accuracy: Array
    test_accuracy: Array
    learning_rate: Array
    gradient_norm: Array
    test_added: Array
    mean_loss: Array
    train_samples: Array
    test_samples: Array

    def __len__(self) -> int:
        return len(self.epoch)

    def with_rest(self, figures: Figures) -> History:
        """With a last row of figures that have none; the row of the same moment gets what was measured at rest.

        Its loss may be another one by then, chosen without a step, and of more samples; its rate, norm and mean loss
        of the batches stay.
        """
        row = np.array(_row(figures))
        columns = [getattr(self, item.name) for item in fields(self)]
        if len(self):
            last = np.array([column[-1] for column in columns])
            if row[0] < last[0] or not figures.train.samples:
                return self
            if row[0] == last[0]:
                row = np.where(np.isnan(row), last, row)
                if np.array_equal(row, last, equal_nan=True):
                    return self
                columns = [column[:-1] for column in columns]
        return History(*(np.append(column, value) for column, value in zip(columns, row, strict=True)))

    @property
    def drawn_loss(self) -> Array:
        """The training loss in use; the mean of the batches in rows of old files, which have no other."""
        return np.where(np.isnan(self.train_loss), self.mean_loss, self.train_loss)

    @property
    def batch_loss(self) -> Array:
        """The mean of the batches; the training loss in use in the first row, before any."""
        return np.where(np.isnan(self.mean_loss), self.train_loss, self.mean_loss)


@dataclass(frozen=True)
class Mark:
    """An edit during a run: its epoch and its description."""

    epoch: float
    text: str


HISTORY_COLUMNS = len(fields(History))
_MAX_MARKS = 200

HISTORY_WIDTHS = (HISTORY_COLUMNS, 8, 7, 5)
"""Column counts that files may have, the current one first; the last ones were added later."""


class HistoryLog:
    """Appended rows of `History`. At `limit` every second row is dropped; record only every `stride`-th epoch then."""

    def __init__(self, limit: int = 40_000) -> None:
        self._limit = limit
        self._rows: NDArray[np.float64] = np.empty((256, HISTORY_COLUMNS))
        self._length = 0
        self.stride = 1
        self.marks: tuple[Mark, ...] = ()

    def __len__(self) -> int:
        return self._length

    @property
    def last_epoch(self) -> float:
        """Epoch of the last row; minus infinity if there is none."""
        return float(self._rows[self._length - 1, 0]) if self._length else -math.inf

    @property
    def room(self) -> int:
        """Rows until every second one is dropped."""
        return self._limit - self._length

    def add(self, figures: Figures, rate: float, norm: float) -> None:
        """Add the row of the figures, with the learning rate and the norm of the gradients of the last step."""
        self.append(*_row(figures, rate, norm))

    def append(self, *row: float) -> None:
        """Add one row, in the order of `History`'s fields."""
        if self._length == self._limit:
            # Copy: views of the old array are still in use.
            self._length = (self._length + 1) // 2
            thinned = np.empty_like(self._rows)
            thinned[: self._length] = self._rows[: self._limit : 2]
            self._rows = thinned
            self.stride *= 2
        elif self._length == len(self._rows):
            grown = np.empty((min(2 * len(self._rows), self._limit), HISTORY_COLUMNS))
            grown[: self._length] = self._rows
            self._rows = grown
        self._rows[self._length] = row
        self._length += 1

    def mark(self, epoch: float, text: str, *, replaces: bool = False) -> None:
        """Mark an edit. It replaces one at the same epoch, and with `replaces` the last one, whose drag goes on."""
        earlier = tuple(mark for mark in self.marks[: -1 if replaces else None] if mark.epoch != epoch)
        self.marks = (*earlier, Mark(epoch, text))[-_MAX_MARKS:]

    def view(self) -> History:
        """Current rows, without a copy."""
        rows = self._rows[: self._length]
        rows.flags.writeable = False
        return History(*(rows[:, index] for index in range(HISTORY_COLUMNS)))

    def to_array(self) -> NDArray[np.float64]:
        """Copy of all rows, shape (rows, HISTORY_COLUMNS), for a file."""
        return self._rows[: self._length].copy()

    def restore(self, rows: NDArray[Any], stride: int = 1) -> None:
        """Restore rows (n, columns) of a file; see `whole_rows`. `ValueError` for other shapes."""
        table = whole_rows(rows)
        if table.ndim != 2 or table.shape[1] != HISTORY_COLUMNS or len(table) > self._limit:
            raise ValueError(
                f"History: rows must be (at most {self._limit}, {HISTORY_COLUMNS}), got shape {table.shape}"
            )
        self._rows = np.empty((max(256, len(table)), HISTORY_COLUMNS))
        self._rows[: len(table)] = table
        self._length = len(table)
        self.stride = stride


def _row(figures: Figures, rate: float = math.nan, norm: float = math.nan) -> tuple[float, ...]:
    train, test = figures.train, figures.test
    losses, scores, counts = (train.loss, test.loss), (train.score, test.score), (train.samples, test.samples)
    return figures.place.position, *losses, *scores, rate, norm, test.added, figures.mean_loss, *counts


def whole_rows(rows: NDArray[Any]) -> NDArray[np.float64]:
    """Rows (n, columns) with all columns of `History`, from the first ones of older files; others as they are."""
    table = np.asarray(rows, np.float64)
    if table.ndim != 2 or table.shape[1] not in HISTORY_WIDTHS[1:]:
        return table
    whole = np.full((len(table), HISTORY_COLUMNS), np.nan)
    whole[:, : table.shape[1]] = table
    # Of their training they have the mean of the batches, and no numbers of samples.
    whole[:, -3], whole[:, 1], whole[:, -2:] = table[:, 1], np.nan, 0.0
    return whole
