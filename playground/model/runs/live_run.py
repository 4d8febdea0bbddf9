"""The run that trains now, as a row beside the kept ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from core.data.dataset import Data
from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from core.sweep.trial import Trial, TrialResult, history_curve
from playground.model.runs.run_record import Curves, RunSummary, data_text, run_row
from playground.model.runs.run_settings import run_name

LIVE_ID: Final = 0
"""The number of a run that is not kept yet; the database counts from 1."""


@dataclass(frozen=True, eq=False)
class LiveRun:
    """A run as it is now. `number` is that in its session; `training`: whether it goes on."""

    summary: RunSummary
    snapshot: Snapshot
    number: int
    training: bool

    @property
    def curves(self) -> Curves:
        history = self.snapshot.history
        return history_curve(
            (
                history.epoch,
                history.train_loss,
                history.test_loss,
                history.train_accuracy,
                history.test_accuracy,
            )
        )


def first_live_row(
    experiment: Experiment, data: Data, before: RunSummary | None, parameters: int
) -> RunSummary:
    """The row of a run that is not kept yet, at epoch 0; `before` is the last kept one on the same data."""
    nothing = TrialResult(Trial(LIVE_ID, 0, experiment.seed, 0), "done", parameters=parameters)
    name = run_name(experiment, None if before is None else before.settings)
    return run_row(experiment, data_text(experiment, data), nothing, name)


def live_row(row: RunSummary, snapshot: Snapshot, seconds: float) -> RunSummary:
    """The row with what a snapshot measured."""
    return replace(
        row,
        epochs=float(snapshot.epoch),
        seconds=seconds,
        train_loss=snapshot.train.loss,
        test_loss=snapshot.test.loss,
        train_score=snapshot.train.accuracy,
        test_score=snapshot.test.accuracy,
    )
