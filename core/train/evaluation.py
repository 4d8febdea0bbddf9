"""Evaluate a network chunk by chunk, so that a GUI training loop can pause in between.

`EvaluationPass` is one pass over some samples, `EvaluationSchedule` sets when to evaluate within an epoch, and
`Evaluator` keeps the latest figures and the history. Every figure of a network is made by a pass, or by an engine that
computes the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
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
from .figures import NOTHING, Figure, Figures, Place
from .history import HistoryLog
from .tasks import Task


@dataclass(frozen=True)
class Reference:
    """Figures of the same weights on `all` samples and on their first `part`."""

    all: Figure
    part: Figure

    def estimate(self, part: Figure) -> Figure:
        """The figure that all samples would give where the same part gives `part` now.

        Of the loss, and of the error 1 - accuracy (or 1 - R²): it has changed by as much on all (difference estimate).
        Where that of a harder part has fallen, all of them would end below 0: it has fallen in the same ratio (ratio
        estimate). Cochran, Sampling Techniques, 3rd ed. 1977, chapters 6 and 7.
        """
        loss = _estimate(part.loss, self.part.loss, self.all.loss)
        error = _estimate(1.0 - part.score, 1.0 - self.part.score, 1.0 - self.all.score)
        # Accuracies end at 0; an R² is below it only where the part's is, too.
        score = 1.0 - (min(1.0, error) if part.score >= 0.0 else error)
        return replace(part, loss=loss, score=score, corrected=(loss, score) != (part.loss, part.score))


def _estimate(now: float, part: float, whole: float) -> float:
    found = whole * now / part if 0.0 <= now < part and whole < part else whole + now - part
    # What was not measured is NaN.
    return found if math.isfinite(found) else now


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

    def tally(self, outputs: Array, samples: Samples) -> tuple[NDArray[Any], Array | float]:
        """Predictions of outputs (samples, outputs) and their `Task.tally`; NaN where an output is not finite."""
        predicted = self.predictions(outputs)
        # One pass without a copy; a second one only if the sum overflows.
        finite = math.isfinite(np.add.reduce(outputs, axis=None)) or np.isfinite(outputs).all()
        return predicted, self.task.tally(predicted, samples) if finite else math.nan

    def score_from(self, tally: Array | float, samples: Samples) -> float:
        """The task's score of samples from the sum of the tallies of all."""
        return math.nan if isinstance(tally, float) else self.task.score_from(tally, samples)

    def score(self, outputs: Array, samples: Samples) -> float:
        """The task's score of outputs (samples, outputs); NaN where one is not finite."""
        return self.score_from(self.tally(outputs, samples)[1], samples)


References = tuple[Reference, ...]
"""Of the training samples, and of the test samples if there are any; empty before the first evaluation of all."""

# Within an epoch, evaluate at most 10 times, on 250 to 500 samples per split, for at most 15 % of its predictions.
_MAX_TIMES, _MAX_SAMPLES, _MIN_SAMPLES, _SHARE = 10, 500, 250, 0.15


class EvaluationPass:
    """One pass over `samples`, `of` more of a split, without dropout; until it is `finished`, weights must not change.

    The loss is the mean of the samples' losses times their weights, as in Keras; scores are of all alike. Kept are the
    outputs of the first `head` samples, for a `reference`, and with `predicts` all predictions: those of 60,000 images
    that are given back would take 190 MB.
    """

    def __init__(
        self,
        network: Network,
        samples: Samples,
        objective: Objective,
        *,
        of: int = 0,
        head: int = 0,
        predicts: bool = False,
    ) -> None:
        self._of = of
        self._network, self._samples, self._objective = network, samples, objective
        self._parts = list(network.parts(len(samples)))
        self._head, self._outputs = head, list[Array]()
        self._predictions: list[NDArray[Any]] | None = [] if predicts else None
        self._done = 0
        self._total, self._added, self._counted = 0.0, 0.0, 0
        self._tally: Array | float = 0.0

    @property
    def finished(self) -> bool:
        return self._done == len(self._parts)

    @property
    def is_short(self) -> bool:
        """Whether the pass has a single chunk, so that there is nowhere to pause."""
        return len(self._parts) <= 1

    def advance(self) -> None:
        """Evaluate the next chunk."""
        part, objective = self._parts[self._done], self._objective
        samples = self._samples if self.is_short else self._samples.part(part)
        targets, bound = samples.targets, objective.bound
        plan = self._network.plan(len(targets), fused=objective.fused)
        found = plan.forward(samples.inputs)
        if plan.adds_loss:
            self._added += plan.added_loss * len(targets)
        count = bound.count(targets)
        self._counted += count
        if samples.weights is None:
            self._total += bound.additive(found, targets) * count
        else:
            self._total += bound.weighted_sum(found, targets, samples.weights)
        predicted, tally = objective.tally(found, samples)
        self._tally = tally if self._done == 0 else self._tally + tally
        # Copies, as the plan writes the next chunk there.
        if part.start < self._head:
            self._outputs.append(found[: self._head - part.start].copy())
        if self._predictions is not None:
            self._predictions.append(predicted.copy())
        self._done += 1

    def figure(self) -> Figure:
        """Loss and the task's score on all samples, after evaluating the remaining chunks."""
        while not self.finished:
            self.advance()
        count = len(self._samples)
        if not count:
            return Figure()
        mean = self._total / max(1, self._counted)
        added = self._added / count
        score = self._objective.score_from(self._tally, self._samples)
        return Figure(self._objective.loss.from_mean(mean) + added, score, added, count, self._of or count)

    def reference(self) -> Reference:
        """The figure of all samples, and that of the first `head` alone."""
        whole, part = self.figure(), self._samples.head(self._head)
        if not len(part):
            return Reference(whole, whole)
        objective, outputs = self._objective, np.concatenate(self._outputs)
        loss = objective.loss.from_mean(objective.bound.additive(outputs, part.targets))
        # What layers add is known of all samples alone.
        return Reference(whole, Figure(loss + whole.added, objective.score(outputs, part)))

    def predictions(self) -> NDArray[Any]:
        """Class indices (samples,), or encoded values (samples, outputs), of a pass that `predicts`."""
        assert self._predictions is not None
        self.figure()
        if self._predictions:
            return self._predictions[0] if self.is_short else np.concatenate(self._predictions)
        return self._objective.predictions(np.empty((0, *self._network.output_shape), self._network.dtype))


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
    """Evaluates on `train` and `test`; `make_pass(samples, ...)` creates a pass over the current network.

    - `figures`: the latest ones; NaN before the first.
    - `pending`: passes in progress.
    - `predictions`: class indices (n,) or encoded values (n, outputs) of the latest test evaluation, which has the
      first n test samples; None before it.
    - `references`: what corrects the evaluations of a few samples within an epoch; see `Reference`.
    """

    def __init__(
        self, make_pass: Callable[..., EvaluationPass], train: Samples, test: Samples | None = None
    ) -> None:
        self._make_pass = make_pass
        self.log = HistoryLog()
        self.figures = Figures()
        self.set_data(train, test)

    def set_data(self, train: Samples, test: Samples | None = None) -> None:
        """Evaluate on other samples from now on, and cancel pending passes."""
        self._all = train, test if test is not None and len(test) else None
        self._at_end = train.limited().head(MAX_EVALUATED), self._all[1] and self._all[1].limited()
        self.schedule = EvaluationSchedule(len(train))
        self.predictions: NDArray[Any] | None = None
        self.pending: tuple[EvaluationPass, ...] = ()
        self._place, self._are_whole = Place(), True
        self.references: References = ()

    def restore(self, figures: Figures, predictions: NDArray[Any] | None = None) -> None:
        """Restore earlier figures, and the test one's predictions. The log is restored separately."""
        self.figures, self.predictions, self.pending = figures, predictions, ()

    @property
    def counts(self) -> tuple[int, int]:
        """Numbers of training and test samples."""
        train, test = self._all
        return len(train), 0 if test is None else len(test)

    @property
    def is_short(self) -> bool:
        """Whether every pending pass has a single chunk."""
        return all(one.is_short for one in self.pending)

    def begin(self, place: Place) -> None:
        """Start evaluating the training subset and the test set at `place`."""
        self.pending = self._passes(*self._at_end, self.schedule.samples if self.schedule.times else 0)
        self._place, self._are_whole = place, True

    def begin_within_epoch(self, place: Place) -> bool:
        """Start evaluating on a few samples; False if the log is thinned or has reached the place."""
        if self.log.stride > 1 or place.position <= self.log.last_epoch:
            return False
        self.pending = self._passes(*self.few())
        self._place, self._are_whole = place, False
        return True

    def few(self) -> tuple[Samples, Samples | None]:
        """The training and test samples that are evaluated within an epoch."""
        (train, test), count = self._all, self.schedule.samples
        return train.limited().head(count), None if test is None else test.limited().head(count)

    def refer(self, train: Figure, test: Figure) -> References:
        """References for evaluations of all samples by the present weights that were made elsewhere."""
        if not self.schedule.times or self.log.stride > 1:
            return ()
        return tuple(
            Reference(whole, self._make_pass(part).figure())
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
        if self._are_whole and self.schedule.times:
            self.references = tuple(one.reference() for one in passes)
        self.keep_passes(self._place, passes, few=not self._are_whole)

    def keep_passes(self, place: Place, passes: tuple[EvaluationPass, ...], *, few: bool = False) -> None:
        """Keep the results of passes over training and, where there are some, test samples."""
        train, test = passes[0].figure(), passes[1].figure() if len(passes) > 1 else NOTHING
        self.keep(place, train, test, passes[1].predictions() if len(passes) > 1 else None, few=few)

    def keep(
        self,
        place: Place,
        train: Figure,
        test: Figure,
        predictions: NDArray[Any] | None,
        *,
        few: bool = False,
    ) -> None:
        """Keep the figures of `place`, which may have been made elsewhere, and the predictions of the test samples.

        Of a `few` samples they are brought to what all would have, by the references.
        """
        if few and self.references:
            train, test = self.references[0].estimate(train), self.references[-1].estimate(test)
        before = self.figures
        is_same = before.place.moment == place.moment
        means = (before.mean_loss, before.mean_since) if is_same else (math.nan, math.nan)
        self.figures = Figures(place, train, test, *means)
        self.predictions = predictions

    def record(self, mean: float, since: float, rate: float, norm: float) -> bool:
        """Append the latest figures to the history; False, without a row, if a loss is not finite.

        `mean` is that of the losses of the batches from the position `since`, NaN before the first; `rate` and `norm`
        are the last step's.
        """
        found = self.figures
        self.figures = figures = Figures(found.place, found.train, found.test, mean, since)
        trained = figures.train.loss if math.isnan(mean) else mean
        if not (math.isfinite(trained) and math.isfinite(figures.decisive.loss)):
            return False
        self.log.add(figures, rate, norm)
        return True

    def passes(self) -> tuple[EvaluationPass, ...]:
        """Passes over all training and test samples."""
        return self._passes(*self._all)

    def _passes(self, train: Samples, test: Samples | None, head: int = 0) -> tuple[EvaluationPass, ...]:
        first = self._make_pass(train, of=len(self._all[0]), head=head)
        if test is None or self._all[1] is None:
            return (first,)
        return first, self._make_pass(test, of=len(self._all[1]), head=head, predicts=True)
