"""The row of the run that trains now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from core.data.dataset import Data
from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from core.runs.packing import Curves
from core.runs.run import Run, data_text, run_row
from core.runs.run_settings import run_name
from core.runs.trial import Trial, TrialResult, curve_of

LIVE_ID: Final = 0
"""The number of a run that is not kept yet; the database counts from 1."""


@dataclass(frozen=True, eq=False)
class LiveRun:
    """A run as it is now. `number` is that in its session; `training`: whether it goes on."""

    summary: Run
    snapshot: Snapshot
    number: int
    training: bool

    @property
    def curves(self) -> Curves:
        return curve_of(self.snapshot.history)


def first_live_row(experiment: Experiment, data: Data, before: Run | None, parameters: int) -> Run:
    """The row of a run that is not kept yet, at epoch 0; `before` is the last kept one on the same data."""
    nothing = TrialResult(Trial(LIVE_ID, 0, experiment.seed, 0), "done", parameters=parameters)
    name = run_name(experiment, None if before is None else before.settings)
    return run_row(experiment, data_text(experiment, data), nothing, name)


def live_row(row: Run, snapshot: Snapshot, seconds: float) -> Run:
    """The row with what a snapshot measured."""
    return replace(
        row,
        epochs=float(snapshot.epoch),
        place=snapshot.place_text,
        seconds=seconds,
        **snapshot.figures.columns,
    )
