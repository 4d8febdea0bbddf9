"""The schema of a table: features, target, task and missing values, guessed or chosen, and the resulting data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from ..dataset import Data, DatasetInfo, Labels, numbers_in
from ..raw_form import RawColumn, RawImages
from .table import MAX_CATEGORIES, Table, TableColumn, TableError

_TARGET_NAMES = (
    "target", "class", "label", "labels", "y", "species", "outcome", "diagnosis", "quality", "survived", "answer",
)  # fmt: skip
_COUNTER_NAMES = ("id", "index", "row", "unnamed: 0", "no", "nr", "number", "column 1")
# Integers with more distinct values are measurements rather than class numbers.
_MAX_NUMBERED_CLASSES = 20
_MAX_INPUTS = 10_000
_GAP = "missing"


TableTask = Literal["classification", "regression", "none"]
"""Whether a table's target is taken for a class or for a value; "none" where there is none."""
_LABELS: Final[dict[str, Labels]] = {"classification": "classes", "regression": "values", "none": "none"}


@dataclass(frozen=True)
class TableSchema:
    """Features, target, task, and treatment of missing values.

    `missing` is "drop", which drops rows with missing features, "fill", which fills in the mean or most frequent
    category of the column, or "category", where gaps among categories are one of their own, and other gaps the mean.
    Rows without a target are always dropped. With the task "none" there is no target.
    """

    features: tuple[str, ...]
    target: str
    task: TableTask = "classification"
    missing: str = "drop"

    @property
    def labels(self) -> Labels:
        """Labels of the rows."""
        return _LABELS[self.task]

    def fault(self, table: Table) -> str:
        """The reason why it does not fit the table, as a sentence; "" if it does."""
        if len(table.columns) < 2:
            return "The table has one column; a network needs at least two, a feature and a target"
        if table.rows < 2:
            return "The table has one row; a network needs at least two to learn from and be tested on"
        for name in (self.target, *self.features):
            if name and name not in table:
                return f"There is no column called {name!r}"
        if not self.target and self.labels != "none":
            return "Choose a target: the column to predict"
        if not self.features:
            return "Choose at least one feature: a column to learn from"
        for name in (*self._targets, *self.features):
            if not table.column(name).usable:
                return f"{name} cannot be used. {table.column(name).hint}"
        if self.target in self.features:
            return f"{self.target} cannot be both a feature and the target"
        if self.target and self.task not in tasks_of(table.column(self.target)):
            return _no_such_task(table.column(self.target), self.task)
        return self._fault_of_rows(table)

    def info(self, table: Table) -> DatasetInfo:
        """Properties of `data`'s result; requires a schema without fault."""
        outputs = 1
        if self.labels == "classes":
            outputs = len(_classes(table.column(self.target), self.rows(table))[1])
        return DatasetInfo(self._shape(table), self.labels, outputs)

    def rows(self, table: Table) -> NDArray[np.bool_]:
        """True for the rows used, (rows,)."""
        used = np.ones(table.rows, np.bool_)
        for name in (*self._targets, *(self.features if self.missing == "drop" else ())):
            used &= ~table.column(name).absent
        return used

    @property
    def _targets(self) -> tuple[str, ...]:
        return (self.target,) if self.target else ()

    def gaps(self, table: Table) -> int:
        """The number of values that are filled in."""
        if self.missing == "drop":
            return 0
        rows = self.rows(table)
        return sum(int(table.column(name).absent[rows].sum()) for name in self.features)

    def data(self, table: Table, seen: Data | None = None) -> Data:
        """The table as arrays; `TableError` with the fault if there is one.

        Rows beside those that were `seen` have their categories and fills; a category that is none of these is zeros.
        """
        if seen is None and (fault := self.fault(table)):
            raise TableError(fault)
        rows = self.rows(table)
        columns = [table.column(name) for name in self.features]
        shape = self._shape(table) if seen is None else seen.shape
        raw = None if seen is None else seen.raw
        forms = raw if isinstance(raw, tuple) else tuple(map(self._raw, columns))
        parts = [self._encoded(column, rows, form) for column, form in zip(columns, forms, strict=True)]
        inputs = np.concatenate(parts, axis=1, dtype=np.float32 if len(shape) == 3 else None)
        names = tuple(name for form in forms for name in _names(form)) if len(shape) == 1 else ()
        target = table.column(self.target) if self.target else None
        targets, classes = self._label_column(target, rows)
        return Data(
            inputs.reshape(-1, *shape),
            targets,
            self.labels,
            classes,
            names,
            # A table of pixels is as wide as a picture, and kept as one.
            raw=forms if len(shape) == 1 else RawImages(),
            target_name=self.target,
            target_unit="" if target is None else target.unit,
            rows=None if rows.all() and table.kept is None else table.file_rows(np.flatnonzero(rows)),
            gaps=None
            if self.missing == "drop"
            else np.stack([each.absent[rows] for each in columns], axis=1),
        )

    def _label_column(
        self, target: TableColumn | None, rows: NDArray[np.bool_]
    ) -> tuple[NDArray[Any], tuple[str, ...]]:
        """Targets of the used rows and class names."""
        if target is None:
            return np.zeros(int(rows.sum()), np.int64), ()
        if self.labels == "classes":
            return _classes(target, rows)
        assert target.numbers is not None
        return _exact(target.numbers[rows])[:, np.newaxis], ()

    def _raw(self, column: TableColumn) -> RawColumn:
        fill = None if self.missing == "drop" else self._fill(column)
        written = "point" if column.format is None else column.format.text
        categories = self._categories(column)
        is_usual = fill is not None and categories == column.categories
        return RawColumn(column.name, categories, fill, column.unit, written, is_usual)

    def _categories(self, column: TableColumn) -> tuple[str, ...]:
        """With one for gaps, if that is chosen and there are any."""
        if self.missing != "category" or column.codes is None or not column.missing:
            return column.categories
        name, number = _GAP, 2
        while name in column.categories:
            name, number = f"{_GAP} ({number})", number + 1
        return (*column.categories, name)

    def _width(self, table: Table) -> int:
        return sum(max(1, len(self._categories(table.column(name)))) for name in self.features)

    def _fill(self, column: TableColumn) -> float | str:
        """The category of gaps, the most frequent one, or the mean, in place of missing values."""
        categories = self._categories(column)
        return categories[-1] if categories != column.categories else _usual(column)

    def _encoded(self, column: TableColumn, rows: NDArray[np.bool_], form: RawColumn) -> NDArray[Any]:
        """(used rows, 1) for numbers, else one-hot (used rows, categories); missing values are filled in.

        Numbers are float64 where float32 would round one of them.
        """
        absent = column.absent[rows]
        if column.numbers is not None:
            numbers: NDArray[Any] = column.numbers[rows]
            if absent.any():
                numbers = np.where(absent, np.float64(form.fill or 0.0), numbers)
            return _exact(numbers)[:, np.newaxis]
        assert column.codes is not None
        codes = numbers_in(column.categories, form.categories)[column.codes[rows]]
        codes[absent] = numbers_in((str(form.fill),), form.categories)[0]
        coded = np.zeros((len(codes), form.width), np.float32)
        known = np.flatnonzero(codes >= 0)
        coded[known, codes[known]] = 1.0
        return coded

    def _shape(self, table: Table) -> tuple[int, ...]:
        if table.sample_shape and len(self.features) == np.prod(table.sample_shape):
            return table.sample_shape
        return (self._width(table),)

    def _fault_of_rows(self, table: Table) -> str:
        if self._width(table) > _MAX_INPUTS:
            return f"The features make more than {_MAX_INPUTS:,} inputs; ignore some columns"
        rows = self.rows(table)
        left = int(rows.sum())
        if left < 2:
            hint = "; fill in missing values instead" if self.missing == "drop" else ""
            return f"Only {left} of {table.rows:,} rows have all values{hint}"
        if self.labels == "classes":
            classes = _classes(table.column(self.target), rows)[1]
            if len(classes) < 2:
                return f"{self.target} is {classes[0]} in every row; there is nothing to tell apart"
        return ""


def _names(form: RawColumn) -> tuple[str, ...]:
    """Names of its inputs."""
    return tuple(f"{form.name}={category}" for category in form.categories) or (form.name,)


def guess_schema(table: Table) -> TableSchema:
    """A likely target, features and task."""
    usable = [column for column in table.columns if column.usable and column.missing < table.rows]
    target = _guess_target(table, usable)
    features = tuple(
        column.name for column in usable if column.name != target and not _counts_rows(column, table.rows)
    )
    task: TableTask = guess_task(table.column(target)) if target else "classification"
    return TableSchema(features, target, task, guess_missing(table, features, target))


def guess_missing(table: Table, features: Sequence[str], target: str) -> str:
    """ "fill" if more than a tenth of the rows that have a target lack another value, else "drop"."""
    named = (target, *features) if target else tuple(features)
    if not all(name in table and table.column(name).usable for name in named):
        return "drop"
    whole, labelled = (TableSchema(tuple(of), target).rows(table).sum() for of in (features, ()))
    return "fill" if whole < 0.9 * labelled else "drop"


def tasks_of(column: TableColumn) -> tuple[TableTask, ...]:
    """The tasks that a target column supports."""
    if column.type == "category":
        return ("classification",)
    if column.type != "number":
        return ()
    few = column.values is not None and len(column.values) <= MAX_CATEGORIES
    return ("classification", "regression") if few else ("regression",)


def guess_task(column: TableColumn) -> TableTask:
    """Classification for categories and for few distinct integers."""
    values = column.values
    if column.type == "category":
        return "classification"
    few = values is not None and len(values) <= _MAX_NUMBERED_CLASSES
    whole = few and values is not None and bool((values == np.round(values)).all())
    rows = len(column.numbers) if column.numbers is not None else 0
    repeated = values is not None and len(values) * 2 <= rows
    return "classification" if whole and repeated else "regression"


def _guess_target(table: Table, usable: Sequence[TableColumn]) -> str:
    names = {column.name.lower(): column.name for column in usable}
    if table.proposed_target:
        return table.proposed_target if table.column(table.proposed_target).usable else ""
    for wanted in _TARGET_NAMES:
        if wanted in names:
            return names[wanted]
    return usable[-1].name if len(usable) > 1 else ""


def _counts_rows(column: TableColumn, rows: int) -> bool:
    """Whether a column only numbers the rows, which a network could memorize."""
    if column.name.lower() not in _COUNTER_NAMES or column.numbers is None or column.missing:
        return False
    steps = np.diff(column.numbers)
    return rows > 2 and bool((steps == 1).all())


def _no_such_task(target: TableColumn, task: TableTask) -> str:
    if task == "regression":
        return f"{target.name} holds names; only a class can be predicted, no value"
    return (
        f"{target.name} has more than {MAX_CATEGORIES} different values; predict a value instead of a class"
    )


def _usual(column: TableColumn) -> float | str:
    """The mean or the most frequent category."""
    if column.codes is not None:
        counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.categories))
        return column.categories[int(counts.argmax())]
    assert column.numbers is not None
    present = column.numbers[~column.absent]
    mean = float(present.mean(dtype=np.float64)) if len(present) else 0.0
    # As in projects of earlier versions, where float32 holds the other numbers.
    return float(np.float32(mean)) if (present == present.astype(np.float32)).all() else mean


def _exact(numbers: NDArray[Any]) -> NDArray[Any]:
    """float32, or float64 where float32 would round a number."""
    with np.errstate(over="ignore"):
        single = numbers.astype(np.float32)
    return single if (single == numbers).all() else numbers.astype(np.float64)


def _classes(target: TableColumn, rows: NDArray[np.bool_]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Class of every used row, (used rows,), and class names, without classes that no used row has."""
    raw = target.codes if target.codes is not None else target.numbers
    assert raw is not None
    found, codes = np.unique(raw[rows], return_inverse=True)
    if target.codes is not None:
        names = tuple(target.categories[int(code)] for code in found)
    else:
        names = tuple(f"{value:.15g}" for value in found.astype(np.float64))
    return codes.astype(np.int64), names
