"""Steps of undo that take in quick changes of the same thing, such as the moves of a slider."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtGui import QUndoCommand, QUndoStack

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
