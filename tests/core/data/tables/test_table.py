"""Column types are inferred from the values."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from core.data.tables.table import ColumnFormat, ColumnFormats
from core.spec import SettingError
from tests.core.data.tables.written import categories, numbers, read, types


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


def test_missing_values_of_a_long_text_column_are_counted(file: Path) -> None:
    cells = [f"word {i}" if i % 3 else "" for i in range(9_000)]
    column = read(file, "\n".join(["a,b", *(f"{cell},1" for cell in cells)])).column("a")
    assert (column.type, column.missing) == ("text", 3_000)


def test_numbers_are_listed_while_they_are_few(file: Path) -> None:
    table = read(file, "a,b,c\n" + "".join(f"{i % 7},{i},{'xy'[i % 2]}\n" for i in range(1_200)))
    values = table.column("a").values
    assert values is not None
    assert values.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert table.column("b").values is None
    assert table.column("c").values is None


@pytest.mark.parametrize(
    "text", ["point", "comma", "category", "text", "date", "days", "days dmy", "days mdy 2024-01-31"]
)
def test_a_format_is_written_and_read(text: str) -> None:
    assert ColumnFormat.parse(text).text == text


def test_days_have_an_order_and_an_origin() -> None:
    assert ColumnFormat.parse("days mdy 2024-01-31") == ColumnFormat("days", "mdy", date(2024, 1, 31))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "number",
        "point dmy",
        "days myd",
        "days 2024-01-31",
        "days dmy 2024-31-01",
        "days dmy 2024-01-31 x",
        "point ",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(SettingError, match="The format of a column must be point, comma"):
        ColumnFormat.parse(text)


def test_formats_by_name() -> None:
    formats = ColumnFormats(
        {"a b": ColumnFormat("comma"), "c": ColumnFormat("days", "ymd", date(2024, 1, 1))}
    )
    assert formats.text == "a b\tcomma\nc\tdays ymd 2024-01-01"
    assert ColumnFormats.parse(formats.text) == formats
    assert formats.get("c") == ColumnFormat("days", "ymd", date(2024, 1, 1))
    assert formats.get("d") is None


def test_no_text_reads_as_the_first_versions_did() -> None:
    assert ColumnFormats.parse("").plain
    assert not ColumnFormats.parse("a\tpoint").plain


@pytest.mark.parametrize("text", ["point", "a\tnumber", "a\tpoint\n", "x" * 4_000_001])
def test_broken_texts_are_refused(text: str) -> None:
    with pytest.raises(SettingError):
        ColumnFormats.parse(text)


def test_equal_formats_are_one_key() -> None:
    one, other = (ColumnFormats({"a": ColumnFormat.parse(text)}) for text in ("point", "comma"))
    again = ColumnFormats({"a": ColumnFormat.parse("point")})
    assert {one: 1, other: 2}[again] == 1
