"""Write a training as the tables that the kernel reads, or say why numpy must train it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.target_encoding import TargetEncoding
from ..nn import ActivationFunction, AveragePooling2D, Conv2D, GlobalAveragePooling2D, MaxPooling2D
from ..nn.dropout_stream import DropoutStream
from ..nn.layer import Stage, kernel_penalties
from ..nn.losses import Loss
from ..nn.network import Network, forward_flops, offset_in
from ..nn.pooled_convolution import PooledConvolution, joined
from ..nn.recurrent import Recurrent
from ..nn.sliding_window import SlidingWindow
from ..optim import SGD, Optimizer, OptimizerState
from ..optim.clipping import Clipping
from ..optim.piecewise_schedule import PiecewiseLinear
from ..optim.schedules import Scheduler
from ..spec.arrays import Array
from ..spec.regularizer import Regularizer
from . import codes as c

_EVALUATED_LANES = 64
"""Evaluations take this many samples at once, in a workspace of their own."""
_MAX_MEGABYTES = 256
# Multiplications in a pass over a batch, and lanes, from which on two cores share it: they take 1.4 to 1.9 times less
# time. One core takes 0.9 to 1.05 times that of whole steps, with 784-512-512 in batches of 128 1.18: half a product of
# BLAS takes more than half its time, and there are twice the gradients. Parts of 32 lanes would cost 1.1 to 1.3 times.
_MIN_SPLIT, _MIN_LANES = 10_000_000, 128
_LOSS_ROWS = 3
"""Of the scratch, for maxima and sums over classes; a softmax has two more rows of its own."""


@dataclass(frozen=True, eq=False)
class TrainingSetup:
    """A network and settings to train, as bound by a trainer."""

    network: Network
    optimizer_state: OptimizerState
    loss: Loss
    fused: bool
    encoding: TargetEncoding
    regularizer: Regularizer
    clipping: Clipping
    scheduler: Scheduler
    batch_size: int
    samples: int = 0
    """Of an epoch, whose last batch may be smaller; 0 where nobody knows."""

    @property
    def takes_logits(self) -> bool:
        """Whether the loss takes logits: those before the last activation, or the outputs themselves."""
        return self.fused or self.loss.takes_logits


def why_not(setup: TrainingSetup) -> str:
    """A sentence that names what keeps this training with numpy; "" if the kernel can train it."""
    network = setup.network
    if network.dtype != np.float32:
        return f"The compiled engine computes in float32, and this network in {network.dtype}."
    if (optimizer := setup.optimizer_state.optimizer).full_batch:
        return f"The compiled engine has no {optimizer.title}, which searches along lines."
    if c.SAME_OPTIMIZERS.get(optimizer.kind, optimizer.kind) not in c.OPTIMIZERS:
        return f"The compiled engine has no optimizer called {optimizer.title}."
    if setup.regularizer.kind not in c.PENALTIES:
        return f"The compiled engine has no regularizer called {setup.regularizer.title}."
    for layer, before in zip(network.layers, (network.input_shape, *network.shapes), strict=False):
        function = layer.output_activation or layer
        if layer.kind not in _LAYERS and layer.kind not in c.ACTIVATIONS:
            return f"The compiled engine has no {layer.title} layer."
        if isinstance(function, ActivationFunction) and function.kind not in (*c.ACTIVATIONS, "linear"):
            return f"The compiled engine has no activation called {function.title}."
        softmax = function.kind == "softmax" and not (setup.fused and layer is network.layers[-1])
        if len(before) != 1 and (layer.kind == "layer_normalization" or softmax):
            return f"The compiled engine has no {layer.title} of {'sequences' if len(before) == 2 else 'images'}."
        if layer.kind == "embedding" and layer.masks(False):
            return "The compiled engine has no masks."
        if layer.kind == "batch_normalization" and not layer.trainable:
            return "The compiled engine has no BatchNorm that keeps its averages."
        if isinstance(layer, Recurrent) and (layer.dropout or not layer.is_plain):
            return f"The compiled engine has no {layer.title} with dropout or other activations."
        if layer.kind == "dropout" and not isinstance(network.dropout, DropoutStream):
            return "This project draws its dropout as an older version did, which only numpy does; a reset ends that."
    if c.SAME_LOSSES.get(setup.loss.kind, setup.loss.kind) not in c.LOSSES:
        return f"The compiled engine has no loss {setup.loss.title}."
    if setup.takes_logits and not setup.encoding.classes:
        return f"The compiled engine has no {setup.loss.title} of values."
    tokens = setup.encoding.tokens
    if tokens and (not setup.takes_logits or getattr(setup.loss, "label_smoothing", False)):
        return "The compiled engine learns tokens from logits, without label smoothing."
    if any(True for layer in network.layers for _ in kernel_penalties(layer)):
        return "The compiled engine has no kernel_regularizer of single layers."
    if len(network.output_shape) != 1 + tokens or not network.parameters.size:
        return "The compiled engine needs a network with weights that ends in a row of numbers."
    if setup.scheduler.schedule.kind not in c.SCHEDULES:
        return f"The compiled engine has no schedule called {setup.scheduler.schedule.title}."
    megabytes = 4e-6 * _numbers(setup)
    if megabytes > _MAX_MEGABYTES:
        return (
            f"The compiled engine would need {megabytes:,.0f} MB for the values of all layers, "
            f"and is used up to {_MAX_MEGABYTES}."
        )
    return ""


def why_slower(setup: TrainingSetup) -> str:
    """A sentence that names what numpy trains faster; "" if nothing does. It is asked of what `why_not` allows."""
    batch = setup.batch_size
    samples = setup.samples or batch
    lanes = _lanes(batch) * -(-samples // batch)  # the last batch of an epoch has as many
    # By the benchmark `cliffs`: empty lanes cost as much as full ones, and the more weights filters have, the less is
    # numpy's time spent around its products. So are states: 32 units gain in batches of one, 48 of 4, 128 only of 10.
    for stage in setup.network.stages(setup.fused):
        layer: Any = stage.layer
        kernel = stage.parameters.get("kernel", np.empty(0))
        most, what = math.inf, ""
        if isinstance(layer, Conv2D):
            most, what = 1.25 + (7700.0 / kernel.size) ** 2, f"convolutions with {kernel.size:,} weights"
        elif layer.kind in c.CELLS:
            most, what = 1.6 + (63.0 / layer.units) ** 4, f"{layer.title} layers of {layer.units:,} units"
        elif kernel.size and len(stage.input_shape) == 2:
            most, what = 1.6 + (50.0 / max(kernel.shape)) ** 4, f"{layer.title} layers at each position"
        if lanes / samples > most:
            return (
                f"NumPy is faster for {what} in batches of {batch}: "
                f"the compiled engine computes multiples of {c.LANES} samples."
            )
    return ""


def splits(setup: TrainingSetup) -> bool:
    """Whether steps have two parts, for two cores; also on one, so that cores do not change the numbers."""
    network = setup.network
    if forward_flops(network) * setup.batch_size < _MIN_SPLIT or _lanes(setup.batch_size) < _MIN_LANES:
        return False
    # What a part must know of the other: sums over the batch, and random numbers in the order of pixels.
    return c.LOSSES[_loss_code(setup.loss, setup.takes_logits)] != "root_mean_squared_error" and not any(
        layer.kind == "batch_normalization" or (layer.kind == "dropout" and len(shape) == 3)
        for layer, shape in zip(network.layers, network.shapes, strict=True)
    )


_LAYERS = (
    "dropout", "batch_normalization", "layer_normalization", "dense", "activation", "linear", "flatten", "reshape",
    "conv2d", "max_pooling2d", "average_pooling2d", "global_average_pooling2d", "embedding", *c.CELLS,
)  # fmt: skip


def _lanes(batch: int) -> int:
    return -(-batch // c.LANES) * c.LANES


def _numbers(setup: TrainingSetup) -> int:
    """About how many numbers both workspaces have: values, what is kept of them, and two gradients."""
    network = setup.network
    stages = joined(network.stages(setup.fused))
    shapes = [stage.output_shape for stage in stages if not isinstance(stage.layer, ActivationFunction)]
    sizes = [math.prod(shape) for shape in (network.input_shape, *shapes)]
    cells = [_Cell(stage) for stage in stages if "recurrent_kernel" in stage.parameters]
    kept: int = sum(cell.kept + cell.scratch(c.LANES) for cell in cells)
    return (2 * (sum(sizes) + max(sizes)) + kept) * (_lanes(setup.batch_size) + _EVALUATED_LANES)


class _Cell:
    """The rows of a recurrent layer: see `recurrent`."""

    def __init__(self, stage: Stage) -> None:
        self.time, self.channels = stage.input_shape
        layer: Any = stage.layer
        self.kind = c.CELLS.index(layer.kind)
        self.units: int = layer.units
        self.kept = (self.time + 1) * (self.channels + 1 + c.SPANS[self.kind] * self.units)
        """Blocks of all steps, and of the last state."""

    def scratch(self, lanes: int) -> int:
        """Gradients of the state, of kernels and bias, and of all sums."""
        padded = _lanes((c.SPANS[self.kind] - 1) * self.units)
        return 2 * self.units + -(-(self.channels + self.units + 1) * padded // lanes) + self.time * padded


class Program:
    """The tables of a setup for `kernel.run`, on the network's and the optimizer's own vectors."""

    def __init__(self, setup: TrainingSetup) -> None:
        self.setup, network = setup, setup.network
        batch = setup.batch_size
        lanes, other = _lanes(batch), 0
        if splits(setup):
            other = lanes // (2 * c.LANES) * c.LANES
        self._lanes = other or lanes
        self.has_parts = other > 0
        """Whether two cores can share a step."""
        self._inputs = int(np.prod(network.input_shape))
        self._row = self._width = self._inputs
        self._ops: list[list[int]] = []
        self._reals: list[tuple[float, float]] = []
        self._units: list[int] = []
        self._values: list[float] = []
        self._scratch = _LOSS_ROWS
        stop = -1
        for stage in joined(network.stages(setup.fused)):
            if stage.gradients and stop < 0:
                stop = len(self._ops)
            self._add_stage(stage)
        wide = max(max(op[c.INPUTS], op[c.OUTPUTS]) for op in self._ops)
        gradient = self._row
        scratch = gradient + 2 * wide + self._ops[-1][c.OUTPUTS] + 1
        rows = scratch + self._scratch
        whole = {
            c.BATCH: batch,
            c.LOSS: c.TOKENS if setup.encoding.tokens else _loss_code(setup.loss, setup.takes_logits),
            c.OPTIMIZER: _optimizer_code(setup.optimizer_state.optimizer),
            c.SCHEDULE: c.SCHEDULES[setup.scheduler.schedule.kind][0],
            c.PENALTY: c.PENALTIES[setup.regularizer.kind],
            c.CLIPPING: c.CLIPPINGS[setup.clipping.kind],
            c.LEARNED: network.kernels.size,
            c.GRADIENT: gradient,
            c.CLASSES: setup.encoding.classes,
            c.WIDE: wide,
            c.STOP: stop,
            c.SCRATCH: scratch,
        }
        slots = [*setup.optimizer_state.slots.values(), *[np.empty(0, np.float32)] * 2]
        space, second, evaluated = (
            _workspace(rows, width) for width in (lanes - other, other, _EVALUATED_LANES)
        )
        self.memory = c.Memory(
            network.parameters, network.gradients, slots[0], slots[1], network.state,
            np.zeros(network.gradients.size if other else 0, np.float32),
            space, second, evaluated, np.ones(c.TURNS, np.int64), np.zeros(2),
        )  # fmt: skip
        frozen = np.concatenate([np.zeros(0, np.int64), *self._frozen()])
        key = network.dropout.key if isinstance(network.dropout, DropoutStream) else np.zeros(2, np.uint64)
        schedule = setup.scheduler.schedule
        points = schedule.points if isinstance(schedule, PiecewiseLinear) else ()
        self._real = np.zeros(c.REALS + len(points))
        self.tables = c.Tables(
            np.array(self._ops, np.int64),
            np.array(self._reals, np.float64),
            np.array(self._units, np.int64),
            np.array(self._values, np.float32),
            frozen,
            np.empty(len(frozen), np.float32),
            key.copy(),
            np.array([whole[place] for place in range(c.WHOLES)], np.int64),
            self._real,
            np.zeros(network.output_shape[0]),
        )
        self._set_reals()

    def refresh(self) -> None:
        """Read again what changes from epoch to epoch, or when a state is restored."""
        self._real[c.RATE], self._real[c.SCHEDULE_START] = self._base_rate(), self.setup.scheduler.start
        if isinstance(stream := self.setup.network.dropout, DropoutStream):
            self.tables.key[:] = stream.key

    def data(
        self, inputs: Array, targets: Array, weights: Array | None, labels: NDArray[Any], evaluated: int
    ) -> c.Data:
        """Samples for the kernel: `inputs` (samples, ...), `targets` (samples, outputs), `weights` (samples,) or None.

        The variance of values, for R², is that of the first `evaluated`.
        """
        numbers = labels if self.setup.encoding.classes and labels.ndim == 1 else np.empty(0)
        wide = (targets[:0] if self.setup.encoding.classes else targets[:evaluated]).astype(np.float64)
        return c.Data(
            _read_only(inputs.reshape(len(inputs), self._inputs), np.float32),
            _read_only(targets, np.float32),
            np.empty(0, np.float32) if weights is None else np.ascontiguousarray(weights, np.float32),
            _read_only(numbers, np.int64),
            np.square(wide - wide.mean(axis=0)).sum(axis=0) if len(wide) else np.zeros(targets.shape[1]),
        )

    def _add_stage(self, stage: Stage) -> None:
        network = self.setup.network
        places = {
            name: offset_in(array, network.parameters if name in stage.gradients else network.state)
            for name, array in stage.parameters.items()
        }
        layer: Any = stage.layer
        shape, units = stage.output_shape, math.prod(stage.output_shape)
        if isinstance(layer, (Conv2D, PooledConvolution)) or (layer.kind == "dense" and len(shape) == 2):
            self._add_windows(c.CONVOLUTION, stage, [places["kernel"], places.get("bias", -1)])
        elif isinstance(layer, MaxPooling2D):
            self._add_windows(c.MAX_POOL, stage, [-1, -1])
        elif isinstance(layer, (AveragePooling2D, GlobalAveragePooling2D)):
            self._add_windows(c.MEAN_POOL, stage, [-1, -1])
        elif isinstance(layer, ActivationFunction):
            self._add_function(layer, units)
        elif layer.kind in c.CELLS:
            cell = _Cell(stage)
            self._scratch = max(self._scratch, cell.scratch(self._lanes))
            self._add(
                c.RECUR, units, [places["kernel"], places["bias"], cell.time, cell.units], kept=cell.kept
            )
            self._ops[-1][c.FUNCTION] = cell.kind
        elif layer.kind == "embedding":
            self._add(c.EMBED, units, [places["embeddings"], *stage.parameters["embeddings"].shape])
        elif layer.kind == "dense":
            self._add(c.DENSE, units, [places["kernel"], places.get("bias", -1)])
        elif layer.kind == "dropout" and layer.rate > 0.0:
            # numpy's mask of images is (rows, channels, columns, batch), of others (batch, units).
            grid = [shape[1], shape[2]] if len(shape) == 3 else [0, 0]
            self._add(c.DROPOUT, units, grid, layer.rate, kept=units)
        elif layer.kind in ("batch_normalization", "layer_normalization"):
            names = ("gamma", "beta", "moving_mean", "moving_variance")
            batch = layer.kind == "batch_normalization"
            # What is normalized, and 1 / deviation of every channel, or of every lane with two sums.
            kept = units + (shape[-1] if batch else 3)
            code = c.BATCH_NORM if batch else c.LAYER_NORM
            numbers = layer.epsilon, getattr(layer, "momentum", 0.0)
            self._add(code, units, [places.get(name, -1) for name in names], *numbers, kept=kept)
            self._ops[-1][c.GROUPS] = shape[-1]
        if stage.ends_layer and stage.overrides is not None:
            channels = shape[-1]
            known = [pair for pair in zip(*stage.overrides, strict=True) if pair[0] < channels]
            first = len(self._units)
            # A unit of an image is a channel, at every pixel.
            for start in range(0, units, channels):
                self._units += [start + int(unit) for unit, _ in known]
                self._values += [value for _, value in known]
            self._add(c.OVERRIDE, units, [first, len(self._units)])

    def _add_function(self, function: Any, units: int) -> None:
        """An activation: at once with a convolution if its slope follows from its value, else on its own."""
        code = c.ACTIVATIONS.index(function.kind)
        parameter = getattr(function, "alpha", getattr(function, "negative_slope", 0.0))
        if (
            self._ops
            and self._ops[-1][c.OP] == c.CONVOLUTION
            and not function.uses_input
            and code != c.SOFTMAX
        ):
            before = self._ops[-1]
            if before[c.FUNCTION] < 0:
                before[c.FUNCTION], self._reals[-1] = code, (parameter, 0.0)
                return
        # Not in place, even where f' needs the output alone: the compiler makes no vectors where rows may overlap.
        self._add(c.ACTIVATION, units, [code], parameter, kept=2 if code == c.SOFTMAX else 0)

    def _add_windows(self, code: int, stage: Stage, places: list[int]) -> None:
        """A convolution or pool, or a dense layer at each position, which is a filter of one pixel."""
        pooled = isinstance(stage.layer, PooledConvolution)
        layer: Any = stage.layer.layer if isinstance(stage.layer, PooledConvolution) else stage.layer
        image, shape = ((1, 1, *shape)[-3:] for shape in (stage.input_shape, stage.output_shape))
        windows = layer.windows(image) or [
            SlidingWindow.along(pixels, 1, 1, 1, "valid") for pixels in image[:2]
        ]
        down, across = ((w.size, w.stride, w.dilation, w.before) for w in windows)
        both = [number for pair in zip(down, across, strict=True) for number in pair]
        places = [*places, len(self._units), shape[2]]
        self._units += [*image, *shape[:2], *both, int(pooled)]
        self._values += [0.0] * c.SHAPE
        if code == c.CONVOLUTION:
            # See `images`: four pixels, one with lanes and filters swapped, and the kernel's gradient.
            padded, taps = _lanes(shape[2]), down[0] * across[0] * image[2]
            gradient = -(-max(taps * padded, c.LANES * min(taps * shape[2], c.NARROW)) // self._lanes)
            self._scratch = max(self._scratch, 4 * shape[2] + padded + gradient)
        kept = math.prod(shape) if pooled or code == c.MAX_POOL else 0
        self._add(code, math.prod(shape), places, kept=kept)
        self._ops[-1][c.FUNCTION] = -1

    def _add(self, code: int, units: int, places: list[int], *reals: float, kept: int = 0) -> None:
        before = self._ops[-1][c.TO] if self._ops else 0
        op = [0] * c.COLUMNS
        op[c.OP], op[c.INPUTS], op[c.OUTPUTS], op[c.FROM] = code, self._width, units, before
        op[c.TO] = self._row
        op[c.FIRST : c.FIRST + len(places)] = places
        op[c.KEPT] = self._row + units
        self._row = op[c.KEPT] + kept
        self._width = units
        self._ops.append(op)
        self._reals.append((*reals, 0.0, 0.0)[: c.REAL_COLUMNS])  # type: ignore[arg-type]

    def _set_reals(self) -> None:
        setup, real = self.setup, self._real
        optimizer, loss, schedule = setup.optimizer_state.optimizer, setup.loss, setup.scheduler.schedule
        smoothing = getattr(loss, "label_smoothing", 0.0)
        outputs = setup.network.output_shape[-1] if loss.kind == "cross_entropy" else 2
        real[c.LOSS_PARAMETER] = getattr(loss, "delta", getattr(loss, "scale", outputs))
        real[c.SMOOTHING], real[c.SMOOTHED] = smoothing, smoothing / outputs
        real[c.RATE] = self._base_rate()
        real[c.BETA_1] = _first_of(optimizer, ("momentum", "rho", "beta_1"))
        real[c.BETA_2] = getattr(optimizer, "beta_2", 0.0)
        real[c.EPSILON] = getattr(optimizer, "epsilon", 0.0)
        real[c.DECAY] = getattr(optimizer, "weight_decay", 0.0)
        real[c.PENALTY_RATE] = getattr(setup.regularizer, "rate", 0.0)
        real[c.LIMIT] = _first_of(setup.clipping, ("clipvalue", "global_clipnorm"))
        encoding = setup.encoding
        real[c.THRESHOLD] = encoding.logit_threshold if setup.takes_logits else encoding.threshold
        real[c.SCHEDULE_START] = setup.scheduler.start
        for place, name in enumerate(c.SCHEDULES[schedule.kind][1]):
            real[c.SCHEDULE_A + place] = getattr(schedule, name)
        if isinstance(schedule, PiecewiseLinear):
            is_log = schedule.scale == "log"
            real[c.SCHEDULE_A], real[c.SCHEDULE_B] = len(schedule.epochs), is_log
            real[c.REALS :: 2] = schedule.epochs
            real[c.REALS + 1 :: 2] = np.log(schedule.shares) if is_log else schedule.shares

    def _base_rate(self) -> float:
        """The optimizer's learning rate, as a plateau has lowered it; other schedules are the kernel's."""
        scheduler, rate = self.setup.scheduler, self.setup.optimizer_state.optimizer.learning_rate
        return scheduler.rate(rate, scheduler.start, 0, 1) if scheduler.uses_loss else rate

    def _frozen(self) -> Iterator[NDArray[np.int64]]:
        parameters = self.setup.network.parameters
        for weights, _ in self.setup.network.frozen:
            steps = np.array(weights.strides, np.int64) // parameters.itemsize
            places = np.tensordot(steps, np.indices(weights.shape), 1)
            yield offset_in(weights, parameters) + places.ravel()


def _loss_code(loss: Loss, fused: bool) -> int:
    name = c.SAME_LOSSES.get(loss.kind, loss.kind)
    return c.LOSSES.index(f"fused {name}" if fused else name)


def _optimizer_code(optimizer: Optimizer) -> int:
    name = c.SAME_OPTIMIZERS.get(optimizer.kind, optimizer.kind)
    if isinstance(optimizer, SGD):
        name = "sgd" if optimizer.momentum == 0.0 else "nesterov" if optimizer.nesterov else "momentum"
    return c.OPTIMIZERS.index(name)


def _first_of(spec: Any, names: tuple[str, ...]) -> float:
    return float(next((getattr(spec, name) for name in names if hasattr(spec, name)), 0.0))


def _workspace(rows: int, lanes: int) -> Array:
    """Zeros whose rows begin where a vector of the processor does."""
    # numpy may begin 16 bytes later: then each vector lies in two lines of the cache, and steps took 1.13 times.
    numbers = np.zeros(rows * lanes + c.LANES, np.float32)
    start = -numbers.ctypes.data // 4 % c.LANES
    return numbers[start : start + rows * lanes].reshape(rows, lanes)


def _read_only(array: NDArray[Any], dtype: Any) -> NDArray[Any]:
    """A contiguous read-only view: one type for the kernel, whoever owns the samples."""
    view = np.ascontiguousarray(array, dtype).view()
    view.flags.writeable = False
    return view
