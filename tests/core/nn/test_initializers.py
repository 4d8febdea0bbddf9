"""Distributions of initial weights."""

from __future__ import annotations

from core.nn import Conv2D


def test_glorot_counts_the_pixels_of_a_kernel() -> None:
    kernel = Conv2D(20, 5).parameters((28, 28, 10))[0]
    assert (kernel.fan_in, kernel.fan_out) == (250, 500)
