"""Tables are read as they were written: delimiters, decimal commas, quotes, encodings, gaps, limits and bad lines."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.tables import csv_reader as delimited_text
from core.data.tables import read_table as table_file
from core.data.tables.read_table import Table, TableError, read_table


class InterruptedReadingError(Exception):
    """Ends a reading from its report."""


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data.csv"


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


# Text


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


@pytest.mark.parametrize("gap", ["", "NA", "NaN", "?", "null", " na ", "N/A"])
def test_missing_values_are_counted_and_no_values(file: Path, gap: str) -> None:
    table = read(file, f"a,b,c\n1,x,1\n{gap},{gap},2\n3,y,3\n")
    assert [column.missing for column in table.columns] == [1, 1, 0]
    assert np.isnan(numbers(table, "a")[1])
    assert categories(table, "b") == ["x", "", "y"]
    assert table.column("b").categories == ("x", "y")
    assert table.column("b").absent.tolist() == [False, True, False]


def test_infinite_numbers_are_missing(file: Path) -> None:
    assert read(file, "a,b\n1,2\ninf,3\n1e999,4\n").column("a").missing == 2


def test_names_with_underscores_are_no_numbers(file: Path) -> None:
    assert types(read(file, "a,b\n1_000,1\n2_000,2\n")) == ["category", "number"]


def test_dates_and_free_texts_are_named_so(file: Path) -> None:
    lines = [f"2024-01-{i % 28 + 1:02},{i}.{i % 12 + 1}.2024,word {i},{i}" for i in range(1, 29)]
    lines += [f"2024-02-{i % 28 + 1:02},1.1.24,word {i},{i}" for i in range(29, 70)]
    table = read(file, "\n".join(["day,tag,text,x", *lines]))
    assert types(table) == ["date", "date", "text", "number"]
    assert "dates" in table.column("day").hint
    assert "50" in table.column("text").hint
    assert table.column("x").hint == ""


def test_fifty_texts_are_categories_and_fifty_one_are_not(file: Path) -> None:
    for count, wanted in ((50, "category"), (51, "text")):
        assert types(read(file, "a,b\n" + "".join(f"w{i % count},{i}\n" for i in range(400)))) == [
            wanted,
            "number",
        ]


def test_a_column_that_turns_from_numbers_to_texts_late(file: Path) -> None:
    lines = [f"{i % 3},{i}" for i in range(25_000)]
    table = read(file, "\n".join(["a,b", *lines, "red,1", ",2"]))
    assert types(table) == ["category", "number"]
    assert table.column("a").categories == ("0", "1", "2", "red")
    assert categories(table, "a")[-4:] == ["2", "0", "red", ""]
    assert table.column("a").missing == 1


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
    # Two plain columns in front settle the delimiter, as in any table worth the name.
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


# What cannot be read


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


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"nothing.csv is not there any more; choose it again"):
        read_table(tmp_path / "nothing.csv")
    with pytest.raises(TableError, match="is a folder"):
        read_table(tmp_path)


def test_too_large_files_and_tables(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(file, "a,b\n" + "1,2\n" * 30)
    monkeypatch.setattr(delimited_text, "MAX_ROWS", 29)
    with pytest.raises(TableError, match=r"data.csv must have at most 29 rows, got more"):
        read_table(file)
    monkeypatch.undo()
    monkeypatch.setattr(delimited_text, "MAX_CELLS", 59)
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
    # Two seconds of the processor at most on a usual machine; it may be a slow one.
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


# Arrays


def arrays(path: Path, **named: Any) -> Path:
    np.savez_compressed(path, **named)
    return path


def test_arrays_by_their_names(tmp_path: Path) -> None:
    inputs = np.arange(12.0).reshape(4, 3)
    table = read_table(arrays(tmp_path / "a.npz", y=np.array([0, 1, 0, 1]), X=inputs, extra=np.zeros(2)))
    assert names(table) == ["X 1", "X 2", "X 3", "y"]
    assert (table.rows, table.proposed_target, table.sample_shape) == (4, "y", ())
    assert numbers(table, "X 2") == [1, 4, 7, 10]
    assert numbers(table, "y") == [0, 1, 0, 1]
    assert table.preview[0] == ("0", "1", "2", "0")


def test_images_and_their_test_part(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 255, (6, 4, 5), dtype=np.uint8)
    file = arrays(
        tmp_path / "m.npz", x_train=images[:4], y_train=[0, 1, 2, 0], x_test=images[4:], y_test=[1, 2]
    )
    table = read_table(file)
    assert (table.rows, table.sample_shape, len(table.columns)) == (6, (4, 5, 1), 21)
    assert numbers(table, "pixel 7") == images[:, 1, 1].tolist()
    assert numbers(table, "y_train") == [0, 1, 2, 0, 1, 2]


def test_answers_as_texts_and_one_hot(tmp_path: Path) -> None:
    table = read_table(arrays(tmp_path / "t.npz", X=np.ones((3, 2)), y=np.array(["b", "a", "b"])))
    assert categories(table, "y") == ["b", "a", "b"]
    table = read_table(arrays(tmp_path / "o.npz", X=np.ones((3, 2)), y=np.eye(3)[[2, 0, 1]]))
    assert numbers(table, "y") == [2, 0, 1]


def test_infinite_inputs_are_missing(tmp_path: Path) -> None:
    table = read_table(arrays(tmp_path / "i.npz", X=np.array([[1, np.inf], [np.nan, 2.0]]), y=np.zeros(2)))
    assert [column.missing for column in table.columns] == [1, 1, 0]


def test_pickles_are_refused(tmp_path: Path) -> None:
    file = arrays(tmp_path / "p.npz", X=np.array([[object()]], dtype=object), y=np.zeros(1))
    with pytest.raises(TableError, match=r"p.npz: X must hold numbers or texts, got object"):
        read_table(file)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    file = tmp_path / "bomb.npz"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("X.npy", "w") as entry:
        np.lib.format.write_array_header_1_0(
            entry, {"descr": "<f8", "fortran_order": False, "shape": (75_000_000,)}
        )
        for _ in range(600):
            entry.write(bytes(1_000_000))
    assert file.stat().st_size < 1_000_000
    with pytest.raises(TableError, match=r"bomb.npz must unpack to at most 500 MB, got 600 MB"):
        read_table(file)


def test_a_header_that_lies_is_not_believed(tmp_path: Path) -> None:
    file = tmp_path / "lie.npz"
    with zipfile.ZipFile(file, "w") as archive, archive.open("X.npy", "w") as entry:
        np.lib.format.write_array_header_1_0(
            entry, {"descr": "<f8", "fortran_order": False, "shape": (10**6, 50)}
        )
    with pytest.raises(TableError, match=r"lie.npz: X has the shape .* which does not fit its size"):
        read_table(file)


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ({"a": np.zeros((2, 2)), "b": np.zeros(2)}, "must hold arrays called X and y, .* it has a, b"),
        (
            {"X": np.zeros((2, 2)), "y": np.zeros(3)},
            r"y must have one answer per sample \(2\), got shape \(3,\)",
        ),
        ({"X": np.zeros(2), "y": np.zeros(2)}, r"X must be numbers \(samples, features\)"),
        ({"X": np.zeros((2, 2001)), "y": np.zeros(2)}, "at most 2,000 columns, got 2,001"),
    ],
)
def test_arrays_that_are_no_table(tmp_path: Path, named: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TableError, match=sentence):
        read_table(arrays(tmp_path / "a.npz", **named))


@pytest.mark.parametrize("suffix", [".npz", ".xlsx"])
def test_damaged_archives(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(TableError, match="damaged"):
        read_table(written(tmp_path / f"a{suffix}", b"PK\x03\x04 something else"))


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


def test_excels_old_format(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="old format"):
        read_table(written(tmp_path / "a.xls", b"\xd0\xcf"))
