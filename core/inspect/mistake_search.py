"""Search for the next misclassified sample, or the hardest one, in chunks because it may be far away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..experiment.prepare import PreparedData
from ..train.slow_step import sample_losses
from ..train.trainer import Trainer

_BATCH = 256


@dataclass(frozen=True)
class Misclassified:
    """Result of a search in a run: a sample of `PreparedData.find`, or None if every prediction is correct."""

    run: int
    row: int | None


class MistakeSearch:
    """Searches the test samples after row `after`, wrapping around. Raises `ValueError` for regression."""

    def __init__(self, trainer: Trainer, prepared: PreparedData, after: int, run: int = 0) -> None:
        if not trainer.task.classifies:
            raise ValueError("Mistakes: there must be classes, but there are values to predict")
        self._trainer, self._samples, self._run = trainer, prepared.test, run
        self._left = np.roll(np.arange(len(prepared.test)), -(after + 1))
        self._row: int | None = None

    @property
    def finished(self) -> bool:
        return self._row is not None or not len(self._left)

    def advance(self) -> None:
        """Check the next chunk of samples."""
        rows, self._left = self._left[:_BATCH], self._left[_BATCH:]
        predicted = self._trainer.encoding.decode(self._trainer.network.predict(self._samples.inputs[rows]))
        wrong = np.flatnonzero(predicted != self._samples.labels[rows])
        if len(wrong):
            self._row = int(rows[wrong[0]])

    def result(self) -> Misclassified:
        """The result, after checking the remaining samples."""
        while not self.finished:
            self.advance()
        return Misclassified(self._run, self._row)


class HardestSearch:
    """Searches the training samples for the one with the largest loss; one that is no number is the largest."""

    def __init__(self, trainer: Trainer, prepared: PreparedData, run: int = 0) -> None:
        self._trainer, self._samples, self._run = trainer, prepared.train, run
        self._left = list(trainer.network.parts(len(prepared.train)))[::-1]
        self._largest, self._row = -np.inf, 0

    @property
    def finished(self) -> bool:
        return not self._left

    def advance(self) -> None:
        """Look at the next chunk of samples."""
        part = self._left.pop()
        with np.errstate(all="ignore"):
            losses = np.nan_to_num(sample_losses(self._trainer, self._samples.part(part)), nan=np.inf)
        if losses.max() > self._largest:
            self._largest, self._row = float(losses.max()), part.start + int(losses.argmax())

    def result(self) -> Misclassified:
        """The result, after the remaining samples."""
        while not self.finished:
            self.advance()
        return Misclassified(self._run, ~self._row)
