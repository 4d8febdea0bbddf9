"""Hints on the columns that are to be learned from: what gives the target away, codes, and gaps."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .table import Table, TableColumn
from .table_schema import TableSchema

HintKind = Literal["leak", "gaps", "codes", "odd", "twice"]
# Of the spread of the target; a correlation of 0.995.
_EXPLAINED = 0.99
_CHANCE = 0.001
_MIN_ROWS = 10
_ROWS_A_VALUE = 5
_CODES = range(3, 11)
# About a second.
_MAX_CELLS = 5_000_000


@dataclass(frozen=True)
class ColumnHint:
    """A hint on `columns`, as a sentence without a full stop.

    - "leak": the column nearly is the target, or it has values only where the target is of one class.
    - "gaps": gaps among categories, which can be a category of their own.
    - "codes": a few whole numbers, which may be categories.
    - "odd": numbers but for a few cells, which are read as texts therefore.
    - "twice": rows that equal others in all that is used; it has no columns.
    """

    kind: HintKind
    columns: tuple[str, ...]
    sentence: str


def find_hints(
    table: Table, choice: TableSchema, report: Callable[[float], None] | None = None
) -> tuple[ColumnHint, ...]:
    """Hints on the features of a choice, leaks first, and on columns that a few cells spoil; none for images.

    `report` receives the fraction done after every column; an exception from it cancels.
    """
    odd = tuple(ColumnHint("odd", (each.name,), each.odd_cells) for each in table.columns if each.nearly)
    if not choice.target or choice.target not in table or table.sample_shape:
        return odd
    target = table.column(choice.target)
    columns = [table.column(name) for name in choice.features if name in table and table.column(name).usable]
    if not target.usable:
        return odd
    found: list[ColumnHint] = []
    codes = _codes(target) if choice.task == "classification" else None
    for place, column in enumerate(columns):
        if sentence := _leak(column, target, codes):
            found.append(ColumnHint("leak", (column.name,), sentence))
        if report is not None:
            report(place / len(columns))
    if choice.missing != "category":
        found += _gaps([column for column in columns if column.codes is not None and column.missing])
    return (
        *found,
        *odd,
        *(ColumnHint("codes", (c.name,), text) for c in columns if (text := _few_numbers(c))),
        *_twice(table, choice, columns),
    )


def _twice(table: Table, choice: TableSchema, columns: Sequence[TableColumn]) -> list[ColumnHint]:
    if len(columns) < len(choice.features) or table.rows * len(columns) > _MAX_CELLS:
        return []
    used = choice.rows(table)
    cells = [
        each.numbers if each.codes is None else each.codes for each in [*columns, table.column(choice.target)]
    ]
    rows = np.column_stack([values[used] for values in cells if values is not None]).astype(np.float64)
    again = len(rows) - len({row.tobytes() for row in rows})
    # Where no column has many values, rows are equal by chance.
    if not again or max(len(np.unique(values)) for values in rows[:, :-1].T) < len(rows) / 2:
        return []
    noun = "1 row equals an earlier one" if again == 1 else f"{again:,} rows equal earlier ones"
    return [
        ColumnHint("twice", (), f"{noun}; tested on what was learned from, a network looks better than it is")
    ]


def _leak(column: TableColumn, target: TableColumn, classes: NDArray[Any] | None) -> str:
    both = ~(column.absent | target.absent)
    count = int(both.sum())
    if count < _MIN_ROWS:
        return ""
    if classes is not None and (only := _only_class(column, target, classes)):
        return f"{column.name} has values only where {target.name} is {only}; ignore it if new rows will lack them"
    groups = column.codes if classes is None else classes
    if column.numbers is not None and classes is None:
        explained = _correlation(column.numbers[both], target.numbers[both]) ** 2  # type: ignore[index]
    elif column.numbers is not None or classes is None:
        values = column.numbers if column.numbers is not None else target.numbers
        explained = _ratio(groups[both], values[both])  # type: ignore[index]
    else:
        explained = _lambda(column.codes[both], classes[both])  # type: ignore[index]
    if explained < _EXPLAINED:
        return ""
    return f"{column.name} alone predicts {target.name} almost exactly; ignore it if new rows will lack it"


def _only_class(column: TableColumn, target: TableColumn, classes: NDArray[Any]) -> str:
    """The class of all rows that have a value, if others lack it and this is no chance; "" if there is none."""
    known = ~target.absent
    present = classes[known & ~column.absent]
    share = float((classes[known] == present[0]).mean())
    if (present != present[0]).any() or share == 1 or len(present) * math.log(share) > math.log(_CHANCE):
        return ""
    if target.codes is not None:
        return target.categories[int(present[0])]
    return f"{np.unique(target.numbers[known])[int(present[0])]:.15g}"  # type: ignore[index]


def _codes(column: TableColumn) -> NDArray[Any]:
    """Numbers of the categories or of the different numbers (rows,); those of missing ones mean nothing."""
    if column.codes is not None:
        return column.codes
    known = ~column.absent
    codes = np.zeros(len(known), np.intp)
    codes[known] = np.unique(column.numbers[known], return_inverse=True)[1]  # type: ignore[index]
    return codes


def _correlation(a: NDArray[Any], b: NDArray[Any]) -> float:
    a, b = a - a.mean(dtype=np.float64), b - b.mean(dtype=np.float64)
    size = math.sqrt(float(a @ a)) * math.sqrt(float(b @ b))
    return float(a @ b) / size if size else 0.0


def _ratio(groups: NDArray[Any], values: NDArray[Any]) -> float:
    """The share of the spread of values that lies between groups; 0 for groups of few rows."""
    counts = np.bincount(groups)
    values = values - values.mean(dtype=np.float64)
    spread = float(values @ values)
    if not spread or len(values) < _ROWS_A_VALUE * np.count_nonzero(counts):
        return 0.0
    return float((np.bincount(groups, values) ** 2 / np.maximum(counts, 1)).sum()) / spread


def _lambda(groups: NDArray[Any], classes: NDArray[Any]) -> float:
    """Goodman and Kruskal's: the share of mistakes about the class that knowing the group saves."""
    table = np.zeros((int(groups.max()) + 1, int(classes.max()) + 1), np.intp)
    np.add.at(table, (groups, classes), 1)
    mistakes = len(classes) - int(table.sum(axis=0).max())
    if not mistakes or len(classes) < _ROWS_A_VALUE * np.count_nonzero(table.any(axis=1)):
        return 0.0
    return 1 - (len(classes) - int(table.max(axis=1).sum())) / mistakes


def _gaps(columns: Sequence[TableColumn]) -> list[ColumnHint]:
    if not columns:
        return []
    names = tuple(column.name for column in columns)
    count = sum(column.missing for column in columns)
    more = (
        f" and {len(names) - 1} more columns"
        if len(names) > 2
        else f" and {names[1]}"
        if len(names) > 1
        else ""
    )
    of = f"of {names[0]}{more}"
    told = f"1 value {of} is missing" if count == 1 else f"{count:,} values {of} are missing"
    return [ColumnHint("gaps", names, f"{told}; gaps can be a category of their own")]


def _few_numbers(column: TableColumn) -> str:
    values = column.values
    if values is None or len(values) not in _CODES or column.format is None or column.format.kind == "days":
        return ""
    rows = len(column.absent) - column.missing
    if rows < _ROWS_A_VALUE * len(values) or (values != np.round(values)).any():
        return ""
    return f"{column.name} has {len(values)} whole numbers; read them as categories if they are codes, not amounts"
