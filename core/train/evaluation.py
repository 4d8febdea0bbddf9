"""Evaluate a network chunk by chunk, so that a GUI training loop can pause in between.

`EvaluationPass` is one pass over some samples, `EvaluationSchedule` sets when to evaluate within an epoch,
and `Evaluator` keeps the latest results and the history.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.batches import Samples
from ..data.target_encoding import TargetEncoding
from ..nn import ActivationFunction
from ..nn.losses import Loss
from ..nn.network import Network
from ..spec.arrays import Array
from .history import Evaluation, HistoryLog
from .part_evaluation import Reference
from .tasks import Task


class Objective:
    """A task's loss, bound to the final activation of a network: nothing else chooses the form of a loss.

    - `fused`: whether the loss applies the final activation, which the network then leaves out.
    - `bound`: the loss of a step, with `class_weights` (classes,) where there are some; its `additive` has none.
    """

    def __init__(
        self,
        task: Task,
        encoding: TargetEncoding,
        loss: Loss,
        activation: ActivationFunction | None,
        class_weights: Array | None = None,
    ) -> None:
        self.task, self.encoding, self.loss = task, encoding, loss
        self.fused = loss.fuses_with(activation)
        self.bound = task.bind(loss, self.fused, encoding, class_weights)

    def predictions(self, outputs: Array) -> NDArray[Any]:
        """Class numbers (...) or encoded values of outputs (..., outputs); logits have the order of probabilities."""
        return self.task.predictions(outputs, self.encoding, logits=self.bound.takes_logits)

    def score(self, outputs: Array, samples: Samples) -> float:
        """The task's score of outputs (samples, outputs); NaN where one is not finite."""
        if not np.isfinite(outputs).all():
            return math.nan
        return self.task.score_of(self.predictions(outputs), samples)


References = tuple[Reference, ...]
"""Of the training samples, and of the test samples if there are any; empty before the first evaluation of all."""

# Within an epoch, evaluate at most 10 times, on 250 to 500 samples per split, for at most 15 % of its predictions.
_MAX_TIMES, _MAX_SAMPLES, _MIN_SAMPLES, _SHARE = 10, 500, 250, 0.15


class EvaluationPass:
    """One pass over `samples` without dropout; the weights must not change until it is `finished`.

    The loss is the mean of the samples' losses times their weights, as in Keras; scores are of all alike.
    """

    def __init__(self, network: Network, samples: Samples, objective: Objective) -> None:
        self._network, self._samples, self._objective = network, samples, objective
        self._parts = list(network.parts(len(samples)))
        self._outputs = np.empty((len(samples), *network.output_shape), network.dtype)
        self._done = 0
        self._total, self._added, self._counted = 0.0, 0.0, 0

    def __len__(self) -> int:
        return len(self._samples)

    @property
    def finished(self) -> bool:
        return self._done == len(self._parts)

    @property
    def is_short(self) -> bool:
        """Whether the pass has a single chunk, so that there is nowhere to pause."""
        return len(self._parts) <= 1

    def advance(self) -> None:
        """Evaluate the next chunk."""
        part = self._parts[self._done]
        rows, targets = self._samples.inputs[part], self._samples.targets[part]
        bound = self._objective.bound
        plan = self._network.plan(len(rows), fused=self._objective.fused)
        found = plan.forward(rows)
        self._outputs[part] = found
        if plan.adds_loss:
            self._added += plan.added_loss * len(rows)
        weights = self._samples.weights
        count = bound.count(targets)
        self._counted += count
        if weights is None:
            self._total += bound.additive(found, targets) * count
        else:
            self._total += bound.weighted_sum(found, targets, weights[part])
        self._done += 1

    def evaluation(self) -> Evaluation:
        """Loss and the task's score on all samples, after evaluating the remaining chunks."""
        while not self.finished:
            self.advance()
        if not len(self._samples):
            return Evaluation(math.nan, math.nan)
        mean = self._total / max(1, self._counted)
        added = self._added / len(self._samples)
        score = self._objective.score(self._outputs, self._samples)
        return Evaluation(self._objective.loss.from_mean(mean) + added, score, added)

    def reference(self, count: int) -> Reference:
        """The evaluation of all samples, and that of the first `count` alone."""
        whole, part, outputs = self.evaluation(), self._samples.head(count), self._outputs[:count]
        if not len(part):
            return Reference(whole, whole)
        loss = self._objective.loss.from_mean(self._objective.bound.additive(outputs, part.targets))
        # What layers add is known of all samples alone.
        loss += self._added / len(self._samples)
        return Reference(whole, Evaluation(loss, self._objective.score(outputs, part)))

    def predictions(self) -> NDArray[Any]:
        """Class indices (samples,), or encoded values (samples, outputs)."""
        return self._objective.predictions(self._outputs)


class EvaluationSchedule:
    """When to evaluate within an epoch of `samples`, and on how many samples of each split."""

    def __init__(self, samples: int) -> None:
        work = _SHARE * samples
        self.times = min(_MAX_TIMES, int(work / (2 * _MIN_SAMPLES)))
        self.samples = min(_MAX_SAMPLES, int(work / (2 * self.times))) if self.times else 0
        # Rounded up so that the last stretch ends with the epoch, not before.
        self._stretch = max(1, -(-samples // (self.times + 1)))

    def next_due(self, position: int) -> int:
        """The first position after `position` at which to evaluate."""
        return (position // self._stretch + 1) * self._stretch

    def is_due(self, before: int, position: int) -> bool:
        """Whether to evaluate after a batch (not an epoch's last) that moved `before` to `position` samples."""
        return position // self._stretch > before // self._stretch


MAX_EVALUATED = 1000
"""Evaluate on at most this many training samples: precise to two digits, and cheap compared with an epoch."""


class Evaluator:
    """Evaluates on `train` and `test`; `make_pass(samples)` creates a pass over the current network.

    - `train_evaluation`, `test_evaluation`: the latest ones; NaN before the first.
    - `pending`: passes in progress.
    - `predictions`: class indices (n,) or encoded values (n, outputs) of the latest test evaluation, which has the
      first n test samples; None before it.
    - `references`: what corrects the evaluations of a few samples within an epoch; see `Reference`.
    - `is_outdated`: whether weights or loss were changed by hand since the latest evaluations.
    - `averages_batches`: whether the training loss is the mean over the batches since the row before.
    """

    def __init__(
        self, make_pass: Callable[[Samples], EvaluationPass], train: Samples, test: Samples | None = None
    ) -> None:
        self._make_pass = make_pass
        self.log = HistoryLog()
        self.train_evaluation = self.test_evaluation = Evaluation(math.nan, math.nan)
        self.set_data(train, test)

    def set_data(self, train: Samples, test: Samples | None = None) -> None:
        """Evaluate on other samples from now on, and cancel pending passes."""
        self._train = train.limited()
        self._test = test.limited() if test is not None and len(test) else None
        self.schedule = EvaluationSchedule(len(train))
        self.predictions: NDArray[Any] | None = None
        self.pending: tuple[EvaluationPass, ...] = ()
        self._are_whole = True
        self.references: References = ()
        self.is_outdated = self.averages_batches = False

    def restore(
        self,
        train: Evaluation,
        test: Evaluation,
        predictions: NDArray[Any] | None = None,
        *,
        averages_batches: bool = True,
    ) -> None:
        """Restore earlier evaluations, and the test one's predictions. The log is restored separately."""
        self.train_evaluation, self.test_evaluation = train, test
        self.predictions, self.pending = predictions, ()
        self.is_outdated, self.averages_batches = False, averages_batches

    @property
    def is_short(self) -> bool:
        """Whether every pending pass has a single chunk."""
        return all(one.is_short for one in self.pending)

    def begin(self) -> None:
        """Start evaluating the training subset and the test set."""
        self._begin(self._train.head(MAX_EVALUATED), self._test)
        self._are_whole = True

    def begin_within_epoch(self, epoch: float) -> bool:
        """Start evaluating on a few samples; False if the log is thinned or has reached the fractional `epoch`."""
        if self.log.stride > 1 or epoch <= self.log.last_epoch:
            return False
        self._begin(*self.few())
        self._are_whole = False
        return True

    def few(self) -> tuple[Samples, Samples | None]:
        """The training and test samples that are evaluated within an epoch."""
        count = self.schedule.samples
        return self._train.head(count), None if self._test is None else self._test.head(count)

    def refer(self, train: Evaluation, test: Evaluation) -> References:
        """References for evaluations of all samples by the present weights that were made elsewhere."""
        if not self.schedule.times or self.log.stride > 1:
            return ()
        return tuple(
            Reference(whole, self._make_pass(part).evaluation())
            for whole, part in zip((train, test), self.few(), strict=True)
            if part is not None
        )

    def cancel(self) -> None:
        """Cancel pending passes."""
        self.pending = ()

    def run_until(self, end: float) -> bool:
        """Evaluate until `perf_counter()` reaches `end`, at least one chunk; True if only `finish` is left."""
        for one in self.pending:
            while not one.finished:
                one.advance()
                if perf_counter() >= end and not self.pending[-1].finished:
                    return False
        return True

    def finish(self) -> None:
        """Complete the pending passes and keep their results."""
        passes, self.pending = self.pending, ()
        evaluations = [one.evaluation() for one in passes]
        predictions = passes[-1].predictions()
        test = evaluations[-1] if self._test is not None else self.test_evaluation
        if self._are_whole:
            references = [one.reference(self.schedule.samples) for one in passes if self.schedule.times]
            self.keep(evaluations[0], test, predictions, tuple(references))
        else:
            self.keep_few(evaluations[0], test, predictions)

    def evaluate_test(self) -> None:
        """Evaluate on the test set alone, if there is one."""
        if self._test is not None:
            self.keep_test(self._make_pass(self._test))

    def keep_test(self, one: EvaluationPass) -> None:
        """Keep the results of a pass over the test samples."""
        self.test_evaluation, self.predictions = one.evaluation(), one.predictions()

    def keep_at_rest(self, train: EvaluationPass, test: EvaluationPass | None = None) -> None:
        """Keep the results of passes by the present weights, of which the history has no row."""
        self.train_evaluation = train.evaluation()
        self.is_outdated = self.averages_batches = False
        if test is not None:
            self.keep_test(test)

    def keep(
        self, train: Evaluation, test: Evaluation, predictions: NDArray[Any], references: References
    ) -> None:
        """Keep the evaluations of all samples, which may have been made elsewhere, and those of the test samples."""
        self.train_evaluation, self.references = train, references
        self.is_outdated = self.averages_batches = False
        if self._test is not None:
            self.test_evaluation, self.predictions = test, predictions

    def keep_few(self, train: Evaluation, test: Evaluation, predictions: NDArray[Any]) -> None:
        """Keep evaluations of the `few` samples, as estimates of those of all."""
        found = [train, test]
        for at, reference in enumerate(self.references):
            found[at] = reference.estimate(found[at])
        self.keep(found[0], found[1], predictions, self.references)

    def record(self, epoch: float, train_loss: float | None, rate: float, norm: float) -> bool:
        """Append the latest evaluations to the history; False, without a row, if a loss is not finite.

        `train_loss` (the mean since the last row) replaces the evaluated one; `rate` and `norm` are the last step's.
        """
        if train_loss is not None:
            self.train_evaluation = Evaluation(train_loss, self.train_evaluation.accuracy)
            self.averages_batches = True
        train, test = self.train_evaluation, self.test_evaluation
        if not math.isfinite(train.loss) or (self._test is not None and not math.isfinite(test.loss)):
            return False
        self.log.append(epoch, train.loss, test.loss, train.accuracy, test.accuracy, rate, norm, test.added)
        return True

    def _begin(self, train: Samples, test: Samples | None) -> None:
        self.pending = tuple(self._make_pass(part) for part in (train, test) if part is not None)
