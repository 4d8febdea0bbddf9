"""Reconstruction: a network learns to give back its own inputs, through fewer numbers or from spoiled ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from ...data.batches import Samples
from ...data.dataset import Data, DatasetInfo
from ...data.pipeline import FittedInputs, Pipeline, ReconstructionOutputs, scaled_numbers
from ...data.target_encoding import TargetEncoding
from ...nn import Shape
from ...nn.activations import sigmoid
from ...nn.losses import BinaryCrossentropy, Loss
from ...nn.scalars import scalars
from ...spec import setting
from ...spec.arrays import Array
from ..metrics import PIECE
from .supervised import Regression
from .task import TASKS, Task

if TYPE_CHECKING:
    from numpy.random import Generator

MAX_NUMBERS: Final = 16_384
"""Of a sample: 128 x 128 pixels. The output layer has a unit for each."""


@TASKS.register()
class Reconstruction(Task):
    """The sample itself. What spoils the inputs is new in every batch, and fixed for evaluations.

    Noise is normal; Vincent et al., 2008. Masked inputs are 0: the mean of standardized columns, or blank pixels.
    """

    kind = "reconstruction"
    gives_back = True
    title = "Reconstruct"
    summary = "Give samples back through few numbers"
    target_name = "samples to give back"
    takes_features = False
    score = Regression.score
    baselines: ClassVar[tuple[str, ...]] = ("mean", "pca")

    noise: float = setting(
        0.0,
        "Noise",
        low=0.0,
        high=10.0,
        suggestions=(0.0, 0.1, 0.3, 1.0),
        help="Its deviation. The network gets samples with noise, and learns to take it away.",
    )
    masked: float = setting(
        0.0,
        "Masked",
        low=0.0,
        high=0.95,
        suggestions=(0.0, 0.25, 0.5),
        help="The share of inputs that are set to 0. The network learns to fill them in from the others.",
    )

    @property
    def makes_batches(self) -> bool:
        return self.noise > 0.0 or self.masked > 0.0

    def why_not(self, info: DatasetInfo) -> str:
        numbers = math.prod(info.shape)
        if info.form not in ("row", "image"):
            return "Reconstruction is for rows, points and images"
        if numbers > MAX_NUMBERS:
            return f"Reconstruction is for up to {MAX_NUMBERS:,} numbers a sample, and these have {numbers:,}"
        return ""

    def takes(self, loss: Loss) -> bool:
        return super().takes(loss) or isinstance(loss, BinaryCrossentropy)

    def why_no_loss(self, loss: Loss, info: DatasetInfo, data: str) -> str:
        if isinstance(loss, BinaryCrossentropy) and info.form != "image":
            return (
                f"Binary cross-entropy needs numbers from 0 to 1, such as those of images; {data} has others"
            )
        return super().why_no_loss(loss, info, data)

    def keeps(self, loss: Loss, info: DatasetInfo) -> bool:
        return self.takes(loss) and not self.why_no_loss(loss, info, "")

    def activation(self, info: DatasetInfo, loss: Loss) -> str:
        return loss.fuses or "linear"

    def input_shape(self, shape: Shape, info: DatasetInfo) -> Shape:
        return info.shape

    def outputs(self, info: DatasetInfo, loss: Loss) -> int:
        return math.prod(info.shape)

    def samples(
        self, inputs: Array, labels: NDArray[Any], data: Data, encoding: TargetEncoding, noise: Generator
    ) -> Samples:
        clean = inputs.reshape(len(inputs), -1)
        if not self.makes_batches:
            return Samples(inputs, clean, labels)
        spoiled, targets = self.make(inputs, clean, noise)
        return Samples(spoiled, targets, labels, source=inputs)

    def make(self, source: Array, targets: Array, noise: Generator) -> tuple[Array, Array]:
        # Of the source, and not the targets: images may have been changed at random before.
        clean, spoiled = source.reshape(len(source), -1), source
        if self.noise > 0.0:
            drawn = noise.standard_normal(source.shape, np.float32).astype(source.dtype, copy=False)
            drawn *= source.dtype.type(self.noise)
            spoiled = np.add(drawn, source, out=drawn)
        if self.masked > 0.0:
            kept = noise.random(source.shape, np.float32) >= self.masked
            spoiled = spoiled * kept
        return spoiled, clean

    def predictions(self, outputs: Array, encoding: TargetEncoding, *, logits: bool) -> NDArray[Any]:
        if not logits:
            return outputs
        found = np.empty_like(outputs)
        sigmoid(outputs, found, scalars(outputs.dtype))
        return found

    def tally(self, predicted: NDArray[Any], samples: Samples) -> Array:
        # In float32: other tasks' takes 30 ms for 2,000 images of 28 x 28 pixels, a quarter of their epoch, and this 4.
        apart = predicted - samples.targets
        return np.array([np.vdot(apart, apart)], np.float64)

    def score_from(self, tally: Array, samples: Samples) -> float:
        # Of all numbers together: that of a pixel which is nearly always blank may be far below 0.
        targets, residual = samples.targets, float(tally[0])
        if len(targets) < 2:
            return math.nan
        mean, total = targets.mean(axis=0), 0.0
        for start in range(0, len(targets), PIECE):
            apart = targets[start : start + PIECE] - mean
            total += float(np.vdot(apart, apart))
        return 1.0 - residual / total if total > 0.0 else float(residual == 0.0)

    def pipeline(self, inputs: FittedInputs, data: Data, encoding: TargetEncoding) -> Pipeline:
        return Pipeline(inputs, ReconstructionOutputs(scaled_numbers(inputs)))
