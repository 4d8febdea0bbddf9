"""Rows arrive in the forms that programs hold, and what does not fit is said with its place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.data.pipeline.raw_rows import columns_of

NAMES = ("a", "b")


class Frame:
    """As much of a pandas DataFrame as is used."""

    def __init__(self, **columns: Any) -> None:
        self.columns = columns

    def keys(self) -> Any:
        return self.columns.keys()

    def __getitem__(self, name: str) -> Any:
        return np.array(self.columns[name])


@pytest.mark.parametrize(
    "raw",
    [
        {"b": ["x", "y"], "a": [1, 2], "c": None},
        Frame(b=["x", "y"], a=[1, 2]),
        [{"a": 1, "b": "x"}, {"b": "y", "a": 2, "c": 3}],
        ({"a": 1, "b": "x"}, {"b": "y", "a": 2}),
        iter([[1, "x"], [2, "y"]]),
        np.array([[1, "x"], [2, "y"]], object),
        np.array([(1, "x"), (2, "y")], [("a", "i4"), ("b", "U1")]),
    ],
)
def test_every_form_gives_the_same_columns(raw: Any) -> None:
    assert [list(column) for column in columns_of(raw, NAMES)] == [[1, 2], ["x", "y"]]


def test_single_values_are_one_row_and_no_rows_are_none() -> None:
    assert columns_of({"a": 1.5, "b": "xyz"}, NAMES) == [[1.5], ["xyz"]]
    assert [len(column) for column in columns_of([], NAMES)] == [0, 0]
    assert [len(column) for column in columns_of(np.zeros((0, 2)), NAMES)] == [0, 0]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"a": [1], "c": [1]}, "there must be a column called 'b', got a, c"),
        ([{"a": 1, "b": 2}, {"a": 1}], "row 1 must have a column called 'b', got {'a': 1}"),
        ({"a": [1, 2], "b": [1]}, "columns must be equally long, got 2 of a and 1 of b"),
        ([[1, 2], [1]], r"row 1 must have 2 values \(a, b\), got 1"),
        (np.zeros((3, 3)), r"raw must be \(samples, 2\) \(a, b\), got an array of shape \(3, 3\)"),
        (np.zeros(2), r"raw must be \(samples, 2\)"),
        ([1, 2], "raw must be rows of 2 values, got 1"),
        (["ab", "cd"], "raw must be rows of 2 values, got 'ab'"),
        ("ab", "raw must be columns by name or rows, got 'ab'"),
        (3, "raw must be columns by name or rows, got 3"),
    ],
)
def test_what_does_not_fit_is_said(raw: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^Table: {sentence}"):
        columns_of(raw, NAMES)
