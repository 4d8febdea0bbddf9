"""Reading of mutated tables, whatever their format."""

from __future__ import annotations

from pathlib import Path

from core.data.tables.read_table import read_table
from core.data.tables.table import Table
from core.data.tables.table_schema import guess_schema


def read_and_use(path: Path, sheet: str = "") -> Table:
    """Read a table, and make data of it if possible."""
    table = read_table(path, sheet=sheet)
    schema = guess_schema(table)
    if not schema.fault(table):
        schema.data(table)
    return table
