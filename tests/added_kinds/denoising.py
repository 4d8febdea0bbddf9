"""Denoising: a network learns what samples were before noise was added to them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.batches import Samples
from core.data.dataset import Data, DatasetInfo
from core.data.pipeline import FittedInputs, NumberColumn, Pipeline, ValueOutputs
from core.data.target_encoding import TargetEncoding
from core.nn.losses import Loss, MeanSquaredError
from core.spec import setting
from core.spec.arrays import Array
from core.train.metrics import r2_score
from core.train.tasks.supervised import Regression
from core.train.tasks.task import TASKS, Task


@TASKS.register()
class Denoising(Task):
    """The sample x of x + noise, which is normal and new in every batch; Vincent et al., 2008."""

    kind = "denoising"
    title = "Denoise"
    summary = "Take noise away from samples"
    target_name = "samples to restore"
    makes_batches = True
    takes_features = False
    score = Regression.score

    deviation: float = setting(0.3, "Noise", low=0.0, suggestions=(0.1, 0.3, 1.0), help="Its deviation.")

    def usual_loss(self, info: DatasetInfo) -> Loss:
        return MeanSquaredError()

    def outputs(self, info: DatasetInfo, loss: Loss) -> int:
        return math.prod(info.shape)

    def samples(
        self,
        inputs: Array,
        labels: NDArray[Any],
        data: Data,
        encoding: TargetEncoding,
        noise: np.random.Generator,
    ) -> Samples:
        clean = inputs.reshape(len(inputs), -1)
        spoiled, targets = self.make(inputs, clean, noise)
        return Samples(spoiled, targets, labels, source=inputs)

    def make(self, source: Array, targets: Array, noise: np.random.Generator) -> tuple[Array, Array]:
        drawn = noise.standard_normal(source.shape, np.float32).astype(source.dtype, copy=False)
        return source + source.dtype.type(self.deviation) * drawn, targets

    def score_of(self, predicted: NDArray[Any], samples: Samples) -> float:
        return r2_score(samples.targets, predicted) if len(samples) > 1 else math.nan

    def pipeline(self, inputs: FittedInputs, data: Data, encoding: TargetEncoding) -> Pipeline:
        columns = (NumberColumn(f"clean {name}") for name in inputs.names_out)
        return Pipeline(inputs, ValueOutputs(tuple(columns)))
