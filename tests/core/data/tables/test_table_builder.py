"""Tables from rows in blocks: names, late columns, limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.tables import table_builder
from core.data.tables.table import TableError
from core.data.tables.table_builder import SparseLimit, TableBuilder, has_names
from tests.core.data.tables.written import categories, names, numbers


def test_rows_in_blocks() -> None:
    builder = TableBuilder(Path("a.csv"))
    counts: list[int] = []
    rows = ([str(i), "ab"[i % 2]] for i in range(4_500))
    builder.fill(rows, False, counts.append)
    table = builder.build("hash", header=False)
    assert (table.rows, counts, len(table.preview)) == (4_500, [2_000, 4_000, 4_500], 200)
    assert numbers(table, "column 1") == list(range(4_500))


def test_a_column_that_comes_late_is_missing_before() -> None:
    builder = TableBuilder(Path("a.csv"))
    builder.add_column("x")
    builder.add([["1"], ["2"]])
    builder.add_column("y")
    builder.add([["3", "a"]])
    table = builder.build("hash", header=True)
    assert (names(table), categories(table, "y"), table.column("y").missing) == (["x", "y"], ["", "", "a"], 2)
    assert table.preview == (("1", ""), ("2", ""), ("3", "a"))


def test_names_are_unique_and_have_one_line() -> None:
    builder = TableBuilder(Path("a.csv"))
    for name in ("x", "x", "a\n b", ""):
        builder.add_column(name)
    builder.add([["1"] * 4])
    assert names(builder.build("hash", header=True)) == ["x", "x (2)", "a b", "column 4"]


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_builder, "MAX_COLUMNS", 2)
    monkeypatch.setattr(table_builder, "MAX_CELLS", 5)
    builder = TableBuilder(Path("a.csv"))
    builder.add_column("x")
    builder.add([["1"]] * 3)
    with pytest.raises(TableError, match="at most 5 cells"):
        builder.add_column("y")
    with pytest.raises(TableError, match="at most 2 columns"):
        builder.add_column("z")


def test_places_without_values_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_builder, "_FREE_PLACES", 100)
    limit = SparseLimit("sheet")
    limit.add(100, 0)
    limit.add(50, 3)
    with pytest.raises(TableError, match="the sheet must have a value in one of 50 places, got fewer"):
        limit.add(1, 0)


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ("a,b|1,2", True),
        ("a,b|x,y", True),
        ("a,b|a,y", False),
        ("1,b|1,2", False),
        ("a,a|1,2", True),
        ("a,a|x,y", False),
        ("a,$5|x,$6", False),
        (",b|1,2", True),
        (",|1,2", False),
        ("land,code,1960,1961,1962,|Aruba,ABW,54211,,NA,", True),
        ("land,1960,1970|a,1.5,2", False),
        ("land,1960,1961|a,1.5,2", True),
        ("land,1962.0,1961.0,1960.0|a,high,low,low", True),
        ("land,1960,1961,1963|a,1,2,3", False),
        ("land,1960,1960,1960|a,1,2,3", False),
        ("land,960,961,962|a,1,2,3", False),
        ("Ada,1815,1816,1817|Bob,1912,NA,2000", False),
        ("1960,1961,1962|1,2,3", False),
        ("land,1960,1961,1962|,,,", False),
    ],
)
def test_which_first_row_has_names(rows: str, header: bool) -> None:
    assert has_names([row.split(",") for row in rows.split("|")]) == header
