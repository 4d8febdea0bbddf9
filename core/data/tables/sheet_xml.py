"""Incremental parsers for the XML parts of an Excel file: texts, formats and cells.

Declared sizes are not trusted: an empty row or column costs nothing, and callers can cancel between chunks. Limits
are Excel's own (its "Specifications and limits" page).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from xml.parsers import expat

from .table import TableError
from .table_builder import MAX_CELLS, MAX_COLUMNS

_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_TAGS = ("row", "c", "v", "is", "t", "rPh", "si", "numFmt", "cellXfs", "xf")
_WITH_TEXT = ("v", "t")
_SPOKEN = "rPh"  # how a text is read aloud in Japanese, which is none of the cell
_KNOWN = {f"{space} {tag}": tag for space in _NAMESPACES for tag in _TAGS}
# Excel's limits: rows, cell formats, characters per cell, characters of a format code.
_MAX_ROWS = 1_048_576
_MAX_FORMATS = 65_490
_MAX_LETTERS = 32_767
_MAX_CODE = 255
# Columns of more than 50 different texts are unusable: more are a mistake or an attack.
_MAX_STRINGS = 2_000_000
_CELL = re.compile(r"([A-Z]{1,3})\d*")
# Built-in formats of dates and times; 46 counts hours, which is a number.
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)))
_NO_LETTERS = re.compile(r'"[^"]*"|\[[^\[\]]*\]|\\.|_.|\*.')
_COUNTS_HOURS = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)

Start = Callable[[str, dict[str, str]], None]


class Formats:
    """The cell formats of a workbook that show dates, and the epoch."""

    def __init__(self, dated: Iterable[bool], since_1904: bool) -> None:
        self.dated = tuple(dated)
        self._since_1904 = since_1904

    def date(self, number: float) -> str:
        """A serial number as a date, a time, or both; "" if out of range."""
        try:
            if self._since_1904:
                moment = datetime(1904, 1, 1) + timedelta(number)
            else:
                # Excel treats 1900 as a leap year, as Lotus 1-2-3 did.
                moment = datetime(1899, 12, 31 if number < 60 else 30) + timedelta(number)
        except (OverflowError, ValueError):
            return ""
        moment = (moment + timedelta(milliseconds=0.5)).replace(microsecond=0)
        if 0 <= number < 1:
            return moment.time().isoformat()
        return moment.isoformat() if number % 1 else moment.date().isoformat()


class _Parser:
    """Expat with `start(tag, attributes)` and `end(tag)` callbacks for known tags; `text` is that of v and t, unspoken.

    Document types are rejected: their entities can expand without limit.
    """

    def __init__(self, start: Start, end: Callable[[str], None]) -> None:
        self._start, self._end = start, end
        self.text: list[str] = []
        self._letters = self._spoken = 0
        self._collecting = False
        self._parser = _new_parser()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._open
        self._parser.EndElementHandler = self._close
        self._parser.CharacterDataHandler = self._add

    def feed(self, pieces: Iterable[bytes], report: Callable[[int], None]) -> Iterator[None]:
        """Parse chunk by chunk; `report` receives the bytes of each. `ValueError` for invalid XML."""
        return _fed(self._parser, pieces, report)

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        tag = _KNOWN.get(name)
        if tag is not None:
            if tag in _WITH_TEXT:
                self.text.clear()
                self._collecting = not self._spoken
            elif tag == _SPOKEN:
                self._spoken += 1
            self._start(tag, attributes)

    def _close(self, name: str) -> None:
        tag = _KNOWN.get(name)
        if tag is not None:
            self._collecting = False
            self._spoken -= tag == _SPOKEN
            self._end(tag)

    def _add(self, text: str) -> None:
        if not self._collecting:
            return
        self._letters += len(text)
        if self._letters > _MAX_LETTERS:
            raise TableError(f"a cell must hold at most {_MAX_LETTERS:,} characters, got more")
        self.text.append(text)

    def clear(self) -> None:
        """Clear the collected text."""
        self.text.clear()
        self._letters = 0


def _new_parser() -> expat.XMLParserType:
    def refuse(*_: object) -> None:
        raise ValueError("its XML has a document type, which no Excel file needs")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    return parser


def _fed(
    parser: expat.XMLParserType, pieces: Iterable[bytes], report: Callable[[int], None]
) -> Iterator[None]:
    try:
        for piece in pieces:
            report(len(piece))
            parser.Parse(piece, False)
            yield
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError) as error:
        raise ValueError(f"its XML is damaged: {error}") from None
    yield


def read_elements(pieces: Iterable[bytes]) -> list[tuple[str, dict[str, str]]]:
    """All elements of a small part with attributes, names without namespaces."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _new_parser()

    def open_(name: str, attributes: dict[str, str]) -> None:
        found.append(
            (name.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in attributes.items()})
        )

    parser.StartElementHandler = open_
    for _ in _fed(parser, pieces, lambda _: None):
        pass
    return found


def read_strings(pieces: Iterable[bytes], report: Callable[[int], None]) -> list[str]:
    """The shared strings."""
    reader = _Strings()
    for _ in reader.parser.feed(pieces, report):
        pass
    return reader.strings


class _Strings:
    def __init__(self) -> None:
        self.strings: list[str] = []
        self.parser = _Parser(self._start, self._end)
        self._parts: list[str] = []

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self._parts = []
            self.parser.clear()

    def _end(self, tag: str) -> None:
        if tag == "t":
            self._parts += self.parser.text
        elif tag == "si":
            self.strings.append("".join(self._parts))
            if len(self.strings) > _MAX_STRINGS:
                raise TableError(f"it must hold at most {_MAX_STRINGS:,} different texts, got more")


def read_formats(pieces: Iterable[bytes], since_1904: bool, report: Callable[[int], None]) -> Formats:
    """The cell formats."""
    reader = _Styles()
    for _ in reader.parser.feed(pieces, report):
        pass
    return Formats((number in reader.dates for number in reader.numbers), since_1904)


class _Styles:
    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.dates: set[int] = set(_DATE_FORMATS)
        self.parser = _Parser(self._start, self._end)
        self._inside = False

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            number = _whole(attributes.get("numFmtId", ""))
            code = attributes.get("formatCode", "")[:_MAX_CODE]
            (self.dates.add if _is_date(code) else self.dates.discard)(number)
            if len(self.dates) > _MAX_FORMATS:
                raise TableError(f"it must have at most {_MAX_FORMATS:,} formats, got more")
        elif tag == "cellXfs":
            self._inside = True
        elif tag == "xf" and self._inside:
            self.numbers.append(_whole(attributes.get("numFmtId", "")))
            if len(self.numbers) > _MAX_FORMATS:
                raise TableError(f"it must have at most {_MAX_FORMATS:,} formats, got more")

    def _end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._inside = False


def read_rows(
    pieces: Iterable[bytes], strings: list[str], formats: Formats, report: Callable[[int], None]
) -> Iterator[tuple[int, list[str]]]:
    """Non-empty rows: row number, and cell texts without trailing empty ones."""
    reader = _Rows(strings, formats)
    for _ in reader.parser.feed(pieces, report):
        yield from reader.rows
        reader.rows.clear()


class _Rows:
    def __init__(self, strings: list[str], formats: Formats) -> None:
        self._strings, self._formats = strings, formats
        self.parser = _Parser(self._start, self._end)
        self.rows: list[tuple[int, list[str]]] = []
        self._row: list[str] = []
        self._line = self._column = self._cells = self._count = 0
        self._type = self._style = self._value = ""

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._cells += 1
            if self._cells > MAX_CELLS:
                raise TableError(f"the sheet must have at most {MAX_CELLS:,} cells, got more")
            self._column = _column(attributes.get("r", ""), self._column + 1)
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._value = ""
            self.parser.clear()
        elif tag == "row":
            self._count += 1
            if self._count > _MAX_ROWS:
                raise TableError(f"the sheet must have at most {_MAX_ROWS:,} rows, got more")
            self._line = _whole(attributes.get("r", "")) or self._line + 1
            self._column, self._row = 0, []

    def _end(self, tag: str) -> None:
        if tag == "v":
            self._value = "".join(self.parser.text)
        elif tag == "t":
            self._value += "".join(self.parser.text)
        elif tag == "c":
            text = self._text()
            if text:
                self._put(text)
        elif tag == "row" and self._row:
            self.rows.append((self._line, self._row))
            self._row = []

    def _put(self, text: str) -> None:
        row, column = self._row, self._column
        if column > MAX_COLUMNS:
            raise TableError(f"the sheet must have at most {MAX_COLUMNS:,} columns, got {column:,}")
        if column > len(row):
            row.extend([""] * (column - len(row) - 1))
            row.append(text)
        else:
            row[column - 1] = text

    def _text(self) -> str:
        value, sort = self._value, self._type
        if not value:
            return ""
        if sort == "s":
            place = _whole(value, -1)
            if not 0 <= place < len(self._strings):
                raise TableError(f"row {self._line:,} points to a text that is not in the file")
            return self._strings[place]
        if sort == "b":
            return "True" if value.strip() == "1" else "False"
        if sort == "e":
            return ""  # errors are missing values
        return self._number(value) if sort == "n" else value

    def _number(self, value: str) -> str:
        if self._style and self._is_date():
            try:
                return self._formats.date(float(value)) or value
            except ValueError:
                pass
        if value.isascii() and value.lstrip("-").isdigit():
            return value
        try:
            # The shortest form: files have 17 digits.
            return repr(float(value))
        except ValueError:
            raise TableError(f"row {self._line:,} must hold a number, got {value!r}") from None

    def _is_date(self) -> bool:
        place = _whole(self._style)
        return place < len(self._formats.dated) and self._formats.dated[place]


def _column(cell: str, after: int) -> int:
    """Column number from 1: 28 for "AB7"; `after` without a reference."""
    found = _CELL.match(cell)
    if found is None:
        return after
    number = 0
    for letter in found[1]:
        number = 26 * number + ord(letter) - 64
    return number


def _is_date(code: str) -> bool:
    """Whether a format code shows days, months, years, hours, minutes or seconds; elapsed hours do not count."""
    if _COUNTS_HOURS.search(code):
        return False
    first = _NO_LETTERS.sub("", code.split(";")[0]).lower()
    return "general" not in first and any(letter in first for letter in "dmyhs")


def _whole(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise
