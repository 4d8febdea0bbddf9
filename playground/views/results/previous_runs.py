"""Previous runs, for comparison with the current one."""

from __future__ import annotations

from collections import deque
from typing import Literal, NamedTuple

import numpy as np

from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from core.runs.packing import CURVE_COLUMNS, Curves
from core.runs.run import data_key
from core.runs.run_settings import RunSettings, changes
from core.spec.arrays import Array
from core.train.history import HISTORY_COLUMNS, History

Column = Literal["loss", "accuracy", "rate"]

_MAX_RUNS = 3


class PreviousRun(NamedTuple):
    """A finished run, and its experiment at the last step; a pinned one has the name that it has among the runs."""

    history: History
    experiment: Experiment
    name: str = ""

    @classmethod
    def of_curves(cls, curves: Curves, experiment: Experiment, name: str = "") -> PreviousRun:
        """A kept run, whose learning rates are not kept."""
        rows = curves.astype(np.float64)
        known = [rows[:, column] for column in range(CURVE_COLUMNS)]
        unknown = [np.full(len(rows), np.nan)] * (HISTORY_COLUMNS - CURVE_COLUMNS)
        return cls(History(*known, *unknown), experiment, name)


class PreviousRuns:
    """Collects runs from snapshots. A run ends when another starts at epoch 0; it is kept if it completed an epoch."""

    def __init__(self) -> None:
        self.runs: deque[PreviousRun] = deque(maxlen=_MAX_RUNS)
        """Oldest first."""
        self.pinned: tuple[PreviousRun, ...] = ()
        """Kept runs that are to be compared with, whatever was trained since."""
        self._last: Snapshot | None = None
        self._trained = Experiment()

    def update(self, snapshot: Snapshot) -> bool:
        """Process a snapshot. Returns whether the previous runs changed."""
        last, self._last = self._last, snapshot
        trained = self._trained
        # Edits after the last step were never trained.
        if last is None or (last.run, last.epoch, last.step) != (snapshot.run, snapshot.epoch, snapshot.step):
            self._trained = snapshot.experiment
        if last is None or last.run == snapshot.run:
            return False
        if snapshot.epoch == 0:
            if len(last.history) < 2:
                return False
            self.runs.append(PreviousRun(last.history, trained))
            return True
        # Undoing a reset continues a run: it is no longer a previous one.
        kept = [run for run in self.runs if not _begins_with(snapshot.history, run.history)]
        changed = len(kept) < len(self.runs)
        self.runs = deque(kept, _MAX_RUNS)
        return changed

    def shown(self, now: Experiment) -> list[PreviousRun]:
        """At most three: the pinned runs on the data of `now`, and the latest of its task on data of this name."""
        key = data_key(now) if self.pinned else ""
        pinned = [run for run in self.pinned if data_key(run.experiment) == key][:_MAX_RUNS]
        others = [
            run
            for run in self.runs
            if run.experiment.dataset.label == now.dataset.label
            and run.experiment.task.kind == now.task.kind
            and all(run.experiment != other.experiment for other in pinned)
        ]
        return [*others[max(0, len(others) + len(pinned) - _MAX_RUNS) :], *pinned] if pinned else others

    def clear(self) -> None:
        self.runs.clear()

    def restart(self) -> None:
        """Drop the current run too, so that the next one is not compared with it."""
        self.clear()
        self._last = None

    @staticmethod
    def curve(history: History, column: Column) -> tuple[Array, Array]:
        """(epoch, values) of a run: of the test set if there is one; for rates the gradient norm."""
        if column == "rate":
            return history.epoch, history.gradient_norm
        if column == "loss":
            values = history.test_loss, history.drawn_loss
        else:
            values = history.test_accuracy, history.train_accuracy
        return history.epoch, values[0] if np.isfinite(values[0]).any() else values[1]


def _begins_with(history: History, run: History) -> bool:
    length = len(run)
    begin = history.drawn_loss[:length]
    return length <= len(history) and np.array_equal(begin, run.drawn_loss, equal_nan=True)


def difference(run: Experiment, now: Experiment) -> tuple[str, ...]:
    """ "rate 0.01", "5 · 3 units", "other data": the settings of the run that are not those of now."""
    if now.layers and not run.layers:
        # Of a run without layers, "− Dense 4" would seem to be a layer of 4.
        return ("no hidden layer", *difference(run, now.replace(layers=())))
    found = (change.text.rpartition(" → ") for change in changes(RunSettings.of(now), RunSettings.of(run)))
    told = tuple(f"{text} units" if arrow else text for _, arrow, text in found)
    return told if data_key(run) == data_key(now) else (*told, "other data")
