"""What if: the smallest change of a sample that turns the prediction, along the signs of gradients.

I. Goodfellow, J. Shlens and C. Szegedy, Explaining and Harnessing Adversarial Examples, 2014: every input moves as far
as all others, in the direction of its gradient's sign. A. Mądry et al., Towards Deep Learning Models Resistant to
Adversarial Attacks, 2018: in small steps, each projected back to what is allowed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..data.features import build_features
from ..data.pipeline import CategoryColumn, ImageInputs, TableInputs
from ..experiment.prepare import PreparedData
from ..nn.gradient_tape import GradientTape
from ..nn.network import Network, forward_flops
from ..spec.arrays import Array
from .prediction import Prediction, PredictionLoss

CATEGORY_SIZE: Final = 1.0
"""From this size on a category may become another one."""
_SIZES: Final = 8
"""Sizes that are tried at once; the smallest is then looked for between two of them, `_ZOOMS` times in all."""
_ZOOMS: Final = 3
_FEWEST_STEPS, _MAX_STEPS = 4, 12
_OVERSHOOT: Final = 2.5
_FLOPS: Final = 10_000_000_000
_MEASURED: Final = 5_000
_DIFFERENCE: Final = 1e-3


@dataclass(frozen=True)
class Goal:
    """The target prediction, and the parts that may change.

    - `target`: a class, None for any other one; of values n for a higher and -n for a lower n-th value.
    - `size`: how far each column may move, in standard deviations, and each pixel, as a share of the way from black to
      white. None: as far as it must.
    - `fixed`: numbers of the columns that may not change.
    """

    target: int | None = None
    size: float | None = None
    fixed: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Counterfactual:
    """Changed sample: network inputs (*input_shape), no further away than `size`.

    `before` and `after` are the classes that the network says, -1 for values. `turned`: whether it says what it should.
    `points` (2, 2) are the place of a point before and after.
    """

    inputs: Array
    size: float
    before: int
    after: int
    turned: bool
    points: Array | None = None


def largest_size(prepared: PreparedData) -> float:
    """Limit of changes: three standard deviations, or half of the way from black to white."""
    return 0.5 if isinstance(prepared.pipeline.inputs, ImageInputs) else 3.0


class Counterfactuals:
    """Looks for changes of single samples; training state stays unchanged.

    What moves are numbers (n, numbers): coordinates of points, else flattened network inputs.
    """

    def __init__(self, network: Network, prepared: PreparedData) -> None:
        self._network, self._prepared, self._encoding = network, prepared, prepared.encoding
        self._tape = GradientTape(network, _SIZES)
        inputs, features = prepared.pipeline.inputs, bool(prepared.features)
        numbers = prepared.data.inputs[prepared.train_index] if features else prepared.train.inputs
        numbers = numbers.reshape(len(numbers), -1)
        self._low, self._high = numbers.min(axis=0), numbers.max(axis=0)
        self._unit = numbers[:_MEASURED].std(axis=0, dtype=np.float64)
        self._columns = [slice(place, place + 1) for place in range(2 if features else 0)]
        self._categories: dict[int, slice] = {}
        if isinstance(inputs, ImageInputs | TableInputs):
            # The ends of a pixel, and what an input of a category is without and with it.
            self._ends = [
                inputs.scaled(np.full((1, *prepared.data.shape), end)).ravel() for end in (0.0, 1.0)
            ]
        if isinstance(inputs, ImageInputs):
            self._low, self._high = self._ends
            self._unit = np.float64(self._high) - self._low
        if isinstance(inputs, TableInputs):
            for number, column in enumerate(inputs.columns):
                start = self._columns[-1].stop if self._columns else 0
                self._columns.append(slice(start, start + column.width))
                if isinstance(column, CategoryColumn):
                    self._categories[number] = self._columns[number]

    def find(self, sample: Array, goal: Goal, row: int = 0) -> Counterfactual:
        """Of a sample (*input_shape); of points that of `row` of `PreparedData.find`."""
        start = sample.reshape(-1).astype(np.float64)
        if self._prepared.features:
            start = self._prepared.data.inputs[self._prepared.find(row)[2]].astype(np.float64)
        size, most = goal.size, largest_size(self._prepared)
        if size is None and not self._encoding.classes:
            size = most / 6
        if size is not None:
            return self._within(start, np.full(_SIZES, size), goal)[0]
        low, high, found = 0.0, most, None
        for _ in range(_ZOOMS):
            sizes = np.linspace(low, high, _SIZES + 1)[1:]
            changes = self._within(start, sizes, goal)
            turned = next((each for each in changes if each.turned), None)
            if turned is None:
                return found or changes[-1]
            found, low, high = turned, turned.size - (sizes[1] - sizes[0]), turned.size
        assert found is not None
        return found

    def _within(self, start: Array, sizes: Array, goal: Goal) -> list[Counterfactual]:
        """The best change within each of `sizes` (_SIZES,)."""
        encoding, target = self._encoding, goal.target
        at_start, said = self._inputs(start[None]), -1
        sign, label = math.copysign(1.0, target or 1), abs(target or 1) - 1
        if encoding.classes:
            said = int(encoding.decode(self._network.predict(at_start))[0])
            sign, label = (1.0, target) if target is not None else (-1.0, said)
        prediction = Prediction.to(self._network, encoding, at_start[0], label, log_odds=True)
        free = [place for number, place in self._categories.items() if number not in goal.fixed]
        moves = self._unit.copy()
        for place in (*self._categories.values(), *(self._columns[number] for number in goal.fixed)):
            moves[place] = 0.0
        reach = sizes[:, None] * moves
        # Nothing becomes rarer than in the training samples.
        low = np.maximum(start - reach, np.minimum(self._low, start))
        high = np.minimum(start + reach, np.maximum(self._high, start))
        numbers = np.repeat(start[None], _SIZES, axis=0)
        best, most, first = numbers.copy(), np.full(_SIZES, -np.inf), 0.0
        steps = self._steps
        for step in range(steps + 1):
            predictions, slope = self._slope(numbers, prediction)
            predictions, slope = sign * predictions, sign * slope
            better = predictions > most
            best[better], most[better] = numbers[better], predictions[better]
            if step == 0:
                first = float(predictions[0])
            numbers = np.clip(numbers + _OVERSHOOT / steps * reach * np.sign(slope), low, high)
            for place in free:
                zero, one = (end[place] for end in self._ends)
                gains = slope[:, place] * (np.float64(one) - zero)
                chosen = np.where(np.eye(len(one), dtype=bool)[gains.argmax(axis=1)], one, zero)
                numbers[:, place] = np.where(sizes[:, None] >= CATEGORY_SIZE, chosen, start[place])
        inputs = self._inputs(best)
        after = encoding.decode(self._network.predict(inputs)) if encoding.classes else np.full(_SIZES, -1)
        turned = after == target if target is not None else after != said
        if not encoding.classes:
            turned = most > first
        points = [np.stack([start, each]) if self._prepared.features else None for each in best]
        found = zip(inputs, sizes.tolist(), after.tolist(), turned.tolist(), points, strict=True)
        return [
            Counterfactual(made, size, said, label, done, ends) for made, size, label, done, ends in found
        ]

    @property
    def _steps(self) -> int:
        passes = 3 * _SIZES * _ZOOMS * max(1, forward_flops(self._network))
        return max(_FEWEST_STEPS, min(_MAX_STEPS, _FLOPS // passes))

    def _inputs(self, numbers: Array) -> Array:
        """Network inputs (n, *input_shape)."""
        if self._prepared.features:
            return build_features(numbers, self._prepared.features)
        return numbers.reshape(len(numbers), *self._network.input_shape).astype(np.float32)

    def _slope(self, numbers: Array, prediction: Prediction) -> tuple[Array, Array]:
        """The predictions (_SIZES,), and their derivatives by the numbers."""
        tape = self._tape
        with np.errstate(all="ignore"):
            tape.run(
                self._inputs(numbers), np.zeros((_SIZES, self._encoding.outputs)), PredictionLoss(prediction)
            )
            found = tape.pre_activations if prediction.log_odds else tape.outputs
            predictions = prediction.of(found[str(len(tape.network.layers) - 1)])
        gradient = np.nan_to_num(tape.input_gradient.reshape(_SIZES, -1))
        if not self._prepared.features:
            return predictions, gradient
        ways = _DIFFERENCE * np.eye(2)
        moved = [self._inputs(numbers + way) - self._inputs(numbers - way) for way in ways]
        return predictions, np.stack([(each * gradient).sum(axis=1) for each in moved], axis=1)
