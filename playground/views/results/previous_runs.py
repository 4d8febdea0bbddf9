"""The previous runs, kept so that a new one can be compared with them."""

from __future__ import annotations

from collections import deque
from typing import Literal, NamedTuple

import numpy as np

from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from core.spec.arrays import Array
from core.train.history import History

__all__ = ["Column", "PreviousRun", "PreviousRuns"]

Column = Literal["loss", "accuracy", "rate"]

_MAX_RUNS = 3


class PreviousRun(NamedTuple):
    """A run that is over, and the experiment as it was at its last step."""

    history: History
    experiment: Experiment


class PreviousRuns:
    """Follows the snapshots. A run is over when another one begins at epoch 0; it counts when it came to an epoch."""

    def __init__(self) -> None:
        self.runs: deque[PreviousRun] = deque(maxlen=_MAX_RUNS)
        """The oldest first."""
        self._last: Snapshot | None = None
        self._trained = Experiment()

    def update(self, snapshot: Snapshot) -> bool:
        """Take the newest snapshot; whether the earlier runs are others now."""
        last, self._last = self._last, snapshot
        trained = self._trained
        # What was chosen after the last step has not been trained.
        if last is None or (last.run, last.epoch, last.step) != (snapshot.run, snapshot.epoch, snapshot.step):
            self._trained = snapshot.experiment
        if last is None or last.run == snapshot.run:
            return False
        if snapshot.epoch == 0:
            if len(last.history) < 2:
                return False
            self.runs.append(PreviousRun(last.history, trained))
            return True
        # An undone reset brings a run back: it is no longer an earlier one.
        kept = [run for run in self.runs if not _begins_with(snapshot.history, run.history)]
        changed = len(kept) < len(self.runs)
        self.runs = deque(kept, _MAX_RUNS)
        return changed

    def clear(self) -> None:
        """Drop all previous runs."""
        self.runs.clear()

    def restart(self) -> None:
        """Drop the present run too: the next one cannot be compared with it."""
        self.clear()
        self._last = None

    @staticmethod
    def curve(history: History, column: Column) -> tuple[Array, Array]:
        """(epoch, values) of a run: those of the test part where there is one, and of rates the gradient norm."""
        if column == "rate":
            return history.epoch, history.gradient_norm
        if column == "loss":
            values = history.test_loss, history.train_loss
        else:
            values = history.test_accuracy, history.train_accuracy
        return history.epoch, values[0] if np.isfinite(values[0]).any() else values[1]


def _begins_with(history: History, run: History) -> bool:
    length = len(run)
    return length <= len(history) and np.array_equal(history.train_loss[:length], run.train_loss)
