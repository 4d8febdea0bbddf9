"""Read the active sheet of an Excel file (.xlsx, .xlsm).

Own code, since no library is safe: openpyxl iterates over every cell that a sheet claims to have, python-calamine
allocates them, which aborts the process (its issue 693).
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from core.data.tables.column_format import ColumnFormats
from core.data.tables.sheet_xml import Formats, read_elements, read_formats, read_rows, read_strings
from core.data.tables.table import Table, TableError
from core.data.tables.table_builder import SparseLimit, TableBuilder, has_names
from core.io.zip_reader import ZipReader

__all__ = ["read_sheet"]

_SAMPLE_ROWS = 100
# A workbook lists its sheets, hundreds at most; styles grow with their formats.
_MAX_BOOK_BYTES = 1_000_000
_MAX_STYLE_BYTES = 32_000_000

# Magic bytes of Microsoft's older container, also used for encrypted workbooks.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

Report = Callable[[float], None]


def read_sheet(
    path: Path, report: Report, header: bool | None, formats: ColumnFormats | None, most_bytes: int
) -> Table:
    """The active sheet as a table; `TableError` for invalid files. `report` receives the fraction done."""
    report(0.0)
    with path.open("rb") as file:
        if file.read(len(_COMPOUND)) == _COMPOUND:
            raise TableError(
                f"{path.name} is protected by a password, or in Excel's old format; save it anew as .xlsx or .csv"
            )
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        with ZipReader(path, "Excel file") as archive:
            rows = _wide_rows(path, _Workbook(archive, most_bytes, report).rows())
            sample = list(islice(rows, _SAMPLE_ROWS))
            named = has_names(sample) if header is None else header
            builder = TableBuilder(path, formats, typed=True)
            builder.fill(chain(sample, rows), named, lambda _: None)
            return builder.build(sha256, named)
    except ValueError as error:
        sentence = str(error)
        raise TableError(sentence if sentence.startswith(path.name) else f"{path.name}: {sentence}") from None


class _Workbook:
    """Finds the parts of a workbook by their relationships."""

    def __init__(self, archive: ZipReader, most_bytes: int, report: Report) -> None:
        self._archive, self._most_bytes, self._report = archive, most_bytes, report
        self._name = self._first(self._related(""), "/officeDocument") or "xl/workbook.xml"
        self._parts = self._related(self._name)
        self._done, self._total = 0, 1

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Rows of the active sheet."""
        sheet, since_1904 = self._chosen()
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

    def _chosen(self) -> tuple[str, bool]:
        """Entry of the active sheet, and whether its dates count from 1904."""
        elements = read_elements(self._pieces(self._name, _MAX_BOOK_BYTES))
        sheets = [attributes.get("id", "") for tag, attributes in elements if tag == "sheet"]
        views = [attributes for tag, attributes in elements if tag == "workbookView"]
        front = views[0].get("activeTab", "0") if views else "0"
        place = int(front) if front.isascii() and front.isdigit() and len(front) < 6 else 0
        if place >= len(sheets):
            raise TableError("it has no sheet with cells")
        sort, sheet = self._parts.get(sheets[place], ("", ""))
        if not sort.endswith("/worksheet"):
            raise TableError("it has no sheet with cells in front")
        since = [attributes.get("date1904", "") for tag, attributes in elements if tag == "workbookPr"]
        return sheet, bool(since) and since[0] in ("1", "true")

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


def _wide_rows(path: Path, rows: Iterable[tuple[int, list[str]]]) -> Iterator[list[str]]:
    """Rows as texts, padded to the width of the first."""
    width, limit = 0, SparseLimit("sheet")
    for line, texts in rows:
        width = width or len(texts)
        if len(texts) > width:
            raise TableError(f"{path.name} row {line:,}: expected {width:,} columns, got {len(texts):,}")
        limit.add(width, len(texts) - texts.count(""))
        yield texts + [""] * (width - len(texts))
