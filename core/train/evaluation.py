"""What is known of how good a network is while it trains: the last evaluations, and the record of all.

Judging many samples takes a while, so it is done in parts: whoever trains beside a window can pause between them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.data.samples import Samples
from core.train.history import Evaluation, HistoryLog
from core.train.judging import EvaluationPass, EvaluationSchedule

__all__ = ["Evaluator"]

# The training part is judged on this many of its samples: enough for two digits, and cheap beside an epoch.
_MAX_EVALUATED = 1000


class Evaluator:
    """Judges on `train` and `test`; `judging(samples)` makes a pass with the network as it is then.

    - `train_evaluation`, `test_evaluation`: the last ones; NaN where there was none.
    - `pending`: the passes that were begun and are not ended.
    - `predicted`: the class that each test sample was taken for when the whole part was judged last; None if it never
      was.
    """

    def __init__(
        self, judging: Callable[[Samples], EvaluationPass], train: Samples, test: Samples | None = None
    ) -> None:
        self._judging = judging
        self.log = HistoryLog()
        self.train_evaluation = self.test_evaluation = Evaluation(math.nan, math.nan)
        self.set_data(train, test)

    def set_data(self, train: Samples, test: Samples | None = None) -> None:
        """Judge on other samples from now on, and drop what is half done."""
        self._train, self._test = train, test if test is not None and len(test) else None
        self.schedule = EvaluationSchedule(len(train))
        self.predicted_classes: NDArray[np.int64] | None = None
        self.pending: tuple[EvaluationPass, ...] = ()

    def restore(self, train: Evaluation, test: Evaluation) -> None:
        """Take evaluations of an earlier time back; the log has a `restore` of its own."""
        self.train_evaluation, self.test_evaluation = train, test
        self.predicted_classes, self.pending = None, ()

    @property
    def is_short(self) -> bool:
        """Whether there is no place to pause in what was begun."""
        return all(judging.is_short for judging in self.pending)

    def begin(self) -> None:
        """Judge on all that is judged."""
        self._begin(self._train.head(_MAX_EVALUATED), self._test)

    def begin_within_epoch(self, epoch: float) -> bool:
        """Judge on a few samples, unless the record has rows for this `epoch` (epochs) or grew coarse."""
        if self.log.stride > 1 or epoch <= self.log.last_epoch:
            return False
        count = self.schedule.samples
        self._begin(self._train.head(count), None if self._test is None else self._test.head(count))
        return True

    def cancel(self) -> None:
        """Leave what was begun undone."""
        self.pending = ()

    def run_until(self, end: float) -> bool:
        """Judge until the clock says `end`, at least a part; whether all is done but to `take` it."""
        for judging in self.pending:
            while not judging.finished:
                judging.advance()
                if perf_counter() >= end and not self.pending[-1].finished:
                    return False
        return True

    def finish(self) -> None:
        """End what was begun, and keep what it found."""
        passes, self.pending = self.pending, ()
        evaluations = [judging.evaluation() for judging in passes]
        self.train_evaluation = evaluations[0]
        if self._test is not None:
            self.test_evaluation = evaluations[1]
            if len(passes[1]) == len(self._test):
                self.predicted_classes = passes[1].predicted_classes()

    def record(self, epoch: float, train_loss: float | None, rate: float, norm: float) -> bool:
        """Write a row of the last evaluations; False when a loss is no number, and nothing was written.

        The loss on the training part may be known better from its batches, and `rate` and `norm` are the last step's.
        """
        if train_loss is not None:
            self.train_evaluation = Evaluation(train_loss, self.train_evaluation.accuracy)
        train, test = self.train_evaluation, self.test_evaluation
        if not math.isfinite(train.loss) or (self._test is not None and not math.isfinite(test.loss)):
            return False
        self.log.append(epoch, train.loss, test.loss, train.accuracy, test.accuracy, rate, norm)
        return True

    def _begin(self, train: Samples, test: Samples | None) -> None:
        self.pending = tuple(self._judging(part) for part in (train, test) if part is not None)
