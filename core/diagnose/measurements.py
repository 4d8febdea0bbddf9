"""Read-only measurements of a training for the doctor's checks."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData
from ..nn import ActivationFunction, Layer, Sampling
from ..nn.gradient_tape import GradientTape
from ..nn.sampling import divergences
from ..spec.arrays import Array
from ..train.baselines import Ngram, ngrams
from ..train.figures import Figures
from ..train.history import History
from ..train.opening import OPENED
from ..train.trainer import Trainer

MAX_ROWS = 500
"""Samples measured: enough to know a share to about 2 %."""
# Values in all layers and products with weights per examination: some milliseconds.
_MAX_NUMBERS = 300_000
_MAX_PRODUCTS = 20_000_000
_MIN_ROWS = 16
# Above this many weights, copying them every second is noticeable.
_MAX_WEIGHTS = 5_000_000
# Within this share of their range from an end, tanh and sigmoid have slopes below 6 % of their peak.
_NEAR_END = 0.015


@dataclass(frozen=True)
class LayerMeasurements:
    """Measurements of one layer.

    `dead` counts the units, of `units`, that are 0 on every sample; `at_ends` is the share of outputs near an end of
    the activation's range, None without such ends. `gradient` and `weight` are root mean squares of the kernel's
    gradients and weights, None without a kernel; `alike`: all units have the same weights and biases. `spread`: what a
    Sampling layer's codes say of a sample, in nats, None for other layers.
    """

    function: ActivationFunction | None
    units: int
    dead: int
    at_ends: float | None
    gradient: float | None
    weight: float | None
    alike: bool = False
    spread: float | None = None


@dataclass(frozen=True)
class Measurements:
    """Measurements of a training; losses are values of its loss function.

    - `baseline`: the loss of the best constant prediction.
    - `rows`: the number of samples measured, of `samples`.
    - `step_share`: norm of a step relative to the norm of the weights; None if unknown.
    - `deviations` (columns,): standard deviations of the inputs; (1,) for images, over all pixels; (0,) for tokens.
    - `class_counts`, `predicted_counts` (classes,): of all training samples, and of predictions of those measured.
    - `ngrams`: what counts of the last tokens tell of the test texts, uniform chances first; empty for other tasks.
    - `floor`: the least loss that is possible, in nats; NaN if unknown.
    """

    history: History
    figures: Figures
    baseline: float
    rows: int
    samples: int
    finite: bool
    steps_per_epoch: int
    learning_rate: float
    layers: tuple[LayerMeasurements, ...]
    step_share: float | None
    deviations: Array
    names: tuple[str, ...]
    class_counts: NDArray[np.int64]
    class_names: tuple[str, ...]
    predicted_counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    ngrams: tuple[Ngram, ...] = ()
    floor: float = math.nan

    @property
    def train_loss(self) -> float:
        """The training loss that is shown."""
        return self.figures.train.loss


class Measurer:
    """Measures one trainer repeatedly; constants are computed once."""

    def __init__(self, trainer: Trainer, prepared: PreparedData) -> None:
        self._trainer = trainer
        network, train = trainer.network, prepared.train
        numbers = sum(math.prod(shape) for shape in network.shapes) + math.prod(network.input_shape)
        most = min(_MAX_NUMBERS // max(1, numbers), _MAX_PRODUCTS // max(1, network.parameters.size))
        rows = min(len(train), MAX_ROWS, max(_MIN_ROWS, most))
        picked = train.evenly(rows)
        self._inputs, self._targets = picked.inputs, picked.targets
        self._rows, self._samples = rows, len(train)
        self._tape: GradientTape | None = None
        data = prepared.data
        if data.form == "image":
            flat = self._inputs.reshape(-1, 1)
        else:
            flat = train.inputs.reshape(-1, train.inputs.shape[-1])
        # The numbers of tokens are names.
        self._deviations = np.zeros(0) if data.vocabulary else flat.std(axis=0, dtype=np.float64)
        self._names = data.feature_names if data.form == "row" and not prepared.features else ()
        classes = trainer.encoding.classes
        self._counts = np.zeros(0, np.int64)
        if classes and not trainer.encoding.tokens:
            self._counts = np.bincount(train.labels, minlength=classes)
        self._counted: tuple[Ngram, ...] = ()
        if trainer.encoding.tokens and data.vocabulary:
            # As many as are evaluated, and all that the estimates learn from.
            known = prepared.test if len(prepared.test) else train
            self._counted = ngrams(train, known.limited(), data.vocabulary)
        self._class_names, self._floor = data.class_names, data.floor
        self._baseline: tuple[object, float] = (None, math.nan)

    def measure(self, experiment: Experiment, since: float = 0.0) -> Measurements:
        """Measure the trainer of `experiment`; the history starts at epoch `since` or at the last mark."""
        trainer = self._trainer
        finite = bool(np.isfinite(trainer.network.parameters).all())
        looks = finite and trainer.network.parameters.size <= _MAX_WEIGHTS
        if looks:
            if self._tape is None:
                self._tape = GradientTape(trainer.network, self._rows, np.float32)
            self._tape.run(self._inputs, self._targets, trainer.config.loss)
            finite = looks = math.isfinite(self._tape.loss)
        return Measurements(
            history=_history_since(trainer, since),
            figures=trainer.figures,
            baseline=self._baseline_of(experiment),
            rows=self._rows,
            samples=self._samples,
            finite=finite,
            steps_per_epoch=trainer.steps_per_epoch,
            learning_rate=trainer.learning_rate,
            layers=self._layers() if looks else (),
            step_share=self._step_share() if looks else None,
            deviations=self._deviations,
            names=self._names,
            class_counts=self._counts,
            class_names=self._class_names,
            predicted_counts=self._predicted_counts() if looks else np.zeros(0, np.int64),
            ngrams=self._counted,
            floor=self._floor,
        )

    def _baseline_of(self, experiment: Experiment) -> float:
        loss = self._trainer.config.loss
        if self._baseline[0] != loss:
            if self._counted:
                self._baseline = (loss, self._counted[1].nats)
                return self._baseline[1]
            # The mean is the best constant for squared errors and probabilities, and close to it for absolute errors.
            mean = self._targets.mean(axis=0, keepdims=True)
            with np.errstate(all="ignore"):
                value = loss.value(np.repeat(mean, self._rows, axis=0), self._targets)
            self._baseline = (loss, value)
        return self._baseline[1]

    def _layers(self) -> tuple[LayerMeasurements, ...]:
        assert self._tape is not None
        return tuple(
            _layer_measurements(layer, self._tape, index)
            for index, layer in enumerate(self._trainer.network.layers)
        )

    def _predicted_counts(self) -> NDArray[np.int64]:
        """Of each class, how many of the measured samples are predicted to be of it; (0,) of other tasks."""
        assert self._tape is not None
        if not len(self._counts):
            return self._counts
        outputs = self._tape.outputs[str(len(self._trainer.network.layers) - 1)]
        found = self._trainer.task.predictions(outputs, self._trainer.encoding, logits=False)
        return np.bincount(found.reshape(-1), minlength=len(self._counts))

    def _step_share(self) -> float | None:
        """Norm of the optimizer's step for the measured samples' gradient, relative to the weights'."""
        assert self._tape is not None
        parameters = self._tape.network.parameters
        step = self._trainer.optimizer_state.preview_update(parameters, self._tape.gradients)
        length = _root_mean_square(parameters)
        return None if step is None or length == 0.0 else _root_mean_square(step) / length


def _history_since(trainer: Trainer, since: float) -> History:
    """Rows of whole epochs after the last edit: others use few samples, and earlier ones are of another training."""
    history = trainer.log.view()
    since = max(since, *(mark.epoch for mark in trainer.log.marks if mark.text != OPENED), 0.0)
    rows = (history.epoch % 1.0 == 0.0) & (history.epoch >= since)
    if rows.all():
        return history
    return History(**{item.name: getattr(history, item.name)[rows] for item in dataclasses.fields(history)})


def function_of(layer: Layer) -> ActivationFunction | None:
    """The activation of a layer; None if it has none."""
    function = layer if isinstance(layer, ActivationFunction) else layer.output_activation
    return function if isinstance(function, ActivationFunction) else None


def _layer_measurements(layer: Layer, tape: GradientTape, index: int) -> LayerMeasurements:
    function = function_of(layer)
    outputs = tape.outputs[str(index)]
    dead, at_ends = 0, None
    with np.errstate(all="ignore"):
        if function is not None and function.kind == "relu":
            peaks = outputs.max(axis=tuple(range(outputs.ndim - 1)))
            dead = int(np.count_nonzero(peaks <= 0.0))
        elif function is not None and function.kind in ("tanh", "sigmoid"):
            margin = _NEAR_END * (function.high - function.low)
            near = (outputs < function.low + margin) | (outputs > function.high - margin)
            at_ends = float(np.mean(near))
        kernel = tape.network.weights[index].get("kernel")
        gradient = tape.weight_gradients[index].get("kernel")
        return LayerMeasurements(
            function=function,
            units=outputs.shape[-1],
            dead=dead,
            at_ends=at_ends,
            gradient=None if gradient is None else _root_mean_square(gradient),
            weight=None if kernel is None else _root_mean_square(kernel),
            alike=kernel is not None and _are_alike(kernel),
            spread=float(divergences(tape.inputs[str(index)]).sum()) if isinstance(layer, Sampling) else None,
        )


def _are_alike(kernel: Array) -> bool:
    """Whether the units, along the last axis, have equal weights."""
    if kernel.shape[-1] < 2:
        return False
    # Most differ in the first row already.
    first = kernel.reshape(-1, kernel.shape[-1])[0]
    return bool((first == first[0]).all() and (kernel == kernel[..., :1]).all())


def _root_mean_square(array: Array) -> float:
    return float(np.sqrt(np.mean(np.square(array, dtype=np.float64))))
