"""Read a sheet of an Excel file (.xlsx, .xlsm).

Own code, since no library is safe: openpyxl iterates over every cell that a sheet claims to have, python-calamine
allocates them, which aborts the process (its issue 693).
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from ...io.budget import OnProgress
from ...io.zip_reader import ZipReader
from .sheet_xml import Formats, read_elements, read_formats, read_rows, read_strings
from .table import ColumnFormats, Table, TableError
from .table_builder import SparseLimit, TableBuilder, has_names

_SAMPLE_ROWS = 100
# A workbook lists its sheets, hundreds at most; styles grow with their formats.
_MAX_BOOK_BYTES = 1_000_000
_MAX_STYLE_BYTES = 32_000_000
_MAX_NAME = 255  # Excel's own limit is 31 letters, others allow more

# Magic bytes of Microsoft's older container, also used for encrypted workbooks.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_sheet(
    path: Path,
    report: OnProgress,
    header: bool | None,
    formats: ColumnFormats | None,
    sheet: str,
    most_bytes: int,
) -> Table:
    """The sheet called `sheet` as a table, or the active one; `TableError` for invalid files.

    `report` receives the fraction done.
    """
    report(0.0)
    with path.open("rb") as file:
        if file.read(len(_COMPOUND)) == _COMPOUND:
            raise TableError(
                f"{path.name} is protected by a password, or in Excel's old format; save it anew as .xlsx or .csv"
            )
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    sheets: tuple[str, ...] = ()
    try:
        with ZipReader(path, "Excel file") as archive:
            book = _Workbook(archive, most_bytes, report)
            sheets, sheet = tuple(book.sheets), sheet or book.front
            rows = _wide_rows(path, book.rows(sheet))
            sample = list(islice(rows, _SAMPLE_ROWS))
            named = has_names(sample) if header is None else header
            builder = TableBuilder(path, formats, typed=True)
            builder.fill(chain(sample, rows), named, lambda _: None)
            return replace(builder.build(sha256, named), sheets=sheets, sheet=sheet)
    except ValueError as error:
        sentence = str(error) if str(error).startswith(path.name) else f"{path.name}: {error}"
        raise TableError(sentence, sheets, sheet) from None


class _Workbook:
    """Finds the parts of a workbook by their relationships."""

    def __init__(self, archive: ZipReader, most_bytes: int, report: OnProgress) -> None:
        self._archive, self._most_bytes, self._report = archive, most_bytes, report
        self._name = self._first(self._related(""), "/officeDocument") or "xl/workbook.xml"
        self._parts = self._related(self._name)
        self._done, self._total = 0, 1
        self.sheets: dict[str, str] = {}
        """Their entries by name, of those with cells; a chart has none."""
        self._read_sheets()

    def rows(self, name: str) -> Iterator[tuple[int, list[str]]]:
        """Rows of a sheet."""
        if name not in self.sheets:
            raise TableError(f"it has no sheet called {name!r:.60}" if name else "it has no sheet with cells")
        sheet, since_1904 = self.sheets[name], self._since_1904
        strings, styles = (self._first(self._parts, sort) for sort in ("/sharedStrings", "/styles"))
        names = [name for name in (strings, styles, sheet) if name in self._archive]
        self._total = sum(map(self._archive.size, names))
        if self._total > self._most_bytes:
            raise TableError(
                f"it must unpack to at most {self._most_bytes // 1_000_000} MB, "
                f"got {self._total // 1_000_000:,} MB"
            )
        texts = read_strings(self._pieces(strings), self._tell) if strings in names else []
        formats = Formats((), since_1904)
        if styles in names:
            formats = read_formats(self._pieces(styles, _MAX_STYLE_BYTES), since_1904, self._tell)
        return read_rows(self._pieces(sheet), texts, formats, self._tell)

    def _read_sheets(self) -> None:
        """Find the sheets, the active one, or else the first, and whether dates count from 1904."""
        elements = read_elements(self._pieces(self._name, _MAX_BOOK_BYTES))
        listed = [attributes for tag, attributes in elements if tag == "sheet"]
        for place, attributes in enumerate(listed, 1):
            sort, entry = self._parts.get(attributes.get("id", ""), ("", ""))
            if sort.endswith("/worksheet"):
                self.sheets.setdefault(_sheet_name(attributes, place), entry)
        views = [attributes for tag, attributes in elements if tag == "workbookView"]
        front = views[0].get("activeTab", "0") if views else "0"
        place = int(front) if front.isascii() and front.isdigit() and len(front) < 6 else 0
        active = _sheet_name(listed[place], place + 1) if place < len(listed) else ""
        self.front = active if active in self.sheets else next(iter(self.sheets), "")
        since = [attributes.get("date1904", "") for tag, attributes in elements if tag == "workbookPr"]
        self._since_1904 = bool(since) and since[0] in ("1", "true")

    def _related(self, name: str) -> dict[str, tuple[str, str]]:
        """Relationships of a part, as (type, entry) by id; "" is the whole file."""
        folder, base = posixpath.split(name)
        relations = posixpath.join(folder, "_rels", f"{base}.rels")
        if relations not in self._archive:
            return {}
        return {
            attributes.get("Id", ""): (
                attributes.get("Type", ""),
                posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/"),
            )
            for tag, attributes in read_elements(self._pieces(relations, _MAX_BOOK_BYTES))
            if tag == "Relationship"
        }

    @staticmethod
    def _first(related: dict[str, tuple[str, str]], sort: str) -> str:
        return next((entry for kind, entry in related.values() if kind.endswith(sort)), "")

    def _pieces(self, name: str, most: int = 0) -> Iterable[bytes]:
        return self._archive.pieces(name, most or self._most_bytes)

    def _tell(self, count: int) -> None:
        self._done += count
        self._report(min(1.0, self._done / max(1, self._total)))


def _sheet_name(attributes: dict[str, str], place: int) -> str:
    return attributes.get("name", "")[:_MAX_NAME] or f"sheet {place}"


def _wide_rows(path: Path, rows: Iterable[tuple[int, list[str]]]) -> Iterator[list[str]]:
    """Rows as texts, padded to the width of the first."""
    width, limit = 0, SparseLimit("sheet")
    for line, texts in rows:
        width = width or len(texts)
        if len(texts) > width:
            raise TableError(f"{path.name} row {line:,}: expected {width:,} columns, got {len(texts):,}")
        limit.add(width, len(texts) - texts.count(""))
        yield texts + [""] * (width - len(texts))
