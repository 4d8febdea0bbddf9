"""The raw columns of a model for rows that are typed: what fits into a cell, and what a cell says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Data
from ..data.pipeline import (
    CategoryColumn,
    FittedColumn,
    FittedInputs,
    NumberColumn,
    Pipeline,
    PointInputs,
    TableInputs,
)
from ..data.tables.column_builder import read_cell
from ..data.tables.table import MAX_NUMBER, ColumnFormat, is_missing
from ..data.tables.written_numbers import date_text
from .raw_samples import RawSamples


@dataclass(frozen=True)
class RowColumn:
    """A raw column; `low` and `high` are the bounds of its numbers in the data, NaN if unknown.

    `format` is how its cells are written, None as in the data.
    """

    column: FittedColumn
    low: float = math.nan
    high: float = math.nan
    format: ColumnFormat | None = None

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def categories(self) -> tuple[str, ...]:
        """The texts that the model knows; empty for numbers."""
        return self.column.categories if isinstance(self.column, CategoryColumn) else ()

    @property
    def fill(self) -> str:
        """The value in place of a missing one, rounded; "" where none may be missing."""
        fill = getattr(self.column, "fill", None)
        return "" if fill is None else str(fill) if self.categories else self._rounded(float(fill))

    @property
    def unit(self) -> str:
        """The unit of its numbers, "" if none is known. Dates need none: they are written as dates."""
        is_date = isinstance(self.column, NumberColumn) and self.column.column_format.kind == "days"
        return "" if is_date else str(getattr(self.column, "unit", ""))

    @property
    def hint(self) -> str:
        """Summary of the data: "mm · 32.1 to 59.6", or the number of categories."""
        if self.categories:
            return f"{len(self.categories)} categories" if len(self.categories) > 1 else "1 category"
        known = self.low == self.low
        bounds = f"{self._rounded(self.low)} to {self._rounded(self.high)}" if known else ""
        return " · ".join(filter(None, (self.unit, bounds)))

    def value(self, text: str) -> float | str | None:
        """The raw value of a cell; None for a missing one, and for one with a `fault`."""
        if is_missing(text):
            return None
        if self.categories:
            return text.strip()
        number = read_cell(text, self._format)
        return None if number is None or not abs(number) <= MAX_NUMBER else number

    def fault(self, text: str) -> str:
        """The reason why a cell has no value; "" if it has one, or if the model fills it in."""
        if is_missing(text):
            return "" if self.fill else f"{self.name} must be given"
        if self.value(text) is not None:
            return ""
        noun = "a date" if self._format.kind == "days" else "a number"
        example = f", such as {self._rounded(self.high)}" if self.high == self.high else ""
        return f"{self.name} must be {noun}{example}, got {text.strip()!r:.40}"

    def doubt(self, text: str) -> str:
        """The reason why the prediction for a cell is unsure, as a sentence; "" for one like the data."""
        value = self.value(text)
        if value is None:
            return ""
        if isinstance(value, str):
            return "" if value in self.categories else f"{self.name}: the model never saw {value!r:.40}"
        if self.low <= value <= self.high or self.low != self.low:
            return ""
        return f"{self.name}: the data have {self._rounded(self.low)} to {self._rounded(self.high)}"

    def written(self, value: Any) -> str:
        """A raw value as `value` reads it; "" for a missing one."""
        if value is None or value != value:
            return ""
        # A float32 is written as the number that it was read from.
        return str(value) if self.categories else self._written(float(str(value)), 15)

    def shown(self, value: Any) -> str:
        """A raw value to be read, rounded; "" for a missing one."""
        if value is None or value != value:
            return ""
        return str(value) if self.categories else self._rounded(float(value))

    def _rounded(self, value: float) -> str:
        # Without exponents: at least the digits before the point.
        text = self._written(value, max(4, len(f"{abs(value):.0f}")) if abs(value) < 1e9 else 4)
        return f"−{text[1:]}" if text.startswith("-") else text

    def _written(self, value: float, digits: int) -> str:
        format_ = self._format
        if format_.kind == "days" and format_.origin is not None:
            return _date_text(value, format_)
        whole = value.is_integer() and abs(value) < 1e15
        text = str(int(value)) if whole else f"{value:.{digits}g}"
        return text.replace(".", ",") if format_.kind == "comma" else text

    @property
    def _format(self) -> ColumnFormat:
        assert isinstance(self.column, NumberColumn)
        return self.format or self.column.column_format


def in_formats(
    columns: Sequence[RowColumn], formats: Mapping[str, ColumnFormat | None]
) -> tuple[RowColumn, ...]:
    """The columns with cells as a file has them."""
    return tuple(replace(column, format=formats.get(column.name)) for column in columns)


def row_columns(pipeline: Pipeline, data: Data | None = None) -> tuple[RowColumn, ...]:
    """The columns of a table or of points, with the bounds of `data`; empty for images."""
    return columns_of_inputs(pipeline.inputs, data)


def columns_of_inputs(inputs: FittedInputs, data: Data | None = None) -> tuple[RowColumn, ...]:
    """As `row_columns`."""
    if isinstance(inputs, PointInputs):
        columns: Sequence[FittedColumn] = [NumberColumn(name) for name in inputs.names_in]
    else:
        columns = inputs.columns if isinstance(inputs, TableInputs) else ()
    found, start = [], 0
    for column in columns:
        low = high = math.nan
        # The data have no column of what a task adds, such as a time.
        known = data is not None and start < data.inputs.shape[1]
        if known and data is not None and data.samples and isinstance(column, NumberColumn):
            numbers = data.inputs[:, start]
            low, high = float(numbers.min()), float(numbers.max())
        start += column.width
        found.append(RowColumn(column, low, high))
    return tuple(found)


def encode_row(columns: Sequence[RowColumn], cells: Sequence[str]) -> NDArray[np.float64] | None:
    """The result of `FittedInputs.encode` for a typed row, (width,); None if it is not complete."""
    if any(column.fault(text) for column, text in zip(columns, cells, strict=True)):
        return None
    parts = [each.column.encode([each.value(text)])[0] for each, text in zip(columns, cells, strict=True)]
    return np.concatenate(parts)


def typed_samples(columns: Sequence[RowColumn], rows: Sequence[Sequence[str]]) -> RawSamples:
    """Typed rows, with the columns' values."""
    values: dict[str, NDArray[Any]] = {}
    texts: dict[str, dict[int, str]] = {}
    complete = np.ones(len(rows), bool)
    for place, column in enumerate(columns):
        cells = [row[place] for row in rows]
        found = [column.value(text) for text in cells]
        complete &= [not column.fault(text) for text in cells]
        kind = object if column.categories else np.float64
        values[column.name] = np.array(found, kind)
        texts[column.name] = dict(enumerate(cells))
    return RawSamples(values, complete, texts=texts)


def _date_text(days: float, format_: ColumnFormat) -> str:
    """Days since the origin as a date, with the time of the day where there is one."""
    assert format_.origin is not None
    whole = math.floor(days)
    try:
        day = format_.origin + timedelta(days=whole)
    except OverflowError:
        return f"{days:g}"
    text = date_text(day, format_.order or "ymd")
    minutes = round((days - whole) * 1440)
    return f"{text} {minutes // 60:02d}:{minutes % 60:02d}" if 0 < minutes < 1440 else text
