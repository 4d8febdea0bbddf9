"""Flow matching: a network learns how noise moves until it is distributed as the samples are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ...data.batches import Samples
from ...data.dataset import Data, DatasetInfo
from ...data.pipeline import (
    FittedInputs,
    NumberColumn,
    Pipeline,
    TableInputs,
    VelocityOutputs,
    scaled_numbers,
)
from ...data.target_encoding import TargetEncoding
from ...nn import Shape
from ...nn.generation import STARTS, Method, draw_start, flow
from ...nn.losses import Loss
from ...spec import setting
from ...spec.arrays import Array
from .supervised import Regression
from .task import TASKS, Task

if TYPE_CHECKING:
    from numpy.random import Generator

MAX_NUMBERS: Final = 1_024
"""Of a sample: a network of rows has a weight for each of them and each unit."""
_UNCONDITIONED: Final = 0.1
"""The share of training samples whose class is left out, so that the network also learns the field of all."""


@TASKS.register()
class FlowMatching(Task):
    """v(x_t, t) = x1 - x0 at x_t = (1 - t) x0 + t x1, for noise x0, a sample x1, and t uniform in 0 to 1.

    Lipman et al., 2023. The network gets (x_t, t), then a number for each class if `conditional`: 1 for the sample's
    own, all 0 for any. Samples are rows: images are flattened.
    """

    kind = "flow_matching"
    title = "Generate"
    summary = "Turn noise into new samples like these"
    target_name = "velocities to learn"
    makes_batches = True
    takes_features = False
    has_time = True
    # Of the velocities, beside their mean: 0 is no better than moving all noise alike.
    score = Regression.score

    start: str = setting(
        "normal",
        "Start from",
        choices=STARTS,
        help="The noise that becomes samples: normal with a deviation of 1, uniform with the same, or around a ring.",
    )
    conditional: bool = setting(
        False,
        "By class",
        help="Also learn which class a sample is of, so that samples of a class can be made.",
    )

    def why_not(self, info: DatasetInfo) -> str:
        if info.form in ("tokens", "sequence"):
            return "Flow matching is for points, rows and images, and these data are sequences"
        numbers = math.prod(info.shape)
        if numbers > MAX_NUMBERS:
            return f"Flow matching is for up to {MAX_NUMBERS:,} numbers a sample, and these have {numbers:,}"
        if self.conditional and not info.classes:
            return "Flow matching by class needs classes, and these data have values"
        return ""

    def input_shape(self, shape: Shape, info: DatasetInfo) -> Shape:
        return (math.prod(info.shape) + len(self.added_inputs(info)),)

    def added_inputs(self, info: DatasetInfo) -> tuple[str, ...]:
        return ("t", *(f"class {number}" for number in range(self._classes(info.classes))))

    def outputs(self, info: DatasetInfo, loss: Loss) -> int:
        return math.prod(info.shape)

    def samples(
        self, inputs: Array, labels: NDArray[Any], data: Data, encoding: TargetEncoding, noise: Generator
    ) -> Samples:
        rows = inputs.reshape(len(inputs), -1)
        source = rows
        if self.conditional:
            own = np.zeros((len(rows), data.n_classes), rows.dtype)
            own[np.arange(len(rows)), labels] = 1.0
            source = np.concatenate([rows, own], axis=1)
        drawn, targets = self.make(source, rows, noise)
        return Samples(drawn, targets, labels, source=source)

    def make(self, source: Array, targets: Array, noise: Generator) -> tuple[Array, Array]:
        width, count = targets.shape[1], len(source)
        inputs = np.empty((count, source.shape[1] + 1), source.dtype)
        start = self.noise((count, width), noise).astype(source.dtype, copy=False)
        times = noise.random((count, 1), np.float32)
        velocity = source[:, :width] - start
        # One operation of rows with single numbers, and one on parts of rows: for points these take 3 us each.
        moved = velocity * times
        moved += start
        inputs[:, :width] = moved
        inputs[:, width] = times[:, 0]
        inputs[:, width + 1 :] = source[:, width:]
        if self.conditional:
            inputs[noise.random(count) < _UNCONDITIONED, width + 1 :] = 0.0
        return inputs, velocity

    def at_rest(self, inputs: Array, shape: Shape, time: float = 1.0) -> Array:
        rows = inputs.reshape(len(inputs), -1)
        width = rows.shape[1]
        made = np.zeros((len(rows), *shape), rows.dtype)
        made[:, :width], made[:, width] = rows, time
        return made

    def pipeline(self, inputs: FittedInputs, data: Data, encoding: TargetEncoding) -> Pipeline:
        """The field as a model of a table: numbers, the time, and the classes in, velocities out."""
        columns = scaled_numbers(inputs)
        time = "t"
        while time in inputs.names_out:
            time += "_"
        classes = [NumberColumn(f"class {number}") for number in range(self._classes(data.n_classes))]
        velocities = tuple(
            NumberColumn(f"velocity of {column.name}", scale=column.scale) for column in columns
        )
        named = data.class_names or tuple(map(str, range(data.n_classes)))
        outputs = VelocityOutputs(velocities, self.start, inputs, named if self.conditional else ())
        return Pipeline(TableInputs((*columns, NumberColumn(time), *classes)), outputs)

    def noise(self, shape: tuple[int, int], noise: Generator) -> Array:
        """Start of samples, float32."""
        return draw_start(self.start, shape, noise)

    def sample(
        self,
        predict: Callable[[Array], Array],
        shape: Shape,
        start: Array,
        steps: int = 40,
        method: Method = "euler",
        *,
        label: int | NDArray[np.int64] | None = None,
        guidance: float = 1.0,
    ) -> Array:
        """The paths (steps + 1, n, numbers) of `start` along the field; `shape` is that of the network's inputs."""
        return flow(predict, shape[0], start, steps, method, label=label, guidance=guidance)

    def _classes(self, classes: int) -> int:
        return classes if self.conditional else 0
