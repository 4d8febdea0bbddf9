"""Read delimited text; detects encoding, delimiter, decimal comma, comments and header."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from ...io.budget import OnProgress
from ...io.number_text import count_text
from .column_builder import is_number
from .table import ColumnFormats, Table, TableError, open_packed, table_suffix
from .table_builder import TableBuilder, has_names

_BLOCK_BYTES = 1 << 20
_SAMPLE_LETTERS = 1 << 16
_SAMPLE_ROWS = 100
# In order of preference on a tie: commas also occur in numbers, semicolons in texts.
_DELIMITERS = ("\t", ";", ",", "|")
_BLANKS = re.compile(r"[ \t]+")
_COMMA_NUMBER = re.compile(r"\s*[-+]?\d+,\d+([eE][-+]?\d+)?\s*")
_POINT_NUMBER = re.compile(r"\s*[-+]?\d*\.\d+([eE][-+]?\d+)?\s*")
# Not a cell that is only "#", as the name of a column of numbers.
_COMMENT = re.compile(r"\s*#(?![ \t]*[;,|\t])")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class _Look:
    """The dialect detected from the first lines; a `delimiter` " " stands for any white space.

    `names` are those in a comment right above the first row, as numpy.savetxt writes them.
    """

    delimiter: str
    decimal_comma: bool
    header: bool
    comments: bool
    names: tuple[str, ...] = ()


def read_delimited(
    path: Path,
    report: OnProgress,
    header: bool | None,
    formats: ColumnFormats | None,
    comments: bool | None,
    most_bytes: int,
) -> Table:
    """Read a text file, which may be gzip'd.

    `header` says whether it has names, `comments` whether lines that begin with "#" are none of its rows; None detects
    it. `report` receives the fraction done every few thousand rows; an exception from it cancels the read.
    """
    encoding, sha256 = scan_text(path, report, most_bytes)
    with _text(path, encoding, most_bytes) as (file, _):
        look = _look(path, file.read(_SAMPLE_LETTERS), header, comments)
    with _text(path, encoding, most_bytes) as (file, share):
        lines = _Lines(file, look.delimiter, look.comments)
        builder = TableBuilder(path, formats, "comma" if look.decimal_comma else "point")
        rows = chain([list(look.names)] if look.names else [], _rows(path, lines, look))
        builder.fill(rows, look.header, lambda _: report(0.2 + 0.8 * share()))
        return builder.build(sha256, look.header, lines.comments if look.comments else None)


@contextmanager
def _text(
    path: Path, encoding: str, most_bytes: int
) -> Iterator[tuple[io.TextIOWrapper, Callable[[], float]]]:
    with (
        open_packed(path, most_bytes) as (raw, share),
        io.TextIOWrapper(raw, encoding, "replace", newline="") as file,
    ):
        yield file, share


class _Lines:
    """The lines of a file, without comments between rows, white space made plain where it is the delimiter."""

    def __init__(self, lines: Iterable[str], delimiter: str, comments: bool) -> None:
        self._lines, self._delimiter, self._skips = iter(lines), delimiter, comments
        self.between_rows = True
        """Whether the next line begins a row: a "#" within a quoted text is none."""
        self.count = self.comments = 0

    def __iter__(self) -> Iterator[str]:
        skips, delimiter = self._skips, self._delimiter
        for line in self._lines:
            self.count += 1
            if self.between_rows:
                if skips and "#" in line and _COMMENT.match(line):
                    self.comments += 1
                    continue
                self.between_rows = False
            yield _BLANKS.sub(" ", line.strip()) + "\n" if delimiter == " " else line


def scan_text(
    path: Path, report: OnProgress, most_bytes: int, need: str = "a table needs rows"
) -> tuple[str, str]:
    """Encoding and SHA-256 of a file, of a packed one its content's; `report` gets up to 0.2."""
    digest, done = hashlib.sha256(), 0
    decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    encoding = "utf-8"
    with open_packed(path, most_bytes) as (file, share):
        while block := file.read(_BLOCK_BYTES):
            if not done:
                encoding = next((name for mark, name in _BYTE_ORDER_MARKS if block.startswith(mark)), "utf-8")
            if encoding != "utf-16" and b"\0" in block:
                raise TableError(f"{path.name} is no text: it holds zero bytes")
            digest.update(block)
            done += len(block)
            try:
                if decoder is not None:
                    decoder.decode(block)
            except UnicodeDecodeError:
                decoder = None
            report(0.2 * share())
    if not done:
        raise TableError(f"{path.name} is empty; {need}")
    # A letter that is cut off at the end is none of UTF-8, either.
    if encoding == "utf-8" and (decoder is None or decoder.getstate()[0]):
        encoding = "cp1252"
    return encoding, digest.hexdigest()


def _look(path: Path, sample: str, header: bool | None, comments: bool | None) -> _Look:
    # The last line may be truncated.
    whole = sample[: sample.rfind("\n") + 1] if len(sample) == _SAMPLE_LETTERS and "\n" in sample else sample
    lines = [line for line in io.StringIO(whole, newline="") if line.strip()]
    marked = [line for line in lines if _COMMENT.match(line)]
    rest = "".join(line for line in lines if not _COMMENT.match(line)) if marked else whole
    delimiter, rows = _detected(path, rest)
    skips = _are_comments(marked, delimiter, rows) if comments is None else comments
    if not skips and marked:
        delimiter, rows = _detected(path, whole)
    cells = [cell for row in rows for cell in row]
    commas = sum(bool(_COMMA_NUMBER.fullmatch(cell)) for cell in cells)
    points = sum(bool(_POINT_NUMBER.fullmatch(cell)) for cell in cells)
    even = [row for row in rows if len(row) == len(rows[0])]
    named = has_names(even)
    names = _names_in_comment(lines, delimiter, even) if skips and marked and not named else ()
    found = (named or bool(names)) if header is None else header
    return _Look(delimiter, delimiter != "," and commas > points, found, skips, names if found else ())


def _are_comments(marked: Sequence[str], delimiter: str, rows: Sequence[Sequence[str]]) -> bool:
    """Whether lines that begin with "#" are comments, and not most of the rows, as where colours come first."""
    if not rows:
        return False
    alike = sum(len(row) == len(rows[0]) for row in _sample_rows("".join(marked), delimiter))
    return len(rows[0]) == 1 or alike <= len(rows)


def _detected(path: Path, sample: str) -> tuple[str, list[list[str]]]:
    """The delimiter, and the sample's rows by it."""
    choices = ("\t",) if table_suffix(path).startswith(".tsv") else _DELIMITERS
    delimiter = max(choices, key=lambda d: _agreement(sample, d)) if sample else ","
    rows = _sample_rows(sample, delimiter)
    by_blanks = _sample_rows(sample, " ")
    parted = len(by_blanks) > 1 and len({len(row) for row in by_blanks}) == 1 and len(by_blanks[0]) > 1
    uneven = len({len(row) for row in rows}) > 1 or (rows and len(rows[0]) == 1)
    if parted and (uneven or (delimiter == "," and _are_decimal(rows, by_blanks))):
        return " ", by_blanks
    if rows and max(map(len, rows)) == 1:
        return ",", _sample_rows(sample, ",")
    return delimiter, rows


def _are_decimal(by_commas: Sequence[Sequence[str]], by_blanks: Sequence[Sequence[str]]) -> bool:
    """Whether commas are within numbers: white space parts every row into numbers, and commas do not."""
    numbers = all(map(is_number, chain.from_iterable(by_blanks[1:])))
    return numbers and not all(map(is_number, chain.from_iterable(by_commas[1:])))


def _names_in_comment(lines: Sequence[str], delimiter: str, rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The names in the comment right above the first row, if it has as many texts as the row has cells."""
    first = next((place for place, line in enumerate(lines) if not _COMMENT.match(line)), 0)
    if not first or not rows:
        return ()
    found = _sample_rows(lines[first - 1].strip().lstrip("#").strip(), delimiter)
    if len(found) != 1 or len(found[0]) != len(rows[0]) or len(found[0]) < 2:
        return ()
    return tuple(found[0]) if has_names([found[0], *rows]) else ()


def _sample_rows(sample: str, delimiter: str) -> list[list[str]]:
    """The first rows. No cell of the sample is too long for csv, whose limit is twice the sample."""
    lines = _Lines(io.StringIO(sample, newline=""), delimiter, comments=False)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    return list(islice(filter(any, reader), _SAMPLE_ROWS))


def _agreement(sample: str, delimiter: str) -> float:
    """The fraction of rows with the most common number of cells; 0 if that is one."""
    lengths = Counter(map(len, _sample_rows(sample, delimiter)))
    if not lengths:
        return 0.0
    (length, count), total = lengths.most_common(1)[0], lengths.total()
    # Rounded down to twentieths, so that one bad line does not decide.
    return 0.0 if length == 1 else int(20 * count / total) / 20


def _rows(path: Path, lines: _Lines, look: _Look) -> Iterator[list[str]]:
    """Rows that are not blank, all as long as the first; `TableError` names the first other line."""
    reader = csv.reader(lines, delimiter=look.delimiter, skipinitialspace=True)
    width, line = len(look.names), 1
    while True:
        lines.between_rows = True
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
                raise TableError(
                    f"{path.name} line {line}: expected {count_text(width, 'column')}, got {len(row):,}"
                )
            yield row
        line = lines.count + 1
