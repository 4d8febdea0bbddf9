"""Text with commas, semicolons or tabs: delimiter, decimals and header are detected."""

from __future__ import annotations

import contextlib
import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.tables.read_table import read_table
from core.data.tables.table import ColumnFormats, TableError
from tests.core.data.tables.written import categories, names, numbers, read, types


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


def test_a_letter_of_utf_8_that_is_cut_off_at_the_end_is_one_of_cp1252(file: Path) -> None:
    table = read(file, b"kind,size\n" + b"a,1\nb,2\n" * 5 + b"c,3 \xe4")
    assert table.column("size").categories[-1] == "3 ä"


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


def python_reads(cell: str) -> bool:
    """Whether a cell is a number to Python, or missing; others are numbers as people write them."""
    if cell.strip().lower() in ("", "na", "n/a", "nan", "?", "null"):
        return True
    with contextlib.suppress(ValueError):
        float(cell)
        return True
    return False


def test_repeated_names_above_numbers_are_names(file: Path) -> None:
    assert names(read(file, "x,x,kind\n1,2,a\n3,4,b\n")) == ["x", "x (2)", "kind"]
    assert not read(file, "no,no,yes\nno,yes,no\n").header


# Comments


def test_comments_are_left_out_and_counted(file: Path) -> None:
    table = read(file, "# made by hand\n\na,b\n1,2\n  # not sure\n3,4\n#5,6\n")
    assert (numbers(table, "a"), numbers(table, "b"), table.comments) == ([1, 3], [2, 4], 3)
    assert read(file, "a,b\n1,2\n").comments == 0


def test_a_comment_within_a_quoted_text_is_text(file: Path) -> None:
    table = read(file, 'a,b\n"one\n# two",1\n"three, # four",2\n')
    assert (categories(table, "a"), table.comments) == (["one\n# two", "three, # four"], 0)


def test_names_in_the_comment_above_the_first_row(file: Path) -> None:
    np.savetxt(file, [[1, 2.5], [3, 4.5]], header="size weight")
    table = read_table(file)
    assert (names(table), numbers(table, "weight"), table.header) == (["size", "weight"], [2.5, 4.5], True)
    assert names(read_table(file, header=False)) == ["column 1", "column 2"]
    assert names(read(file, "##fileformat=VCF\n#CHROM\tPOS\n1\t5\n2\t6\n")) == ["CHROM", "POS"]
    assert names(read(file, "# x,y\na,b\n1,2\n")) == ["a", "b"]
    assert names(read(file, "# one, two, three\n1,2\n3,4\n")) == ["column 1", "column 2"]


def test_a_sign_that_is_no_comment(file: Path) -> None:
    table = read(file, "#,Name,HP\n1,a,45\n2,b,60\n")
    assert (names(table), table.rows) == (["#", "Name", "HP"], 2)
    table = read(file, "colour,size\n#ff0000,1\n#00ff00,2\n#0000ff,3\n")
    assert (categories(table, "colour")[0], table.rows, table.comments) == ("#ff0000", 3, None)
    table = read(file, "a,b\n1,2\n#3,4\n", comments=False)
    assert (table.rows, table.comments) == (2, None)


def test_errors_count_comments_as_lines(file: Path) -> None:
    with pytest.raises(TableError, match="line 5: expected 2 columns, got 3"):
        read(file, "# one\na,b\n# two\n1,2\n3,4,5\n")


# White space


@pytest.mark.parametrize(
    "text",
    [
        "a b c\n1 2 3.5\n4 5 6.5\n",
        "  a   b  c\n  1   2  3.5  \n  4   5  6.5\n",
        "a\tb c\n1 2\t3.5\n4 5 6.5\n",
        "# comment, with a comma\na b c\n1 2 3,5\n4 5 6,5\n",
        "a b c\n1 2,0 3,5\n4 5,0 6,5\n",
    ],
)
def test_white_space_parts_columns_where_nothing_else_does(file: Path, text: str) -> None:
    table = read(file, text)
    assert names(table) == ["a", "b", "c"]
    assert [numbers(table, name) for name in names(table)] == [[1, 4], [2, 5], [3.5, 6.5]]


def test_white_space_within_texts_parts_no_columns(file: Path) -> None:
    assert categories(read(file, "a b,c\nred car,1\nblue car,2\n"), "a b") == ["red car", "blue car"]
    assert names(read(file, "a text\nred car here\nblue car\n", header=True)) == ["a text"]
    assert categories(read(file, 'a b\n"red car" 1\n"blue car" 2\n'), "a") == ["red car", "blue car"]


# Numbers


def test_each_column_has_its_own_numbers(file: Path) -> None:
    table = read(file, "a;b;c;d\n1,5;1.5;€ 1.200,50;12 %\n2,5;2.5;€ 3,00;3 %\n")
    assert [numbers(table, name) for name in "abcd"] == [[1.5, 2.5], [1.5, 2.5], [1200.5, 3.0], [12, 3]]
    assert [column.unit for column in table.columns] == ["", "", "€", "%"]


def test_other_columns_decide_what_one_leaves_open(file: Path) -> None:
    assert numbers(read(file, 'a,b\n"1,234",5\n"2,345",6\n'), "a") == [1234, 2345]
    assert numbers(read(file, "a;b\n1,234;5\n2,345;6\n"), "a") == [1.234, 2.345]
    assert numbers(read(file, "a;b\n1,234;5.25\n2,345;6\n"), "a") == [1234, 2345]
    assert numbers(read(file, "a;b\n1.234;3,5\n2.345;4\n"), "a") == [1234, 2345]


def test_numbers_as_the_first_versions_read_them(file: Path) -> None:
    plain = ColumnFormats.parse("")
    table = read(file, "a;b;c\n1,5;1.234;5 %\n2,5;2.345;6 %\n3,5;3;7 %\n", formats=plain)
    assert (numbers(table, "a"), numbers(table, "b")) == ([1.5, 2.5, 3.5], [1.234, 2.345, 3])
    assert (types(table)[2], table.formats) == ("category", plain)


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
        if column.type == "number" and all(map(python_reads, cells)):
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


def test_a_file_of_blank_lines_is_empty(file: Path) -> None:
    with pytest.raises(TableError, match=r"data.csv is empty; a table needs rows"):
        read(file, "\n\r\n\n")


def test_a_large_file_with_one_letter_that_is_not_utf_8_is_read_as_windows_wrote_it(file: Path) -> None:
    rows = "größe,stadt\n1,Köln\n" + "2,Rom\n" * 400_000
    table = read(file, rows.encode("cp1252"))
    assert names(table) == ["größe", "stadt"]
    assert table.column("stadt").categories == ("Köln", "Rom")


def test_a_comment_below_the_first_row_holds_no_names(file: Path) -> None:
    table = read(file, "1,2\n# x,y\n3,4\n5,6\n")
    assert (names(table), table.rows, table.header) == (["column 1", "column 2"], 3, False)
