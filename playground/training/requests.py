"""What the session asks of the worker."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.experiment.experiment import Experiment
from core.experiment.project_file import Progress
from playground.model.undo import Revision, Transition

__all__ = ["Order", "WeightEdit"]


@dataclass(frozen=True, eq=False)
class Order:
    """A revision of the document to train, from `progress` on if there is one.

    `transition` says how the document came to it: after undo or redo, what was learned in it comes back.
    """

    revision: Revision
    progress: Progress | None = None
    transition: Transition = Transition(restored=False, resets=True)

    def after(self, earlier: Order) -> Order:
        """This request where `earlier` was not started yet: its checkpoint and its reset still count."""
        progress, step = self.progress, self.transition
        if progress is None and not step.resets and earlier.progress is not None:
            progress = replace(earlier.progress, trained=earlier.progress.trained or earlier.experiment)
        return replace(self, progress=progress, step=replace(step, resets=step.resets or earlier.step.resets))

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
