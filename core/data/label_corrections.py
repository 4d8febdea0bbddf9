"""Corrected labels and dropped samples by row, stored beside the dataset, so that every correction can be undone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from ..spec import SettingError
from ..spec.arrays import Indices
from .dataset import Data

Correction = tuple[int, int | None]
"""A row of the dataset and its new class; None drops the sample."""


MAX_CORRECTIONS: Final = 100_000


class LabelCorrections(tuple[Correction, ...]):
    """Corrections, one per row, sorted; a type of its own, so that changes of other settings skip validation."""

    @classmethod
    def of(cls, value: Any) -> LabelCorrections:
        """Validate pairs from a file, of which the last for a row counts; `SettingError` for the first invalid one."""
        if isinstance(value, LabelCorrections):
            return value
        if not isinstance(value, list | tuple):
            raise SettingError(f"Experiment: corrections must be a list of [row, class], got {value!r}")
        if len(value) > MAX_CORRECTIONS:
            raise SettingError(
                f"Experiment: corrections must be at most {MAX_CORRECTIONS:,}, got {len(value):,}"
            )
        return cls(sorted(dict(_checked(pair) for pair in value).items()))

    def within(self, rows: Indices | None) -> LabelCorrections:
        """Those of sorted `rows` (n,), numbered by their places there; of None all."""
        if rows is None or not self:
            return self
        places = np.searchsorted(rows, [row for row, _ in self]).tolist()
        there = zip(places, self, strict=True)
        return LabelCorrections(
            (at, label) for at, (row, label) in there if at < len(rows) and rows[at] == row
        )

    def check_rows(self, samples: int) -> None:
        """Raise `ValueError` for a row that `samples` do not have."""
        if self and self[-1][0] >= samples:
            raise ValueError(f"Corrections: row must be below {samples:,}, got {self[-1][0]:,}")

    def with_label(self, rows: Iterable[int], label: int | None) -> LabelCorrections:
        """Add or replace the corrections of `rows`."""
        return LabelCorrections.of([*self, *((int(row), label) for row in rows)])

    def without(self, rows: Iterable[int]) -> LabelCorrections:
        """Remove the corrections of `rows`."""
        gone = set(map(int, rows))
        return LabelCorrections(pair for pair in self if pair[0] not in gone)

    @property
    def dropped(self) -> int:
        """Number of dropped samples."""
        return sum(label is None for _, label in self)

    def to_json(self) -> list[list[int | None]]:
        return [list(pair) for pair in self]


def apply_corrections(
    corrections: LabelCorrections, data: Data, train: Indices, test: Indices
) -> tuple[Data, Indices, Indices]:
    """The relabelled data, and the rows of both splits, (train,) and (test,), without dropped samples.

    All rows of the data are kept, so indices stay valid, and no other sample changes its split. Raises `ValueError` for
    an unknown row or class, and when a split would become empty.
    """
    if not corrections:
        return data, train, test
    corrections.check_rows(data.samples)
    labels = {row: label for row, label in corrections if label is not None}
    gone = np.array([row for row, label in corrections if label is None], np.int64)
    kept_train, kept_test = (part[~np.isin(part, gone)] for part in (train, test))
    for name, before, after in (("training", train, kept_train), ("test", test, kept_test)):
        if len(before) and not len(after):
            raise ValueError(f"Corrections: at least one {name} sample must be kept, got none")
    return _relabelled(data, labels), kept_train, kept_test


def corrected_data(corrections: LabelCorrections, data: Data) -> Data:
    """The data with corrected labels and without dropped samples."""
    everything = np.arange(data.samples)
    relabelled, kept, _ = apply_corrections(corrections, data, everything, everything[:0])
    return relabelled if len(kept) == data.samples else relabelled.take(kept)


def _relabelled(data: Data, labels: dict[int, int]) -> Data:
    if not labels:
        return data
    if data.labels != "classes":
        raise ValueError(f"Corrections: a class needs classes, but there are {data.labels} to predict")
    highest = max(labels.values())
    if highest >= data.n_classes:
        raise ValueError(f"Corrections: class must be below {data.n_classes}, got {highest}")
    targets = data.targets.copy()
    targets[list(labels)] = list(labels.values())
    names = data.class_names or tuple(map(str, range(data.n_classes)))
    return dataclasses.replace(data, targets=targets, class_names=names)


def _checked(pair: Any) -> Correction:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise SettingError(f"Experiment: a correction must be [row, class], got {pair!r}")
    row, label = pair
    for name, number in (("row", row), ("class", 0 if label is None else label)):
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 2**31:
            raise SettingError(
                f"Experiment: a correction's {name} must be a whole number from 0 on, got {number!r}"
            )
    return row, label
