"""Dates as days since 1970."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.tables.written_dates import DateOrder, date_text, days_of, is_date, iso_day, read_days


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
