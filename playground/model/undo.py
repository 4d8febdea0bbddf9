"""The only undo command: from one revision of the document to another."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakMethod

from PySide6.QtGui import QUndoCommand, QUndoStack

from core.experiment.change import Asides
from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState
from playground.model.timeline.moment import Moment

MERGE_SECONDS = 1.5
"""Further moves of the same slider within this time merge into the step before."""


class MergingCommand(QUndoCommand):
    """A step from `old` to `new`, pushed by `push`; without a `merge_key` it stays by itself.

    It does not use Qt's `mergeWith`: a command that Qt deletes because it was merged is kept by PySide as long as the
    stack is (6.11), with what it holds: 100 moves of a slider left 99 experiments.
    """

    def __init__(
        self, text: str, old: Any, new: Any, merge_key: str = "", merge_seconds: float = MERGE_SECONDS
    ) -> None:
        super().__init__(text)
        self.old, self.new = old, new
        self._merge_key, self._merge_seconds = merge_key, merge_seconds
        self._made_at = time.monotonic()

    def is_same(self) -> bool:
        """Whether the step changes nothing."""
        return bool(self.old == self.new)

    def can_merge(self, later: QUndoCommand) -> bool:
        """Whether `later` changes the same thing, and soon enough."""
        return (
            isinstance(later, MergingCommand)
            and self._merge_key == later._merge_key != ""
            and later._made_at - self._made_at <= self._merge_seconds
        )

    def merge(self, later: MergingCommand) -> None:
        """Become the step to where `later` led."""
        self.new, self._made_at = later.new, later._made_at


def push(stack: QUndoStack, command: MergingCommand) -> None:
    """Do `command` and add it to the stack, or merge it into the last step, which is removed if nothing is left of it.

    As with Qt, neither a step to the state that is saved takes in others, nor one before steps that were undone.
    """
    at = stack.index()
    last = stack.command(at - 1) if 0 < at == stack.count() else None
    if stack.isClean() or not isinstance(last, MergingCommand) or not last.can_merge(command):
        stack.push(command)
        return
    last.merge(command)
    command.redo()
    # What follows from a change may have changed more, or opened another document.
    if last.is_same() and stack.command(stack.index() - 1) is last:
        last.setObsolete(True)
        stack.undo()


_numbers = itertools.count(1)


@dataclass(frozen=True)
class WeightEdit:
    """Set one weight of a layer of the stack: parameter `name` at `place` to `value`."""

    layer: int
    name: str
    place: tuple[int, ...]
    value: float


@dataclass(frozen=True, eq=False)
class Revision:
    """One state of the document, with a unique number under which its training can be found again.

    `edit` is the text of the step that led here; `fresh` if that step reset training. `branch` is the earlier moment
    from which it trains on, None for the training as it was; `checkpoint` the training of another run that it goes on
    with, and `weight` the one that the step set by hand. `embeds_data`: the user's table or images are saved with it.
    `asides` are the experiments whose data or task may come back.
    """

    experiment: Experiment
    edit: str = ""
    fresh: bool = False
    branch: Moment | None = None
    checkpoint: TrainerState | None = None
    weight: WeightEdit | None = None
    embeds_data: bool = False
    asides: Asides = ()
    number: int = field(default_factory=lambda: next(_numbers))


@dataclass(frozen=True)
class Transition:
    """Origin of the document's revision: `restored` by undo or redo; `resets` training.

    `replaced`: another document was opened, so that no earlier revision can be restored; `checkpoint` is the training
    that its file contains; `undone` is the text of the step that undo took back, "" for none. `step` is the revision to
    which the step led that was made, taken back or made again; None where none was, as if a file of data is read again.
    """

    restored: bool
    resets: bool
    replaced: bool = False
    undone: str = ""
    step: Revision | None = field(default=None, compare=False)
    checkpoint: TrainerState | None = field(default=None, compare=False)

    @property
    def made(self) -> Revision | None:
        """The step, if it was made and neither taken back nor made again: what it starts from is to be done now."""
        return None if self.restored else self.step

    @property
    def sets_weight(self) -> bool:
        return self.step is not None and self.step.weight is not None


class AnotherDocument(QUndoCommand):
    """The step from a document to another one, in the first's history: `show`, a method, shows the other again.

    Whoever returns to the first takes it back.
    """

    def __init__(self, text: str, show: Callable[[AnotherDocument], None]) -> None:
        super().__init__(text)
        self._show = WeakMethod(show)
        self.left: Any = None
        """The other document as it was left."""

    def redo(self) -> None:
        if self.left is not None and (show := self._show()) is not None:
            show(self)


class ExperimentCommand(MergingCommand):
    """Changes the revision `old` to `new` by `apply(revision, transition)`, a method.

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
        super().__init__(new.edit, old, new, merge_key, merge_seconds)
        self._apply_ref = WeakMethod(apply)
        self._again = False
        # A branch starts from other weights, and undo returns to those that it left.
        self._resets = new.fresh or new.branch is not None

    def is_same(self) -> bool:
        """A drag back to its start is no step at all."""
        return bool(self.new.experiment == self.old.experiment)

    def _apply(self, revision: Revision, transition: Transition) -> None:
        apply = self._apply_ref()
        if apply is not None:
            apply(revision, transition)

    def redo(self) -> None:
        self._apply(self.new, Transition(self._again, self._resets, step=self.new))
        self._again = True

    def undo(self) -> None:
        self._apply(self.old, Transition(True, self._resets, undone=self.new.edit, step=self.new))
