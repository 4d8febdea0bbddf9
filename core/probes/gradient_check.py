"""Gradient check: the backward pass of every layer against central differences, in float64.

Each layer is checked alone, on the inputs that it gets in the network, so that an error shows in the layer that has it
and not in all layers before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..data.batches import Samples
from ..data.target_encoding import TargetEncoding
from ..experiment.prepare import PreparedData
from ..io.budget import OnProgress
from ..io.number_text import rounded_text
from ..nn import Layer, Shape
from ..nn.dropout_stream import DropoutStream
from ..nn.losses import Loss
from ..nn.network import Network
from ..nn.stage import Address, bound_apart
from ..spec.arrays import Array, Arrays
from ..train.evaluation import Objective
from ..train.slow_step import SlowStep
from ..train.tasks import Task, usual_task
from ..train.train_step import TrainStep
from ..train.training_config import TrainingConfig
from .subject import Subject, no_report

BOUND: Final = 1e-5
"""The largest relative error of a right gradient. Right ones measured at most 3e-7, wrong ones 1e-2 and more."""

_SAMPLES = 16
_FEWEST = 3
_NUMBERS = 60_000
"""Of a layer's output: fewer samples of images."""
_ENTRIES = 48
"""Checked entries of a larger array; one random direction through all entries is added."""
_STEPS: Final = (1e-5, 1e-6, 1e-7)
"""Differences across the kink of a ReLU are wrong, and rarely so at a smaller step too."""
_ROUNDING = 16 * np.finfo(np.float64).eps / _STEPS[0]
"""Of a difference of values of size 1 at the largest step. Gradients of a saturated network are as small: of one whose
weights were 40 times those at the start, right ones were 8e-4 off without it."""
_JITTER = 1e-2
_ATTEMPTS = 3
_FLOOR = 1e-3


@dataclass(frozen=True)
class LayerCheck:
    """The check of one part of the network: a layer, the loss, or all of it.

    - `layer`: index of the layer; None for the loss and the whole network.
    - `error`: the largest relative error of `checked` derivatives; infinite if a number was not finite.
    - `worst`: where it was, such as "kernel"; "" without any derivative.
    """

    name: str
    layer: int | None
    error: float
    worst: str
    checked: int
    bound: float = BOUND

    @property
    def passed(self) -> bool:
        return self.error <= self.bound


@dataclass(frozen=True)
class GradientCheck:
    """All checks in the order of the network; a report on the way has the first ones, and the share that is done."""

    rows: tuple[LayerCheck, ...]
    samples: int
    share: float = 1.0

    @property
    def passed(self) -> bool:
        return all(row.passed for row in self.rows)

    @property
    def sentence(self) -> str:
        """The outcome in a sentence."""
        wrong = [row for row in self.rows if not row.passed]
        if not wrong:
            worst = max((row.error for row in self.rows), default=0.0)
            return f"Every gradient is right: the largest relative error is {rounded_text(worst, 2)}."
        first = wrong[0]
        if math.isinf(first.error):
            return f"{first.name} gives numbers that are not finite, so nothing can be compared."
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        return f"The gradient of {first.name} ({first.worst}) is off by {rounded_text(first.error, 2)}{more}."


def check_gradients(subject: Subject, report: OnProgress = no_report) -> GradientCheck:
    """Check the subject's network on a batch, with its loss; `report` gets `GradientCheck`s."""
    training = subject.experiment.training
    encoding = subject.prepared.encoding
    labels = subject.prepared.train.labels
    weights = None if encoding.tokens else training.class_weights.weights(labels, encoding.classes)
    network = subject.network(np.float64)
    widest = max(math.prod(shape) for shape in (network.input_shape, *network.shapes))
    samples = subject.batch(max(_FEWEST, min(_SAMPLES, _NUMBERS // widest)))
    return check_network(network, samples, training, encoding, weights, report, subject.prepared.task)


def check_unit(
    step: SlowStep,
    prepared: PreparedData,
    config: TrainingConfig,
    address: tuple[Address, int],
    report: OnProgress = no_report,
) -> LayerCheck:
    """The gradient by the weights of a unit, or of all its layer, in a slow step on the first samples that it shows.

    `address` is (layer, unit). `report` is called often, with None.
    """
    layer, unit = address
    network = Network(step.network.layers, step.network.input_shape, dtype=np.float64, seed=None)
    network.output_overrides, network.muted_heads = step.network.output_overrides, step.network.muted_heads
    for path, made in step.layers.items():
        for name, array in made.weights.items():
            network.places[path].weights[name][...] = array
    encoding, labels = prepared.encoding, prepared.train.labels
    weights = None if encoding.tokens else config.class_weights.weights(labels, encoding.classes)
    train_step = TrainStep(network, prepared.task, encoding, config, weights)
    # 16 texts took two minutes in a block of attention, one takes 2 s; a batch of one has no variance.
    inputs, targets = step.layers["0"].inputs[:_FEWEST].astype(np.float64), step.targets[:_FEWEST]
    targets = targets if encoding.tokens else targets.astype(np.float64)
    noise, arrays = network.noise_state, {}

    def value() -> float:
        report(None)
        network.noise_state = noise
        return train_step.fill_gradients(inputs, targets)

    with np.errstate(all="ignore"):
        value()
        place = network.places[str(layer)]
        for name, gradient in place.weight_gradients.items():
            own = gradient.shape[-1] == place.output_shape[-1]
            cut = (..., slice(unit, unit + 1) if own else slice(None))
            arrays[name] = place.weights[name][cut], gradient[cut].copy()
        return _row(place.layer.title, None, arrays.items(), value, np.random.default_rng(0))


def check_network(
    network: Network,
    samples: Samples,
    config: TrainingConfig,
    encoding: TargetEncoding,
    class_weights: Array | None = None,
    report: OnProgress = no_report,
    task: Task | None = None,
) -> GradientCheck:
    """Check a float64 network, whose weights are moved a little; see `check_gradients`.

    Units that sit exactly at the kink of a ReLU, such as those over blank pixels, have no derivative; after the move
    there are none.
    """
    if network.dtype != np.float64:
        raise ValueError(f"Gradient check: the network must be of float64, got {network.dtype}")
    rng = np.random.default_rng(0)
    _jitter(network.parameters, rng)
    rows: list[LayerCheck] = []
    count = len(network.layers) + 2
    step = TrainStep(network, task or usual_task(encoding.labels), encoding, config, class_weights)
    with np.errstate(all="ignore"):
        for row in _checks(network, samples, step, rng):
            rows.append(row)
            report(GradientCheck(tuple(rows), len(samples), len(rows) / count))
    return GradientCheck(tuple(rows), len(samples))


def _checks(
    network: Network, samples: Samples, step: TrainStep, rng: np.random.Generator
) -> Iterator[LayerCheck]:
    inputs = np.array(samples.inputs, np.float64)
    reached = [inputs, *network.layer_outputs(inputs)]
    shapes = (network.input_shape, *network.shapes)
    for index, layer in enumerate(network.layers):
        arrays = network.weights[index], network.weight_gradients[index]
        yield _check_layer(index, layer, reached[index], shapes[index : index + 2], *arrays, rng)
    targets = samples.targets if step.objective.encoding.tokens else samples.targets.astype(np.float64)
    yield _check_loss(step.objective, reached[-1], targets, rng)
    yield _check_whole(network, inputs, targets, step, rng)


def _check_layer(
    index: int,
    layer: Layer,
    inputs: Array,
    shapes: tuple[Shape, ...],
    parameters: Arrays,
    gradients: Arrays,
    rng: np.random.Generator,
) -> LayerCheck:
    """The derivatives of a random sum of the outputs by inputs and weights.

    A wrong gradient is wrong on other inputs too; a right one fails only where a kink is nearer than the steps.
    """
    part = _BoundLayer(layer, len(inputs), shapes[0], parameters, gradients)
    for _ in range(_ATTEMPTS):
        x = inputs.copy()
        _jitter(x, rng)
        factors = rng.normal(size=part.forward(x).shape)

        def value(x: Array = x, factors: Array = factors) -> float:
            return float(np.vdot(factors, part.forward(x))) + part.added_loss

        arrays = {"inputs": (x, np.array(part.backward(factors.copy())))}
        arrays |= {key: (parameters[key], array.copy()) for key, array in gradients.items()}
        found = _row(f"{index + 1} · {layer.title}", index, arrays.items(), value, rng)
        if found.passed:
            break
    return found


def _check_loss(objective: Objective, outputs: Array, targets: Array, rng: np.random.Generator) -> LayerCheck:
    """The derivative by the outputs, or by the logits where the loss is fused with the last activation."""
    bound, loss = objective.bound, objective.loss
    # Any logits do: those of the network are inside its last layer.
    at = rng.normal(size=outputs.shape) if objective.fused else _within(outputs, loss, rng)
    gradient = np.empty_like(at)
    bound.value_and_gradient(at.copy(), targets, gradient)
    return _row(loss.title, None, [("outputs", (at, gradient))], lambda: bound.value(at, targets), rng)


def _within(outputs: Array, loss: Loss, rng: np.random.Generator) -> Array:
    """Outputs moved a little; probabilities away from 0 and 1, where losses clip them."""
    moved: Array = outputs.copy()
    _jitter(moved, rng)
    return np.clip(moved, 1e-3, 1.0 - 1e-3) if loss.fuses else moved


def _check_whole(
    network: Network, inputs: Array, targets: Array, step: TrainStep, rng: np.random.Generator
) -> LayerCheck:
    """The gradient of a training step by all weights."""
    noise, state = network.noise_state, network.state.copy()

    def value() -> float:
        network.noise_state = noise
        return step.fill_gradients(inputs, targets)

    value()
    whole = ("all weights", (network.parameters, network.gradients.copy()))
    arrays = [whole] if network.parameters.size else []
    found = _row("Whole network", None, arrays, value, rng)
    network.state[...] = state
    return found


class _BoundLayer:
    """A layer and its activation on a batch, with the same noise in every pass."""

    def __init__(
        self, layer: Layer, batch: int, input_shape: Shape, parameters: Arrays, gradients: Arrays
    ) -> None:
        self._rng, self._dropout = np.random.default_rng(1), DropoutStream(1)
        self._noise = self._rng.bit_generator.state, self._dropout.state_dict()
        stages = layer.stages("0", input_shape, parameters, gradients)
        bound = bound_apart(stages, batch, np.dtype(np.float64), self._rng, self._dropout)
        self._ops = [op for _, op in bound if op is not None]

    @property
    def added_loss(self) -> float:
        return sum(op.added_loss for op in self._ops)

    def forward(self, x: Array) -> Array:
        self._rng.bit_generator.state, state = self._noise[0], self._noise[1]
        self._dropout.load_state_dict(state)
        for op in self._ops:
            x = op.forward(x)
        return x

    def backward(self, gradient: Array) -> Array:
        for op in reversed(self._ops):
            gradient = op.backward(gradient)
        return gradient


def _row(
    name: str,
    layer: int | None,
    arrays: Iterable[tuple[str, tuple[Array, Array]]],
    value: Callable[[], float],
    rng: np.random.Generator,
) -> LayerCheck:
    """Compare every array's gradient, (array, gradient), with differences of `value`."""
    error, worst, checked = 0.0, "", 0
    if not math.isfinite(value()):
        return LayerCheck(name, layer, math.inf, "", 0)
    for key, (array, gradient) in arrays:
        found, count = _largest_error(array, gradient, value, rng)
        checked += count
        if found >= error:
            error, worst = found, key
    return LayerCheck(name, layer, error, worst, checked)


def _largest_error(
    array: Array, gradient: Array, value: Callable[[], float], rng: np.random.Generator
) -> tuple[float, int]:
    """The largest relative error of an array's gradient, and how many derivatives were compared."""
    if not np.isfinite(gradient).all():
        return math.inf, 0
    least = _FLOOR * float(np.sqrt(np.mean(np.square(gradient)))) + 1e-9 if gradient.size else 1.0
    many = array.size > _ENTRIES
    places = rng.choice(array.size, _ENTRIES, replace=False) if many else np.arange(array.size)
    errors = []
    for place in zip(*np.unravel_index(places, array.shape), strict=True):
        part = array[tuple(slice(at, at + 1) for at in place)]
        errors.append(_relative_error(part, np.ones(part.shape), float(gradient[place]), least, value))
    if many:
        direction = rng.normal(size=array.shape) / math.sqrt(array.size)
        errors.append(_relative_error(array, direction, float(np.vdot(direction, gradient)), least, value))
    return max(errors, default=0.0), len(errors)


def _relative_error(
    part: Array, direction: Array, expected: float, least: float, value: Callable[[], float]
) -> float:
    """The error of the slope of `value` along a direction of an array's part, at the best of some steps."""
    kept, best = part.copy(), math.inf
    for step in _STEPS:
        part[...] = kept + step * direction
        above = value()
        part[...] = kept - step * direction
        below = value()
        slope = (above - below) / (2.0 * step)
        # What is lost by rounding is no error above the bound.
        rounded = _ROUNDING * max(1.0, abs(above), abs(below)) / BOUND
        error = abs(slope - expected) / max(abs(slope), abs(expected), least, rounded)
        best = min(best, error) if math.isfinite(error) else best
        if best <= BOUND:
            break
    part[...] = kept
    return best


def _jitter(array: Array, rng: np.random.Generator) -> None:
    """Move all numbers a little."""
    typical = float(np.sqrt(np.mean(np.square(array)))) if array.size else 0.0
    array += _JITTER * max(typical, 1.0) * rng.normal(size=array.shape)
