"""Train trainers of one experiment that differ in their seed alone, in one set of numpy calls a step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...data.batches import Samples
from ...nn import ActivationFunction
from ...nn.kernel_layer import kernel_penalties
from ...nn.losses import Loss
from ...spec.arrays import Array
from ..evaluation import MAX_EVALUATED, Objective, References
from ..figures import NOTHING, Figure
from ..part_evaluation import Reference
from ..train_step import DivergedError
from ..trainer import Trainer
from .network import StackedNetwork
from .ops import STACKED_KINDS
from .update import StackedUpdate


class StackedLoss:
    """The loss of an objective, for every seed."""

    def __init__(self, objective: Objective) -> None:
        self._bound = objective.bound
        self._loss = loss = objective.loss
        fused = objective.fused
        self.row_values = loss.fused_row_values if fused else loss.row_values
        self._gradient = loss.fused_gradient if fused else loss.gradient
        # A root over the batch is one over the seed's part of it.
        self._by_seed = type(loss).mean_slope is not Loss.mean_slope

    def values_and_gradient(self, outputs: Array, targets: Array, weights: Array | None, out: Array) -> Array:
        """Losses (seeds,) of outputs and targets (seeds, rows, outputs), and their gradients in `out`.

        `weights`, (seeds, rows), are those of the samples.
        """
        if self._by_seed:
            pairs = zip(outputs, targets, out, strict=True)
            return np.array([self._bound.value_and_gradient(*pair) for pair in pairs])
        seeds, rows, count = outputs.shape
        values = self.row_values(outputs, targets)
        flat = (array.reshape(seeds * rows, count) for array in (outputs, targets, out))
        self._gradient(*flat)
        # It is that of a mean over all rows; each seed's mean is over its own.
        if weights is None:
            np.multiply(out, float(seeds), out)
        else:
            values = values * weights
            np.multiply(out, (weights * float(seeds))[..., None], out)
        # A product sums the few losses of a batch ten times as fast as a reduction.
        means: Array = np.dot(values, self._shares(rows, values.dtype))
        return means

    @staticmethod
    @cache
    def _shares(rows: int, dtype: np.dtype[Any]) -> Array:
        return np.full(rows, 1.0 / rows, dtype)

    def means(self, outputs: Array, targets: Array) -> Array:
        """Unweighted means (seeds,) of the additive loss of outputs (seeds, rows, outputs), targets (rows, outputs)."""
        values = self.row_values(outputs, targets)
        means: Array = np.dot(values, self._shares(outputs.shape[1], values.dtype))
        return means

    def from_means(self, means: Array) -> list[float]:
        """The losses from the means of the additive loss."""
        return [self._loss.from_mean(float(mean)) for mean in means]


_MANY = 1_000_000


def evaluate_each(
    network: StackedNetwork, objective: Objective, loss: StackedLoss, samples: Samples, of: int
) -> tuple[list[Figure], list[NDArray[Any]]]:
    """Of every seed the figure, and the predicted classes (samples,) or values (samples, outputs); a split has `of`."""
    seeds, count = len(network), len(samples)
    outputs = np.empty((seeds, *samples.targets.shape), network.parameters.dtype)
    totals = np.zeros(seeds)
    for part in _parts(network, count):
        rows = samples.inputs[part][None]
        found = network.plan(rows.shape[1], training=False, fused=objective.fused).forward(rows)
        outputs[:, part] = found
        totals += loss.means(found, samples.targets[part]) * rows.shape[1]
    predicted = objective.predictions(outputs)
    finite = [bool(np.isfinite(one).all()) for one in outputs]
    pairs = zip(predicted, finite, strict=True)
    scores = [objective.task.score_of(one, samples) if fine else math.nan for one, fine in pairs]
    losses = loss.from_means(totals / count)
    return [Figure(*pair, samples=count, of=of) for pair in zip(losses, scores, strict=True)], list(predicted)


def _parts(network: StackedNetwork, count: int) -> list[slice]:
    """Slices whose buffers, of all seeds, fit the cache about as those of one network do."""
    rows = max(16, next(network.networks[0].parts(_MANY)).stop // len(network))
    return [slice(start, min(start + rows, count)) for start in range(0, count, rows)]


# Inputs gathered at once, for all seeds: 1 MB.
_GATHERED_NUMBERS = 262_144


class StackedBatches:
    """Batches of `size` samples per seed; `weights`, (samples,), are theirs in the loss."""

    def __init__(self, samples: Samples, weights: Array | None, size: int) -> None:
        self._samples, self._weights, self._size = samples, weights, size
        self._orders: NDArray[np.int64] = np.empty((0, 0), np.int64)
        self.position = 0

    def start(self, orders: NDArray[np.int64], position: int) -> None:
        """Go through the samples in `orders`, (seeds, samples), from `position` on."""
        self._orders, self.position = orders, position
        self._at = self._end = 0

    @property
    def finished(self) -> bool:
        return self.position >= int(self._orders.shape[1])

    @property
    def step(self) -> int:
        """Batches taken of this epoch."""
        return -(-self.position // self._size)

    def next(self) -> tuple[Array, Array, Array | None]:
        """Inputs (seeds, rows, *shape), targets (seeds, rows, outputs) and weights (seeds, rows)."""
        if self._at >= self._end:
            self._gather()
        at, self._at = self._at, self._at + 1
        self.position += self._inputs.shape[2]
        weights = None if self._weights_of is None else self._weights_of[at]
        return self._inputs[at], self._targets[at], weights

    def _gather(self) -> None:
        seeds, count = self._orders.shape
        left = count - self.position
        rows = min(self._size, left)
        numbers = seeds * rows * max(1, self._samples.inputs[:1].size)
        steps = max(1, min(left // rows, _GATHERED_NUMBERS // numbers))
        chosen = self._orders[:, self.position : self.position + steps * rows]
        chosen = chosen.reshape(seeds, steps, rows).transpose(1, 0, 2)
        self._inputs = np.take(self._samples.inputs, chosen, axis=0)
        self._targets = np.take(self._samples.targets, chosen, axis=0)
        self._weights_of = None if self._weights is None else np.take(self._weights, chosen)
        self._at, self._end = 0, steps


_MAX_PARAMETERS: Final = 2_000_000


def why_not_stacked(trainer: Trainer, seeds: int = 2) -> str:
    """A sentence that says why trainers such as this one cannot be stacked; "" if they can."""
    network, optimizer = trainer.network, trainer.config.optimizer
    if optimizer.full_batch:
        return f"{optimizer.title} searches along lines, so every seed takes steps of its own."
    if any(shape != (7,) for shape in optimizer.slot_shapes(7).values()):
        return f"{optimizer.title} keeps more than one number for each weight."
    if trainer.config.loss.takes_logits:
        return f"{trainer.config.loss.title} of logits is not stacked."
    if any(True for layer in network.layers for _ in kernel_penalties(layer)):
        return "A kernel_regularizer of single layers is not stacked."
    if trainer.train.weights is not None:
        return "Weights of single samples are not stacked."
    shapes = (network.input_shape, *network.shapes)
    if not all(layer.trainable for layer in network.layers):
        return "Layers that do not learn are not stacked."
    for layer, before, after in zip(network.layers, shapes, network.shapes, strict=False):
        if layer.kind not in STACKED_KINDS and not isinstance(layer, ActivationFunction):
            return f"{layer.title} layers are not stacked."
        if len(after) != 1 or (len(before) != 1 and layer.kind not in ("flatten", "reshape")):
            return f"{layer.title} of images or sequences is not stacked."
    if not network.parameters.size:
        return "A network without weights is not stacked."
    if trainer.task.makes_batches:
        return f"Batches that are drawn anew, as {trainer.task.title} has them, are not stacked."
    if trainer.config.augmentation.active and len(network.input_shape) == 3:
        return "Images that are changed at random are not stacked."
    if network.parameters.size * seeds > _MAX_PARAMETERS * 16:
        return (
            f"{seeds} networks of {network.parameters.size:,} weights are too large to be stacked in memory."
        )
    return ""


class StackedTraining:
    """`trainers` at the same moment, of which `why_not_stacked` says nothing.

    Each has its own weights, order of batches and random numbers, and ends as if trained alone, but for rounding.
    Networks and optimizer states of the trainers are up to date after `write_back`.
    """

    def __init__(self, trainers: Sequence[Trainer]) -> None:
        self.faults: dict[Trainer, str] = {}
        """The trainers that have diverged, which train no further, and why."""
        self._bind(list(trainers))

    @property
    def running(self) -> Sequence[Trainer]:
        """The trainers that have not diverged."""
        return [self._trainers[row] for row in self._rows()]

    @property
    def epoch(self) -> int:
        """Finished epochs of those that run."""
        return self._trainers[0].epoch

    def run_epochs(self, count: int) -> None:
        """Train to the end of `count` epochs, this one included, or until all have diverged."""
        with np.errstate(all="ignore"):
            last = self.epoch + count
            while self._trainers and self.epoch < last:
                self._step()
        self.write_back()

    def run_for(self, seconds: float, epochs: int) -> None:
        """Train for `seconds`, at least one step, but not beyond the end of epoch `epochs`; without `write_back`."""
        end = perf_counter() + seconds
        with np.errstate(all="ignore"):
            while self._trainers and self.epoch < epochs:
                self._step()
                if perf_counter() >= end:
                    return

    def write_back(self) -> None:
        """Bring the trainers up to date."""
        for row in range(len(self._trainers)):
            if row not in self._diverged:
                self._write_back(row)

    def _bind(self, trainers: list[Trainer]) -> None:
        self._trainers = trainers
        self._diverged: set[int] = set()
        if not trainers:
            return
        first = trainers[0]
        self._network = StackedNetwork([trainer.network for trainer in trainers])
        self._objective = first.train_step.objective
        self._loss = StackedLoss(self._objective)
        self._update = StackedUpdate(self._network, trainers)
        self._batches = StackedBatches(first.train, _sample_weights(first), first.batches.batch_size)
        self._gradients: dict[int, Array] = {}
        self._start_epoch()

    def _start_epoch(self) -> None:
        first = self._trainers[0]
        orders = np.stack([trainer.batches.order for trainer in self._trainers])
        self._batches.start(orders, first.batches.position)
        self._sums = np.array([trainer.epoch_sum[0] for trainer in self._trainers])
        self._seen = first.epoch_sum[1]
        self._steps = first.steps_per_epoch
        self._update.start_epoch()

    def _step(self) -> None:
        batches, step = self._batches, self._batches.step
        inputs, targets, weights = batches.next()
        rows = inputs.shape[1]
        plan = self._network.plan(rows, training=True, fused=self._objective.fused)
        gradient = self._gradients.get(rows)
        if gradient is None:
            gradient = self._gradients[rows] = np.empty_like(targets)
        losses = self._loss.values_and_gradient(plan.forward(inputs), targets, weights, gradient)
        if not math.isfinite(float(np.add.reduce(losses))):
            self._stop_diverged(losses)
        plan.backward(gradient)
        self._update.apply(self._trainers[0].epoch, step, self._steps)
        self._sums += losses * rows
        self._seen += rows
        if batches.finished:
            self._end_epoch()
        elif self._trainers[0].is_evaluation_due(batches.position - rows, batches.position):
            self._evaluate(self._trainers[0].evaluator.schedule.samples)

    def _stop_diverged(self, losses: Array) -> None:
        """Leave the seeds whose loss is not finite as they are before this step's update; the others go on."""
        for row in map(int, np.flatnonzero(~np.isfinite(losses))):
            self._stop(row, "the loss is no longer a number")
            losses[row] = 0.0

    def _stop(self, row: int, what: str) -> None:
        if row not in self._diverged:
            self._write_back(row)
            trainer = self._trainers[row]
            self.faults[trainer] = str(trainer.train_step.diverged(what))
            self._diverged.add(row)

    def _end_epoch(self) -> None:
        self._check_weights()
        first = self._trainers[0]
        if first.evaluates and not (first.epoch + 1) % first.log.stride:
            self._evaluate(MAX_EVALUATED)
        elif first.scheduler.uses_loss:
            # It evaluates the trainers' own networks.
            self.write_back()
        else:
            for row in self._rows():
                self._follow(row)
        if self._diverged:
            self.write_back()
        ending = [self._trainers[row] for row in self._rows()]
        for trainer in ending:
            trainer.end_epoch()
        if self._diverged:
            self._bind(ending)
        else:
            self._start_epoch()

    def _rows(self) -> list[int]:
        return [row for row in range(len(self._trainers)) if row not in self._diverged]

    def _check_weights(self) -> None:
        for vectors in (self._network.parameters, self._network.state):
            # One pass without a copy; a second one only if a sum overflows.
            if not np.isfinite(np.einsum("ij,ij->i", vectors, vectors)).all():
                for row in map(int, np.flatnonzero(~np.isfinite(vectors).all(axis=1))):
                    self._stop(row, "the weights are no longer finite numbers")

    def _evaluate(self, most: int) -> None:
        """Evaluate on `most` samples of each split, all test samples at the end of an epoch, and record it."""
        first, at_end = self._trainers[0], self._batches.finished
        if not at_end:
            if first.log.stride > 1:
                return
            self._check_weights()
        found = []
        for split in filter(None, (first.train, first.test)):
            part = split if at_end and split is first.test else split.head(most)
            found.append(evaluate_each(self._network, self._objective, self._loss, part, len(split)))
        references: Sequence[References | None] = [None] * len(self._trainers)
        if at_end:
            references = self._references([figures for figures, _ in found])
        norms = np.sqrt(np.einsum("ij,ij->i", self._network.gradients, self._network.gradients))
        for row in self._rows():
            self._follow(row)
            trainer, train = self._trainers[row], found[0][0][row]
            test, predictions = (found[1][0][row], found[1][1][row]) if len(found) > 1 else (NOTHING, None)
            try:
                trainer.take_evaluation(train, test, predictions, float(norms[row]), references[row])
            except DivergedError as error:
                self._write_back(row)
                self.faults[trainer] = str(error)
                self._diverged.add(row)

    def _references(self, found: list[list[Figure]]) -> list[References]:
        """Of every seed, for figures of all samples."""
        evaluator = self._trainers[0].evaluator
        if not evaluator.schedule.times:
            return [()] * len(self._trainers)
        parts = [part for part in evaluator.few() if part is not None]
        few = [evaluate_each(self._network, self._objective, self._loss, part, 0)[0] for part in parts]
        of_splits = [map(Reference, whole, part) for whole, part in zip(found, few, strict=True)]
        return list(zip(*of_splits, strict=True))

    def _follow(self, row: int) -> None:
        """Tell a trainer where its training is; see `write_back` for its arrays."""
        batches, state = self._batches, self._update.state
        total = float(self._sums[row]), self._seen
        self._trainers[row].follow(
            batches.position, batches.step, total, state.step, self._update.rate_of(row)
        )

    def _write_back(self, row: int) -> None:
        trainer = self._trainers[row]
        self._follow(row)
        self._network.write_back(row)
        for name, rows in self._update.slots.items():
            trainer.optimizer_state.slots[name][...] = rows[row]


def _sample_weights(trainer: Trainer) -> Array | None:
    """Weight of each training sample, (samples,); None if all count the same."""
    weights = trainer.class_weights
    if weights is None:
        return None
    found: Array = weights[trainer.encoding.decode(trainer.train.targets)].astype(trainer.network.dtype)
    return found
