"""Text with commas, semicolons or tabs: delimiter, decimals and header are detected."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.tables.read_table import TableError
from tests.core.data.tables.written import categories, names, numbers, read, types


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data.csv"


def test_a_plain_table(file: Path) -> None:
    table = read(file, "size,colour,price\n1,red,2.5\n2,blue,-3e2\n3,red,.5\n")
    assert names(table) == ["size", "colour", "price"]
    assert types(table) == ["number", "category", "number"]
    assert numbers(table, "price") == [2.5, -300.0, 0.5]
    assert categories(table, "colour") == ["red", "blue", "red"]
    assert table.column("colour").categories == ("blue", "red")
    assert (table.rows, table.header) == (3, True)
    assert table.preview[1] == ("2", "blue", "-3e2")


def test_semicolons_and_decimal_commas(file: Path) -> None:
    table = read(file, "a;b;c\n1,5;2;x\n-0,25;3;y\n1,5e2;4;x\n")
    assert numbers(table, "a") == [1.5, -0.25, 150.0]
    assert numbers(table, "b") == [2.0, 3.0, 4.0]
    assert types(table) == ["number", "number", "category"]


def test_decimal_commas_in_every_cell_are_no_delimiters(file: Path) -> None:
    table = read(file, "1,5;2,5;3,5\n4,5;5,5;6,5\n")
    assert not table.header
    assert [numbers(table, name) for name in names(table)] == [[1.5, 4.5], [2.5, 5.5], [3.5, 6.5]]


def test_semicolons_with_decimal_points(file: Path) -> None:
    table = read(file, '"fixed acidity";"quality"\n7.4;5\n7.8;6\n')
    assert names(table) == ["fixed acidity", "quality"]
    assert numbers(table, "fixed acidity") == [7.4, 7.8]


@pytest.mark.parametrize("name", ["data.tsv", "data.csv", "data.txt"])
def test_tabs(tmp_path: Path, name: str) -> None:
    table = read(tmp_path / name, "a\tb, c\n1\t2\n3\t4\n")
    assert names(table) == ["a", "b, c"]
    assert numbers(table, "b, c") == [2, 4]


def test_quotes_hold_delimiters_line_ends_and_quotes(file: Path) -> None:
    table = read(file, 'place,size\n"Rome, Italy",1\n"the ""big"" one",2\n"two\nlines",3\n')
    assert categories(table, "place") == ["Rome, Italy", 'the "big" one', "two\nlines"]
    assert numbers(table, "size") == [1, 2, 3]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(file: Path, end: str) -> None:
    table = read(file, end.join(["a,b", "1,2", "", "3,4", " ", ""]) if end != "\r" else "a,b\r1,2\r3,4")
    assert numbers(table, "a")[:2] == [1, 3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(file: Path, encoding: str) -> None:
    table = read(file, "größe,stadt\n1,Köln\n2,Málaga\n".encode(encoding))
    assert names(table) == ["größe", "stadt"]
    assert categories(table, "stadt") == ["Köln", "Málaga"]


def test_without_a_header(file: Path) -> None:
    table = read(file, "5.1,3.5,setosa\n6.2,2.9,virginica\n")
    assert (names(table), table.rows, table.header) == (["column 1", "column 2", "column 3"], 2, False)
    texts = read(file, "sunny,hot,no\nsunny,mild,yes\nrain,hot,no\n")
    assert (texts.header, texts.rows) == (False, 3)


def test_the_header_can_be_told(file: Path) -> None:
    assert names(read(file, "1,2\n3,4\n", header=True)) == ["1", "2"]
    assert read(file, "a,b\nc,d\n", header=False).rows == 2


def test_names_are_made_whole_and_different(file: Path) -> None:
    assert names(read(file, ',"a\nb",x,x (2)\n1,2,3,4\n')) == ["column 1", "a b", "x", "x (2)"]
    assert names(read(file, "x,x,x\n1,2,3\n", header=True)) == ["x", "x (2)", "x (3)"]


@given(
    st.integers(1, 5).flatmap(
        lambda width: st.lists(
            st.lists(
                st.floats(allow_nan=False, allow_infinity=False)
                | st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8),
                min_size=width,
                max_size=width,
            ),
            min_size=1,
            max_size=20,
        )
    ),
    st.sampled_from(",;\t"),
)
def test_what_was_written_reads_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[float | str]], delimiter: str
) -> None:
    file = tmp_path_factory.mktemp("rows") / "data.csv"
    texts = [[repr(c) if isinstance(c, float) else c for c in row] for row in rows]
    # Two plain columns make the delimiter unambiguous.
    texts = [["1", "2", *row] for row in texts]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(
        [["p", "q", *"abcde"[: len(rows[0])]], *texts]
    )
    table = read(file, buffer.getvalue(), header=True)
    assert [list(row) for row in table.preview] == texts
    for place, column in enumerate(table.columns):
        cells = [row[place] for row in texts]
        if column.type == "number":
            wanted = [
                float(c) if c.strip().lower() not in ("", "na", "n/a", "nan", "?", "null") else np.nan
                for c in cells
            ]
            wanted = [np.nan if np.isinf(value) else value for value in wanted]
            np.testing.assert_array_equal(numbers(table, column.name), wanted)
        elif column.type == "category":
            absent = {"na", "n/a", "nan", "?", "null"}
            assert categories(table, column.name) == [
                "" if c.strip().lower() in absent else c.strip() for c in cells
            ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b,c,d,e\n" + "1,2,3,4,5\n" * 15 + "1,2,3,4\n", "data.csv line 17: expected 5 columns, got 4"),
        ('a,b\n"x\ny",1\n\n2,3,4\n', "data.csv line 5: expected 2 columns, got 3"),
        ("a\n1\n2,3\n", "data.csv line 3: expected 1 column, got 2"),
        ("", "data.csv is empty; a table needs rows"),
        ("\n \n", "data.csv is empty; a table needs rows"),
        ("a,b\n", "data.csv has names but no rows; a table needs rows"),
        (b"PK\0\0", "data.csv is no text: it holds zero bytes"),
        ('a,b\n1,"' + "x" * 200_000, "data.csv line 2: a quoted text does not end"),
        (",".join(map(str, range(2001))) + "\n", "data.csv must have at most 2,000 columns, got 2,001"),
    ],
)
def test_errors_say_which_line_and_why(file: Path, text: str | bytes, sentence: str) -> None:
    with pytest.raises(TableError) as error:
        read(file, text)
    assert str(error.value) == sentence
