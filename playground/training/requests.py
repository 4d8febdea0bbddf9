"""What the session asks of the worker."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState
from playground.model.undo import Revision, Transition

__all__ = ["RunRequest", "WeightEdit"]


@dataclass(frozen=True, eq=False)
class RunRequest:
    """A revision of the document to train, from `checkpoint` on if there is one.

    `transition` says how the document came to it: after undo or redo, what was learned in it comes back.
    """

    revision: Revision
    checkpoint: TrainerState | None = None
    transition: Transition = Transition(restored=False, resets=True)

    def after(self, earlier: RunRequest) -> RunRequest:
        """This request where `earlier` was not started yet: its checkpoint and its reset still count."""
        checkpoint, transition = self.checkpoint, self.transition
        if checkpoint is None and not transition.resets and earlier.checkpoint is not None:
            checkpoint = replace(earlier.checkpoint, trained=earlier.checkpoint.trained or earlier.experiment)
        return replace(
            self,
            checkpoint=checkpoint,
            transition=replace(transition, resets=transition.resets or earlier.transition.resets),
        )

    @property
    def experiment(self) -> Experiment:
        return self.revision.experiment


@dataclass(frozen=True)
class WeightEdit:
    """Set one weight of a layer of the stack: parameter `name` at `place` to `value`."""

    layer: int
    name: str
    place: tuple[int, ...]
    value: float
