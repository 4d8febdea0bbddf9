"""A trainer and its snapshot taker."""

from __future__ import annotations

from core.data.datasets import Blobs, Digits, Iris, Moons, Standardize
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Dense, Dropout, Flatten
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig

MOONS = Experiment(
    dataset=Moons(samples=120), layers=(Dense(5, "tanh"), Dense(3)), features=("x1", "x2", "x1_x2")
)


BLOBS = Experiment(
    dataset=Blobs(samples=120, centers=3),
    layers=(Dense(4, "tanh"),),
    training=TrainingConfig(loss=CrossEntropy()),
)


HILLS = Experiment(
    dataset=Blobs(form="hills", samples=120),
    layers=(Dense(4, "tanh"),),
    training=TrainingConfig(loss=MeanSquaredError()),
)


IRIS = Experiment(
    dataset=Iris(),
    layers=(Dense(6, "relu"),),
    scaling=Standardize(),
    training=TrainingConfig(loss=CrossEntropy()),
)


DIGITS = Experiment(
    dataset=Digits(),
    layers=(Flatten(), Dropout(), Dense(8, "relu")),
    training=TrainingConfig(loss=CrossEntropy(), batch_size=128),
)


def start(experiment: Experiment, epochs: int = 2) -> tuple[Trainer, PreparedData, SnapshotTaker]:
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    for _ in range(epochs):
        trainer.run_epoch()
    return trainer, prepared, SnapshotTaker(trainer, prepared, 4, experiment)
