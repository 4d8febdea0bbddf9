"""A small experiment, trained for a few epochs."""

from __future__ import annotations

from typing import Any

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.nn import Dense, Dropout
from core.optim import Adam
from core.optim.regularizers import L2
from core.train.training_config import TrainingConfig

EXPERIMENT = Experiment(
    dataset=Moons(samples=200),
    layers=(Dense(6, "tanh"), Dropout(0.3), Dense(4, "relu")),
    seed=3,
    training=TrainingConfig(optimizer=Adam(0.01), regularizer=L2(0.001), batch_size=9),
)


PREPARED = prepare(EXPERIMENT)


def trained(steps: int) -> Any:
    trainer = make_trainer(EXPERIMENT, PREPARED)
    for _ in range(steps):
        trainer.step()
    return trainer
