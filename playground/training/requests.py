"""What the session asks of the worker."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.experiment.experiment import Experiment
from core.experiment.project_file import Progress
from playground.model.undo import Revision, Step

__all__ = ["Order", "WeightEdit"]


@dataclass(frozen=True, eq=False)
class Order:
    """A revision of the document to train, from `progress` on if there is one.

    `step` tells how the document came to it: by undo or redo, what was learned in it shall come back.
    """

    revision: Revision
    progress: Progress | None = None
    step: Step = Step(returned=False, forgets=True)

    def after(self, earlier: Order) -> Order:
        """This order where `earlier` was not begun yet: what that brought or forgot still counts."""
        progress, step = self.progress, self.step
        if progress is None and not step.forgets and earlier.progress is not None:
            progress = replace(earlier.progress, trained=earlier.progress.trained or earlier.experiment)
        return replace(
            self, progress=progress, step=replace(step, forgets=step.forgets or earlier.step.forgets)
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
