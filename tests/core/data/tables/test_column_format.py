"""Formats of columns as text in an experiment."""

from __future__ import annotations

from datetime import date

import pytest

from core.data.tables.column_format import ColumnFormat, ColumnFormats
from core.spec import SettingError


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
