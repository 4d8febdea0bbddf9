"""A step of plain SGD follows its formula."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.nn import Dense
from core.nn.losses import MeanSquaredError
from core.optim import SGD, Lion
from core.optim.regularizers import L2
from tests.core.train.samples import make, samples


def test_a_step_is_one_step_of_gradient_descent() -> None:
    trainer = make(
        layers=(Dense(1),),
        encoding=TargetEncoding(0, 1),
        loss=MeanSquaredError(),
        optimizer=SGD(0.1),
        regularizer=L2(0.5),
        batch_size=50,
        shuffle=False,
        evaluate=False,
    )
    data = Samples(samples().inputs, samples().inputs[:, :1] * 2 + 1, samples().inputs[:, :1] * 2 + 1)
    trainer.set_data(data)
    kernel, bias = (array.astype(np.float64) for array in trainer.network.get_weights())
    x, t = data.inputs.astype(np.float64), data.targets.astype(np.float64)
    miss = x @ kernel + bias - t
    value = trainer.step()
    assert value == pytest.approx(float(np.mean(miss**2)), rel=1e-5)
    expected = kernel - 0.1 * (2 * x.T @ miss / 50 + 2 * 0.5 * kernel)
    found_kernel, found_bias = trainer.network.get_weights()
    np.testing.assert_allclose(found_kernel, expected, rtol=1e-5)
    np.testing.assert_allclose(found_bias, bias - 0.1 * 2 * miss.mean(axis=0), rtol=1e-5)


def test_lion_follows_its_formula() -> None:
    rng = np.random.default_rng(0)
    parameters, gradients = rng.normal(size=20_000), np.empty(20_000)
    expected, mean = parameters.copy(), np.zeros(20_000)
    optimizer_state = Lion(0.01, beta_1=0.8, beta_2=0.95).bind(parameters, gradients)
    for _ in range(50):
        gradients[:] = rng.normal(size=20_000)
        expected -= 0.01 * np.sign(0.8 * mean + 0.2 * gradients)
        mean = 0.95 * mean + 0.05 * gradients
        optimizer_state.update()
    np.testing.assert_allclose(parameters, expected, rtol=0.0, atol=1e-12)
