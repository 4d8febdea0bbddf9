"""Columns take what programs hold, fill gaps, and name the column and the row of what they refuse."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest

from core.data.pipeline import COLUMNS, CategoryColumn, NumberColumn, unit_of
from core.spec import SettingError

LENGTH = NumberColumn("bill length (mm)", "mm", 43.9, 43.5, 5.25)
SEX = CategoryColumn("sex", ("female", "male"), "male", (0.5, 0.5), (0.25, 0.25))


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("petal length (cm)", "cm"),
        ("speed [km/h]", "km/h"),
        ("bill_length_mm", "mm"),
        ("body_mass_g", "g"),
        ("Body_Mass_KG", "KG"),
        ("alcohol", ""),
        ("x (1)", ""),
        ("(cm)", ""),
        ("a note (that is rather long)", ""),
        ("_mm", ""),
        ("og", ""),
        ("", ""),
    ],
)
def test_the_unit_is_in_the_name(name: str, unit: str) -> None:
    assert unit_of(name) == unit


@pytest.mark.parametrize(
    "values",
    [[1, 2.5, 3], ["1", " 2.5 ", "3e0"], np.array([1, 2.5, 3], np.float32), np.array([1, 2.5, 3], object)],
)
def test_numbers_are_read_as_float64(values: Any) -> None:
    encoded = LENGTH.encode(values)
    assert encoded.dtype == np.float64
    assert encoded.tolist() == [[1.0], [2.5], [3.0]]
    assert LENGTH.decode(encoded).tolist() == [1.0, 2.5, 3.0]


class NAType:
    """Stands in for pandas's missing value, which is no bool and no float."""

    def __float__(self) -> float:
        raise TypeError


@pytest.mark.parametrize("missing", [None, math.nan, np.float32("nan"), math.inf, "", " NA ", "?", NAType()])
def test_missing_numbers_are_filled(missing: object) -> None:
    assert LENGTH.encode([1.0, missing]).tolist() == [[1.0], [43.9]]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (["1", "long"], r"^a: row 1 must be a number, got 'long'$"),
        (["1_000"], r"^a: row 0 must be a number, got '1_000'$"),
        ([1.0, None], r"^a: row 1 must have a number, got None$"),
        (np.array([1.0, 2.0, np.nan]), r"^a: row 2 must have a number, got nan$"),
        ([10**400], r"^a: row 0 must be a number, got 1000"),
    ],
)
def test_what_is_no_number_is_named(values: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        NumberColumn("a").encode(values)


@pytest.mark.parametrize(
    ("format_", "values", "numbers"),
    [
        ("point", ["1,100.50", "12 %", "$5"], [1100.5, 12, 5]),
        ("comma", ["1.100,50", "3,5 €", 2.5], [1100.5, 3.5, 2.5]),
        ("days dmy 2024-01-31", ["01.02.2024", "31.01.2024 12:00", date(2024, 1, 30), 7], [1, 0.5, -1, 7]),
        ("days ymd 2024-01-31", ["2024-02-01", datetime(2024, 1, 31, 6)], [1, 0.25]),
    ],
)
def test_texts_are_read_as_those_of_the_table(format_: str, values: list[Any], numbers: list[float]) -> None:
    assert NumberColumn("a", format=format_).encode(values)[:, 0].tolist() == numbers


def test_texts_in_another_format_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^a: row 0 must be a number, got '1.100,50'$"):
        NumberColumn("a").encode(["1.100,50"])
    with pytest.raises(ValueError, match=r"^a: row 0 must be a date, got '31.13.2024'$"):
        NumberColumn("a", format="days dmy 2024-01-31").encode(["31.13.2024"])


@pytest.mark.parametrize("missing", [None, math.nan, "", "n/a", "NULL"])
def test_categories_are_one_hot_and_gaps_filled(missing: object) -> None:
    encoded = SEX.encode([" female ", "male", missing, "unknown"])
    assert encoded.tolist() == [[1, 0], [0, 1], [0, 1], [0, 0]]
    assert SEX.decode(encoded).tolist() == ["female", "male", "male", None]


def test_an_unknown_category_is_no_error_and_a_missing_one_is() -> None:
    column = CategoryColumn("year", ("2007", "2008"))
    assert column.encode([2007, 2008.0, np.int64(2009)]).tolist() == [[1, 0], [0, 1], [0, 0]]
    with pytest.raises(ValueError, match=r"^year: row 1 must have a category, got nan$"):
        column.encode([2007, np.float64("nan")])


def test_columns_come_back_from_json() -> None:
    for column in (LENGTH, SEX, NumberColumn("t", shift=1.7e9 + 0.1), CategoryColumn("a", ("1",))):
        assert COLUMNS.from_json(json.loads(json.dumps(column.to_json()))) == column


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"kind": "number", "scale": 0}, "Number column: scale must be more than 0, got 0"),
        ({"kind": "number", "fill": math.nan}, "Number column: fill: shift must be a finite number"),
        ({"kind": "number", "median": 1}, "no setting called 'median'"),
        ({"kind": "number", "format": "category"}, "format must be point, comma or days, got 'category'"),
        ({"kind": "number", "format": "roman"}, "format of a column must be point"),
        ({"kind": "category", "categories": []}, "categories must be different texts, got \\[\\]"),
        ({"kind": "category", "categories": ["a", "a"]}, "categories must be different texts"),
        ({"kind": "category", "categories": ["a", 1]}, "categories must be different texts"),
        (
            {"kind": "category", "categories": ["a"], "fill": "b"},
            "fill must be one of the categories, got 'b'",
        ),
        (
            {"kind": "category", "categories": ["a", "b", "c"], "shift": [1.0, 2.0]},
            "shift must be 3 numbers, one for each category, got 2",
        ),
        ({"kind": "date"}, "no column called 'date'"),
    ],
)
def test_columns_that_cannot_be_are_refused(data: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        COLUMNS.from_json(data)
