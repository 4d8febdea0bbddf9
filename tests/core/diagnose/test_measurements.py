"""The doctor's measurements are the training's own, and have no effect on it."""

from __future__ import annotations

import numpy as np
import pytest

from core.diagnose import Doctor
from core.diagnose.measurements import Measurer
from core.nn import BatchNormalization, Dense, Dropout, ReLU, Tanh
from tests.core.diagnose.illnesses import moons, trained


def test_gradients_are_the_trainings_own() -> None:
    experiment = moons()
    trainer, prepared = trained(experiment, 2)
    measurements = Measurer(trainer, prepared).measure(experiment)
    trainer.train_step.fill_gradients(prepared.train.inputs, prepared.train.targets)
    for measured, gradients in zip(measurements.layers, trainer.network.weight_gradients, strict=True):
        size = np.sqrt(np.mean(np.square(gradients["kernel"])))
        assert measured.gradient == pytest.approx(size, rel=1e-4)


def test_an_examination_leaves_the_training_as_it_is() -> None:
    experiment = moons(layers=(Dense(8, Tanh()), BatchNormalization(), Dropout(0.3), Dense(4, ReLU())))
    (looked, prepared), (left, _) = trained(experiment, 0), trained(experiment, 0)
    doctor = Doctor(looked, prepared)
    for _ in range(4):
        doctor.examine(experiment)
        looked.run_epoch()
        left.run_epoch()
    np.testing.assert_array_equal(looked.network.parameters, left.network.parameters)
    np.testing.assert_array_equal(looked.network.state, left.network.state)
