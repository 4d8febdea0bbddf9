"""Text files of tables, and the result of reading them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.data.tables.read_table import read_table
from core.data.tables.table import Table


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(file: Path, text: str | bytes, **options: Any) -> Table:
    return read_table(written(file, text), **options)


def names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def types(table: Table) -> list[str]:
    return [column.type for column in table.columns]


def numbers(table: Table, name: str) -> list[float]:
    column = table.column(name)
    assert column.numbers is not None
    return [float(value) for value in column.numbers]


def categories(table: Table, name: str) -> list[str]:
    column = table.column(name)
    assert column.codes is not None
    return ["" if code < 0 else column.categories[code] for code in column.codes]
