"""Experiments and trainers from settings by name, training settings included."""

from __future__ import annotations

from typing import Any

from core.data.batches import Samples
from core.experiment.experiment import Experiment
from core.nn.network import Network
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig

NAMES = {item.name for item in TrainingConfig.settings()}


def trainer_of(network: Network, train: Samples, test: Samples | None = None, **given: Any) -> Trainer:
    """A trainer, with a batch size of 32 by default."""
    config = {"batch_size": 32} | {name: value for name, value in given.items() if name in NAMES}
    rest = {name: value for name, value in given.items() if name not in NAMES}
    return Trainer(network, train, test, config=TrainingConfig(**config), **rest)


def with_changes(experiment: Experiment, **changes: Any) -> Experiment:
    """The experiment with changed settings, at any level."""
    config = {name: value for name, value in changes.items() if name in NAMES}
    rest = {name: value for name, value in changes.items() if name not in NAMES}
    return experiment.replace(**rest).with_training(**config)


def experiment_of(**given: Any) -> Experiment:
    """An experiment with these settings, at any level."""
    return with_changes(Experiment(), **given)
