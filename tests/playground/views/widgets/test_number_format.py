"""Number formats: large numbers in words, others with significant digits."""

from __future__ import annotations

import math

import pytest

from playground.views.widgets.class_names import class_name, class_words
from playground.views.widgets.number_format import (
    count_text,
    epoch_text,
    large_text,
    number_text,
    percent_text,
    rounded_text,
    seconds_text,
    significant_text,
)


@pytest.mark.parametrize(
    ("value", "text", "short"),
    [
        (10_000.0, "10,000", "10,000"),
        (-123_456.7, "−123,457", "−123,457"),
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
    assert number_text(value) == text
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


def test_more_digits_are_there_where_they_are_asked_for() -> None:
    assert rounded_text(123.456, 4) == "123.5"
    assert rounded_text(1234.56, 4) == "1,235"
    assert number_text(5.0) == "5.00"
    assert number_text(-0.001) == "0.00"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0123456, "0.0123"),
        (-0.5, "−0.5"),
        (1.5e-05, "1.5e−05"),
        (1234.0, "1.23e+03"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_significant_digits_of_any_size(value: float, text: str) -> None:
    assert significant_text(value) == text


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [(0.0, 0, "0 %"), (0.826, 0, "83 %"), (0.826, 1, "82.6 %"), (1.0, 1, "100.0 %"), (math.nan, 1, "–")],
)
def test_shares_are_percentages(share: float, decimals: int, text: str) -> None:
    assert percent_text(share, decimals) == text


@pytest.mark.parametrize(
    ("epoch", "text"), [(0.0, "0"), (1200.0, "1,200"), (3.25, "3.25"), (1200.5, "1,200.50")]
)
def test_epochs_have_decimals_only_within_one(epoch: float, text: str) -> None:
    assert epoch_text(epoch) == text


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


def test_a_class_without_a_name_has_its_number() -> None:
    assert [class_name(("cat", "5"), number) for number in range(3)] == ["cat", "5", "class 2"]
    assert [class_words(("cat", "5"), number) for number in range(3)] == ["cat", "class 5", "class 2"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0"),
        (0.0047, "0.005"),
        (0.39, "0.39"),
        (3.61, "3.6"),
        (1234.0, "1,234"),
        (math.inf, "∞"),
        (math.nan, "–"),
    ],
)
def test_short_times_have_digits(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text
