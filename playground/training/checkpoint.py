"""Copies of the training state: for a file, and for the time after a divergence."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState
from playground.model.undo import Revision
from playground.training.run import Run

__all__ = ["LastFiniteCheckpoint", "SessionCheckpoint"]

_INTERVAL_SECONDS = 2.0
# Copies take at most this share of the time: one of 844,000 parameters with Adam's memory takes about 5 ms.
_SHARE = 0.01
# And this one while settings are changed, after which the numbers are most likely to run away.
_SHARE_AFTER_EDITS = 0.05


@dataclass(frozen=True, eq=False)
class SessionCheckpoint:
    """What can be saved of a training at one moment.

    `revision` is the document's last requested one, None before the first. `checkpoint` belongs to `experiment`, which
    is an earlier one where the revision cannot run. After a failure, `checkpoint` is the last finite one.
    """

    revision: Revision | None
    experiment: Experiment | None = None
    checkpoint: TrainerState | None = None
    failed: bool = False


class LastFiniteCheckpoint:
    """A copy of a run's state from time to time while its numbers are finite."""

    def __init__(self) -> None:
        self._run = 0
        self._checkpoint: TrainerState | None = None
        self._next_at = 0.0
        self._soon_at = 0.0

    def hurry(self) -> None:
        """A setting has changed: copy before the next step, though rarely while a slider moves."""
        self._next_at = min(self._next_at, self._soon_at)

    def update_when_due(self, run: Run) -> None:
        """Copy the state unless that was done lately. Call it between steps, before they can go wrong."""
        start = perf_counter()
        if run.number == self._run and start < self._next_at:
            return
        # A judgement under way may take seconds to finish.
        if run.has_trained and not run.trainer.is_evaluating:
            self.keep(run, TrainerState.of(run.trainer))
            end = perf_counter()
            self._next_at = end + max(_INTERVAL_SECONDS, (end - start) / _SHARE)
            self._soon_at = end + (end - start) / _SHARE_AFTER_EDITS

    def keep(self, run: Run, checkpoint: TrainerState) -> None:
        """Keep a copy of the run's state that was made for something else."""
        if checkpoint.is_finite:
            self._run, self._checkpoint = run.number, checkpoint

    def of(self, run: Run) -> TrainerState | None:
        """The last copy of this run; None where there is none, or it had learned nothing."""
        return self._checkpoint if run.number == self._run else None
