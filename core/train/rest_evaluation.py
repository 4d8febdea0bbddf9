"""Evaluate while training rests, so that what is shown is of the weights of this moment."""

from __future__ import annotations

import numpy as np

from .evaluation import MAX_EVALUATED
from .trainer import Trainer


class RestEvaluation:
    """Passes over training and test samples, chunk by chunk; drop it when the weights change before it is finished.

    Within an epoch training evaluates some of the samples, some batches ago, and not at all what is changed by hand.
    The history gets no row, and training goes on as it would have.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        test = trainer.test.limited() if trainer.test is not None and len(trainer.test) else None
        parts = (trainer.train.limited().head(MAX_EVALUATED), test)
        self._passes = [trainer.train_step.evaluation_pass(part) for part in parts if part is not None]

    @staticmethod
    def is_due(trainer: Trainer) -> bool:
        """Whether the latest evaluation is of another moment, other weights, or some of the test samples."""
        test, predictions = trainer.test, trainer.test_predictions
        counted = 0 if predictions is None else len(predictions)
        there = 0 if test is None else len(test.limited())
        now = trainer.fractional_epoch, there
        return trainer.evaluator.is_outdated or (trainer.evaluated_epoch, counted) != now

    @property
    def is_short(self) -> bool:
        """Whether every pass has a single chunk, so that there is nowhere to pause."""
        return all(one.is_short for one in self._passes)

    @property
    def finished(self) -> bool:
        return all(one.finished for one in self._passes)

    def advance(self) -> None:
        """Evaluate the next chunk."""
        with np.errstate(all="ignore"):
            next(one for one in self._passes if not one.finished).advance()

    def result(self) -> bool:
        """Make it the trainer's latest evaluation, of what is not evaluated yet, too. Returns that it is there."""
        with np.errstate(all="ignore"):
            self._trainer.evaluator.keep_at_rest(*self._passes)
        self._trainer.evaluated_epoch = self._trainer.fractional_epoch
        return True
