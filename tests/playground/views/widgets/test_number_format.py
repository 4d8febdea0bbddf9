"""Number formats: large numbers in words, others with significant digits."""

from __future__ import annotations

import math

import pytest

from core.io.number_text import rounded_text
from playground.views.widgets.number_format import (
    class_name,
    class_words,
    multiples,
    number_text,
    round_step,
    seconds_text,
)


def test_more_digits_are_there_where_they_are_asked_for() -> None:
    assert rounded_text(123.456, 4) == "123.5"
    assert rounded_text(1234.56, 4) == "1,235"
    assert number_text(5.0) == "5.00"
    assert number_text(-0.001) == "−0.001"
    assert number_text(-2_345_678.0) == "−2.35 million"


def test_a_class_without_a_name_has_its_number() -> None:
    assert [class_name(("cat", "5"), number) for number in range(3)] == ["cat", "5", "class 2"]
    assert [class_words(("cat", "5"), number) for number in range(3)] == ["cat", "class 5", "class 2"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0"),
        (0.00042, "0.0004"),
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


def test_steps_are_one_two_or_five_times_a_power_of_ten() -> None:
    wanted = 1.0, 1.1, 2.1, 5.1, 0.03, 0.3 * 10
    assert [round_step(least) for least in wanted] == pytest.approx([1, 2, 5, 10, 0.05, 5])
    assert multiples(0.5, -0.7, 1.0) == [-0.5, 0.0, 0.5, 1.0]
    assert multiples(5, 6, 9) == []
