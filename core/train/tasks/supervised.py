"""Tasks that learn the labels of the data: classification and regression."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...data.batches import Samples
from ...data.dataset import DatasetInfo, Labels
from ...data.pipeline.columns import NumberColumn
from ...data.pipeline.outputs import ClassOutputs, FittedOutputs, ValueOutputs
from ...data.target_encoding import TargetEncoding
from ...nn import ActivationFunction, Sigmoid, Softmax
from ...nn.losses import BinaryCrossentropy, BoundLoss, CrossEntropy, Loss
from ...nn.network import Network
from ...nn.token_loss import TokenLoss
from ...spec.arrays import Array
from ..class_weights import WeightedLoss
from .task import TASKS, Score, Task

_NAME = "accuracy"


@TASKS.register()
class Classification(Task):
    """The class of a sample: an output for each, or one output for two."""

    kind = "classification"
    title = "Classify"
    summary = "Tell which class a sample is of"
    labels: ClassVar[Labels | None] = "classes"
    losses = "classification"
    target_name = "classes"
    classifies = True
    score = Score("accuracy", _NAME, "Accuracy", is_share=True, least_gain=0.01)

    def why_not(self, info: DatasetInfo) -> str:
        return (
            "" if info.classes else f"Classes need labels that are classes, and these data have {info.labels}"
        )

    def why_no_loss(self, loss: Loss, info: DatasetInfo, data: str) -> str:
        if isinstance(loss, BinaryCrossentropy) and info.outputs != 2:
            return f"{loss.title} tells 2 classes apart; {data} has {info.outputs}"
        return super().why_no_loss(loss, info, data)

    def keeps(self, loss: Loss, info: DatasetInfo) -> bool:
        return loss.fuses == "softmax" or (info.outputs == 2 and loss.single_output)

    def usual_loss(self, info: DatasetInfo) -> Loss:
        return BinaryCrossentropy() if info.outputs == 2 else CrossEntropy()

    def activation(self, info: DatasetInfo, loss: Loss) -> str:
        return loss.fuses or ("tanh" if info.outputs == 2 else "softmax")

    def outputs(self, info: DatasetInfo, loss: Loss) -> int:
        return 1 if info.outputs == 2 and loss.single_output else info.outputs

    def encoding(self, info: DatasetInfo, loss: Loss, activation: ActivationFunction) -> TargetEncoding:
        outputs = self.outputs(info, loss)
        if outputs == 1 and not loss.fuses and activation.low < 0.0:
            return TargetEncoding(info.outputs, outputs, -1.0, 1.0)
        return TargetEncoding(info.outputs, outputs)

    def bind(self, loss: Loss, fused: bool, encoding: TargetEncoding, weights: Array | None) -> BoundLoss:
        if encoding.tokens and isinstance(loss, CrossEntropy):
            return TokenLoss(loss, fused)
        return loss.bind(fused) if weights is None else WeightedLoss(loss, fused, encoding, weights)

    def predictions(self, outputs: Array, encoding: TargetEncoding, *, logits: bool) -> NDArray[Any]:
        return encoding.decode(outputs, logits=logits)

    def tally(self, predicted: NDArray[Any], samples: Samples) -> Array:
        labels = samples.labels
        counted = len(labels) if labels.ndim == 1 else np.count_nonzero(labels >= 0)
        # A label below 0, which is not counted, is no class.
        return np.array([np.count_nonzero(predicted == labels), counted], np.float64)

    def score_from(self, tally: Array, samples: Samples) -> float:
        right, counted = tally.tolist()
        return right / counted if counted else math.nan


@TASKS.register()
class Regression(Task):
    """One or more values of a sample."""

    kind = "regression"
    title = "Predict"
    summary = "Give the values of a sample"
    labels: ClassVar[Labels | None] = "values"
    score = Score("r2", "R²", "R²", is_share=False, least_gain=0.02)

    def why_not(self, info: DatasetInfo) -> str:
        if info.labels == "values":
            return ""
        return f"Values need labels that are values, and these data have {info.labels}"


def plain_outputs(network: Network, names: Sequence[str] = (), is_shares: bool = False) -> FittedOutputs:
    """Outputs as they are: of classes where the last layer gives probabilities, else values.

    `names` of classes are taken if there are as many; `is_shares`: whether the outputs are made of the second class's.
    """
    count = network.output_shape[-1]
    if names or is_shares or isinstance(network.final_activation, Softmax | Sigmoid):
        classes = max(2, count)
        fitting = tuple(names) if len(set(names)) == classes else tuple(map(str, range(classes)))
        return ClassOutputs(fitting, count)
    values = ("value",) if count == 1 else tuple(f"value {number + 1}" for number in range(count))
    return ValueOutputs(tuple(NumberColumn(name) for name in values))
