"""Excel sheets with texts, dates and empty cells."""

from __future__ import annotations

from functools import cache

import openpyxl

from core.data.tables.read_table import TableError
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
    return [made(book.save, ".xlsx")]


TARGET = Target("excel", ".xlsx", _seeds, mutate_zip, read_and_use, (TableError,))
