"""Subject of a probe: an experiment, its data, and the weights at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..data.batches import Batches, Samples
from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData, make_trainer
from ..experiment.project_file import TrainerState
from ..nn.network import Network
from ..spec.arrays import Arrays
from ..train.trainer import Trainer


def no_report(_progress: Any) -> None:
    """For callers that only want the result."""


@dataclass(frozen=True, eq=False)
class Subject:
    """An experiment with its data and copied weights, by their names in `Network.state_dict`."""

    experiment: Experiment
    prepared: PreparedData
    weights: Arrays
    epoch: int = 0

    @classmethod
    def of(cls, experiment: Experiment, prepared: PreparedData, state: TrainerState) -> Subject:
        """The subject of a checkpoint."""
        return cls(experiment, prepared, state.weights, state.epoch)

    @classmethod
    def of_trainer(cls, experiment: Experiment, prepared: PreparedData, trainer: Trainer) -> Subject:
        """The subject of a trainer at this moment."""
        return cls(experiment, prepared, trainer.network.state_dict(), trainer.epoch)

    def network(self, dtype: DTypeLike = np.float32) -> Network:
        """A new network with these weights, muted units included."""
        network = Network(self.experiment.stack(), self.experiment.input_shape, dtype=dtype, seed=None)
        network.load_state_dict(self.weights)
        network.intervene(self.experiment.interventions)
        return network

    def trainer(self, experiment: Experiment | None = None, *, fresh: bool = False) -> Trainer:
        """A trainer of a copy, with other settings if given, from these weights or, with `fresh`, from initial ones."""
        trainer = make_trainer(experiment or self.experiment, self.prepared, evaluate=False)
        if not fresh:
            trainer.network.load_state_dict(self.weights)
        return trainer

    def batch(self, most: int) -> Samples:
        """The first training batch of the experiment's order, at most `most` samples."""
        train = self.prepared.train
        batches = Batches(
            train.inputs, train.targets, self.experiment.training.batch_size, seed=self.experiment.seed
        )
        rows = batches.order[: min(most, self.experiment.training.batch_size)]
        return train.part(rows)

    @property
    def evaluated(self) -> Samples:
        """The test samples, or the training samples where there are none."""
        return self.prepared.test if len(self.prepared.test) else self.prepared.train
