"""Numpy's engine: a step at a time through the network's execution plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.train.training import Training


class NumpyEngine:
    """Numpy's `Engine` of a training; a full-batch optimizer makes one step per epoch."""

    rest_seconds = 0.0

    def __init__(self, training: Training) -> None:
        self._training = training
        self._batches, self._maker = training.batches, training.maker
        self._train_on_batch = training.train_step.train_on_batch
        self._count = training.train_step.objective.bound.count
        self._set_rate = None if training.scheduler.schedule.constant else training.train_step.set_rate
        self._evaluates_within = training.evaluates_within_epoch
        self.step = self._full_step if training.config.optimizer.full_batch else self._batch_step

    def advance(self, end: float, steps: int | None) -> int:
        """See `Engine`; a step is short enough to look at the clock after each."""
        self.step()
        return 1

    def epochs(self, count: int) -> Iterator[tuple[float, float]]:
        """See `Engine`; none, since an epoch may need evaluations in between."""
        yield from ()

    def _batch_step(self) -> float:
        training, batches = self._training, self._batches
        if batches.finished:
            training.restart_epoch()
        batch = batches.next()
        count = len(batch[0])
        if self._maker is not None:
            batch = self._maker.make(batch, training.epoch, batches.position - count)
        if self._set_rate is not None:
            self._set_rate(training.epoch, batches.step - 1, batches.steps)
        value = self._train_on_batch(*batch)
        total, seen = training.epoch_sum
        counted = self._count(batch[1])
        training.epoch_sum = (total + value * counted, seen + counted)
        if batches.finished:
            training.evaluate_epoch()
        elif self._evaluates_within:
            training.evaluate_within_epoch(count)
        return value

    def _full_step(self) -> float:
        """One step on all samples, which is a whole epoch."""
        training, samples = self._training, self._training.train
        if self._maker is not None:
            samples = self._maker.make_all(samples, training.epoch)
        if self._set_rate is not None:
            self._set_rate(training.epoch, 0, 1)
        value = training.train_step.minimize(samples)
        training.restart_sums((value * len(samples), len(samples)))
        training.evaluate_epoch()
        return value
