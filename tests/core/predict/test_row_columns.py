"""Typed rows: what fits into a cell, and what the network gets."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.dataset import Data
from core.data.pipeline import CategoryColumn, ClassOutputs, NumberColumn, Pipeline, PointInputs, TableInputs
from core.data.tables.written_numbers import date_text, read_days
from core.predict import RowColumn, row_columns, typed_samples
from core.predict.row_columns import encode_row

WEIGHT = NumberColumn("weight (g)", "g", None, 2.0, 4.0, "comma")
COLOUR = CategoryColumn("colour", ("red", "white"), "red")
PICKED = NumberColumn("picked", format="days dmy 2024-01-31")
PIPELINE = Pipeline(TableInputs((WEIGHT, COLOUR, PICKED)), ClassOutputs())
DATA = Data(
    np.array([[1.5, 1, 0, 0], [1234.56, 0, 1, 40]]),
    np.array([0, 1]),
    "classes",
    feature_names=("weight", "red", "white", "picked"),
)
COLUMNS = row_columns(PIPELINE, DATA)


def test_bounds_have_a_minus_and_cells_a_hyphen() -> None:
    column = RowColumn(NumberColumn("a"), -2.5, 3.0)
    assert column.hint == "−2.5 to 3"
    assert column.doubt("4") == "a: the data have −2.5 to 3"
    assert column.written(-2.5) == "-2.5"
    assert column.value(column.shown(-2.5)) == -2.5


def test_hints_have_the_unit_and_the_bounds_of_the_data() -> None:
    assert [column.hint for column in COLUMNS] == [
        "g · 1,5 to 1235",
        "2 categories",
        "31.01.2024 to 11.03.2024",
    ]
    assert [column.fill for column in COLUMNS] == ["", "red", ""]
    assert row_columns(PIPELINE)[0].hint == "g"


@pytest.mark.parametrize(
    ("place", "text", "fault", "doubt"),
    [
        (0, "1.100,5", "", ""),
        (0, " 3 ", "", ""),
        (0, "", "weight (g) must be given", ""),
        (0, "NA", "weight (g) must be given", ""),
        (0, "heavy", "weight (g) must be a number, such as 1235, got 'heavy'", ""),
        (0, "1e300", "weight (g) must be a number, such as 1235, got '1e300'", ""),
        (0, "-1", "", "weight (g): the data have 1,5 to 1235"),
        (1, "", "", ""),
        (1, "white", "", ""),
        (1, "teal", "", "colour: the model never saw 'teal'"),
        (2, "3.2.2024", "", ""),
        (2, "2024-02-03", "picked must be a date, such as 11.03.2024, got '2024-02-03'", ""),
        (2, "3.2.1924", "", "picked: the data have 31.01.2024 to 11.03.2024"),
    ],
)
def test_a_cell_has_a_fault_a_doubt_or_neither(place: int, text: str, fault: str, doubt: str) -> None:
    column = COLUMNS[place]
    assert (column.fault(text), column.doubt(text)) == (fault, doubt)


def test_typed_rows_become_the_inputs_that_tables_become() -> None:
    rows = [["1.100,5", "", "1.2.2024"], ["", "white", "1.2.2024"], ["2", "teal", "31.1.2024"]]
    samples = typed_samples(COLUMNS, rows)
    assert samples.complete.tolist() == [True, False, True]
    np.testing.assert_array_equal(PIPELINE.inputs.encode(samples.raw), [[1100.5, 1, 0, 1], [2, 0, 0, 0]])
    encoded = [encode_row(COLUMNS, row) for row in rows]
    assert encoded[1] is None
    np.testing.assert_array_equal(np.stack([encoded[0], encoded[2]]), PIPELINE.inputs.encode(samples.raw))


@given(st.floats(-1e30, 1e30) | st.integers(-(10**6), 10**6).map(float))
def test_a_written_number_is_read_again(value: float) -> None:
    for kind in ("point", "comma"):
        column = RowColumn(NumberColumn("x", format=kind))
        assert column.value(column.written(value)) == pytest.approx(value, rel=1e-14)
        shortest = column.value(column.written(np.float32(value)))
        assert np.float32(shortest) == np.float32(value)


@given(st.dates(), st.sampled_from(["ymd", "dmy", "mdy"]))
def test_a_written_date_is_read_again(day: date, order: str) -> None:
    days = (day - date(1970, 1, 1)).days
    assert read_days(date_text(day, order), order) == days  # type: ignore[arg-type]
    column = RowColumn(NumberColumn("picked", format=f"days {order} 2024-01-31"))
    since = float((day - date(2024, 1, 31)).days)
    assert column.value(column.written(since)) == since


def test_points_are_two_numbers_and_images_have_no_columns() -> None:
    points = Pipeline(PointInputs(), ClassOutputs())
    columns = row_columns(points)
    assert [column.name for column in columns] == ["x1", "x2"]
    assert columns[0].written(math.nan) == ""
    encoded = encode_row(columns, ["0.5", "-1"])
    assert encoded is not None
    np.testing.assert_array_equal(points.inputs.scaled(encoded[None]), [[0.5, -1]])
