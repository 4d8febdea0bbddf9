"""Axis limits contain the values and seldom change."""

from __future__ import annotations

import pytest

from playground.views.results.axis_range_hysteresis import AxisRangeHysteresis


def test_the_first_ends_are_as_they_are_given() -> None:
    assert AxisRangeHysteresis().fit(0.0, 120.0) == (0.0, 120.0)


def test_values_that_grow_little_by_little_move_the_end_seldom() -> None:
    ends, seen = AxisRangeHysteresis(), []
    for last in range(500, 700):
        low, high = ends.fit(0.0, float(last))
        assert low == 0.0
        assert last <= high <= 1.05 * last
        seen.append(high)
    assert len(set(seen)) <= 10


def test_a_leap_is_followed_exactly_in_both_directions() -> None:
    ends = AxisRangeHysteresis()
    ends.fit(0.0, 100.0)
    assert ends.fit(0.0, 200.0) == (0.0, 200.0)
    assert ends.fit(0.0, 5.0) == (0.0, 5.0)


def test_a_falling_low_end_makes_room_below() -> None:
    ends = AxisRangeHysteresis()
    ends.fit(-1.0, 0.0)
    low, high = ends.fit(-1.02, 0.0)
    assert (low, high) == (pytest.approx(-1.06), 0.0)
    assert ends.fit(-1.05, 0.0) == (low, high)


def test_values_that_shrink_slowly_are_followed_in_the_end() -> None:
    ends = AxisRangeHysteresis()
    ends.fit(0.0, 1.0)
    high = 1.0
    for step in range(60):
        high = ends.fit(0.0, 1.0 - 0.01 * step)[1]
    assert high <= 1.06 * (1.0 - 0.59)
