"""The growing record of a run. Its views are handed to other threads, so a row that was written never changes."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.spec.arrays import Array

__all__ = ["HISTORY_COLUMNS", "HISTORY_WIDTHS", "Evaluation", "History", "HistoryLog", "Mark"]


@dataclass(frozen=True)
class Evaluation:
    """How good the network is on some samples. `accuracy` is R² (1 is perfect) in a regression."""

    loss: float
    accuracy: float


@dataclass(frozen=True)
class History:
    """The run so far, a row per recorded moment; every array is (moments,) and read-only.

    `epoch` may have fractions when a moment lies within an epoch. Values of the test part are NaN without one.
    `learning_rate` and `gradient_norm` (the length of the vector of all gradients) are those of the last step before
    the moment; NaN before the first step, and where an older file did not record them.
    """

    epoch: Array
    train_loss: Array
    test_loss: Array
    train_accuracy: Array
    test_accuracy: Array
    learning_rate: Array
    gradient_norm: Array

    def __len__(self) -> int:
        return len(self.epoch)


@dataclass(frozen=True)
class Mark:
    """An edit during a run: when it was, and what it is called."""

    epoch: float
    text: str


HISTORY_COLUMNS = len(fields(History))
_OLD_COLUMNS = 5  # before learning rate and gradient norm were recorded
_MAX_MARKS = 200

HISTORY_WIDTHS = (HISTORY_COLUMNS, _OLD_COLUMNS)
"""How many columns the rows of a file may have, the present number first."""


class HistoryLog:
    """Rows of `History`, appended one at a time.

    Memory stays bounded: at `limit` rows every second one is dropped, and from then on only every `stride`-th epoch
    is to be recorded.
    """

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
        """When the last row was written; minus infinity before the first."""
        return float(self._rows[self._length - 1, 0]) if self._length else -math.inf

    def append(self, *row: float) -> None:
        """Add one row, in the order of `History`'s fields."""
        if self._length == self._limit:
            # A copy: views of the old array are still in use.
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

    def mark(self, epoch: float, text: str) -> None:
        """Note an edit; of several at one moment the last is kept, so that a drag leaves one mark."""
        earlier = tuple(mark for mark in self.marks if mark.epoch != epoch)
        self.marks = (*earlier, Mark(epoch, text))[-_MAX_MARKS:]

    def view(self) -> History:
        """The rows so far, without a copy."""
        rows = self._rows[: self._length]
        rows.flags.writeable = False
        return History(*(rows[:, index] for index in range(HISTORY_COLUMNS)))

    def to_array(self) -> NDArray[np.float64]:
        """A copy of all rows, for a file."""
        return self._rows[: self._length].copy()

    def restore(self, rows: NDArray[Any], stride: int = 1) -> None:
        """Take the rows of `to_array` back; `ValueError` when they are not a table of this kind.

        What an older version did not record is NaN.
        """
        table = np.asarray(rows, np.float64)
        if table.ndim == 2 and table.shape[1] == _OLD_COLUMNS:
            table = np.pad(table, ((0, 0), (0, HISTORY_COLUMNS - _OLD_COLUMNS)), constant_values=np.nan)
        if table.ndim != 2 or table.shape[1] != HISTORY_COLUMNS or len(table) > self._limit:
            raise ValueError(
                f"History: rows must be (at most {self._limit}, {HISTORY_COLUMNS}), got shape {table.shape}"
            )
        self._rows = np.empty((max(256, len(table)), HISTORY_COLUMNS))
        self._rows[: len(table)] = table
        self._length = len(table)
        self.stride = stride
