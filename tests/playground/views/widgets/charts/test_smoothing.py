"""Smoothed curves are TensorBoard's."""

from __future__ import annotations

import numpy as np
import pytest

from playground.views.widgets.charts.smoothing import Smoother, moving_average


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
