"""A table in memory: named columns of numbers, categories, or types that a network cannot use.

`ColumnBuilder` takes cells as texts in blocks of rows, so that a large file is never in memory as texts.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import DataError

__all__ = [
    "MAX_CATEGORIES",
    "MAX_NUMBER",
    "Column",
    "ColumnBuilder",
    "ColumnType",
    "Table",
    "TableError",
    "is_missing",
    "is_number",
]

MAX_CATEGORIES = 50
"""A column with more distinct texts is free text."""
MAX_NUMBER = 8e37
"""A quarter of the largest float32, so that differences of two numbers, used by scaling, are finite."""
PREVIEW_ROWS = 200
_SAMPLES = 100
_MAX_VALUES = 1_000
_MISSING = frozenset({"", "na", "n/a", "nan", "?", "null"})
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([ T]\d{1,2}:\d{2}.*)?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})"
)

ColumnType = Literal["number", "category", "text", "date"]


class TableError(DataError):
    """Why a file cannot be read as a table, and where."""


@dataclass(frozen=True, eq=False)
class Column:
    """A column. `numbers` (rows,) has NaN where missing; `codes` (rows,) index `categories`, -1 where missing.

    Texts and dates have neither.
    """

    name: str
    type: ColumnType
    missing: int = 0
    numbers: NDArray[Any] | None = None
    codes: NDArray[np.int32] | None = None
    categories: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether it can be an input or target."""
        return self.type in ("number", "category") and self.too_large is None

    @property
    def hint(self) -> str:
        """Why it is not usable, as a sentence; "" if it is."""
        if self.type == "text":
            return f"It holds more than {MAX_CATEGORIES} different texts, or nothing at all"
        if self.too_large is not None:
            return f"It holds {self.too_large:g}; numbers beyond ±{MAX_NUMBER:g} are too large for float32"
        return "It holds dates, which a network cannot use as they are" if self.type == "date" else ""

    @cached_property
    def too_large(self) -> float | None:
        """The first number beyond `MAX_NUMBER`, or None."""
        numbers = self.numbers
        if numbers is None or not len(numbers) or numbers.dtype.kind != "f" or numbers.dtype.itemsize < 4:
            return None
        # Two passes without a copy; comparisons with NaN are false.
        low, high = np.fmin.reduce(numbers), np.fmax.reduce(numbers)
        if not (low < -MAX_NUMBER or high > MAX_NUMBER):
            return None
        with np.errstate(invalid="ignore"):
            return float(numbers[np.abs(numbers) > MAX_NUMBER][0])

    @cached_property
    def absent(self) -> NDArray[np.bool_]:
        """True where the value is missing, (rows,)."""
        if self.codes is not None:
            return self.codes < 0
        assert self.numbers is not None
        return np.isnan(self.numbers) if self.numbers.dtype.kind == "f" else np.zeros(len(self.numbers), bool)

    @cached_property
    def values(self) -> NDArray[np.float64] | None:
        """Sorted distinct numbers, (values,); None for categories, and for more than 1,000."""
        if self.numbers is None:
            return None
        present = self.numbers[~self.absent]
        # Continuous values exceed the limit within the first rows; sorting all of them is slow.
        for part in (present[: 5 * _MAX_VALUES], present):
            found = np.unique(part)
            if len(found) > _MAX_VALUES:
                return None
        return found.astype(np.float64)


@dataclass(frozen=True, eq=False)
class Table:
    """A file that was read. `preview` has the first rows as texts; `sample_shape` is the shape of an image, or empty.

    `sha256` is of the file's content; `header` says whether the first row had the names.
    """

    path: str
    sha256: str
    rows: int
    columns: tuple[Column, ...]
    preview: tuple[tuple[str, ...], ...]
    header: bool = True
    sample_shape: tuple[int, ...] = ()
    proposed_target: str = ""

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column:
        """The column called `name`; `KeyError` when there is none."""
        return self._by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name


class ColumnBuilder:
    """Builds a column: numbers if every cell is one, else categories if they are few."""

    def __init__(self, name: str, decimal_comma: bool) -> None:
        self._name, self._comma = name, decimal_comma
        self._numbers: list[NDArray[np.float64]] | None = []
        self._codes: list[NDArray[np.int32]] | None = []
        self._known: dict[str, int] = {}
        self._samples: list[str] = []
        self._missing = 0

    def add(self, cells: Sequence[str]) -> None:
        """Append a block of cells."""
        block = _floats(cells, self._comma) if self._numbers is not None else None
        missing = None if block is None else int(np.isnan(block).sum())
        if block is None:
            self._numbers = None
        elif self._numbers is not None:
            self._numbers.append(block)
        if self._codes is not None or self._numbers is None or len(self._samples) < _SAMPLES:
            different = set(cells)
            absent = set(filter(is_missing, different))
            if missing is None:
                missing = sum(map(absent.__contains__, cells)) if absent else 0
            if len(self._samples) < _SAMPLES:
                self._samples += [cell.strip() for cell in list(different - absent)[:_SAMPLES]]
            if self._codes is not None:
                self._add_codes(cells, different, absent)
        self._missing += missing or 0

    def _add_codes(self, cells: Sequence[str], different: set[str], absent: set[str]) -> None:
        assert self._codes is not None
        for cell in different - absent:
            self._known.setdefault(cell.strip(), len(self._known))
        if len(self._known) > MAX_CATEGORIES:
            self._codes = None
            return
        code = {cell: -1 if cell in absent else self._known[cell.strip()] for cell in different}
        self._codes.append(np.fromiter(map(code.__getitem__, cells), np.int32, len(cells)))

    def build(self) -> Column:
        """The finished column."""
        if self._numbers is not None and self._samples:
            return Column(self._name, "number", self._missing, numbers=np.concatenate(self._numbers))
        if self._samples and all(_DATE.fullmatch(text) for text in self._samples):
            return Column(self._name, "date", self._missing)
        if self._codes is None or not self._known:
            return Column(self._name, "text", self._missing)
        # Alphabetical, independent of the order of rows.
        names = sorted(self._known)
        place = np.empty(len(names) + 1, np.int32)
        place[[self._known[name] for name in names]] = np.arange(len(names))
        place[-1] = -1
        codes = place[np.concatenate(self._codes)]
        return Column(self._name, "category", self._missing, codes=codes, categories=tuple(names))


def is_number(cell: str, decimal_comma: bool = False) -> bool:
    """Whether a cell is a number."""
    block = None if is_missing(cell) else _floats([cell], decimal_comma)
    return block is not None


def is_missing(cell: str) -> bool:
    """Whether a cell stands for a missing value."""
    return cell.strip().lower() in _MISSING


def _floats(cells: Sequence[str], comma: bool) -> NDArray[np.float64] | None:
    """The cells as numbers (cells,), NaN for missing and infinite ones; None if one is neither."""
    # Python parses 1_000 as a number; in a table it is a name.
    if "_" in "".join(cells):
        return None
    block = None
    if not comma:
        # The common case, without inspecting cells.
        with contextlib.suppress(ValueError):
            block = np.fromiter(map(float, cells), np.float64, len(cells))
    if block is None:
        try:
            number = {
                cell: np.nan if is_missing(cell) else float(cell.replace(",", ".") if comma else cell)
                for cell in set(cells)
            }
        except ValueError:
            return None
        block = np.fromiter(map(number.__getitem__, cells), np.float64, len(cells))
    block[np.isinf(block)] = np.nan
    return block
