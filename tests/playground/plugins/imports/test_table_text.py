"""The words of the import dialog on a table and its columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.tables.read_table import read_table
from core.data.tables.table import ColumnFormat, ColumnFormats, Table
from playground.plugins.imports.preview_table import details_of, doubt_about, reading_of

TEXT = """# from the shop
a;b;c;d;e;f
1;1,5;3 %;€ 1.200,50;1,234;3.4.2024
2;2,5;4 %;€ 3,00;2,345;14.4.2024
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def readings(table: Table) -> list[str]:
    return [reading_of(column) for column in table.columns]


def test_how_each_column_was_read(file: Path) -> None:
    assert readings(read_table(file)) == [
        "number",
        "number · 1.234,5",
        "number · %",
        "number · 1.234,5 · €",
        "number · 1,234 is 1.234",
        "date",
    ]
    chosen = ColumnFormats({"e": ColumnFormat("point"), "f": ColumnFormat("days")})
    assert readings(read_table(file, formats=chosen))[4:] == ["number", "days since 2024-04-03 · d/m/y"]


def test_only_a_doubt_is_told(file: Path) -> None:
    table = read_table(file)
    assert doubt_about(table.column("e")) == "1,234 could be 1234 or 1.234: its menu chooses how it is read."
    assert {doubt_about(column) for column in table.columns if column.name != "e"} == {""}


def test_comments_are_counted(file: Path) -> None:
    assert details_of(read_table(file)) == "2 rows · 6 columns · 1 comment line left out"
