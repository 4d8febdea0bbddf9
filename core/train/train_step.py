"""A training step: loss, gradients, penalties, clipping, learning rate, update.

What a step needs is decided before it, so that unused parts cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..compiled.program import TrainingSetup
from ..data.batches import Samples
from ..data.target_encoding import TargetEncoding
from ..nn.execution_plan import ExecutionPlan
from ..nn.layer import kernel_penalties
from ..nn.network import Network
from ..optim import OptimizerState
from ..optim.clipping import NoClipping
from ..optim.regularizers import NoRegularizer
from ..optim.schedules import Scheduler
from ..spec.arrays import Array
from ..spec.regularizer import Regularizer
from .evaluation import EvaluationPass, Objective
from .step_threads import Fill, StepThreads, threads_worth_trying
from .tasks import Task
from .training_config import TrainingConfig


class FullBatch:
    """All samples as one batch; `fill` returns a batch's loss, `regularize` the penalty, both with gradients."""

    def __init__(self, network: Network, fill: Fill, regularize: Callable[[], float]) -> None:
        self._network, self._fill, self._regularize = network, fill, regularize
        self._sum: Array | None = None

    def step(self, optimizer_state: OptimizerState, samples: Samples) -> float:
        """One optimizer step; returns the loss before it, without penalty. Weights stay if it is not finite."""
        noise = self._network.noise_state
        first: list[float] = []

        def evaluate() -> float:
            # The same dropout mask at every point of a line search, so that all points share one objective.
            self._network.noise_state = noise
            value = self.fill(samples)
            first.append(value)
            return value + self._regularize() if math.isfinite(value) else value

        optimizer_state.minimize(evaluate)
        return first[0]

    def fill(self, samples: Samples) -> float:
        """Compute the gradients over all samples; returns the mean loss of chunks, exact but for a root of a mean."""
        parts = list(self._network.parts(len(samples)))
        if len(parts) == 1:
            return self._fill(samples.inputs, samples.targets, samples.weights)
        gradients = self._network.gradients
        if self._sum is None:
            self._sum = np.empty_like(gradients)
        total = 0.0
        self._sum.fill(0.0)
        for part in parts:
            share, some = (part.stop - part.start) / len(samples), samples.part(part)
            total += share * self._fill(some.inputs, some.targets, some.weights)
            np.multiply(gradients, share, out=gradients)
            np.add(self._sum, gradients, out=self._sum)
        np.copyto(gradients, self._sum)
        return total


class DivergedError(ArithmeticError):
    """The loss or the weights are no longer finite; the message suggests a remedy."""


class TrainStep:
    """Updates the weights once per batch, at the rate that was set; see `set_rate`."""

    def __init__(
        self,
        network: Network,
        task: Task,
        encoding: TargetEncoding,
        config: TrainingConfig,
        class_weights: Array | None,
    ) -> None:
        self._network, self._task, self._encoding = network, task, encoding
        self.config = config
        self.scheduler = Scheduler(config.schedule)
        self.optimizer_state = config.optimizer.bind(network.parameters, network.gradients)
        self.class_weights = class_weights
        self._plan: ExecutionPlan | None = None
        self._gradient = np.empty((0, *network.output_shape), network.dtype)
        self._scratch = np.empty_like(network.kernels)
        self.threads: StepThreads | None = None
        self._fill: Fill = self.fill_gradients
        self._full_batch = FullBatch(network, self.fill_gradients, self._penalize)
        self._bind_loss()
        self._choose_calls()

    @property
    def setup(self) -> TrainingSetup:
        """The network and settings, for the compiled engine."""
        config = self.config
        return TrainingSetup(
            self._network, self.optimizer_state, config.loss, self.objective.fused, self._encoding, config.regularizer,
            config.clipping, self.scheduler, config.batch_size,
        )  # fmt: skip

    def configure(self, config: TrainingConfig, epoch: int) -> None:
        """Continue with another config from `epoch` on; see `Trainer.configure`."""
        self.config = config
        self._bind_loss()
        self.scheduler.configure(config.schedule, epoch)
        if not self.optimizer_state.configure(config.optimizer):
            self.optimizer_state = config.optimizer.bind(self._network.parameters, self._network.gradients)
        self._choose_calls()

    def set_class_weights(self, weights: Array | None) -> None:
        """Set class weights, shape (classes,); see `Trainer.set_class_weights`."""
        self.class_weights = weights
        self._bind_loss()

    def allow_threads(self, batch: int, most: int) -> None:
        """Let steps of `batch` samples use up to `most` BLAS threads; see `StepThreads`."""
        count = threads_worth_trying(self._network, batch, most)
        if count == 1:
            self.threads = None
        elif self.threads is None or (self.threads.batch, self.threads.count) != (batch, count):
            self.threads = StepThreads(self._network, self.fill_gradients, batch, count)
        self._fill = self.fill_gradients if self.threads is None else self.threads.fill

    def reset_optimizer(self) -> None:
        """Clear the optimizer's state."""
        self.optimizer_state = self.optimizer_state.optimizer.bind(
            self._network.parameters, self._network.gradients
        )
        self._choose_calls()

    def train_on_batch(self, inputs: Array, targets: Array, weights: Array | None = None) -> float:
        """Run one step on a `Batch`; returns the loss.

        Raises `DivergedError`, without an update, if the loss is not finite.
        """
        value = self._fill(inputs, targets, weights)
        if not math.isfinite(value):
            raise self.diverged()
        for prepare in self._before_update:
            prepare()
        self._update()
        return value

    def minimize(self, samples: Samples) -> float:
        """One step of a full-batch optimizer; otherwise like `train_on_batch`."""
        frozen = [(weights, weights.copy()) for weights, _ in self._network.frozen]
        value = self._full_batch.step(self.optimizer_state, samples)
        for weights, kept in frozen:
            weights[...] = kept
        if not math.isfinite(value):
            raise self.diverged()
        return value

    def fill_gradients(self, inputs: Array, targets: Array, weights: Array | None = None) -> float:
        """Compute the gradients of a `Batch` if its loss is finite; returns the loss."""
        count, plan, gradient = len(inputs), self._plan, self._gradient
        # Most batches are as large as the last one.
        if plan is None or plan.batch != count or not plan.is_current:
            plan = self._plan = self._network.plan(count, training=True, fused=self._fused)
            gradient = self._gradient = np.empty((count, *self._network.output_shape), self._network.dtype)
        if weights is None:
            value = self._loss.value_and_gradient(plan.forward(inputs), targets, gradient)
        else:
            value = self._loss.weighted_value_and_gradient(plan.forward(inputs), targets, weights, gradient)
        if plan.adds_loss:
            value += plan.added_loss
        if math.isfinite(value):
            plan.backward(gradient)
        return value

    def fill_followed(self, samples: Samples) -> float:
        """Compute the gradients that the optimizer would follow for a batch, with penalties, clipped; returns its loss.

        Raises as `train_on_batch` does.
        """
        full_batch = self.config.optimizer.full_batch
        value = self._full_batch.fill(samples) if full_batch else self._fill(*samples.batch)
        if not math.isfinite(value):
            raise self.diverged()
        if full_batch:
            self._penalize()
        else:
            for prepare in self._before_update:
                prepare()
        return value

    def evaluation_pass(
        self, samples: Samples, network: Network | None = None, **options: Any
    ) -> EvaluationPass:
        """An evaluation of the training objective, without class weights; `options` are those of `EvaluationPass`."""
        return EvaluationPass(network or self._network, samples, self.objective, **options)

    def check_weights(self) -> None:
        """Raise `DivergedError` unless all weights are finite: some losses stay finite longer."""
        with np.errstate(all="ignore"):
            for vector in (self._network.parameters, self._network.state):
                # One pass without a copy; a second one only if the sum overflows.
                if not math.isfinite(vector.dot(vector)) and not np.isfinite(vector).all():
                    raise self.diverged("the weights are no longer finite numbers")

    def diverged(self, what: str = "the loss is no longer a number") -> DivergedError:
        """The error for a diverged training, with the advice to lower the learning rate."""
        return DivergedError(
            f"Training stopped: {what}. The steps were too large; "
            f"reset and try a learning rate below {self.optimizer_state.optimizer.learning_rate:g}"
        )

    def _bind_loss(self) -> None:
        loss, function = self.config.loss, self._network.final_activation
        self._plan = None
        self.objective = Objective(self._task, self._encoding, loss, function, self.class_weights)
        self._loss, self._fused = self.objective.bound, self.objective.fused

    def _choose_calls(self) -> None:
        calls: list[Callable[[], None]] = []
        if not isinstance(self.config.regularizer, NoRegularizer):
            calls.append(self._regularize)
        self._penalties = tuple(_kernel_penalties(self._network))
        if self._penalties:
            calls.append(self._regularize_layers)
        if not isinstance(self.config.clipping, NoClipping):
            calls.append(self._clip)
        if self.scheduler.schedule.constant:
            self.optimizer_state.rate = self.optimizer_state.optimizer.learning_rate
        if self._network.frozen:
            calls.append(self._zero_frozen_gradients)
        self._before_update = tuple(calls)
        self._update = self._update_around_frozen if self._network.frozen else self.optimizer_state.update

    def _regularize(self) -> None:
        self.config.regularizer.add_gradient(
            self._network.kernels, self._network.kernel_gradients, self._scratch
        )

    def _regularize_layers(self) -> None:
        for penalty, kernel, gradient, scratch in self._penalties:
            penalty.add_gradient(kernel, gradient, scratch)

    def _clip(self) -> None:
        self.config.clipping.clip(self._network.gradients)

    def set_rate(self, epoch: int, step: int, steps_per_epoch: int) -> None:
        """Set the learning rate of the next update, which is `step` of `epoch`, both from 0, by the schedule."""
        self.optimizer_state.rate = self.scheduler.rate(
            self.optimizer_state.optimizer.learning_rate, epoch, step, steps_per_epoch
        )

    def _zero_frozen_gradients(self) -> None:
        for _, gradients in self._network.frozen:
            gradients.fill(0.0)

    def _update_around_frozen(self) -> None:
        # Zero gradients are not enough: momentum and weight decay still move weights.
        kept = [weights.copy() for weights, _ in self._network.frozen]
        self.optimizer_state.update()
        for (weights, _), values in zip(self._network.frozen, kept, strict=True):
            weights[...] = values

    def _penalize(self) -> float:
        self._regularize()
        self._regularize_layers()
        self._zero_frozen_gradients()
        own = sum(penalty.penalty(kernel) for penalty, kernel, _, _ in self._penalties)
        return self.config.regularizer.penalty(self._network.kernels) + own


def _kernel_penalties(network: Network) -> Iterator[tuple[Regularizer, Array, Array, Array]]:
    """Of layers with a penalty of their own: it, their kernel and its gradient as flat views, and scratch."""
    for layer, arrays, gradients in zip(
        network.layers, network.weights, network.weight_gradients, strict=True
    ):
        for penalty, name in kernel_penalties(layer):
            kernel = arrays[name].reshape(-1)
            yield penalty, kernel, gradients[name].reshape(-1), np.empty_like(kernel)
