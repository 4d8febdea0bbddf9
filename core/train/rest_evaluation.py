"""Evaluate all test samples while training rests, so that what is counted is of the moment that is shown."""

from __future__ import annotations

import numpy as np

from core.train.trainer import Trainer

__all__ = ["RestEvaluation"]


class RestEvaluation:
    """One pass over the test samples, chunk by chunk; drop it when the weights change before it is finished.

    Within an epoch training evaluates some of the samples, some batches ago. The history gets no row, and training goes
    on as it would have.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        test = trainer.test
        self._pass = None if test is None or not len(test) else trainer.train_step.evaluation_pass(test)

    @staticmethod
    def is_due(trainer: Trainer) -> bool:
        """Whether the latest evaluation is of another moment, or of some of the test samples."""
        test, predictions = trainer.test, trainer.test_predictions
        if test is None or not len(test):
            return False
        counted = 0 if predictions is None else len(predictions)
        return (trainer.evaluated_epoch, counted) != (trainer.fractional_epoch, len(test))

    @property
    def finished(self) -> bool:
        return self._pass is None or self._pass.finished

    def advance(self) -> None:
        """Evaluate the next chunk."""
        assert self._pass is not None
        with np.errstate(all="ignore"):
            self._pass.advance()

    def result(self) -> bool:
        """Make it the trainer's latest evaluation. Returns whether there are test samples."""
        if self._pass is None:
            return False
        with np.errstate(all="ignore"):
            self._trainer.evaluator.keep_test(self._pass)
        self._trainer.evaluated_epoch = self._trainer.fractional_epoch
        return True
