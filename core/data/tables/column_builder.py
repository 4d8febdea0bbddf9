"""Build columns from cells as texts in blocks of rows, so that a large file is never in memory as texts."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .table import MAX_CATEGORIES, ColumnFormat, TableColumn, TableError, is_missing
from .written_numbers import (
    CONVENTIONS,
    ORDERS,
    Convention,
    DateOrder,
    WrittenNumber,
    days_of,
    is_date,
    iso_day,
    point_groups,
    read_days,
    read_number,
)

_SAMPLES = 100
_THOUSAND = 1000
_MAX_REFUSED = 10_000
_MAX_ODD = 0.2
"""The share of a column's cells that may be no numbers, so that the others may be called numbers."""
_LARGE = re.compile(r"\d{4}")
"""In a whole number whose thousands are not grouped."""

Block = NDArray[np.float64]


class ColumnBuilder:
    """Builds a column: numbers if every cell is one, else categories if they are few; or in a chosen format.

    `plain`, if given, reads only what Python reads as numbers, with that decimal sign. More than `max_categories`
    distinct texts are free text. `new_rows` keeps the cells that are no numbers, and takes the other decimal sign where
    the cells, or those of other columns, say so.
    """

    def __init__(
        self,
        name: str,
        format_: ColumnFormat | None = None,
        plain: Convention | None = None,
        max_categories: int = MAX_CATEGORIES,
        new_rows: bool = False,
    ) -> None:
        self._name, self._chosen = name, format_
        kind = "" if format_ is None else format_.kind
        chosen: Convention | None = "point" if kind == "point" else "comma" if kind == "comma" else None
        self._numbers = _Numbers(name, chosen, plain, new_rows) if chosen or not kind else None
        self._categories = _Categories(max_categories) if kind in ("", "category") else None
        self._days = _Days(format_.order, format_.origin, new_rows) if format_ and kind == "days" else None
        self._samples: list[str] = []
        self._missing = 0

    @property
    def convention(self) -> Convention | None:
        """The decimal sign, where the cells so far leave no other."""
        return None if self._numbers is None else self._numbers.certain

    def add(self, cells: Sequence[str]) -> None:
        """Append a block of cells."""
        missing = None
        if self._numbers is not None:
            missing = self._numbers.add(cells)
            self._numbers = None if missing is None else self._numbers
        if self._days is not None:
            self._days.add(cells)
        sampled = len(self._samples) >= _SAMPLES
        if sampled and self._categories is None and (missing is not None or self._days is not None):
            self._missing += missing or 0
            return
        different = set(cells)
        absent = set(filter(is_missing, different))
        self._missing += sum(map(absent.__contains__, cells)) if absent else 0
        if not sampled:
            self._samples += [cell.strip() for cell in list(different - absent)[:_SAMPLES]]
        if self._categories is not None and not self._categories.add(cells, different, absent):
            self._categories = None

    def build(
        self, evidence: Convention | None = None, otherwise: Convention = "point", typed: bool = False
    ) -> TableColumn:
        """The finished column.

        Cells such as "1,234" are read by the convention that other columns give `evidence` of, else by `otherwise`;
        cells such as "1.234" by the evidence, unless the file is `typed`: its numbers have decimal points.
        """
        if self._days is not None:
            return self._days.column(self._name)
        if self._numbers is not None and self._samples:
            column = self._numbers.column(self._name, evidence, otherwise, typed)
            if column is not None and column.nearly is not None:
                return self._named(column)
            if column is not None:
                return column
        return self._named()

    def _named(self, nearly: TableColumn | None = None) -> TableColumn:
        """The column as dates, categories or texts; one that is `nearly` of numbers says so."""
        may_be_date = self._chosen is None or self._chosen.kind == "date"
        if may_be_date and self._samples and all(map(is_date, self._samples)):
            return TableColumn(self._name, "date", self._missing, format=ColumnFormat("date"))
        if self._categories is None or not self._categories.known:
            format_ = self._chosen or ColumnFormat("text")
            found = TableColumn(self._name, "text", self._missing, format=format_)
        else:
            codes, names = self._categories.sorted()
            format_ = ColumnFormat("category")
            found = TableColumn(
                self._name, "category", self._missing, codes=codes, categories=names, format=format_
            )
        return found if nearly is None else replace(found, refused=nearly.refused, nearly=nearly.nearly)


class _Numbers:
    """Blocks of numbers in every convention in which all cells are numbers, or nearly all.

    `chosen` reads in that convention alone, unless these are `new_rows`, and takes other cells as missing. `plain`
    reads only what Python does, with that decimal sign.
    """

    def __init__(
        self, name: str, chosen: Convention | None, plain: Convention | None, new_rows: bool = False
    ) -> None:
        self._name, self._chosen, self._plain, self._new = name, chosen, plain, new_rows
        only = plain if new_rows else chosen or plain
        self._refused: dict[Convention, dict[int, str]] = {name: {} for name in CONVENTIONS}
        self._rows = 0
        self._blocks: dict[Convention, list[Block]] = {
            name: [] for name in ((only,) if only else CONVENTIONS)
        }
        self._units: set[str] = set()
        self._ambiguous: dict[str, str] = {}
        """An ambiguous cell with "," and one with ".", by that."""
        self._small = self._large = False
        """Whether there are whole numbers without separators below a thousand, and others."""
        self._open = False
        """Whether there is a number that is not in brackets."""

    @property
    def certain(self) -> Convention | None:
        """The convention, where the cells leave no other."""
        if self._plain or (self._chosen and not self._new):
            return None
        refusals = sorted((len(self._refused[name]), name) for name in self._blocks)
        if not self._chosen:
            refusals = [found for found in refusals if not found[0]]
            return refusals[0][1] if len(refusals) == 1 else None
        return refusals[0][1] if len(refusals) == 1 or refusals[0][0] < refusals[-1][0] else None

    def add(self, cells: Sequence[str]) -> int | None:
        """Append a block and return its number of missing values; None if too many cells are no numbers."""
        before = {name: len(found) for name, found in self._refused.items()}
        # Python parses 1_000 as a number; in a table it is a name.
        letters = "".join(cells)
        block = None if "_" in letters else _plain_numbers(cells, self._plain == "comma")
        if self._plain:
            if block is None:
                return None
            self._blocks[self._plain].append(block)
        elif block is None:
            self._add_written(cells)
        else:
            self._add_plain(cells, block, has_points="." in letters)
        self._rows += len(cells)
        for convention, blocks in self._blocks.items():
            return int(np.isnan(blocks[-1]).sum()) - len(self._refused[convention]) + before[convention]
        return None

    def column(
        self, name: str, evidence: Convention | None, otherwise: Convention, typed: bool
    ) -> TableColumn | None:
        """The column; None if its numbers have different units, or are all in brackets: "(1)", "(2)" are names.

        Where a few cells are no numbers and no format is chosen, it is `nearly` one.
        """
        if not self._chosen and (len(self._units) > 1 or (self._units == {""} and not self._open)):
            return None
        if not self._chosen:
            fewest = min(len(self._refused[name]) for name in self._blocks)
            kept = (each for each in self._blocks.items() if len(self._refused[each[0]]) == fewest)
            self._blocks = dict(kept)
        convention, ambiguous = self._decided(evidence, otherwise, typed)
        numbers = np.concatenate(self._blocks[convention])
        missing, refused = int(np.isnan(numbers).sum()), self._refused[convention]
        if self._chosen and missing == len(numbers):
            return TableColumn(name, "text", missing, format=ColumnFormat(self._chosen), refused=refused)
        return TableColumn(
            name,
            "number",
            missing,
            numbers=numbers,
            format=ColumnFormat(convention),
            unit=next(iter(self._units)) if len(self._units) == 1 else "",
            ambiguous=ambiguous,
            refused=refused,
            nearly=ColumnFormat(convention) if refused and not self._chosen else None,
        )

    def _decided(
        self, evidence: Convention | None, otherwise: Convention, typed: bool
    ) -> tuple[Convention, str]:
        """The convention, and a cell that gives another number in the other one, if that is about as likely."""
        if len(self._blocks) == 1:
            return next(iter(self._blocks)), ""
        if self._chosen:
            typed = typed and "," not in self._ambiguous
            found = ("point" if typed else evidence) if self._ambiguous else None
            return self.certain or found or self._chosen, ""
        if not self._ambiguous:
            return "point", ""
        if "," not in self._ambiguous:
            # Numbers that Python reads as they are: three decimals, unless other columns speak against it.
            return ("comma", self._ambiguous["."]) if evidence == "comma" and not typed else ("point", "")
        if "." not in self._ambiguous and self._small != self._large:
            # "950" beside "1,234" groups by thousands; "1234" beside it does not.
            return ("point" if self._small else "comma"), ""
        return evidence or otherwise, self._ambiguous[","]

    def _add_plain(self, cells: Sequence[str], block: Block, has_points: bool) -> None:
        """Append a block that Python reads; in the other convention its points are between thousands."""
        sizes = np.abs(block[~np.isnan(block)])
        if len(sizes):
            self._units.add("")
            self._open = True
            if not has_points and not (self._small and self._large):
                self._small |= bool((sizes < _THOUSAND).any())
                self._large |= bool((sizes >= _THOUSAND).any())
        for convention in list(self._blocks):
            if convention == "comma" and has_points:
                self._add_grouped(cells)
            else:
                self._blocks[convention].append(block)

    def _add_grouped(self, cells: Sequence[str]) -> None:
        values = point_groups(cell for cell in dict.fromkeys(cells) if not is_missing(cell))
        if values is not None:
            self._ambiguous.setdefault(".", next(cell.strip() for cell in values if "." in cell))
            self._blocks["comma"].append(_mapped(cells, values))
        elif self._chosen == "comma" or self._refused["point"]:
            self._add_written(cells, ("comma",))
        else:
            del self._blocks["comma"]

    def _add_written(self, cells: Sequence[str], only: tuple[Convention, ...] = ()) -> None:
        """Append a block of which Python reads not every cell."""
        alive = only or tuple(self._blocks)
        written = {cell: _written(cell, alive) for cell in dict.fromkeys(cells)}
        self._note(written)
        for convention in alive:
            values = {cell: getattr(found, convention) for cell, found in written.items()}
            self._blocks[convention].append(_mapped(cells, values))
            if (self._new or not self._chosen) and None in values.values():
                self._refuse(convention, cells, values)

    def _refuse(
        self, convention: Convention, cells: Sequence[str], values: Mapping[str, float | None]
    ) -> None:
        """Keep the cells without a value; with too many, the convention is none of this column."""
        refused = self._refused[convention]
        refused.update(_refused(cells, values, self._rows))
        if not self._chosen:
            if len(refused) > min(_MAX_REFUSED, _MAX_ODD * (self._rows + len(cells))):
                del self._blocks[convention]
        elif len(refused) > _MAX_REFUSED and len(self._blocks) > 1:
            del self._blocks[convention]
        elif len(refused) > _MAX_REFUSED:
            first = next(iter(refused.values()))
            raise TableError(
                f"{self._name} must have numbers, got {len(refused):,} others, such as {first!r:.40}"
            )

    def _note(self, written: Mapping[str, WrittenNumber]) -> None:
        for cell, found in written.items():
            if found.ambiguous:
                self._ambiguous.setdefault("," if "," in cell else ".", cell.strip())
            size = abs(next((value for value in (found.point, found.comma) if value is not None), np.nan))
            if size == size:
                self._units.add(found.unit)
                self._open |= "(" not in cell
                if "," not in cell and "." not in cell:
                    self._small |= size < _THOUSAND
                    self._large |= _LARGE.search(cell) is not None


class _Categories:
    """Codes of distinct texts, as long as they are few."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._codes: list[NDArray[np.int32]] = []
        self.known: dict[str, int] = {}

    def add(self, cells: Sequence[str], different: set[str], absent: set[str]) -> bool:
        """Append a block; False if there are too many texts."""
        for cell in different - absent:
            self.known.setdefault(cell.strip(), len(self.known))
        if len(self.known) > self._most:
            return False
        code = {cell: -1 if cell in absent else self.known[cell.strip()] for cell in different}
        self._codes.append(np.fromiter(map(code.__getitem__, cells), np.int32, len(cells)))
        return True

    def sorted(self) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Codes (rows,) and names in alphabetical order, independent of the order of rows."""
        names = sorted(self.known)
        place = np.empty(len(names) + 1, np.int32)
        place[[self.known[name] for name in names]] = np.arange(len(names))
        place[-1] = -1
        return place[np.concatenate(self._codes)], tuple(names)


class _Days:
    """Dates as days in every possible order of day, month and year."""

    def __init__(self, order: DateOrder | None, origin: date | None, new_rows: bool = False) -> None:
        self._origin, self._new = origin, new_rows
        self._refused: dict[int, str] = {}
        self._rows = 0
        self._blocks: dict[DateOrder, list[Block]] = {name: [] for name in ((order,) if order else ORDERS)}
        self._slashes = 0

    def add(self, cells: Sequence[str]) -> None:
        """Append a block; cells that are no dates are missing."""
        different = {cell: cell.strip() for cell in set(cells)}
        self._slashes += sum(1 if "/" in cell else -1 for cell in different.values() if not is_missing(cell))
        for order, blocks in self._blocks.items():
            values = {cell: read_days(text, order) for cell, text in different.items()}
            blocks.append(_mapped(cells, values))
            if self._new:
                gaps = dict.fromkeys(filter(is_missing, different), np.nan)
                self._refused.update(_refused(cells, {**values, **gaps}, self._rows))
        self._rows += len(cells)

    def column(self, name: str) -> TableColumn:
        """The days since the first date, or since the given one."""
        preferred: tuple[DateOrder, ...] = ("ymd", "mdy", "dmy") if self._slashes > 0 else ORDERS
        found = {order: np.concatenate(self._blocks[order]) for order in preferred if order in self._blocks}
        order, days = min(found.items(), key=lambda item: np.isnan(item[1]).sum())
        missing = int(np.isnan(days).sum())
        if missing == len(days):
            format_ = ColumnFormat("days", order, self._origin)
            return TableColumn(name, "text", missing, format=format_, refused=self._refused)
        origin = self._origin or iso_day(float(np.nanmin(days)))
        days -= days_of(origin)
        format_ = ColumnFormat("days", order, origin)
        unit = f"days since {origin.isoformat()}"
        refused = self._refused
        return TableColumn(name, "number", missing, numbers=days, format=format_, unit=unit, refused=refused)


def is_number(cell: str) -> bool:
    """Whether a cell is a number, in either convention."""
    found = _written(cell)
    return not is_missing(cell) and not (found.point is None and found.comma is None)


def read_cell(cell: str, format_: ColumnFormat) -> float | None:
    """The number of one more cell of a column with this format, NaN for a missing one; None if it is no number."""
    text = cell.strip()
    if is_missing(text):
        return np.nan
    if format_.kind == "days":
        days = read_days(text, format_.order or "ymd")
        return None if days is None or format_.origin is None else days - days_of(format_.origin)
    found = _written(text)
    return {"point": found.point, "comma": found.comma}.get(format_.kind)


_NOTHING: Final = WrittenNumber(np.nan, np.nan)
_NO_NUMBER: Final = WrittenNumber(None, None)


def _written(cell: str, conventions: Collection[Convention] = CONVENTIONS) -> WrittenNumber:
    """The number in a cell; NaN for missing and infinite ones, None for what is neither."""
    text = cell.strip()
    if is_missing(text):
        return _NOTHING
    found = read_number(text, conventions)
    if found is None:
        # What only Python reads: infinities, digits of other scripts, hundreds of digits.
        value = None if "_" in text else _float(text)
        return _NO_NUMBER if value is None else WrittenNumber(value, None if "." in text else value)
    return found


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else np.nan


def _plain_numbers(cells: Sequence[str], comma: bool) -> Block | None:
    """Cells that Python reads as numbers (cells,), NaN for missing and infinite ones; None if one is neither."""
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
        block = _mapped(cells, number)
    block[np.isinf(block)] = np.nan
    return block


def _refused(
    cells: Sequence[str], values: Mapping[str, float | None], start: int
) -> Iterator[tuple[int, str]]:
    """Row and text of every cell without a value; NaN is one."""
    return ((start + row, cell.strip()) for row, cell in enumerate(cells) if values[cell] is None)


def _mapped(cells: Sequence[str], values: Mapping[str, float | None]) -> Block:
    """The value of every cell (cells,), NaN for None, infinite and absent ones."""
    numbers = {cell: value for cell, value in values.items() if value is not None}
    block = np.fromiter((numbers.get(cell, np.nan) for cell in cells), np.float64, len(cells))
    block[np.isinf(block)] = np.nan
    return block
