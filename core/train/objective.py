"""Objective of a network: the task's loss, in the form that the network's outputs need."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.nn import ActivationFunction
from core.nn.losses import Loss
from core.spec.arrays import Array
from core.train.tasks import Task


class Objective:
    """A task's loss, bound to the final activation of a network: nothing else chooses the form of a loss.

    - `fused`: whether the loss applies the final activation, which the network then leaves out.
    - `bound`: the loss of a step, with `class_weights` (classes,) where there are some; its `additive` has none.
    """

    def __init__(
        self,
        task: Task,
        encoding: TargetEncoding,
        loss: Loss,
        activation: ActivationFunction | None,
        class_weights: Array | None = None,
    ) -> None:
        self.task, self.encoding, self.loss = task, encoding, loss
        self.fused = loss.fuses_with(activation)
        self.bound = task.bind(loss, self.fused, encoding, class_weights)

    def predictions(self, outputs: Array) -> NDArray[Any]:
        """Class numbers (...) or encoded values of outputs (..., outputs); logits have the order of probabilities."""
        return self.task.predictions(outputs, self.encoding, logits=self.bound.takes_logits)

    def score(self, outputs: Array, samples: Samples) -> float:
        """The task's score of outputs (samples, outputs); NaN where one is not finite."""
        if not np.isfinite(outputs).all():
            return math.nan
        return self.task.score_of(self.predictions(outputs), samples)
