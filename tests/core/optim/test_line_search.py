"""Line search: strong Wolfe conditions, and steps whose loss overflows."""

from __future__ import annotations

import math

import pytest

from core.optim.lbfgs import strong_wolfe


@pytest.mark.parametrize("first", [1e-3, 0.1, 1.0, 50.0])
def test_a_line_search_ends_where_it_is_lower_and_flatter(first: float) -> None:
    def probe(length: float) -> tuple[float, float]:
        return math.cos(length) + 0.1 * length, -math.sin(length) + 0.1

    value, slope = probe(0.5)
    found = strong_wolfe(lambda length: probe(0.5 + length), value, slope, first, 1.0)
    lower, flatter = probe(0.5 + found)
    assert lower <= value + 1e-4 * found * slope
    assert abs(flatter) <= 0.9 * abs(slope)


def test_a_line_search_turns_back_from_a_cliff() -> None:
    def probe(length: float) -> tuple[float, float]:
        return (math.inf, math.nan) if length > 1.0 else ((length - 0.7) ** 2, 2.0 * (length - 0.7))

    found = strong_wolfe(probe, *probe(0.0), 30.0, 1.0)
    assert 0.0 < found <= 1.0
    assert probe(found)[0] < 0.49
