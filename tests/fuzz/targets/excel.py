"""Excel sheets with texts, dates and empty cells."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import openpyxl

from core.data.tables.table import TableError
from tests.fuzz.mutations import mutate_zip
from tests.fuzz.tables import read_and_use
from tests.fuzz.target import Target, made


@cache
def _seeds() -> list[bytes]:
    book = openpyxl.Workbook()
    for row in [["size", "kind", "when"], *([n / 7, "ab"[n % 2], None] for n in range(30))]:
        book.active.append(row)
    book.active["C3"].number_format = "yyyy-mm-dd"
    book.active["C3"] = 45_000
    for row in [["only", "this"], [1, 2], [3, 4]]:
        (book["two"] if "two" in book else book.create_sheet("two")).append(row)
    return [made(book.save, ".xlsx")]


def _read(path: Path) -> None:
    """Every sheet; one that cannot be read names the others."""
    try:
        sheets = read_and_use(path).sheets
    except TableError as error:
        sheets = error.sheets
        if not sheets:
            raise
    for sheet in sheets[:3]:
        read_and_use(path, sheet)


TARGET = Target("excel", ".xlsx", _seeds, mutate_zip, _read, (TableError,))
