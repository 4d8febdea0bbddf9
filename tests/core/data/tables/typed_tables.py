"""Tables from strings."""

from __future__ import annotations

from pathlib import Path

from core.data.tables.read_table import read_table
from core.data.tables.table import Table


def table_of(file: Path, text: str) -> Table:
    file.write_text(text, encoding="utf-8")
    return read_table(file)
