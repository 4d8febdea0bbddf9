"""Numbers as people write them, read in both conventions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.tables.written_numbers import (
    DateOrder,
    WrittenNumber,
    date_text,
    days_of,
    is_date,
    iso_day,
    read_days,
    read_number,
)


@pytest.mark.parametrize(
    ("cell", "point", "comma"),
    [
        ("7", 7, 7),
        ("1,100.50", 1100.5, None),
        ("1.100,50", None, 1100.5),
        ("1,234", 1234, 1.234),
        ("1.234", 1.234, 1234),
        ("0,234", None, 0.234),
        ("0.234", 0.234, None),
        ("1234,5", None, 1234.5),
        ("1,234,567", 1234567, None),
        ("1.234.567,8", None, 1234567.8),
        ("12,34,567.5", 1234567.5, None),
        ("1 200,5", None, 1200.5),
        ("1\u202f200\u202f300", 1200300, 1200300),
        ("1'200.5", 1200.5, None),
        ("1’200,5", None, 1200.5),
        ("-1,5e3", None, -1500),
        ("−2", -2, -2),
        (".5", 0.5, None),
        (",5", None, 0.5),
        ("5.", 5, None),
    ],
)
def test_both_conventions(cell: str, point: float | None, comma: float | None) -> None:
    assert read_number(cell) == WrittenNumber(point, comma)


@pytest.mark.parametrize(
    ("cell", "value", "unit"),
    [
        ("12 %", 12, "%"),
        ("12.5%", 12.5, "%"),
        ("$1,200.50", 1200.5, "$"),
        ("-$5", -5, "$"),
        ("$-5", -5, "$"),
        ("US$ 3", 3, "US$"),
        ("€ 3", 3, "€"),
        ("3 EUR", 3, "EUR"),
        ("CHF 1'200.00", 1200, "CHF"),
        ("5 kr", 5, "kr"),
        ("($2.00)", -2, "$"),
        ("$(2.00)", -2, "$"),
        ("( 1,200.50 )", -1200.5, ""),
        ("(3 EUR)", -3, "EUR"),
        ("(3) EUR", -3, "EUR"),
        ("€ (3)", -3, "€"),
        ("(4 %)", -4, "%"),
    ],
)
def test_units(cell: str, value: float, unit: str) -> None:
    found = read_number(cell)
    assert found is not None
    assert (found.point, found.unit) == (value, unit)


@pytest.mark.parametrize(
    "cell",
    "|x|1_000|5 kg|1,2,3|1,23,4|12,3456,789|1 2|1  200|1.2.3|1,234.567,8|--5|+ -5|%|$|$ 5 %|5 % %|5,|0x10|1e|e5|"
    f"2024-01-01|12:30|EURO 5|5 EURO|{'1' * 61}|٣,٥x|"
    "()|(-5)|-(5)|(5|5)|((5))|(a)|($ 5 %)|$($5)|(5) (6)|( )".split("|"),
)
def test_no_numbers(cell: str) -> None:
    assert read_number(cell) is None


@given(st.text("0123456789.,' -+$%eE€()", max_size=12))
def test_a_number_is_read_as_if_its_groups_were_not_there(cell: str) -> None:
    found = read_number(cell.strip())
    if found is not None:
        bare = "".join(letter for letter in cell.replace("(", "-") if letter not in "' $%€+)")
        for value, mark, group in ((found.point, ".", ","), (found.comma, ",", ".")):
            if value is not None:
                assert value == float(bare.replace(group, "").replace(mark, "."))


def test_a_chosen_convention_alone() -> None:
    assert read_number("1,234", ("comma",)) == WrittenNumber(None, 1.234)
    assert read_number("1,234.5", ("comma",)) is None


@given(st.dates())
def test_days_and_dates(day: date) -> None:
    assert iso_day(days_of(day)) == day
    assert date(1970, 1, 1) + timedelta(days_of(day)) == day
    assert read_days(day.isoformat(), "ymd") == days_of(day)
    for order in get_args(DateOrder):
        assert read_days(date_text(day, order), order) == days_of(day)
    assert read_days(f"{day.day}.{day.month}.{day.year:04}", "dmy") == days_of(day)
    assert read_days(f"{day.month:02}/{day.day:02}/{day.year:04}", "mdy") == days_of(day)


@pytest.mark.parametrize(
    ("cell", "days"),
    [
        ("1970-01-02 12:00", 1.5),
        ("1970-01-01T06:00:00", 0.25),
        ("1970-01-01T06:00:00.0", 0.25),
        ("1970-01-01T06:00Z", 0.25),
        ("1970-01-01T06:00+06:00", 0),
        ("1970-01-01T06:00-0600", 0.5),
        ("1970-01-01 12:00 AM", 0),
        ("1970-01-01 6:00 pm", 0.75),
        ("1970/1/2", 1),
    ],
)
def test_times_are_fractions_of_a_day(cell: str, days: float) -> None:
    assert read_days(cell, "ymd") == days


def test_years_of_two_digits() -> None:
    assert read_days("1.1.70", "dmy") == 0
    assert iso_day(read_days("31.12.68", "dmy") or 0) == date(2068, 12, 31)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "2024",
        "2024-13-01",
        "2024-02-30",
        "32.1.2024",
        "2024-01/02",
        "2024-01-01 25:00",
        "2024-01-01 13:00 PM",
        "2024-01-01 noon",
        "2024-01-01 12:00 lunch",
        "2024-01-2024",
        "1.2",
        "1.2.3.4",
        "0000-01-01",
        "12-24",
    ],
)
def test_no_dates(cell: str) -> None:
    assert not is_date(cell)


def test_an_order_decides() -> None:
    assert read_days("3/4/2024", "dmy") == days_of(date(2024, 4, 3))
    assert read_days("3/4/2024", "mdy") == days_of(date(2024, 3, 4))
    assert read_days("3/4/2024", "ymd") is None
    assert read_days("13/4/2024", "mdy") is None
