"""How numbers are written: large ones in words, others with the digits that matter."""

from __future__ import annotations

import pytest

from playground.views.widgets.hover_readout import number_text
from playground.views.widgets.number_format import large_text, rounded_text


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
