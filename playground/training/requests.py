"""What the session asks of the worker."""

from __future__ import annotations

from dataclasses import dataclass

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
