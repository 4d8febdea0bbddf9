"""The row of the run that trains now, and those of a set that does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from core.data.dataset import Data
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.snapshot import Snapshot
from core.runs.packing import Curves
from core.runs.run import Run, data_text, run_row
from core.runs.run_set import SetKind
from core.runs.run_settings import run_name
from core.runs.trial import Trial, TrialResult
from core.seeds.lanes import Moment

LIVE_ID: Final = 0
"""The number of a run that is not kept yet; the database counts from 1."""


@dataclass(frozen=True, eq=False)
class LiveRun:
    """Runs as they are now: that of the document, with its last `snapshot`, or those of a `LiveSet`.

    - `runs`: their rows. `numbers`: those that stay the same when a run is kept. `trains`: whether they go on.
    """

    runs: tuple[Run, ...]
    curves: tuple[Curves, ...]
    numbers: tuple[int, ...]
    trains: bool
    snapshot: Snapshot | None

    @cached_property
    def rows(self) -> dict[int, Run]:
        """The rows by their numbers in the list."""
        return {run.id: run for run in self.runs}

    @property
    def training(self) -> frozenset[int]:
        """The numbers in the list of those that train now."""
        return frozenset(run.id for run in self.runs if self.trains and run.status == "done")


@dataclass(frozen=True, eq=False)
class LiveSet(LiveRun):
    """The members of a race or of many seeds, with numbers below 0 in the list as long as they are not kept.

    `experiments`, `data`: of each lane; of many seeds the one that all have.
    """

    kind: SetKind
    moment: Moment
    experiments: tuple[Experiment, ...]
    data: tuple[PreparedData, ...]


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
