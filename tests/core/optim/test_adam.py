"""Bias correction of Adam and Nadam."""

from __future__ import annotations

import math

import numpy as np

from core.optim import Adam, Nadam


def test_adam_corrects_its_averages_for_their_start_at_zero() -> None:
    rng = np.random.default_rng(0)
    parameters, gradients = rng.normal(size=100), np.empty(100)
    expected, mean, square = parameters.copy(), np.zeros(100), np.zeros(100)
    optimizer_state = Adam(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-6).bind(parameters, gradients)
    for step in range(1, 51):
        before = parameters.copy()
        gradients[:] = rng.normal(size=100)
        mean, square = 0.8 * mean + 0.2 * gradients, 0.95 * square + 0.05 * gradients**2
        unbiased_mean, unbiased_square = mean / (1 - 0.8**step), square / (1 - 0.95**step)
        expected -= 0.01 * unbiased_mean / (np.sqrt(unbiased_square) + 1e-6)
        optimizer_state.update()
        if step == 1:
            # The first step has the length of the learning rate for any gradient.
            np.testing.assert_allclose(np.abs(parameters - before), 0.01, rtol=1e-3)
    np.testing.assert_allclose(parameters, expected, rtol=0.0, atol=1e-12)


def test_nadams_product_of_momenta_may_end_where_it_no_longer_counts() -> None:
    optimizer = Nadam(beta_1=0.99999)
    product = math.prod(optimizer._momentum(step) for step in range(1, 66))
    assert 1.0 - product == 1.0
