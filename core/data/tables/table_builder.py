"""Build a table from rows of texts in blocks, with the limits of all formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from .column_builder import ColumnBuilder, is_number
from .table import MAX_CATEGORIES, PREVIEW_ROWS, ColumnFormats, Table, TableError, is_missing
from .written_numbers import Convention

MAX_ROWS = 1_000_000
MAX_COLUMNS = 2_000
MAX_CELLS = 50_000_000
# Small, since the GUI thread gets the GIL only between the steps of a block.
BLOCK_ROWS = 2_000
# A row with one value far to the right takes as much memory as a full one: a sheet of 28 KB made 500 MB.
_MAX_PLACES_A_CELL = 50
_FREE_PLACES = 2_000_000
_YEAR = re.compile(r"[12]\d{3}(\.0)?")


class TableBuilder:
    """Takes rows block by block; further columns may be added between blocks.

    `otherwise` is the convention of numbers such as "1,234" where nothing speaks for another; `typed` files
    distinguish numbers from texts, and write them with decimal points.
    """

    def __init__(
        self,
        path: Path,
        formats: ColumnFormats | None = None,
        otherwise: Convention = "point",
        *,
        typed: bool = False,
    ) -> None:
        self._path, self._otherwise, self._typed = path, otherwise, typed
        self._formats = formats or ColumnFormats()
        self._columns: list[ColumnBuilder] = []
        self._taken: set[str] = set()
        self._preview: list[tuple[str, ...]] = []
        self.rows = 0

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self._columns)

    def add_column(self, name: str) -> None:
        """Add a column, missing in the rows before, with a name that is unique and has one line."""
        if self.width == MAX_COLUMNS:
            raise TableError(f"{self._path.name} must have at most {MAX_COLUMNS:,} columns, got more")
        unique = self._unique(" ".join(name.split()) or f"column {self.width + 1}")
        plain = self._otherwise if self._formats.plain else None
        chosen = self._formats.get(unique)
        new = self._formats.new_rows and chosen is not None
        builder = ColumnBuilder(unique, chosen, plain, MAX_ROWS if new else MAX_CATEGORIES, new)
        self._columns.append(builder)
        self._check_cells(self.rows)
        for start in range(0, self.rows, BLOCK_ROWS):
            builder.add([""] * min(BLOCK_ROWS, self.rows - start))

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Append rows, each as long as there are columns."""
        self.rows += len(rows)
        if self.rows > MAX_ROWS:
            raise TableError(f"{self._path.name} must have at most {MAX_ROWS:,} rows, got more")
        self._check_cells(self.rows)
        self._preview.extend(map(tuple, rows[: PREVIEW_ROWS - len(self._preview)]))
        for builder, cells in zip(self._columns, zip(*rows, strict=True), strict=True):
            builder.add(cells)

    def fill(self, rows: Iterator[list[str]], header: bool, report: Callable[[int], None]) -> None:
        """Add all rows, the first of them as names if `header`; `report` receives the number of rows so far."""
        first = next(rows, None)
        if first is None:
            raise TableError(f"{self._path.name} is empty; a table needs rows")
        if len(first) > MAX_COLUMNS:
            raise TableError(
                f"{self._path.name} must have at most {MAX_COLUMNS:,} columns, got {len(first):,}"
            )
        for name in first if header else [""] * len(first):
            self.add_column(name)
        block = [] if header else [first]
        for row in rows:
            block.append(row)
            if len(block) == BLOCK_ROWS:
                self.add(block)
                block.clear()
                report(self.rows)
        if block:
            self.add(block)
            report(self.rows)

    def build(self, sha256: str, header: bool, comments: int | None = 0) -> Table:
        """The finished table."""
        if not self.rows:
            raise TableError(f"{self._path.name} has names but no rows; a table needs rows")
        found = {builder.convention for builder in self._columns} - {None}
        evidence = found.pop() if len(found) == 1 else None
        preview = tuple((*row, *[""] * (self.width - len(row))) for row in self._preview)
        columns = tuple(builder.build(evidence, self._otherwise, self._typed) for builder in self._columns)
        return Table(
            str(self._path),
            sha256,
            self.rows,
            columns,
            preview,
            header,
            comments=comments,
            plain=self._formats.plain,
        )

    def _check_cells(self, rows: int) -> None:
        if rows * self.width > MAX_CELLS:
            raise TableError(f"{self._path.name} must have at most {MAX_CELLS:,} cells, got more")

    def _unique(self, wanted: str) -> str:
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted} ({number})", number + 1
        self._taken.add(name)
        return name


class SparseLimit:
    """Limits the places of a table without values, which cost memory but no bytes of the file."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._places = self._filled = 0

    def add(self, places: int, filled: int) -> None:
        """Count places, `filled` of them with values. Raises `TableError`."""
        self._places += places
        self._filled += filled
        if self._places > max(_FREE_PLACES, _MAX_PLACES_A_CELL * self._filled):
            raise TableError(
                f"the {self._noun} must have a value in one of {_MAX_PLACES_A_CELL} places, got fewer"
            )


def has_names(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is a header: texts, one of them above numbers, or different and none repeated below.

    Years after names, in equal steps, are names too, if not all below them could be years.
    """
    first = [cell.strip() for cell in rows[0]] if rows else []
    named = [cell for cell in first if cell]
    below = [[row[place].strip() for row in rows[1:]] for place in range(len(first))]
    numbers = [place for place, cell in enumerate(first) if cell and is_number(cell)]
    if not named or (numbers and not _are_years(first, numbers, below)):
        return False
    for name, cells in zip(first, below, strict=True):
        if name and any(cells) and all(not cell or is_number(cell) for cell in cells):
            return True
    if len(set(named)) < len(named):
        return False
    return not any(name and name in cells for name, cells in zip(first, below, strict=True))


def _are_years(first: Sequence[str], places: Sequence[int], below: Sequence[Sequence[str]]) -> bool:
    """Whether the cells at `places` continue a row of names by years: "country, 1960, 1961, 1962"."""
    if not all(_YEAR.fullmatch(first[place]) for place in places) or not any(first[: places[0]]):
        return False
    years = [int(first[place][:4]) for place in places]
    steps = {after - before for before, after in pairwise(years)}
    # Two numbers always have equal steps.
    even = len(steps) == 1 and 0 not in steps and (len(years) > 2 or steps <= {-1, 1})
    cells = (cell for place in places for cell in below[place] if not is_missing(cell))
    return even and any(not _YEAR.fullmatch(cell) for cell in cells)
