"""TOML of others: numbers are bounded, and the line is told."""

from __future__ import annotations

import pytest

from core.io import strict_toml

NUMBERS = ["9" * 400, "9" * 5_000, f"0x{'f' * 5_000}", "1e999", "-inf", "nan", f"[[1, {'9' * 41}]]"]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:9])
def test_a_number_out_of_bounds_is_refused_at_its_line(number: str) -> None:
    with pytest.raises(ValueError, match=r"must be finite and of at most 40 digits$") as caught:
        strict_toml.load(f"a = 1\nb.c = {number}\n")
    assert caught.value.line == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize("depth", [60, 100_000])
def test_what_is_nested_too_deeply_is_refused(depth: int) -> None:
    with pytest.raises(ValueError, match="nested at most 50 deep"):
        strict_toml.load(f"a = {'[' * depth}{']' * depth}")


def test_the_rest_is_read() -> None:
    assert strict_toml.load("a = [1, 2.5, 'x', true]\nb.c = 0xff") == {
        "a": [1, 2.5, "x", True],
        "b": {"c": 255},
    }
    with pytest.raises(ValueError, match="Invalid value"):
        strict_toml.load("a = ")
