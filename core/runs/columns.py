"""One list of columns for screen, sorting, menus, CSV and the command line; no Qt."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Literal, Self, TypeVar

from ..io.csv_rows import csv_text

Row = TypeVar("Row")
_MISSING = "–"


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: what `value` gives of a row is a number, a text, a bool, or None or NaN where nothing was measured.

    - `name`: its head in a table, and what it is sorted by; `title`: in words; `short`: the same in a narrow heading.
    - `text`: a value for people; a table has the value itself, whose shortest text is that number again.
    - `best`: which end comes first, "" for rising texts; `tie`: the column that parts equal values.
    - `order`: what sorting by it is called in a menu; "" where that is not offered.
    - `where`: "all", or "table" for CSV alone, "order" for what is only sorted by.
    """

    name: str
    title: str
    value: Callable[[Row], Any]
    text: Callable[[Any], str] = str
    best: Literal["", "low", "high"] = ""
    tie: str = ""
    tip: str = ""
    short: str = ""
    width_px: int = 0
    order: str = ""
    where: Literal["all", "table", "order"] = "all"

    @property
    def heading(self) -> str:
        """Its short title, if it has one."""
        return self.short or self.title

    def shown(self, row: Row) -> str:
        """A row's value for people; "–" where nothing was measured."""
        value = self.value(row)
        return _MISSING if is_missing(value) else self.text(value)

    def cell(self, row: Row) -> Any:
        """A row's value in a table; empty where nothing was measured."""
        value = self.value(row)
        if is_missing(value):
            return ""
        if isinstance(value, bool):
            return "yes" if value else ""
        return f"{value:g}" if isinstance(value, float) and value.is_integer() and value < 1e6 else value


class Columns(Generic[Row]):
    """Columns in their order."""

    def __init__(self, *columns: Column[Row]) -> None:
        self._columns = columns

    def __iter__(self) -> Iterator[Column[Row]]:
        return iter(self._columns)

    def __getitem__(self, name: str) -> Column[Row]:
        return next(column for column in self._columns if column.name == name)

    def chosen(self, *names: str) -> Self:
        """Only these, in this order."""
        return type(self)(*map(self.__getitem__, names))

    @property
    def orders(self) -> dict[str, str]:
        """What sorting is called in a menu, by the names that are offered."""
        return {column.name: column.order for column in self._columns if column.order}

    def with_settings(self, rows: Iterable[Row], of: Callable[[Row], Mapping[str, Any]]) -> Self:
        """These, and a column for every setting that any row has."""
        found = {
            id(row): of(row) for row in rows
        }  # once for each row: once for each cell took ten times as long
        names = dict.fromkeys(name for settings in found.values() for name in settings)

        def value(row: Row, name: str) -> Any:
            return (found.get(id(row)) or of(row)).get(name)

        more = (Column[Row](name, name, partial(value, name=name), where="table") for name in names)
        return type(self)(*self._columns, *more)

    def sorted(self, rows: Iterable[Row], name: str, *, reverse: bool = False) -> list[Row]:
        """The best first, or last if `reverse`, equal ones by `tie` and then as they were.

        What was not measured is last either way.
        """
        column = self[name]
        ordered = self.sorted(rows, column.tie, reverse=reverse) if column.tie else rows
        keyed = [(column.value(row), row) for row in ordered]
        known = [pair for pair in keyed if not is_missing(pair[0])]
        # Numbers by size, then texts, where a column has both: a setting may be 0.1 or "adam".
        has_texts = any(isinstance(value, str) for value, _ in known)
        known.sort(
            key=lambda pair: _key(pair[0]) if has_texts else pair[0],
            reverse=(column.best == "high") != reverse,
        )
        return [row for _, row in known] + [row for value, row in keyed if is_missing(value)]

    def csv(self, rows: Iterable[Row]) -> str:
        """A line for each row below the names."""
        own = [column for column in self._columns if column.where in ("all", "table")]
        return csv_text(
            [[column.name for column in own], *([column.cell(row) for column in own] for row in rows)]
        )

    def lines(self, rows: Iterable[Row], most: int = 40) -> list[list[str]]:
        """Texts for the command line, cut at `most` letters, below the titles."""
        return [
            [column.title for column in self._columns],
            *([column.shown(row)[:most] for column in self._columns] for row in rows),
        ]


def is_missing(value: Any) -> bool:
    """Whether a column's value says that nothing was measured."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def _key(value: Any) -> tuple[bool, Any]:
    return isinstance(value, str), value.casefold() if isinstance(value, str) else value
