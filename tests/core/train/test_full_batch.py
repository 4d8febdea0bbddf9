"""A loss over all samples, summed in chunks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.nn import Dense
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.optim import LBFGS, Adam
from tests.core.optim.all_samples import full


@pytest.mark.parametrize("loss", [MeanSquaredError(), CrossEntropy()])
def test_many_samples_are_added_up_in_parts(loss: Any) -> None:
    layers = [Dense(5, "tanh"), Dense(2, "softmax")]
    parted = full(9000, layers=layers, loss=loss)
    value = parted.train_step._full_batch.fill(parted.train)
    gradients = parted.network.gradients.copy()
    assert len(list(parted.network.parts(9000))) == 3
    assert parted.train_step.fill_gradients(parted.train.inputs, parted.train.targets) == pytest.approx(
        value, rel=1e-5
    )
    np.testing.assert_allclose(gradients, parted.network.gradients, rtol=1e-3, atol=1e-7)


def test_switching_to_lbfgs_in_the_middle_of_an_epoch_and_back() -> None:
    trainer = full(optimizer=Adam(0.01))
    for _ in range(4):
        trainer.step()
    trainer.configure(trainer.config.replace(optimizer=LBFGS()))
    trainer.step()
    assert (trainer.epoch, trainer.step_in_epoch) == (1, 0)
    trainer.configure(trainer.config.replace(optimizer=LBFGS(history_size=3)))
    assert trainer.optimizer_state.slots["steps"].shape[0] == 3
    trainer.configure(trainer.config.replace(optimizer=Adam(0.01)))
    assert trainer.steps_per_epoch == 9
    trainer.run_epoch()
    assert trainer.epoch == 2
