"""Numbers as people read them: large ones in words, others with the digits that matter."""

from __future__ import annotations

import ast
import math
from itertools import pairwise

import pytest

from core.io.number_text import (
    apart_texts,
    count_text,
    epochs_text,
    large_text,
    loss_text,
    number_text,
    part_text,
    percent_text,
    place_text,
    rounded_text,
)
from tests.sources import trees


@pytest.mark.parametrize(
    ("value", "text", "short"),
    [
        (10_000.0, "10,000", "10,000"),
        (-123_456.7, "−123,457", "−123 K"),
        (99_900.0, "99,900", "99,900"),
        (123_456.0, "123,456", "123 K"),
        (999_600.0, "1 million", "1 M"),
        (5e6, "5 million", "5 M"),
        (-2_345_678.0, "−2.35 million", "−2.35 M"),
        (999.7e6, "1 billion", "1 B"),
        (4.5e13, "45 trillion", "45 T"),
        (3.14e18, "3.1 × 10¹⁸", "3.1 × 10¹⁸"),
        (-1e300, "−1.0 × 10³⁰⁰", "−1.0 × 10³⁰⁰"),
        (float("inf"), "∞", "∞"),
        (float("-inf"), "−∞", "−∞"),
    ],
)
def test_large_numbers_are_words(value: float, text: str, short: str) -> None:
    assert large_text(value) == text
    assert large_text(value, short=True) == short
    assert rounded_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.01234, "0.0123"),
        (-0.5, "−0.5"),
        (12.345, "12.3"),
        (999.6, "1,000"),
        (1285.4, "1,285"),
        (4.2e-5, "4.2e−05"),
        (float("nan"), "–"),
    ],
)
def test_other_numbers_have_the_digits_that_matter(value: float, text: str) -> None:
    assert rounded_text(value) == text


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [(0.0, 0, "0 %"), (0.826, 0, "83 %"), (0.826, 1, "82.6 %"), (1.0, 1, "100.0 %"), (math.nan, 1, "–")],
)
def test_shares_are_percentages(share: float, decimals: int, text: str) -> None:
    assert percent_text(share, decimals) == text


def test_no_value_but_0_is_written_as_0_with_decimals() -> None:
    """The card of a neuron said 0.0000 where the microscope said 5.3e−05."""
    assert [number_text(value, 4) for value in (-5.3e-05, 0.00004, 0.0)] == ["−5.3e−05", "4e−05", "0.0000"]
    assert [number_text(value, 2) for value in (0.004, -0.0, 0.25)] == ["0.004", "0.00", "0.25"]
    assert number_text(0.2, 0) == "0"


def test_epochs_are_counted() -> None:
    assert [epochs_text(count) for count in (1, 1030.0, 0.5)] == ["1 epoch", "1,030 epochs", "0.50 epochs"]


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [
        (0, "row", "0 rows"),
        (1, "class", "1 class"),
        (3, "class", "3 classes"),
        (1200, "parameter", "1,200 parameters"),
    ],
)
def test_counts_have_their_plural(count: int, noun: str, text: str) -> None:
    assert count_text(count, noun) == text


@pytest.mark.parametrize(
    ("first", "second", "texts"),
    [
        (0.0338, 0.0341, ("0.0338", "0.0341")),
        (0.5, 0.25, ("0.5", "0.25")),
        (0.03401, 0.03402, ("0.03401", "0.03402")),
        (1.0, 1.0, ("1", "1")),
        (0.0, math.inf, ("0", "∞")),
    ],
)
def test_numbers_that_are_compared_are_told_apart(
    first: float, second: float, texts: tuple[str, str]
) -> None:
    assert apart_texts(first, second, 2) == texts


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
        ((368.0, 3, 35), "368 + 3/35"),
        ((0.0,), "0"),
        ((1200.0,), "1,200"),
        ((3.25,), "3.25"),
        ((7.0 + 0.81,), "7.81"),
        ((45.37,), "45.3"),
        ((433.76,), "433"),
    ],
)
def test_a_place_within_an_epoch_says_which_batch_or_a_fraction(place: tuple[float, ...], text: str) -> None:
    assert place_text(*place) == text


@pytest.mark.parametrize(
    ("samples", "of", "text"),
    [(250, 2_400, "of 250"), (1_000, 8_000, "of 1,000"), (210, 210, ""), (0, 0, "samples unknown")],
)
def test_a_part_says_of_how_many_samples(samples: int, of: int, text: str) -> None:
    assert part_text(samples, of) == text


def test_every_text_that_names_a_moment_has_it_from_one_formatter() -> None:
    found = []
    for module, tree in trees(r"(?i)epoch \{"):
        for text in ast.walk(tree):
            for before, value in pairwise(text.values if isinstance(text, ast.JoinedStr) else ()):
                names = isinstance(before, ast.Constant) and str(before.value).lower().endswith("epoch ")
                if names and isinstance(value, ast.FormattedValue) and value.format_spec is not None:
                    found.append(f"{module}:{text.lineno}: {ast.unparse(text)}")
    assert found == []
