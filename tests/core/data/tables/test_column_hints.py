"""Hints on columns: what gives the target away, gaps, and numbers that may be codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.tables.column_hints import find_hints
from core.data.tables.read_table import read_table
from core.data.tables.table import ColumnFormat, ColumnFormats, Table
from core.data.tables.table_schema import TableSchema, guess_schema
from tests.core.data.tables.typed_tables import table_of

RNG = np.random.default_rng(0)
ROWS = 60
KIND = [("yes", "no", "no")[n % 3] for n in range(ROWS)]
PRICE = RNG.uniform(1, 9, ROWS)


def made(folder: Path, target: str, **columns: object) -> Table:
    """A table of columns and a target, which is called so."""
    columns[target] = {"kind": KIND, "price": [f"{value:.6f}" for value in PRICE]}[target]
    rows = zip(*columns.values(), strict=True)  # type: ignore[call-overload]
    text = "\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)])
    return table_of(folder / "t.csv", text)


def hinted(table: Table, target: str, **changes: object) -> list[tuple[str, tuple[str, ...]]]:
    names = tuple(column.name for column in table.columns if column.usable and column.name != target)
    task = "classification" if target == "kind" else "regression"
    choice = TableSchema(names, target, task, **changes)  # type: ignore[arg-type]
    return [(hint.kind, hint.columns) for hint in find_hints(table, choice) if hint.kind != "twice"]


LEAKS = {
    "same": [("1", "0", "0")[n % 3] for n in range(ROWS)],
    "scaled": [(-4e30, 7, 7)[n % 3] + RNG.normal() for n in range(ROWS)],
    "named": [("red", "green", "blue")[n % 3] for n in range(ROWS)],
    "only": [(str(n), "", "")[n % 3] for n in range(ROWS)],
    "nearly": [("red", "green", "blue")[n % 3] for n in range(ROWS - 1)] + ["blue"],
}
HONEST = {
    "noise": RNG.normal(size=ROWS),
    "close": [(0, 3, 3)[n % 3] + RNG.normal() for n in range(ROWS)],
    "unique": [f"n{n}" if n < 45 else "x" for n in range(ROWS)],
    "constant": [1] * ROWS,
    "colour": [("red", "blue")[n % 2] for n in range(ROWS)],
    "gaps": ["" if n % 7 else str(n / 3) for n in range(ROWS)],
    "rare": [str(n) if n in (0, 3, 6) else "" for n in range(ROWS)],
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_column_that_tells_the_class_is_a_leak(tmp_path: Path, name: str) -> None:
    assert hinted(made(tmp_path, "kind", **{name: LEAKS[name]}), "kind") == [("leak", (name,))]


@pytest.mark.parametrize("name", HONEST)
def test_other_columns_are_none(tmp_path: Path, name: str) -> None:
    assert hinted(made(tmp_path, "kind", **{name: HONEST[name]}), "kind") == []
    assert hinted(made(tmp_path, "price", **{name: HONEST[name]}), "price") == []


def test_leaks_of_a_value(tmp_path: Path) -> None:
    groups = np.digitize(PRICE, range(1, 9))
    table = made(
        tmp_path,
        "price",
        cents=-100 * PRICE + RNG.normal(0, 1, ROWS),
        rounded=PRICE + RNG.normal(0, 1, ROWS),
        near=[f"g{group}" for group in groups],
    )
    assert hinted(table, "price") == [("leak", ("cents",))]
    steps = table_of(
        tmp_path / "s.csv", "g,y\n" + "".join(f"{'abc'[n % 3]},{n % 3 + n / 1e4}\n" for n in range(30))
    )
    assert hinted(steps, "y") == [("leak", ("g",))]


def test_the_class_is_named_where_a_column_has_values_only_there(tmp_path: Path) -> None:
    table = made(tmp_path, "kind", only=LEAKS["only"])
    sentence = "only has values only where kind is yes; ignore it if new rows will lack them"
    assert find_hints(table, guess_schema(table))[0].sentence == sentence
    # Also where the classes are numbers, and where rows with gaps are left out, so that one class remains.
    text = "day,y\n" + "".join(f"{n if n % 3 == 0 else ''},{(30, 2.5, 1)[n % 3]}\n" for n in range(ROWS))
    choice = TableSchema(("day",), "y")
    found = find_hints(table_of(tmp_path / "n.csv", text), choice)
    assert found[0].sentence.startswith("day has values only where y is 30;")


def test_values_in_the_class_of_most_rows_may_be_chance(tmp_path: Path) -> None:
    for rare, wanted in ((5, 0), (40, 1)):
        rows = "".join(
            f"{n if 50 <= n < 65 else ''},{n % 7},{'yes' if n < rare else 'no'}\n" for n in range(100)
        )
        table = table_of(tmp_path / "t.csv", f"day,size,kind\n{rows}")
        assert len(find_hints(table, TableSchema(("day",), "kind"))) == wanted


def test_few_rows_show_nothing(tmp_path: Path) -> None:
    assert hinted(table_of(tmp_path / "t.csv", "a,kind\n" + "1,x\n2,y\n" * 4), "kind") == []


def test_gaps_among_categories(tmp_path: Path) -> None:
    gaps = ["" if n % 5 == 0 else ("red", "blue")[n % 2] for n in range(ROWS)]
    one = made(tmp_path, "kind", colour=gaps)
    assert hinted(one, "kind") == [("gaps", ("colour",))]
    assert hinted(one, "kind", missing="category") == []
    sentence = "12 values of colour are missing; gaps can be a category of their own"
    assert find_hints(one, guess_schema(one))[0].sentence == sentence
    for count, words in ((2, "24 values of c0 and c1 are"), (3, "36 values of c0 and 2 more columns are")):
        table = made(tmp_path, "kind", **{f"c{n}": gaps for n in range(count)})
        assert find_hints(table, guess_schema(table))[0].sentence.startswith(words)
    table = made(tmp_path, "kind", c=[*["red", "blue"] * 29, "", "red"])
    assert find_hints(table, guess_schema(table))[0].sentence.startswith("1 value of c is missing")


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (range(3), True),
        (range(10), True),
        ((0, 1), False),
        (range(11), False),
        ((1, 2, 2.5), False),
        (("2024-01-01", "2024-01-02", "2024-01-03"), False),
    ],
)
def test_a_few_whole_numbers_may_be_codes(tmp_path: Path, cells: list[object], wanted: bool) -> None:
    values = [list(cells)[int(n)] for n in RNG.integers(0, len(list(cells)), 300)]
    rows = "".join(f"{value},{'ab'[n % 2]}\n" for n, value in enumerate(values))
    (tmp_path / "t.csv").write_text(f"code,kind\n{rows}", encoding="utf-8")
    formats = ColumnFormats({"code": ColumnFormat("days")}) if "-" in rows else None
    table = read_table(tmp_path / "t.csv", formats=formats)
    assert hinted(table, "kind") == ([("codes", ("code",))] if wanted else [])


def test_images_and_columns_that_cannot_be_used_have_none(tmp_path: Path) -> None:
    images = np.zeros((40, 8, 8), np.uint8)
    np.savez(tmp_path / "a.npz", x=images, y=np.arange(40) % 2)
    table = read_table(tmp_path / "a.npz")
    assert find_hints(table, guess_schema(table)) == ()
    table = made(tmp_path, "kind", same=LEAKS["same"], text=[f"n{n}" for n in range(ROWS)])
    for choice in (
        TableSchema(("same",), ""),
        TableSchema(("same",), "gone"),
        TableSchema(("same",), "text"),
        TableSchema(("gone", "text"), "kind"),
    ):
        assert find_hints(table, choice) == ()


def test_rows_that_stand_twice_are_counted_in_what_is_used(tmp_path: Path) -> None:
    rows = [f"{row % 80}.5,{row % 5},{row},{'ab'[row % 2]}" for row in range(140)]
    table = table_of(tmp_path / "t.csv", "\n".join(["a,b,number,y", *rows, ",1,2,a"]))
    (hint,) = (each for each in find_hints(table, TableSchema(("a", "b"), "y")) if each.kind == "twice")
    assert hint.columns == ()
    assert hint.sentence.startswith("60 rows equal earlier ones; ")
    kinds = [each.kind for each in find_hints(table, TableSchema(("a", "b", "number"), "y"))]
    assert "twice" not in kinds
    assert "twice" not in [each.kind for each in find_hints(table, TableSchema(("b",), "y"))], "by chance"


def test_looking_can_be_cancelled(tmp_path: Path) -> None:
    table = made(tmp_path, "kind", **HONEST)

    def stop(share: float) -> None:
        if share > 0.3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        find_hints(table, guess_schema(table), stop)


@pytest.mark.parametrize(("decimal", "kind"), [(".", "point"), (",", "comma")])
def test_a_few_cells_that_are_no_numbers_are_named_and_can_be_missing(
    tmp_path: Path, decimal: str, kind: str
) -> None:
    cells = [f'"{number / 7:.2f}"'.replace(".", decimal) for number in range(400)]
    for row in range(5, 400, 60):
        cells[row] = '"k. A."'
    file = tmp_path / "t.csv"
    file.write_text("\n".join(["income,kind", *(f"{cell},{'ab'[n % 2]}" for n, cell in enumerate(cells))]))
    table = read_table(file)
    income = table.column("income")
    assert (income.type, income.usable, income.missing, len(income.refused)) == ("text", False, 0, 7)
    assert income.hint == "income holds numbers, but 7 cells are none, such as 'k. A.'"
    assert income.nearly == ColumnFormat(kind)  # type: ignore[arg-type]
    (hint,) = find_hints(table, guess_schema(table))
    assert (hint.kind, hint.columns, hint.sentence) == ("odd", ("income",), income.hint)
    again = read_table(file, formats=ColumnFormats({"income": income.nearly}))
    assert (again.column("income").type, again.column("income").missing) == ("number", 7)
    assert not again.column("income").nearly


def test_texts_among_which_are_numbers_are_texts(tmp_path: Path) -> None:
    cells = [str(n) if n % 4 else f"room {n}" for n in range(400)]
    table = table_of(tmp_path / "t.csv", "\n".join(["room,kind", *(f"{cell},a" for cell in cells)]))
    assert (table.column("room").nearly, dict(table.column("room").refused)) == (None, {})
