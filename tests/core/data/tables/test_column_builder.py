"""How a column is read: by evidence, or as chosen."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.tables.column_builder import ColumnBuilder, is_number, read_cell
from core.data.tables.table import ColumnFormat, TableColumn
from core.data.tables.written_numbers import Convention

NAN = float("nan")


def built(
    *blocks: str,
    chosen: str = "",
    evidence: Convention | None = None,
    otherwise: Convention = "point",
    plain: Convention | None = None,
) -> TableColumn:
    """The column of blocks of cells, separated by bars."""
    builder = ColumnBuilder("x", ColumnFormat.parse(chosen) if chosen else None, plain)
    for block in blocks:
        builder.add(block.split("|"))
    return builder.build(evidence, otherwise)


def numbers(column: TableColumn) -> list[float]:
    assert column.type == "number"
    assert column.numbers is not None
    return [float(value) for value in column.numbers]


@pytest.mark.parametrize(
    ("cells", "values", "format_", "unit"),
    [
        ("1|2.5|-3e2", [1, 2.5, -300], "point", ""),
        ("1,100.50|2|3,5", None, "", ""),
        ("1,100.50|2,000|3", [1100.5, 2000, 3], "point", ""),
        ("1.100,50|2.000|3", [1100.5, 2000, 3], "comma", ""),
        ("1 200,5|3|4,5", [1200.5, 3, 4.5], "comma", ""),
        ("12 %|3.5%|0 %", [12, 3.5, 0], "point", "%"),
        ("$1,200|$5|$1,200", [1200, 5, 1200], "point", "$"),
        ("€ 3,50|€ 4|€ 1.000,00", [3.5, 4, 1000], "comma", "€"),
        ("$1,200|($2.00)|$(3)", [1200, -2, -3], "point", "$"),
        ("1,200.5|(300)|4", [1200.5, -300, 4], "point", ""),
        ("(1)|(2)|(3)", None, "", ""),
        ("$5|€ 5|$5", None, "", ""),
        ("5 %|5|5 %", None, "", ""),
        ("1.5|2,5", None, "", ""),
        ("12,5|13,75|8", [12.5, 13.75, 8], "comma", ""),
    ],
)
def test_evidence_within_the_column(cells: str, values: list[float] | None, format_: str, unit: str) -> None:
    column = built(cells)
    if values is None:
        assert column.type == "category"
        return
    assert numbers(column) == values
    assert (column.format, column.unit, column.ambiguous) == (ColumnFormat.parse(format_), unit, "")


def test_whole_numbers_decide_what_a_comma_is() -> None:
    assert numbers(built("1,234|950|2,000", otherwise="comma")) == [1234, 950, 2000]
    assert numbers(built("1,234|1950|2,000", otherwise="point")) == [1.234, 1950, 2.0]
    assert not built("1,234|950").ambiguous


def test_what_stays_ambiguous_follows_the_other_columns_and_is_told() -> None:
    for evidence, otherwise, values in (
        (None, "point", [1234, 5678]),
        (None, "comma", [1.234, 5.678]),
        ("comma", "point", [1.234, 5.678]),
        ("point", "comma", [1234, 5678]),
    ):
        column = built("1,234|5,678", evidence=evidence, otherwise=otherwise)  # type: ignore[arg-type]
        assert (numbers(column), column.ambiguous) == (values, "1,234")


def test_three_decimals_are_decimals_unless_other_columns_have_decimal_commas() -> None:
    column = built("1.234|5.678", otherwise="comma")
    assert (numbers(column), column.ambiguous) == ([1.234, 5.678], "")
    column = built("1.234|5.678", evidence="comma")
    assert (numbers(column), column.ambiguous, column.format) == (
        [1234, 5678],
        "1.234",
        ColumnFormat("comma"),
    )
    assert numbers(built("1.234|0.678", evidence="comma")) == [1.234, 0.678]


def test_a_later_block_decides_how_an_earlier_one_is_read() -> None:
    assert numbers(built("1.234|2.345", "3|4", "5.000,5|")) == pytest.approx(
        [1234, 2345, 3, 4, 5000.5, NAN], nan_ok=True
    )
    assert numbers(built("1|2", "1,234|3", "4.5")) == [1, 2, 1234, 3, 4.5]
    assert built("1.234|2.345", "1.5|2", "3,5").type == "category"
    assert built("1|2", "a|2").categories == ("1", "2", "a")


def test_one_convention_alone_is_evidence() -> None:
    for cells, found in (("1,5|2", "comma"), ("1.5", "point"), ("1|2", None), ("1,234", None), ("a", None)):
        builder = ColumnBuilder("x")
        builder.add(cells.split("|"))
        assert builder.convention == found


def test_a_chosen_convention_takes_other_cells_as_missing() -> None:
    column = built("1,234|1.234|x|$5|7 %|", chosen="comma")
    assert numbers(column) == pytest.approx([1.234, 1234, NAN, 5, 7, NAN], nan_ok=True)
    assert (column.missing, column.unit, column.format) == (2, "", ColumnFormat("comma"))
    assert numbers(built("1.5|2.345", chosen="comma")) == pytest.approx([NAN, 2345], nan_ok=True)
    assert numbers(built("1,234|1.234", "x|y", "2", chosen="point")) == pytest.approx(
        [1234, 1.234, NAN, NAN, 2], nan_ok=True
    )


def test_nothing_but_other_cells_is_no_column_of_numbers() -> None:
    column = built("x|y", chosen="point")
    assert (column.type, column.missing) == ("text", 2)
    assert column.hint == "None of its cells is a number in the chosen format"


def test_numbers_as_categories() -> None:
    column = built("10115|01067|10115|", chosen="category")
    assert (column.type, column.categories, column.missing) == ("category", ("01067", "10115"), 1)
    assert column.codes is not None
    assert column.codes.tolist() == [1, 0, 1, -1]
    assert built("|".join(map(str, range(60))), chosen="category").type == "text"


@pytest.mark.parametrize(
    ("cells", "chosen", "days", "format_"),
    [
        ("2024-01-03|2024-01-01|x|2024-02-01 12:00", "days", [2, 0, NAN, 31.5], "days ymd 2024-01-01"),
        ("3.4.2024|4.4.2024", "days", [0, 1], "days dmy 2024-04-03"),
        ("3/4/2024|4/4/2024", "days", [0, 31], "days mdy 2024-03-04"),
        ("3/4/2024|14/4/2024", "days", [0, 11], "days dmy 2024-04-03"),
        ("3/4/2024|4/4/2024", "days dmy", [0, 1], "days dmy 2024-04-03"),
        ("2024-01-03|2024-01-01", "days ymd 2023-12-31", [3, 1], "days ymd 2023-12-31"),
        ("2024-01-03|2024-01-01", "days ymd 2024-01-02", [1, -1], "days ymd 2024-01-02"),
    ],
)
def test_dates_as_days(cells: str, chosen: str, days: list[float], format_: str) -> None:
    column = built(cells, chosen=chosen)
    assert numbers(column) == pytest.approx(days, nan_ok=True)
    assert column.format == ColumnFormat.parse(format_)
    assert column.unit == f"days since {format_[-10:]}"
    assert column.missing == int(np.isnan(days).sum())


def test_days_without_dates_cannot_be_used() -> None:
    column = built("x|y", chosen="days")
    assert (column.type, column.hint) == ("text", "None of its cells is a date in the chosen format")


def test_what_was_read_is_read_so_again() -> None:
    for cells in ("1,234|950", "1.234,5|2", "12 %|3 %", "a|b", "1|2|x", "2024-01-01|2024-01-02"):
        first = built(cells)
        assert first.format is not None
        again = built(cells, chosen=first.format.text, otherwise="comma")
        assert (again.type, again.format, again.unit) == (first.type, first.format, first.unit)
        np.testing.assert_array_equal(again.numbers, first.numbers)  # type: ignore[arg-type]
    first = built("2024-01-05|2024-01-02", chosen="days")
    assert first.format is not None
    assert numbers(built("2024-01-01", chosen=first.format.text)) == [-1]


def test_plain_columns_hold_only_what_python_reads() -> None:
    assert built("12 %|3 %", plain="point").type == "category"
    assert built("1,5|2", plain="point").type == "category"
    assert numbers(built("1,5|1.234", plain="comma")) == [1.5, 1.234]


def test_missing_values_are_counted_when_numbers_end_late() -> None:
    cells = "|".join(map(str, range(300)))
    assert built(cells, "|".join(["1", "", "NA"]), "x|").missing == 3


@pytest.mark.parametrize(
    ("cell", "is_one"),
    [("5", True), ("1,5", True), ("12 %", True), ("inf", True), ("NA", False), ("", False), ("x", False)],
)
def test_cells_that_are_numbers(cell: str, is_one: bool) -> None:
    assert is_number(cell) == is_one


@pytest.mark.parametrize(
    ("cell", "format_", "number"),
    [
        ("1,234.5", "point", 1234.5),
        ("1.234,5", "comma", 1234.5),
        (" n/a ", "comma", NAN),
        ("red", "point", None),
        ("3.1.2024", "days dmy 2024-01-01", 2.0),
        ("2024-01-03 12:00", "days ymd 2024-01-01", 2.5),
        ("soon", "days dmy 2024-01-01", None),
        ("3.1.2024", "days dmy", None),
    ],
)
def test_one_more_cell_is_read_as_its_column_was(cell: str, format_: str, number: float | None) -> None:
    found = read_cell(cell, ColumnFormat.parse(format_))
    assert found == pytest.approx(number, nan_ok=True) if number is not None else found is None
