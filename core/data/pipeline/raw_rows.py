"""Rows of a table as programs hold them, taken apart into their columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = Sequence[Any] | NDArray[Any]


def columns_of(raw: Any, names: Sequence[str]) -> list[Values]:
    """The values of the columns `names`, each (n,).

    `raw` is a mapping of names to values (a dict, a pandas DataFrame, a structured array), a list of such mappings, one
    for each row, or rows in the order of `names`: a 2-D array or a list of lists. Other columns are ignored. Raises
    `ValueError` for a missing column and for columns of different lengths.
    """
    fields = getattr(getattr(raw, "dtype", None), "names", None)
    if fields is not None or (hasattr(raw, "keys") and hasattr(raw, "__getitem__")):
        known = fields if fields is not None else list(raw.keys())
        _check_names(known, names)
        return _equally_long([_values(raw[name]) for name in names], names)
    rows = raw if isinstance(raw, np.ndarray) else list(_iterable(raw))
    if len(rows) and isinstance(rows[0], Mapping):
        return [[_cell(row, place, name) for place, row in enumerate(rows)] for name in names]
    return _in_order(rows, names)


def _in_order(rows: Any, names: Sequence[str]) -> list[Values]:
    if not isinstance(rows, np.ndarray):
        if any(isinstance(row, str) or not hasattr(row, "__len__") for row in rows):
            raise ValueError(f"Table: raw must be rows of {len(names)} values, got {rows[0]!r:.60}")
        for place, row in enumerate(rows):
            if len(row) != len(names):
                raise ValueError(
                    f"Table: row {place} must have {len(names)} values ({_listed(names)}), got {len(row)}"
                )
        return [[row[place] for row in rows] for place in range(len(names))]
    if rows.ndim != 2 or rows.shape[1] != len(names):
        raise ValueError(
            f"Table: raw must be (samples, {len(names)}) ({_listed(names)}), got an array of shape {rows.shape}"
        )
    return list(rows.T)


def _iterable(raw: Any) -> Iterable[Any]:
    if isinstance(raw, str | bytes) or not isinstance(raw, Iterable):
        raise ValueError(f"Table: raw must be columns by name or rows, got {raw!r:.60}")
    return raw


def _values(value: Any) -> Values:
    """The values of a column; a single one is a column of one row."""
    if isinstance(value, str) or np.ndim(value) == 0:
        return [value]
    return value if isinstance(value, list | tuple) else np.asarray(value)


def _cell(row: Mapping[str, Any], place: int, name: str) -> Any:
    if not isinstance(row, Mapping) or name not in row:
        raise ValueError(f"Table: row {place} must have a column called {name!r}, got {row!r:.60}")
    return row[name]


def _check_names(known: Iterable[Any], names: Sequence[str]) -> None:
    there = set(known)
    for name in names:
        if name not in there:
            raise ValueError(
                f"Table: there must be a column called {name!r}, got {_listed([str(k) for k in known])}"
            )


def _equally_long(columns: list[Values], names: Sequence[str]) -> list[Values]:
    for column, name in zip(columns, names, strict=True):
        if len(column) != len(columns[0]):
            raise ValueError(
                f"Table: columns must be equally long, got {len(columns[0])} of {names[0]} and {len(column)} of {name}"
            )
    return columns


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
