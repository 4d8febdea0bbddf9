"""Read delimited text; detects encoding, delimiter, decimal comma and header."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data.tables.table import PREVIEW_ROWS, ColumnBuilder, Table, TableError, is_number

__all__ = ["MAX_CELLS", "MAX_COLUMNS", "MAX_ROWS", "build_table", "read_delimited"]

MAX_ROWS = 1_000_000
MAX_COLUMNS = 2_000
MAX_CELLS = 50_000_000
# Small, since the GUI thread gets the GIL only between the steps of a block.
_BLOCK_ROWS = 2_000
_BLOCK_BYTES = 1 << 20
_SAMPLE_LETTERS = 1 << 16
_SAMPLE_ROWS = 100
# In order of preference on a tie: commas also occur in numbers, semicolons in texts.
_DELIMITERS = ("\t", ";", ",", "|")
_COMMA_NUMBER = re.compile(r"\s*[-+]?\d+,\d+([eE][-+]?\d+)?\s*")
_POINT_NUMBER = re.compile(r"\s*[-+]?\d*\.\d+([eE][-+]?\d+)?\s*")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

Report = Callable[[float], None]


@dataclass(frozen=True)
class _Look:
    """The dialect detected from the first lines."""

    delimiter: str
    decimal_comma: bool
    header: bool


def read_delimited(path: Path, report: Report, header: bool | None = None) -> Table:
    """Read a text file; `header` says whether the first row has names, None detects it.

    `report` receives the fraction done every few thousand rows; an exception from it cancels the read.
    """
    encoding, sha256 = _scan(path, report)
    # Both files: tell() of a text file is disabled during iteration.
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding, "replace", newline="") as file:
        look = _look(path, file.read(_SAMPLE_LETTERS), header)
        file.seek(0)
        size = max(1, path.stat().st_size)
        rows = _rows(path, file, look.delimiter)
        return build_table(
            path,
            sha256,
            rows,
            look.header,
            look.decimal_comma,
            lambda _: report(0.2 + 0.8 * raw.tell() / size),
        )


def build_table(
    path: Path,
    sha256: str,
    rows: Iterator[list[str]],
    header: bool,
    decimal_comma: bool,
    report: Callable[[int], None],
) -> Table:
    """A table from rows of equal length; `report` receives the number of rows read."""
    first = next(rows, None)
    if first is None:
        raise TableError(f"{path.name} is empty; a table needs rows")
    if len(first) > MAX_COLUMNS:
        raise TableError(f"{path.name} must have at most {MAX_COLUMNS:,} columns, got {len(first):,}")
    builders = [ColumnBuilder(name, decimal_comma) for name in _names(first if header else [""] * len(first))]
    block = [] if header else [first]
    preview: list[tuple[str, ...]] = []
    count = 0

    def flush() -> None:
        nonlocal count
        count += len(block)
        if count > MAX_ROWS:
            raise TableError(f"{path.name} must have at most {MAX_ROWS:,} rows, got more")
        if count * len(builders) > MAX_CELLS:
            raise TableError(f"{path.name} must have at most {MAX_CELLS:,} cells, got more")
        preview.extend(map(tuple, block[: PREVIEW_ROWS - len(preview)]))
        for builder, cells in zip(builders, zip(*block, strict=True), strict=True):
            builder.add(cells)
        block.clear()
        report(count)

    for row in rows:
        block.append(row)
        if len(block) == _BLOCK_ROWS:
            flush()
    if block:
        flush()
    if not count:
        raise TableError(f"{path.name} has names but no rows; a table needs rows")
    columns = tuple(builder.build() for builder in builders)
    return Table(str(path), sha256, count, columns, tuple(preview), header)


def has_names(rows: Sequence[Sequence[str]], decimal_comma: bool = False) -> bool:
    """Whether the first row is a header: distinct texts, one of them above numbers or none repeated in its column."""
    first = [cell.strip() for cell in rows[0]] if rows else []
    named = [cell for cell in first if cell]
    if not named or len(set(named)) < len(named) or any(is_number(cell, decimal_comma) for cell in named):
        return False
    below = [[row[place].strip() for row in rows[1:]] for place in range(len(first))]
    for name, cells in zip(first, below, strict=True):
        if name and any(cells) and all(not cell or is_number(cell, decimal_comma) for cell in cells):
            return True
    return not any(name and name in cells for name, cells in zip(first, below, strict=True))


def _scan(path: Path, report: Report) -> tuple[str, str]:
    """Encoding and SHA-256 of a file."""
    digest, size, done = hashlib.sha256(), max(1, path.stat().st_size), 0
    decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    encoding = "utf-8"
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            if not done:
                encoding = next((name for mark, name in _BYTE_ORDER_MARKS if block.startswith(mark)), "utf-8")
            if encoding != "utf-16" and b"\0" in block:
                raise TableError(f"{path.name} is no text: it holds zero bytes")
            digest.update(block)
            done += len(block)
            try:
                if decoder is not None:
                    decoder.decode(block, final=done >= size)
            except UnicodeDecodeError:
                decoder = None
            report(0.2 * min(1.0, done / size))
    if not done:
        raise TableError(f"{path.name} is empty; a table needs rows")
    if encoding == "utf-8" and decoder is None:
        encoding = "cp1252"
    return encoding, digest.hexdigest()


def _look(path: Path, sample: str, header: bool | None) -> _Look:
    # The last line may be truncated.
    whole = sample[: sample.rfind("\n") + 1] if len(sample) == _SAMPLE_LETTERS and "\n" in sample else sample
    choices = ("\t",) if path.suffix.lower() == ".tsv" else _DELIMITERS
    delimiter = max(choices, key=lambda d: _agreement(whole, d)) if whole else ","
    rows = _sample_rows(whole, delimiter)
    if rows and max(map(len, rows)) == 1:
        delimiter = ","
    cells = [cell for row in rows for cell in row]
    commas = sum(bool(_COMMA_NUMBER.fullmatch(cell)) for cell in cells)
    points = sum(bool(_POINT_NUMBER.fullmatch(cell)) for cell in cells)
    decimal_comma = delimiter != "," and commas > points
    even = [row for row in rows if len(row) == len(rows[0])]
    return _Look(delimiter, decimal_comma, has_names(even, decimal_comma) if header is None else header)


def _sample_rows(sample: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if any(row):
                rows.append(row)
            if len(rows) == _SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # reported when the file is read
    return rows


def _agreement(sample: str, delimiter: str) -> float:
    """The fraction of rows with the most common number of cells; 0 if that is one."""
    lengths = Counter(map(len, _sample_rows(sample, delimiter)))
    if not lengths:
        return 0.0
    (length, count), total = lengths.most_common(1)[0], lengths.total()
    # Rounded down to twentieths, so that one bad line does not decide.
    return 0.0 if length == 1 else int(20 * count / total) / 20


def _rows(path: Path, file: io.TextIOWrapper, delimiter: str) -> Iterator[list[str]]:
    """Rows that are not blank, all as long as the first; `TableError` names the first other line."""
    reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True)
    width, line = 0, 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            raise TableError(f"{path.name} line {line}: a quoted text does not end") from None
        if row is None:
            return
        if any(row):
            if not width:
                width = len(row)
            elif len(row) != width:
                raise TableError(f"{path.name} line {line}: expected {_columns(width)}, got {len(row):,}")
            yield row
        line = reader.line_num + 1


def _columns(count: int) -> str:
    return f"{count:,} column{'' if count == 1 else 's'}"


def _names(cells: Sequence[str]) -> list[str]:
    """A unique one-line name for every column."""
    names: list[str] = []
    taken: set[str] = set()
    for place, cell in enumerate(cells, 1):
        name = wanted = " ".join(cell.split()) or f"column {place}"
        number = 2
        while name in taken:
            name, number = f"{wanted} ({number})", number + 1
        taken.add(name)
        names.append(name)
    return names
