"""Tables from Parquet files, where the package that reads them is installed."""

from __future__ import annotations

import datetime
import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.data.tables import parquet_process, parquet_reader
from core.data.tables.read_table import read_table
from core.data.tables.table import TableError
from core.io.command_lines import install_line
from tests.core.data.tables.written import categories, names, numbers, types, written
from tests.optional_packages import needs

INSTALLED = needs("fastparquet")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data.parquet"


def write(file: Path, columns: dict[str, Any], **options: Any) -> Path:
    import fastparquet
    import pandas

    fastparquet.write(str(file), pandas.DataFrame(columns), **options)
    return file


def test_without_the_package_a_sentence_names_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastparquet", None)
    with pytest.raises(TableError) as error:
        read_table(written(file, "x"))
    sentence = "data.parquet is a Parquet file, which needs the package fastparquet: "
    assert str(error.value) == sentence + install_line("numpynet-playground[parquet]")


@INSTALLED
def test_columns_of_all_kinds(file: Path) -> None:
    days = [datetime.datetime(2024, 1, 1), None, datetime.datetime(2024, 1, 2, 12)]
    columns = {"size": [1.234, None, 3], "n": [1, 2, 2**40], "kind": ["a", None, "b"]}
    write(file, {**columns, "day": days, "on": [True, False, True]})
    shares: list[float] = []
    table = read_table(file, shares.append)
    assert types(table) == ["number", "number", "category", "date", "category"]
    assert numbers(table, "size") == pytest.approx([1.234, float("nan"), 3], nan_ok=True)
    assert numbers(table, "n") == [1, 2, 2**40]
    assert (categories(table, "kind"), categories(table, "on")) == (["a", "", "b"], ["True", "False", "True"])
    assert [row[3] for row in table.preview] == ["2024-01-01", "", "2024-01-02 12:00:00"]
    assert (table.column("day").missing, table.header, shares[-1]) == (1, True, 1.0)


@INSTALLED
def test_row_groups_follow_each_other(file: Path) -> None:
    write(file, {"x": list(range(5_000))}, row_group_offsets=[0, 1_000, 4_500])
    table = read_table(file)
    assert (names(table), numbers(table, "x")) == (["x"], list(range(5_000)))


@INSTALLED
def test_damaged_files_are_told(file: Path) -> None:
    content = write(file, {"x": list(range(100)), "kind": ["a", "b"] * 50}).read_bytes()
    cut = content[: len(content) // 2]
    middle = content[:60] + b"\xff" * 40 + content[100:]
    for broken in (b"", b"PAR1", content[:-20], cut, b"PAR1" * 50, middle[:-12] + b"\xff\xff\xff\x7fPAR1"):
        with pytest.raises(TableError, match=r"^data.parquet is (damaged|empty)") as error:
            read_table(written(file, broken))
        assert "Errno" not in str(error.value)


@INSTALLED
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "data.parquet is empty; a table needs rows"),
        (b"x" * 500, "data.parquet is no Parquet file: one begins with 'PAR1', got 'xxxx'"),
        (b"a,b\n1,2\n", "data.parquet is no Parquet file: one begins with 'PAR1', got 'a,b\\n'"),
        (b"\x89P", "data.parquet is no Parquet file: one begins with 'PAR1', got '\\x89P'"),
        (
            b"PAR1, and then\x00",
            "data.parquet is damaged or cut off: a Parquet file ends with 'PAR1', got 'hen\\x00' after 15 bytes",
        ),
    ],
)
def test_what_is_no_parquet_file_is_said_with_what_it_begins_with(
    file: Path, content: bytes, sentence: str
) -> None:
    with pytest.raises(TableError) as error:
        read_table(written(file, content))
    assert str(error.value) == sentence
    # The process says the same, which is not this one.
    with file.open("rb") as opened, pytest.raises(TableError) as error:
        parquet_process.check_magic(file, opened)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            OSError(errno.EINVAL, "Invalid argument"),
            "it says that parts of it are where the file has nothing",
        ),
        (ValueError("no\n footer"), "no footer"),
        (KeyError(), "KeyError"),
    ],
)
def test_why_a_file_is_damaged_is_said_in_one_line(
    error: Exception, reason: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object) -> None:
        raise error

    monkeypatch.setattr(parquet_process, "_read", read)
    assert lines_of(file) == [{"damaged": reason}]


def promised(rows: int, columns: int, size: int) -> Any:
    """What the footer of a file promises."""
    part = SimpleNamespace(meta_data=SimpleNamespace(total_uncompressed_size=size))
    group = SimpleNamespace(columns=[part], num_rows=rows)
    return SimpleNamespace(
        fmd=SimpleNamespace(num_rows=rows), columns=[str(i) for i in range(columns)], row_groups=[group]
    )


@pytest.mark.parametrize(
    ("rows", "columns", "size", "sentence"),
    [
        (1_000_001, 1, 1, "a must have at most 1,000,000 rows, got 1,000,001"),
        (1, 2_001, 1, "a must have at most 2,000 columns, got 2,001"),
        (1_000_000, 51, 1, "a must have at most 50,000,000 cells, got 51,000,000"),
        (1, 1, 501, "a must have at most 500 bytes when unpacked, got 501"),
        (0, 1, 1, "a is empty; a table needs rows"),
    ],
)
def test_promises_are_checked_before_anything_is_unpacked(
    rows: int, columns: int, size: int, sentence: str
) -> None:
    with pytest.raises(TableError) as error:
        parquet_process.checked_rows(Path("a"), promised(rows, columns, size), 500)
    assert str(error.value) == sentence


def test_row_groups_larger_than_the_file_are_damage() -> None:
    opened = promised(3, 1, 1)
    opened.row_groups[0].num_rows = 4
    with pytest.raises(TableError, match="a is damaged: it promises different numbers of rows"):
        parquet_process.checked_rows(Path("a"), opened, 500)


@INSTALLED
def test_bytes_are_texts(file: Path) -> None:
    write(file, {"kind": ["ä".encode(), b"b", None], "n": [1, 2, 3]}, object_encoding={"kind": "bytes"})
    assert categories(read_table(file), "kind") == ["ä", "b", ""]


def lines_of(file: Path, most_bytes: int = 1_000_000) -> list[Any]:
    """What the other process writes, made in this one."""
    out = io.StringIO()
    parquet_process.write_lines(file, most_bytes, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@INSTALLED
def test_the_other_process_writes_columns_rows_and_an_end(file: Path) -> None:
    write(file, {"n": [1, 2], "kind": [b"a", None]}, object_encoding={"kind": "bytes"})
    wanted = [{"rows": 2, "columns": ["n", "kind"]}, [["1", "a"], ["2", ""]], []]
    assert lines_of(file) == wanted
    refused = {"refused": "data.parquet must have at most 1 bytes when unpacked, got"}
    assert lines_of(file, 1)[0]["refused"].startswith(refused["refused"])
    assert list(lines_of(written(file, "PAR1" * 3))[0]) == ["damaged"]


def test_a_process_without_memory_says_so(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(parquet_process, "_read", read)
    assert lines_of(file) == [{"memory": True}]
    with pytest.raises(MemoryError):
        list(parquet_reader._checked(file, io.StringIO('{"memory": true}\n')))


def test_what_the_process_refuses_is_refused(file: Path) -> None:
    with pytest.raises(TableError, match=r"^a is empty$"):
        list(parquet_reader._checked(file, io.StringIO('{"refused": "a is empty"}\n')))


@pytest.mark.parametrize("lines", ["", "[[1]]\n", '[[1]]\n[["cut'])
def test_a_process_that_a_damaged_file_ends_is_told(file: Path, lines: str) -> None:
    sentence = "data.parquet is damaged, or cannot be read: its reader crashed or did not end"
    with pytest.raises(TableError, match=f"^{sentence}$"):
        list(parquet_reader._checked(file, io.StringIO(lines)))


@INSTALLED
def test_a_process_that_crashes_does_not_end_this_one(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """fastparquet reads outside of its buffers in some damaged files."""
    monkeypatch.setattr(parquet_process, "__name__", "faulthandler")
    with pytest.raises(TableError, match="its reader crashed"):
        read_table(write(file, {"n": [1, 2]}))


@INSTALLED
def test_a_process_that_does_not_end_is_ended(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some damaged files keep fastparquet busy for ever; no Python starts within a millisecond."""
    write(file, {"n": [1, 2]})
    monkeypatch.setattr(parquet_reader, "_MAX_WAIT_SECONDS", 0.001)
    with pytest.raises(TableError, match="its reader crashed or did not end"):
        read_table(file)


@INSTALLED
def test_what_cancels_ends_the_process(file: Path) -> None:
    class EnoughError(Exception):
        pass

    def stop(share: float) -> None:
        if share > 0:
            raise EnoughError

    with pytest.raises(EnoughError):
        read_table(write(file, {"n": list(range(5_000))}), stop)


@INSTALLED
@pytest.mark.skipif(sys.platform == "win32", reason="no pipes that are files")
def test_the_process_ends_when_the_program_that_reads_is_gone(file: Path) -> None:
    """Some damaged files keep fastparquet busy for ever, as a pipe that nobody writes to."""
    os.mkfifo(file)
    command = [sys.executable, "-m", parquet_process.__name__, str(file), "1000", "0"]
    assert subprocess.run(command, timeout=120).returncode == 1
