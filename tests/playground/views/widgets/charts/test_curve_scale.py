"""Axis limits contain the values and seldom change."""

from __future__ import annotations

import numpy as np
import pytest

from playground.views.widgets.charts.curve_scale import (
    AxisRangeHysteresis,
    Smoother,
    SpikeClipper,
    moving_average,
)


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


FALLING = np.linspace(0.7, 0.1, 300)


def with_spike(height: float, at: int = 200) -> np.ndarray:
    curve = FALLING.copy()
    curve[at] = height
    return curve


def test_a_spike_is_clipped_and_the_start_is_not() -> None:
    assert SpikeClipper().ceiling([with_spike(2.41)], 0.7) == pytest.approx(0.7, rel=0.03)
    assert SpikeClipper().ceiling([FALLING], 0.7) is None


def test_the_start_is_clipped_where_it_would_flatten_the_rest() -> None:
    curve = np.full(300, 0.5)
    curve[0] = 300.0
    assert SpikeClipper().ceiling([curve], 300.0) == 0.5


def test_a_steep_start_is_what_was_learned() -> None:
    steep = np.concatenate([2.3 * 0.7 ** np.arange(25), np.full(975, 3e-4)])
    assert SpikeClipper().ceiling([steep], 2.3) is None
    spiked = steep.copy()
    spiked[500] = 40.0
    assert SpikeClipper().ceiling([spiked], 2.3) == 2.3


def test_both_curves_must_fit() -> None:
    high = np.full(300, 3.0)
    assert SpikeClipper().ceiling([with_spike(2.41), high], 3.0) is None


def test_few_values_and_a_plateau_are_no_spikes() -> None:
    assert SpikeClipper().ceiling([with_spike(9.0, 5)[:19]], 0.7) is None
    plateau = FALLING.copy()
    plateau[100:140] = 5.0
    assert SpikeClipper().ceiling([plateau], 0.7) is None
    assert SpikeClipper().ceiling([np.empty(0)], np.nan) is None
    assert SpikeClipper().ceiling([np.zeros(50)], 0.0) is None


def test_the_axis_does_not_flicker_at_the_limit() -> None:
    clipper = SpikeClipper()
    assert clipper.ceiling([with_spike(1.1)], 0.7) is not None
    assert clipper.ceiling([with_spike(1.0)], 0.7) is not None
    assert clipper.ceiling([with_spike(0.85)], 0.7) is None
    assert clipper.ceiling([with_spike(1.0)], 0.7) is None


def test_spikes_of_long_histories_are_found_too() -> None:
    curve = np.linspace(0.7, 0.1, 40_000)
    curve[31_234:31_300] = 50.0
    assert SpikeClipper().ceiling([curve], 0.7) == pytest.approx(0.7, rel=0.03)


@pytest.mark.parametrize("weight", [0.01, 0.6, 0.99])
def test_the_average_is_tensorboards(weight: float) -> None:
    values = np.random.default_rng(1).uniform(0.1, 3.0, 9000)
    values[[3, 4000]] = np.nan
    last, count = 0.0, 0
    expected = []
    for value in values:
        if np.isfinite(value):
            last, count = weight * last + (1 - weight) * value, count + 1
            expected.append(last / (1 - weight**count))
        else:
            expected.append(np.nan)
    np.testing.assert_allclose(moving_average(values, weight)[0], expected, rtol=1e-9)
    growing = Smoother()
    for length in (1, 2, 5, 4001, 9000):
        smooth = growing.smooth(values[:length], weight)
    np.testing.assert_allclose(smooth, expected, rtol=1e-9)


def test_another_curve_is_smoothed_from_its_start() -> None:
    smoother = Smoother()
    smoother.smooth(np.linspace(1.0, 2.0, 50), 0.9)
    other = np.linspace(5.0, 2.0, 60)
    np.testing.assert_array_equal(smoother.smooth(other, 0.9), moving_average(other, 0.9)[0])
    np.testing.assert_array_equal(smoother.smooth(other[:9], 0.5), moving_average(other[:9], 0.5)[0])
    assert smoother.smooth(other, 0.0) is other
