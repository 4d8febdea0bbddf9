"""A task: what is learned from samples, as a kind.

It decides which loss, output layer and encoding of targets fit the data, in which form the loss is computed, and what
an evaluation predicts and scores.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from ...data.batches import Samples
from ...data.dataset import Data, DatasetInfo, Labels
from ...data.pipeline import FittedInputs, Pipeline, fit_outputs
from ...data.target_encoding import TargetEncoding
from ...io.number_text import number_text, percent_text
from ...nn import ActivationFunction, Shape
from ...nn.losses import BoundLoss, Loss, MeanSquaredError
from ...spec import Registry, SettingError, Spec
from ...spec.arrays import Array
from ..metrics import r2_from

if TYPE_CHECKING:
    from numpy.random import Generator


@dataclass(frozen=True)
class Score:
    """The number beside the loss that an evaluation gives; the larger the better.

    - `key`: its name in logs; `name`: within a sentence; `title`: at the head of a column.
    - `is_share`: whether it is from 0 to 1, and shown in percent. `least_gain`: the smallest difference that counts.
    """

    key: Literal["accuracy", "r2"]
    name: str
    title: str
    is_share: bool
    least_gain: float

    def text(self, value: float, decimals: int = 1) -> str:
        """A value without the name: "95.1 %", or "0.951"; a dash if it is not known."""
        return percent_text(value, decimals) if self.is_share else number_text(value, 3)

    def named(self, value: float) -> str:
        """A value that says what it is by itself: "95.1 %", or "R² 0.951"."""
        return self.text(value) if self.is_share else f"{self.title} {self.text(value)}"


class Task(Spec):
    """Base of all tasks; arrays of outputs are (..., outputs), so that those of several seeds are taken at once."""

    labels: ClassVar[Labels | None] = None
    """The labels of data that are learned so where nothing else is chosen."""
    losses: ClassVar[str] = "regression"
    """The entry of `Loss.tasks` that a loss needs."""
    target_name: ClassVar[str] = "values to predict"
    """Name of the network's output in messages."""
    takes_features: ClassVar[bool] = True
    """Whether points are learned by the features that the user chose, and not by x1 and x2."""
    has_time: ClassVar[bool] = False
    """Whether the network also gets a time from 0 to 1, at which a plane is drawn."""
    classifies: ClassVar[bool] = False
    """Whether the network gives classes."""
    gives_back: ClassVar[bool] = False
    """Whether the network gives samples back, so that what it predicts looks like them."""
    per_position: ClassVar[bool] = False
    """Whether the network predicts at each position of a sample."""
    score: ClassVar[Score]
    baselines: ClassVar[tuple[str, ...]] = ("linear", "neighbors", "forest", "boosting")
    """Names of the models of `core.probes.baselines` that learn the same."""

    @property
    def makes_batches(self) -> bool:
        """Whether `make` draws each training batch anew."""
        return False

    def why_not(self, info: DatasetInfo) -> str:
        """A sentence that says why these data cannot be learned so; "" if they can."""
        return ""

    def takes(self, loss: Loss) -> bool:
        """Whether the loss is for what the network gives."""
        return self.losses in loss.tasks

    def why_no_loss(self, loss: Loss, info: DatasetInfo, data: str) -> str:
        """A sentence that says why the loss cannot be used for `data`, so called; "" if it can."""
        return "" if self.takes(loss) else f"{loss.title} needs classes; {data} has {self.target_name}"

    def keeps(self, loss: Loss, info: DatasetInfo) -> bool:
        """Whether a loss that was chosen for other data suits these."""
        return self.takes(loss)

    def usual_loss(self, info: DatasetInfo) -> Loss:
        """The loss where none is chosen; by default the squared error."""
        return MeanSquaredError()

    def activation(self, info: DatasetInfo, loss: Loss) -> str:
        """The usual activation of the outputs."""
        return "linear" if loss.low < 0.0 else "softplus"

    def input_shape(self, shape: Shape, info: DatasetInfo) -> Shape:
        """The shape of one network input, from that of a scaled sample, or of its features."""
        return shape

    def added_inputs(self, info: DatasetInfo) -> tuple[str, ...]:
        """Names of the network inputs that follow those of a sample."""
        return ()

    def outputs(self, info: DatasetInfo, loss: Loss) -> int:
        """Number of outputs of the network."""
        return info.outputs

    def encoding(self, info: DatasetInfo, loss: Loss, activation: ActivationFunction) -> TargetEncoding:
        """Encoding of labels as targets, for an output activation, whose range sets `low` and `high`."""
        return TargetEncoding(0, self.outputs(info, loss))

    def bind(self, loss: Loss, fused: bool, encoding: TargetEncoding, weights: Array | None) -> BoundLoss:
        """The loss in its plain or fused form; `weights`, (classes,), are those of classes."""
        return loss.bind(fused)

    def samples(
        self, inputs: Array, labels: NDArray[Any], data: Data, encoding: TargetEncoding, noise: Generator
    ) -> Samples:
        """The samples of a split from scaled inputs and labels, always the same for the same `noise`."""
        return Samples(inputs, encoding.encode(labels), labels)

    def pipeline(self, inputs: FittedInputs, data: Data, encoding: TargetEncoding) -> Pipeline:
        """From raw samples to network inputs, and from outputs to predictions, for fitted `inputs` of the data."""
        return Pipeline(inputs, fit_outputs(data, encoding))

    def at_rest(self, inputs: Array, shape: Shape, time: float = 1.0) -> Array:
        """Network inputs (n, *shape) of scaled samples as they are, such as points of a plane, at a time."""
        return inputs.reshape(-1, *shape)

    def make(self, source: Array, targets: Array, noise: Generator) -> tuple[Array, Array]:
        """Network inputs and targets of a batch of `Samples.source`; only asked of a task that `makes_batches`."""
        return source, targets

    def predictions(self, outputs: Array, encoding: TargetEncoding, *, logits: bool) -> NDArray[Any]:
        """Stored form of outputs (..., outputs) in an evaluation: encoded values, or class numbers (...)."""
        return outputs

    def tally(self, predicted: NDArray[Any], samples: Samples) -> Array:
        """Of the `predictions` of samples, numbers whose sums over parts of a split are enough for `score_from`.

        Of values they are the sums of squared errors, (outputs,).
        """
        targets = samples.targets
        errors = np.subtract(targets, predicted.reshape(targets.shape), dtype=np.float64)
        sums: Array = np.square(errors, out=errors).reshape(-1, errors.shape[-1]).sum(axis=0)
        return sums

    def score_from(self, tally: Array, samples: Samples) -> float:
        """The score of samples from the `tally` of all their predictions, R² of values; NaN where they are too few."""
        # The same in the target's own units.
        return r2_from(samples.targets, tally) if len(samples) > 1 else math.nan

    def score_of(self, predicted: NDArray[Any], samples: Samples) -> float:
        """The score of `predictions` of samples; NaN where they are too few."""
        return self.score_from(self.tally(predicted, samples), samples)


TASKS: Registry[Task] = Registry("task")


def usual_task(labels: Labels) -> Task:
    """The task of data with such labels where nothing else is chosen."""
    if labels == "none":
        # Nothing is told of a sample but itself.
        return TASKS.make("reconstruction")
    for kind in TASKS:
        if kind.labels == labels:
            return kind()
    raise SettingError(f"There is no task for data with {labels}")
