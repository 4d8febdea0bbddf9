"""Losses, places and parts of samples have one form, which never says nothing."""

from __future__ import annotations

import ast
import math
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from core.io.figure_text import loss_text, part_text, place_text

ROOT: Final = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (0.02734, "0.0273"),
        (1.5, "1.5000"),
        (-0.25, "−0.2500"),
        (0.0001, "0.0001"),
        (0.0000999, "9.99 × 10⁻⁵"),
        (-1.2345e-7, "−1.23 × 10⁻⁷"),
        (5e-324, "4.94 × 10⁻³²⁴"),
        (9_999.0, "9999.0000"),
        (12_345.6, "12,346"),
        (3.14e18, "3.1 × 10¹⁸"),
        (math.inf, "∞"),
        (math.nan, "–"),
    ],
)
def test_a_loss_has_four_decimals_or_three_digits(value: float, text: str) -> None:
    assert loss_text(value) == text


def test_no_loss_but_0_is_written_as_0() -> None:
    for power in range(-300, 300):
        for digits in (1.0, 4.99999, 9.9999):
            assert loss_text(digits * 10.0**power).strip("0.,−"), power


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ((0,), "0"),
        ((368,), "368"),
        ((368, 3, 35), "368 + 3/35"),
        ((368, 35, 35), "369"),
        ((12_345, 1, 1_200), "12,345 + 1/1,200"),
    ],
)
def test_a_place_within_an_epoch_says_which_batch(place: tuple[int, ...], text: str) -> None:
    assert place_text(*place) == text


@pytest.mark.parametrize(
    ("samples", "of", "text"),
    [(250, 2_400, "of 250"), (1_000, 8_000, "of 1,000"), (210, 210, ""), (0, 0, "samples unknown")],
)
def test_a_part_says_of_how_many_samples(samples: int, of: int, text: str) -> None:
    assert part_text(samples, of) == text


def test_every_text_that_names_a_moment_has_it_from_one_formatter() -> None:
    found = []
    for path in (each for folder in ("core", "playground") for each in (ROOT / folder).rglob("*.py")):
        source = path.read_text("utf-8")
        for text in ast.walk(ast.parse(source)) if "epoch {" in source.lower() else ():
            for before, value in pairwise(text.values if isinstance(text, ast.JoinedStr) else ()):
                names = isinstance(before, ast.Constant) and str(before.value).lower().endswith("epoch ")
                if names and isinstance(value, ast.FormattedValue) and value.format_spec is not None:
                    found.append(f"{path.name}:{text.lineno}: {ast.unparse(text)}")
    assert found == []
