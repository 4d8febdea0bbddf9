"""SlowStep: the next step of a training, with all that it computes on its way through the layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.batches import Samples
from ..nn.losses import BoundLoss
from ..nn.network import Network
from ..nn.residual import BackToFork, Fork, Join
from ..nn.scalars import scalars
from ..nn.stage import LayerPlace
from ..spec.arrays import Array, Arrays
from .trainer import Trainer

Stage = Literal["forward", "loss", "backward", "update"]
STAGES: Final[tuple[Stage, ...]] = ("forward", "loss", "backward", "update")
_MAX_SHOWN: Final = 16
"""Samples of a batch whose values are kept: those of all, in all layers, can be hundreds of MB."""


class Stop(NamedTuple):
    """A place where a slow step can stand: behind the work of a stage at a layer, "" for the loss."""

    stage: Stage
    path: str = ""


@dataclass(eq=False)
class LayerPass:
    """Results of a step at the layer of a `path`, see `Stage.path`; arrays are (shown samples, *shape).

    - `inputs`, `sums`, `outputs`: before and behind the activation; without one, both are the same.
    - `sum_gradients`, `output_gradients`: derivatives of the batch's loss, None where the backward pass does not reach
      the layer.
    - `weights`, `gradients`, `new_weights` by name: before the step, all that the optimizer follows (the gradients of
      the loss with penalties, clipped), and behind it. Of a batch the gradients are sums over its samples.
    """

    path: str
    inputs: Array
    sums: Array
    outputs: Array
    sum_gradients: Array | None = None
    output_gradients: Array | None = None
    weights: Arrays = field(default_factory=dict)
    gradients: Arrays = field(default_factory=dict)
    new_weights: Arrays = field(default_factory=dict)


class Rehearsal(NamedTuple):
    """A step that was made and taken back.

    - `loss`: of the batch, with what layers add, as the step sees it.
    - `predictions`, `new_predictions` (shown, *output_shape), `losses`, `new_losses` (shown,): predictions of the shown
      samples before and behind the step. `parameters`, `state`: the network's vectors behind it.
    """

    loss: float
    predictions: Array
    losses: Array
    new_predictions: Array
    new_losses: Array
    parameters: Array
    state: Array


@dataclass(frozen=True, eq=False)
class SlowStep:
    """The step that a trainer would make now by numpy's engine, on its next batch or on a given sample.

    All of it is computed at once, and the trainer is put back: between two stops others read the network, and who looks
    at the step may go back, or leave it. `Trainer.step_with_numpy` then makes the step, the same bit for bit.

    - `layers`: by path, as the network is written, whatever engines make of it.
    - `rows`: numbers of the samples of the batch in their split; the first are shown, with their encoded `targets`.
    - `is_batch`: whether it is the training's next step, and not a rehearsal; `of_training`: whether its samples are
      those of the training. `rate`: the learning rate.
    """

    network: Network
    layers: Mapping[str, LayerPass]
    rows: NDArray[np.int64]
    targets: Array
    is_batch: bool
    of_training: bool
    rate: float
    done: Rehearsal

    @classmethod
    def of(cls, trainer: Trainer, samples: Samples | None = None, row: int = 0) -> SlowStep:
        """The next step; or a rehearsal on row `row` of `samples`, as if it were a batch of its own.

        Raises `DivergedError` where the loss is not finite. The trainer stays as it was.
        """
        trainer.finish_evaluation()
        if samples is None and trainer.batches.finished:
            # As the step would, after one that diverged.
            trainer.restart_epoch()
        fused = trainer.train_step.objective.fused
        with np.errstate(all="ignore"):
            rows, batch = _batch(trainer, samples, row)
            with _restored(trainer):
                layers = _recorded(trainer, batch, fused)
            with _restored(trainer):
                done = _rehearsed(trainer, batch, layers)
                rate = trainer.learning_rate
        shown = np.array(batch.targets[:_MAX_SHOWN])
        is_batch, of_training = samples is None, samples is None or samples is trainer.train
        return cls(trainer.network, layers, rows, shown, is_batch, of_training, rate, done)

    def sample(self, shown: int) -> int:
        """A shown sample by its test row, or ~row of a training sample."""
        row = int(self.rows[shown])
        return ~row if self.of_training else row

    @property
    def stops(self) -> tuple[Stop, ...]:
        """In order. Layers that no gradient reaches, or that have nothing to learn, are left out of those stages."""
        passes = list(self.layers.values())
        return (
            *(Stop("forward", each.path) for each in passes),
            Stop("loss"),
            *(Stop("backward", each.path) for each in reversed(passes) if each.sum_gradients is not None),
            *(Stop("update", each.path) for each in passes if each.gradients),
        )


@contextmanager
def _restored(trainer: Trainer) -> Iterator[None]:
    """Put back all that a step changes: weights, running averages, optimizer, random numbers."""
    network, optimizer = trainer.network, trainer.optimizer_state
    vectors = (network.parameters, network.state, network.gradients, *optimizer.slots.values())
    kept = [vector.copy() for vector in vectors]
    noise, memory = network.noise_state, optimizer.state_dict()
    step, rate = optimizer.step, optimizer.rate
    try:
        yield
    finally:
        for vector, values in zip(vectors, kept, strict=True):
            vector[...] = values
        network.noise_state, optimizer.step, optimizer.rate = noise, step, rate
        optimizer.load_state_dict(memory)


def _batch(trainer: Trainer, samples: Samples | None, row: int) -> tuple[NDArray[np.int64], Samples]:
    """The rows of a batch, and what the step learns of them."""
    maker, epoch = trainer.maker, trainer.epoch
    if samples is not None:
        rows, position = np.array([row]), 0
        taken, batch = samples.part(rows), samples.part(rows).batch
    elif trainer.config.optimizer.full_batch:
        taken = trainer.train if maker is None else maker.make_all(trainer.train, epoch)
        return np.arange(len(taken)), taken
    else:
        rows, batch = trainer.batches.peek()
        taken, position = trainer.train.part(rows), trainer.batches.position
    inputs, targets, weights = batch if maker is None else maker.make(batch, epoch, position)
    return rows, Samples(inputs, targets, taken.labels, weights)


def _recorded(trainer: Trainer, part: Samples, fused: bool) -> dict[str, LayerPass]:
    """The passes forward and backward through the layers as they are written, for the first samples of a batch."""
    network = trainer.network
    # What a full-batch optimizer cannot take at once, it takes in chunks.
    rows = next(network.parts(len(part))) if trainer.config.optimizer.full_batch else slice(len(part))
    share, some = (rows.stop or 0) / len(part), part.part(rows)
    x, targets, weights = some.batch
    plan = network.plan(len(some), training=True, fused=fused, inspect=True)
    # A fused pass does not come to the end of the last layer.
    ends = {path: plan.ends.get(path, len(plan.ops)) for path in network.places}
    found: dict[str, LayerPass] = {}
    done = 0
    for path, end in ends.items():
        for place, op in plan.ops[done:end]:
            is_first = place not in found
            made = found.setdefault(place, LayerPass(place, _kept(x), _kept(x), _kept(x)))
            x = op.forward(x)
            made.outputs = _kept(x)
            if is_first or isinstance(op, Join):
                made.sums = made.outputs
        done = end
        found.setdefault(path, LayerPass(path, _kept(x), _kept(x), _kept(x)))
    passes = {path: found[path] for path in network.places}
    step, gradient, last = trainer.train_step, np.empty_like(x), passes[str(len(network.layers) - 1)]
    _differentiate(step.objective.bound, x, targets, weights, gradient)
    by_output = gradient
    if fused and (function := network.final_activation) is not None:
        predictions, by_output = np.empty_like(x), np.empty_like(x)
        function.apply(x, predictions, scalars(network.dtype))
        last.outputs = _kept(predictions)
        objective = step.objective
        plain = objective.task.bind(objective.loss, False, objective.encoding, step.class_weights)
        _differentiate(plain, predictions, targets, weights, by_output)
    gradient *= share
    for count in range(len(plan.ops), plan.first, -1):
        for path, made in passes.items():
            if ends[path] == count:
                made.output_gradients = made.sum_gradients = _kept(gradient)
        path, op = plan.ops[count - 1]
        if not isinstance(op, Fork | BackToFork):
            passes[path].sum_gradients = _kept(gradient)
        gradient = op.backward(gradient)
    if fused and last.output_gradients is not None:
        last.output_gradients = _kept(by_output * share)
    return passes


def _differentiate(
    loss: BoundLoss, outputs: Array, targets: Array, weights: Array | None, out: Array
) -> None:
    if weights is None:
        loss.value_and_gradient(outputs, targets, out)
    else:
        loss.weighted_value_and_gradient(outputs, targets, weights, out)


def _rehearsed(trainer: Trainer, samples: Samples, passes: Mapping[str, LayerPass]) -> Rehearsal:
    """Make the step itself on a batch, and tell the passes what it did to the weights."""
    network, step = trainer.network, trainer.train_step
    shown = samples.head(_MAX_SHOWN)
    before = network.predict(shown.inputs), sample_losses(trainer, shown)
    if not trainer.scheduler.schedule.constant:
        step.set_rate(trainer.epoch, trainer.step_in_epoch, trainer.steps_per_epoch)
    for path, place in network.places.items():
        passes[path].weights = _copies(place.weights, place)
    with _restored(trainer):
        loss = step.fill_followed(samples)
        for path, place in network.places.items():
            passes[path].gradients = _copies(place.weight_gradients, place)
    if trainer.config.optimizer.full_batch:
        step.minimize(samples)
    else:
        step.train_on_batch(*samples.batch)
    for path, place in network.places.items():
        passes[path].new_weights = _copies(place.weights, place)
    after = network.predict(shown.inputs), sample_losses(trainer, shown)
    return Rehearsal(loss, *before, *after, network.parameters.copy(), network.state.copy())


def sample_losses(trainer: Trainer, samples: Samples) -> Array:
    """The loss of each sample in prediction, (n,)."""
    network, objective = trainer.network, trainer.train_step.objective
    outputs = network.plan(len(samples), fused=objective.fused).forward(network.checked(samples.inputs))
    values = objective.bound.sample_values(outputs, samples.targets)
    return np.array([objective.loss.from_mean(float(value)) for value in values])


def _copies(arrays: Arrays, place: LayerPlace) -> dict[str, Array]:
    """Copies of the arrays of a layer; those of a block are those of its layers."""
    return {} if place.is_block else {name: array.copy() for name, array in arrays.items()}


def _kept(values: Array) -> Array:
    return np.array(values[:_MAX_SHOWN], order="C")
