"""Tables of every format: size limits, progress and cancel."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from core.data.tables import read_table as table_file
from core.data.tables import table_builder
from core.data.tables.read_table import is_table, read_table
from core.data.tables.table import TableError
from tests.core.data.tables.written import categories, numbers, types, written


class InterruptedReadingError(Exception):
    """Raised by a progress callback."""


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"nothing.csv is not there any more; choose it again"):
        read_table(tmp_path / "nothing.csv")
    with pytest.raises(TableError, match="is a folder"):
        read_table(tmp_path)


def test_too_large_files_and_tables(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(file, "a,b\n" + "1,2\n" * 30)
    monkeypatch.setattr(table_builder, "MAX_ROWS", 29)
    with pytest.raises(TableError, match=r"data.csv must have at most 29 rows, got more"):
        read_table(file)
    monkeypatch.undo()
    monkeypatch.setattr(table_builder, "MAX_CELLS", 59)
    with pytest.raises(TableError, match="at most 59 cells"):
        read_table(file)
    monkeypatch.undo()
    monkeypatch.setattr(table_file, "MAX_BYTES", 1_000_000)
    written(file, b"1" * 2_000_000)
    with pytest.raises(TableError, match=r"data.csv must be at most 1 MB, got 2 MB"):
        read_table(file)


def large_table(file: Path, rows: int) -> Path:
    values = np.random.default_rng(0).normal(size=(rows, 9))
    lines = [",".join(f"{value:.5f}" for value in row) for row in values]
    kinds = ("red", "green", "blue")
    return written(
        file, "a,b,c,d,e,f,g,h,i,kind\n" + "\n".join(f"{line},{kinds[i % 3]}" for i, line in enumerate(lines))
    )


def test_a_hundred_thousand_rows_with_progress(file: Path) -> None:
    large_table(file, 100_000)
    shares: list[float] = []
    before = time.process_time()
    table = read_table(file, shares.append)
    # At most two seconds of CPU time on a usual machine, more on a slow one.
    assert time.process_time() - before < 10
    assert table.rows == 100_000
    assert types(table) == ["number"] * 9 + ["category"]
    assert len(table.preview) == 200
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 10


def test_reading_can_be_cancelled(file: Path) -> None:
    large_table(file, 30_000)
    asked = []

    def stop(share: float) -> None:
        asked.append(share)
        if share > 0.5:
            raise InterruptedReadingError

    with pytest.raises(InterruptedReadingError):
        read_table(file, stop)
    assert asked[-1] < 1


# Excel


def test_an_excel_sheet(tmp_path: Path) -> None:
    import datetime

    import openpyxl

    book = openpyxl.Workbook()
    for row in (
        ["size", "kind", "day", "flag"],
        [1, "a", datetime.date(2024, 5, 1), True],
        [2.5, None, datetime.date(2024, 5, 2), False],
        [None, None, None, None],
        [4, "b", datetime.datetime(2024, 5, 3, 12, 30), True],
    ):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx")
    assert types(table) == ["number", "category", "date", "category"]
    assert numbers(table, "size") == [1, 2.5, 4]
    assert categories(table, "kind") == ["a", "", "b"]
    assert (table.rows, table.column("kind").missing) == (3, 1)


def test_only_excel_files_have_sheets(file: Path) -> None:
    with pytest.raises(TableError, match=r"data.csv has no sheets, only Excel files have; got the sheet 'a'"):
        read_table(written(file, "a,b\n1,2\n"), sheet="a")


def test_excels_old_format(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="old format"):
        read_table(written(tmp_path / "a.xls", b"\xd0\xcf"))


def test_what_the_disk_or_the_memory_refuses_is_a_sentence(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(error: Exception) -> None:
        def read(*_: object) -> None:
            raise error

        monkeypatch.setattr("core.data.tables.csv_reader.read_delimited", read)

    written(file, "a,b\n1,2\n")
    refuse(OSError(5, "Input/output error"))
    with pytest.raises(TableError, match=r"data.csv cannot be read: Input/output error"):
        read_table(file)
    refuse(MemoryError())
    with pytest.raises(TableError, match=r"data.csv is too large for this computer's memory"):
        read_table(file)


def test_which_files_are_tables(tmp_path: Path) -> None:
    for name, text, wanted in (
        ("a.CSV", "", True),
        ("a.parquet", "", True),
        ("a.json", "[]", True),
        ("a.json", "{}", False),
        ("a.nnplay", "", False),
        ("a", "", False),
    ):
        assert is_table(written(tmp_path / name, text)) == wanted, (name, text)
