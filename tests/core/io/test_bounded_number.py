"""Numbers from outside are bounded, and everything else is a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from core.io.bounded_number import MAX_WHOLE, finite, whole
from core.io.sentence import MAX_LETTERS

NO_NUMBERS = ["", "²", "x", "nan", "1e999", 10**400, 16**5_000, "9" * 5_000, float("inf"), True, None, [1]]


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: str(type(value).__name__))
def test_what_is_no_number_is_a_short_sentence(value: Any) -> None:
    for read in (whole, finite):
        with pytest.raises(ValueError, match=r"^a number must be (whole|finite)") as caught:
            read(value)
        assert len(str(caught.value)) <= MAX_LETTERS


def test_numbers_are_given_back() -> None:
    assert [whole(each) for each in (7, "-7", "+7", MAX_WHOLE)] == [7, -7, 7, MAX_WHOLE]
    assert [finite(each) for each in (7, "7.5", 1e-3, "1e3")] == [7.0, 7.5, 1e-3, 1000.0]
    with pytest.raises(ValueError, match="must be whole"):
        whole(2.5)
