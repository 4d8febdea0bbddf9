"""A table in memory: named columns of numbers, categories, or types that a network cannot use, and their formats.

Its file may be gzip'd: it is unpacked as it is read, up to a limit, and never whole.
"""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ...spec import SettingError
from ..dataset import DataError
from .written_numbers import ORDERS, DateOrder

MAX_CATEGORIES = 50
"""A column with more distinct texts is free text."""

FormatKind = Literal["point", "comma", "category", "days", "date", "text"]
_MAX_LETTERS = 4_000_000


@dataclass(frozen=True)
class ColumnFormat:
    """The format of one column.

    - "point": numbers with a decimal point, such as 1,234.5; "comma": with a decimal comma, such as 1.234,5. Both may
      group thousands, and may have a percent sign or a currency.
    - "category": texts, each a category, even if they are numbers.
    - "days": dates as days since `origin`, the first date if None, in `order`, found by evidence if None.
    - "date" and "text": what a network cannot use.
    """

    kind: FormatKind
    order: DateOrder | None = None
    origin: date | None = None

    @property
    def text(self) -> str:
        """The format as `parse` reads it: "comma", or "days dmy 2024-01-31"."""
        parts = [self.kind, self.order or "", self.origin.isoformat() if self.origin else ""]
        return " ".join(part for part in parts if part)

    @classmethod
    def parse(cls, text: str) -> ColumnFormat:
        """The format of `text`. Raises `SettingError`."""
        kind, *rest = text.split(" ")
        if kind in get_args(FormatKind) and (not rest or kind == "days"):
            order = next((order for order in ORDERS if rest[:1] == [order]), None)
            if not rest or (order and len(rest) == 1):
                return cls(kind, order)  # type: ignore[arg-type]
            if order and len(rest) == 2:
                try:
                    return cls("days", order, date.fromisoformat(rest[1]))
                except ValueError:
                    pass
        raise SettingError(
            f"The format of a column must be point, comma, category, date, text or days, got {text!r}"
        )


@dataclass(frozen=True)
class ColumnFormats:
    """The formats chosen for some columns of a file; those of the others are found by evidence.

    `plain` reads the others as the first versions of this program did: numbers without groups, percent signs or
    currencies, with the decimal comma of the whole file.
    """

    by_name: Mapping[str, ColumnFormat] = field(default_factory=dict)
    plain: bool = False
    new_rows: bool = False
    """Whether rows are read for a model: with any number of unknown texts, and decimals by what the file says."""

    def __hash__(self) -> int:
        return hash(self.text)

    def get(self, name: str) -> ColumnFormat | None:
        """The format of the column called `name`; None to find it by evidence."""
        return self.by_name.get(name)

    @property
    def text(self) -> str:
        """A line for each column: its name, a tab, its format."""
        return "\n".join(f"{name}\t{format_.text}" for name, format_ in self.by_name.items())

    @classmethod
    def parse(cls, text: str) -> ColumnFormats:
        """The inverse of `text`; no text, as in old files, is `plain`. Raises `SettingError`."""
        if len(text) > _MAX_LETTERS:
            raise SettingError(
                f"The formats of columns must have at most {_MAX_LETTERS:,} characters, got more"
            )
        return cls(dict(_named_formats(text.split("\n"))), plain=False) if text else cls(plain=True)


def _named_formats(lines: Iterable[str]) -> Iterable[tuple[str, ColumnFormat]]:
    for line in lines:
        name, tab, format_ = line.rpartition("\t")
        if not tab:
            raise SettingError(f"The format of a column must follow its name and a tab, got {line!r}")
        yield name, ColumnFormat.parse(format_)


MAX_NUMBER = 8e37
"""A quarter of the largest float32, so that differences of two numbers, used by scaling, are finite."""
PREVIEW_ROWS = 200
_MAX_VALUES = 1_000
MISSING = frozenset({"", "na", "n/a", "nan", "?", "null"})
"""Texts of missing values, in lower case."""

ColumnType = Literal["number", "category", "text", "date"]


class TableError(DataError):
    """The file cannot be read as a table: a sentence, and the position.

    `sheets` are those of a workbook, `sheet` the one that was read. `bare`: the first row was taken for data.
    """

    def __init__(
        self, sentence: str, sheets: tuple[str, ...] = (), sheet: str = "", *, bare: bool = False
    ) -> None:
        super().__init__(sentence)
        self.sheets, self.sheet, self.bare = sheets, sheet, bare


@dataclass(frozen=True, eq=False)
class TableColumn:
    """A column. `numbers` (rows,) has NaN where missing; `codes` (rows,) index `categories`, -1 where missing.

    Texts and dates have neither. `format` says how cells of text were read, None for arrays; `unit` is what all numbers
    have: "%", "€", "days since 2024-01-31". `ambiguous` is a cell that could be another number, such as "1,234", or "".
    `refused` are the cells of new rows, by row, that are neither missing nor what the format reads; those of a column
    that is `nearly` of another format are the few which that one does not read.
    """

    name: str
    type: ColumnType
    missing: int = 0
    numbers: NDArray[Any] | None = None
    codes: NDArray[np.int32] | None = None
    categories: tuple[str, ...] = ()
    format: ColumnFormat | None = None
    unit: str = ""
    ambiguous: str = ""
    refused: Mapping[int, str] = field(default_factory=dict)
    nearly: ColumnFormat | None = None

    @property
    def odd_cells(self) -> str:
        """What keeps the column from being one of numbers, as a sentence: a few cells; "" if nothing does."""
        if self.nearly is None:
            return ""
        first, count = next(iter(self.refused.values())), len(self.refused)
        none = "1 cell is none:" if count == 1 else f"{count:,} cells are none, such as"
        return f"{self.name} holds numbers, but {none} {first!r:.40}"

    @property
    def usable(self) -> bool:
        """Whether it can be an input or target."""
        return self.type in ("number", "category") and self.too_large is None

    @property
    def hint(self) -> str:
        """The reason why it is not usable, as a sentence; "" if it is."""
        if self.type == "text" and self.format is not None and self.format.kind not in ("text", "category"):
            wanted = "date" if self.format.kind == "days" else "number"
            return f"None of its cells is a {wanted} in the chosen format"
        if self.type == "text" and self.nearly is not None:
            return self.odd_cells
        if self.type == "text":
            return f"It holds more than {MAX_CATEGORIES} different texts, or nothing at all"
        if self.too_large is not None:
            return f"It holds {self.too_large:g}; numbers beyond ±{MAX_NUMBER:g} are too large for float32"
        return "It holds dates; read them as days to learn from them" if self.type == "date" else ""

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

    def part(self, rows: NDArray[np.int64]) -> TableColumn:
        """Some of its rows (n,), with the categories that these have."""
        made = replace(
            self,
            refused={at: self.refused[row] for at, row in enumerate(rows.tolist()) if row in self.refused},
        )
        if self.numbers is not None:
            made = replace(made, numbers=self.numbers[rows])
        elif self.codes is not None:
            codes = self.codes[rows]
            known = np.unique(codes[codes >= 0])
            codes = np.where(codes < 0, -1, np.searchsorted(known, codes)).astype(np.int32)
            names = tuple(self.categories[code] for code in known)
            # As one that holds nothing at all.
            made = replace(made, codes=codes, categories=names, type="category" if names else "text")
        else:
            return made
        return replace(made, missing=int(made.absent.sum()), nearly=self.nearly if made.refused else None)


@dataclass(frozen=True, eq=False)
class Table:
    """A file that was read. `preview` has the first rows as texts; `sample_shape` is the shape of an image, or empty.

    `sha256` is of the file's content; `header` says whether the file has the names; `comments` counts the lines left
    out since they begin with "#", None where such lines are data. `sheet` is the one read, of a workbook's `sheets`.
    """

    path: str
    sha256: str
    rows: int
    columns: tuple[TableColumn, ...]
    preview: tuple[tuple[str, ...], ...]
    header: bool = True
    sample_shape: tuple[int, ...] = ()
    proposed_target: str = ""
    comments: int | None = 0
    plain: bool = False
    """Whether its columns were read as `ColumnFormats.plain` says."""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    kept: NDArray[np.int64] | None = None
    """The rows (rows,) of the file that it has; None for all."""

    def part(self, rows: NDArray[np.int64]) -> Table:
        """A table of some rows (n,) in order, as if the file had no others."""
        return replace(
            self,
            rows=len(rows),
            columns=tuple(column.part(rows) for column in self.columns),
            preview=tuple(self.preview[row] for row in rows.tolist() if row < len(self.preview)),
            kept=self.file_rows(rows),
        )

    def file_rows(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows (n,) of the file that are at `rows` (n,) of the table."""
        return rows if self.kept is None else self.kept[rows]

    @property
    def formats(self) -> ColumnFormats:
        """Reading rules of its columns, for reading the same file, or more rows, in the same way."""
        if self.plain:
            return ColumnFormats(plain=True)
        return ColumnFormats({column.name: column.format for column in self.columns if column.format})

    @cached_property
    def _by_name(self) -> dict[str, TableColumn]:
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> TableColumn:
        """The column called `name`; `KeyError` when there is none."""
        return self._by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name


def is_missing(cell: str) -> bool:
    """Whether a cell stands for a missing value."""
    return cell.strip().lower() in MISSING


PACKED = ".gz"


def table_suffix(path: Path) -> str:
    """The suffix in small letters; both of a packed file, such as ".csv.gz"."""
    suffix = path.suffix.lower()
    return f"{Path(path.stem).suffix.lower()}{suffix}" if suffix == PACKED else suffix


@contextmanager
def open_packed(path: Path, most_bytes: int) -> Iterator[tuple[IO[bytes], Callable[[], float]]]:
    """The content, and a function that tells the share of the file that was read.

    Reading raises `TableError` if a packed file is damaged, or unpacks to more than `most_bytes`.
    """
    with path.open("rb") as file:
        size = max(1, os.fstat(file.fileno()).st_size)
        unpacked = _Unpacked(file, path.name, most_bytes) if path.suffix.lower() == PACKED else None
        yield io.BufferedReader(unpacked) if unpacked else file, lambda: min(1.0, file.tell() / size)


class _Unpacked(io.RawIOBase):
    def __init__(self, file: IO[bytes], name: str, most_bytes: int) -> None:
        self._source = gzip.GzipFile(fileobj=file)
        self._name, self._most, self._count = name, most_bytes, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        try:
            content = self._source.read(len(buffer))
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise TableError(f"{self._name} is no gzip file, or it is damaged") from None
        self._count += len(content)
        if self._count > self._most:
            raise TableError(f"{self._name} must unpack to at most {self._most // 1_000_000:,} MB, got more")
        buffer[: len(content)] = content
        return len(content)
