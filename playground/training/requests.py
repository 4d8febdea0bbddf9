"""Requests from the session to the worker."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState
from playground.model.timeline.moment import Moment
from playground.model.undo import Revision, Transition, WeightEdit


@dataclass(frozen=True, eq=False)
class RunRequest:
    """A revision of the document to train, from `checkpoint` or the earlier moment `branch` if there is one.

    `transition` says how the document arrived at it; after undo or redo its training is restored.
    """

    revision: Revision
    checkpoint: TrainerState | None = None
    transition: Transition = Transition(restored=False, resets=True)
    branch: Moment | None = None
    document: int = 0
    """Number of the document, by which results of another one are told from its own."""
    first: RunRequest | None = None
    """One that must be taken before, because either sets a weight: such steps cannot be taken together."""

    @property
    def weight(self) -> WeightEdit | None:
        """The one to set; undo and redo bring back trained states instead."""
        made = self.transition.made
        return None if made is None else made.weight

    @property
    def edit(self) -> str:
        """Name of the step in the timeline: undo leads to a revision that has the text of an older one."""
        return f"Undo {self.transition.undone}" if self.transition.undone else self.revision.edit

    @property
    def leaves_training(self) -> bool:
        """Whether nothing of the training before goes on in this one, or in the one that is taken first."""
        if self.first is not None:
            return self.first.leaves_training
        given = self.checkpoint is not None or self.branch is not None
        return given or self.transition.resets or self.transition.replaced

    def after(self, earlier: RunRequest) -> RunRequest:
        """This request with the checkpoint, reset and replacement of `earlier`, which was not started."""
        if self.transition.sets_weight or earlier.transition.sets_weight:
            return replace(self, first=earlier)
        checkpoint, transition, before = self.checkpoint, self.transition, earlier.transition
        if checkpoint is None and not transition.resets and earlier.checkpoint is not None:
            checkpoint = replace(earlier.checkpoint, trained=earlier.checkpoint.trained or earlier.experiment)
        branch = self.branch
        if branch is None and not transition.resets and not transition.restored:
            branch = earlier.branch
        return replace(
            self,
            checkpoint=checkpoint,
            branch=branch,
            first=earlier.first,
            transition=replace(
                transition,
                resets=transition.resets or before.resets,
                replaced=transition.replaced or before.replaced,
            ),
        )

    @property
    def experiment(self) -> Experiment:
        return self.revision.experiment
