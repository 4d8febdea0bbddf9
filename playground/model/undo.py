"""The only undo command: from one revision of the document to another."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakMethod

from PySide6.QtGui import QUndoCommand

from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState
from playground.model.timeline.moment import Moment

__all__ = ["MERGE_SECONDS", "ExperimentCommand", "Revision", "Transition"]

MERGE_SECONDS = 1.5
"""Further moves of the same slider within this time merge into the step before."""

_numbers = itertools.count(1)


@dataclass(frozen=True, eq=False)
class Revision:
    """One state of the document, with a unique number under which its training can be found again.

    `edit` is the text of the step that led here; `fresh` if that step reset training. `branch` is the earlier moment
    from which it trains on, None for the training as it was; `checkpoint` the training of another run that it goes on
    with.
    """

    experiment: Experiment
    edit: str = ""
    fresh: bool = False
    branch: Moment | None = None
    checkpoint: TrainerState | None = None
    number: int = field(default_factory=lambda: next(_numbers))


@dataclass(frozen=True)
class Transition:
    """How the document arrived at its revision: `restored` by undo or redo; `resets` training.

    `replaced`: another document was opened, so that no earlier revision can be restored; `checkpoint` is the training
    that its file contains; `undone` is the text of the step that undo took back, "" for none.
    """

    restored: bool
    resets: bool
    replaced: bool = False
    undone: str = ""
    checkpoint: TrainerState | None = field(default=None, compare=False)


class ExperimentCommand(QUndoCommand):
    """Changes `old` to `new` by `apply(revision, transition)`, a method; quick changes with the same `merge_key` merge.

    It does not keep the method's object alive: that owns the stack, which owns the command. Python's collector may
    delete the members of such a cycle in any order, and Qt bears only one: a segmentation fault.
    """

    def __init__(
        self,
        old: Revision,
        new: Revision,
        apply: Callable[[Revision, Transition], None],
        merge_key: str = "",
        merge_seconds: float = MERGE_SECONDS,
    ) -> None:
        super().__init__(new.edit)
        self._old, self._new, self._apply_ref = old, new, WeakMethod(apply)
        self._merge_key, self._merge_seconds = merge_key, merge_seconds
        self._made_at = time.monotonic()
        self._again = False
        # A branch starts from other weights, and undo returns to those that it left.
        self._resets = new.fresh or new.branch is not None

    def id(self) -> int:
        # Qt merges only commands with the same id; -1 means never.
        return hash(self._merge_key) & 0x7FFFFFFF if self._merge_key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, ExperimentCommand) or other._merge_key != self._merge_key:
            return False
        if other._made_at - self._made_at > self._merge_seconds:
            return False
        self._new, self._made_at = other._new, other._made_at
        # A drag back to its start is no step at all.
        self.setObsolete(self._new.experiment == self._old.experiment)
        return True

    def _apply(self, revision: Revision, transition: Transition) -> None:
        apply = self._apply_ref()
        if apply is not None:
            apply(revision, transition)

    def redo(self) -> None:
        self._apply(self._new, Transition(self._again, self._resets))
        self._again = True

    def undo(self) -> None:
        self._apply(self._old, Transition(True, self._resets, undone=self._new.edit))
