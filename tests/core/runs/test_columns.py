"""Columns: sorting, cells, texts, and columns of settings."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.runs.columns import Column, Columns


@dataclass
class Row:
    name: str
    loss: float = math.nan
    score: float | None = None
    settings: dict[str, Any] = field(default_factory=dict)


COLUMNS: Columns[Row] = Columns(
    Column("name", "Name", lambda row: row.name, order="By name"),
    Column("loss", "Loss", lambda row: row.loss, text="{:.2f}".format, best="low"),
    Column("score", "Score", lambda row: row.score, best="high", tie="loss", short="S", order="Best first"),
    Column("good", "Good", lambda row: row.loss < 0.2, text=lambda on: "good" if on else ""),
    Column("newest", "Newest", lambda row: row.name, where="order"),
    Column("twice", "Twice", lambda row: 2 * row.loss, where="table"),
)
ROWS = [Row("b", 0.5, 0.9), Row("A", 0.1, 0.9), Row("c"), Row("d", 0.05, 0.2)]


@pytest.mark.parametrize(
    ("order", "reverse", "names"),
    [
        ("name", False, "Abcd"),
        ("name", True, "dcbA"),
        ("loss", False, "dAbc"),
        ("loss", True, "bAdc"),
        ("score", False, "Abdc"),
        ("score", True, "dbAc"),
    ],
)
def test_the_best_is_first_and_what_was_not_measured_last_either_way(
    order: str, reverse: bool, names: str
) -> None:
    assert "".join(row.name for row in COLUMNS.sorted(ROWS, order, reverse=reverse)) == names


def test_numbers_come_before_texts_in_one_column() -> None:
    mixed = Columns(Column[Any]("value", "Value", lambda value: value))
    assert mixed.sorted(["sgd", 3, "Adam", 0.1, None], "value") == [0.1, 3, "Adam", "sgd", None]


def test_a_table_has_the_number_itself_and_empty_cells() -> None:
    exact = Row("x", 0.1 + 0.2, 3.0)
    first, second = csv.DictReader(io.StringIO(COLUMNS.csv([exact, Row("y")])))
    assert first == {
        "name": "x",
        "loss": repr(0.1 + 0.2),
        "score": "3",
        "good": "",
        "twice": repr(0.6000000000000001),
    }
    assert second == {"name": "y", "loss": "", "score": "", "good": "", "twice": ""}
    assert COLUMNS.csv([ROWS[1]]).splitlines()[1] == "A,0.1,0.9,yes,0.2"


def test_people_read_texts_and_dashes() -> None:
    chosen = COLUMNS.chosen("score", "loss", "name")
    assert chosen.lines([ROWS[0], ROWS[2], Row("long" * 9)], most=8)[1:] == [
        ["0.9", "0.50", "b"],
        ["–", "–", "c"],
        ["–", "–", "longlong"],
    ]
    assert chosen.lines([]) == [["Score", "Loss", "Name"]]
    assert [column.heading for column in chosen] == ["S", "Loss", "Name"]
    assert COLUMNS.orders == {"name": "By name", "score": "Best first"}


def test_every_setting_of_any_row_is_a_column() -> None:
    rows = [Row("x", settings={"rate": 0.1}), Row("y", settings={"units": "8", "rate": 0.2})]
    found = list(csv.DictReader(io.StringIO(COLUMNS.with_settings(rows, lambda row: row.settings).csv(rows))))
    assert [(row["rate"], row["units"]) for row in found] == [("0.1", ""), ("0.2", "8")]
