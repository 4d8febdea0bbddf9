"""Search for the next misclassified sample, in chunks because it may be far away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.experiment.prepare import PreparedData
from core.train.trainer import Trainer

_BATCH = 256


@dataclass(frozen=True)
class Misclassified:
    """Result of a search in a run: a test row, or None if every prediction is correct."""

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
