"""The rows of a chart's curves: copied once, and continued while a history grows."""

from __future__ import annotations

import numpy as np

from core.spec.arrays import Array

_EMPTY: Array = np.empty(0)
_LEAST = 256


class CurveRows:
    """Epochs and two values of each, which lie side by side: a history's columns are strided."""

    def __init__(self) -> None:
        self._given = (_EMPTY, _EMPTY, _EMPTY)
        self._table = np.empty((3, _LEAST))
        self._length = 0

    @property
    def columns(self) -> tuple[Array, Array, Array]:
        """(epoch, train, test), each (moments,); the values times the factor."""
        epoch, train, test = self._table[:, : self._length]
        return epoch, train, test

    def forget(self) -> None:
        """Take the next rows for others, even if they are the same."""
        self._given = (_EMPTY, _EMPTY, _EMPTY)

    def show(self, epoch: Array, train: Array, test: Array, factor: float) -> int | None:
        """Set the rows; the values are multiplied by `factor`.

        Returns the first row that is new: 0 if they do not continue the last ones, None if nothing is new. A history
        never changes written rows, so that rows at the same place in memory are the same.
        """
        before, given = self._given, (epoch, train, test)
        first = min(len(before[0]), len(epoch)) if all(map(_is_continued, before, given)) else 0
        if len(epoch) == len(before[0]) and (first or all(map(_is_same, before, given))):
            return None
        self._given = given
        self._make_room(len(epoch), keep=first)
        self._table[0, first : len(epoch)] = epoch[first:]
        np.multiply(train[first:], factor, out=self._table[1, first : len(epoch)])
        np.multiply(test[first:], factor, out=self._table[2, first : len(epoch)])
        self._length = len(epoch)
        return first

    def _make_room(self, length: int, keep: int) -> None:
        # Others may hold views of the rows: they are never written again.
        if not keep or length > self._table.shape[1]:
            grown = np.empty((3, max(_LEAST, 2 * length)))
            grown[:, :keep] = self._table[:, :keep]
            self._table = grown


def _is_continued(before: Array, now: Array) -> bool:
    """Whether an array begins with another, because it is a longer view of the same memory."""
    return 0 < len(before) <= len(now) and before.strides == now.strides and _place(before) == _place(now)


def _place(array: Array) -> int:
    place: int = array.__array_interface__["data"][0]
    return place


def _is_same(before: Array, now: Array) -> bool:
    return len(before) == len(now) and np.array_equal(before, now, equal_nan=True)
