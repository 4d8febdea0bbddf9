"""Early stopping of small tables: rows set apart say when to end, and which weights were best."""

from __future__ import annotations

import math
from typing import Final

from ..data.batches import Samples
from ..data.datasets import TableFile
from ..data.pipeline import Pipeline
from ..train.stop_condition import StopCondition
from ..train.trainer import Trainer
from .experiment import Experiment
from .prepare import PreparedData
from .project_file import TrainerState

PATIENCE: Final = 20
"""Epochs without a lower loss of the samples set apart, after which a training ends."""
HELD_OUT: Final = 0.15
FEW: Final = 200
MANY: Final = 10_000
"""Training rows of a table. Of fewer than `FEW`, those set apart would be missed, 0.08 of R² where there are 96, and
they say little of when to end; `MANY` are not soon learned by heart."""
UNTIL_BEST: Final = StopCondition(patience=PATIENCE)


def suits(experiment: Experiment, rows: int) -> bool:
    """Whether `experiment` is of a table of so many training rows that it gains from early stopping."""
    info, task = experiment.dataset.info(), experiment.task
    learns = task.labels in ("classes", "values") and not task.makes_batches
    return isinstance(experiment.dataset, TableFile) and len(info.shape) == 1 and learns and is_small(rows)


def is_small(rows: int) -> bool:
    """Whether a table of so many training rows is soon learned by heart, and has enough to set some apart."""
    return FEW <= rows < MANY


class EarlyStopping:
    """The lowest loss of `held`, samples set apart, and the training's state of then."""

    def __init__(self, held: Samples, pipeline: Pipeline | None = None) -> None:
        self._held, self._pipeline, self._lowest = held, pipeline, math.inf
        self.best: TrainerState | None = None

    @classmethod
    def of(cls, experiment: Experiment, prepared: PreparedData) -> EarlyStopping | None:
        """That of a small table with rows set apart; None for other data."""
        held = prepared.held
        if held is None or not suits(experiment, len(prepared.train) + len(held)):
            return None
        return cls(held, prepared.pipeline)

    def reset(self) -> None:
        """Begin anew, because another network is trained."""
        self._lowest, self.best = math.inf, None

    def end_epoch(self, trainer: Trainer) -> bool:
        """Measure at the end of an epoch; whether the loss has not fallen for `PATIENCE` epochs."""
        if (loss := trainer.evaluate(self._held).loss) < self._lowest:
            self._lowest, self.best = loss, TrainerState.of(trainer, self._pipeline)
        return self.best is not None and trainer.epoch - self.best.epoch >= PATIENCE

    def sentence(self, trained: int) -> str:
        """Which weights are kept after `trained` epochs; "" for those that there are."""
        if self.best is None or self.best.epoch == trained:
            return ""
        return (
            f"the {len(self._held):,} training samples set apart were predicted best after epoch "
            f"{self.best.place_text} of {trained:,}, whose weights are kept"
        )
