"""Checkpoints of a session: for project files, and for the time after a divergence."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState
from playground.model.undo import Revision
from playground.training.run import Run

_INTERVAL_SECONDS = 2.0
# Copies take at most this share of the time: one of 844,000 parameters with Adam's state takes about 5 ms.
_SHARE = 0.01
# The share while settings change, when divergence is most likely.
_SHARE_AFTER_EDITS = 0.05


@dataclass(frozen=True, eq=False)
class SessionCheckpoint:
    """The training state to save at one moment.

    `revision` is the document's last requested one, None before the first. `checkpoint` belongs to `experiment`, an
    earlier one if the revision cannot run. After a failure, `checkpoint` is the last finite one. `run` is the number of
    the run, 0 without one; it has trained for `seconds` since epoch `since_epoch`.
    """

    revision: Revision | None
    experiment: Experiment | None = None
    checkpoint: TrainerState | None = None
    failed: bool = False
    run: int = 0
    seconds: float = 0.0
    since_epoch: int = 0


class LastFiniteCheckpoint:
    """Regularly copies a run's state while it is finite."""

    def __init__(self) -> None:
        self._run = 0
        self._checkpoint: TrainerState | None = None
        self._next_at = 0.0
        self._soon_at = 0.0

    def forget(self) -> None:
        """Drop the copy, because its run can never be restored."""
        self._checkpoint = None

    def hurry(self) -> None:
        """Copy before the next step, because a setting has changed; rarely while a slider moves."""
        self._next_at = min(self._next_at, self._soon_at)

    def update_when_due(self, run: Run) -> None:
        """Copy the state unless done recently. Call it between steps, before they can diverge."""
        start = perf_counter()
        if run.number == self._run and start < self._next_at:
            return
        # A pending evaluation may take seconds to finish.
        if run.has_trained and not run.trainer.is_evaluating:
            self.keep(run, TrainerState.of(run.trainer, run.data.pipeline))
            end = perf_counter()
            self._next_at = end + max(_INTERVAL_SECONDS, (end - start) / _SHARE)
            self._soon_at = end + (end - start) / _SHARE_AFTER_EDITS

    def keep(self, run: Run, checkpoint: TrainerState) -> None:
        """Keep a copy that was made for another purpose, if it is finite."""
        if checkpoint.is_finite:
            self._run, self._checkpoint = run.number, checkpoint

    def of(self, run: Run) -> TrainerState | None:
        """The last copy of this run; None if there is none."""
        return self._checkpoint if run.number == self._run else None
