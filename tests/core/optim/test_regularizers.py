"""Regularizers penalize kernels in training."""

from __future__ import annotations

import numpy as np

from core.optim import SGD
from core.optim.regularizers import L2
from tests.core.train.samples import make, weights_after


def test_a_regularizer_that_is_switched_on_shrinks_the_kernels() -> None:
    trainer = make(optimizer=SGD(0.01))
    weights_after(3, trainer)
    before = np.linalg.norm(trainer.network.kernels)
    trainer.configure(trainer.config.replace(regularizer=L2(10.0)))
    weights_after(3, trainer)
    assert np.linalg.norm(trainer.network.kernels) < 0.1 * before
