"""The one undo command: an experiment before, an experiment after, and a text for the menu."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from core.experiment import Experiment

__all__ = ["Change"]

# Further moves of the same slider within this time fold into the step before.
_MERGE_SECONDS = 1.5


class Change(QUndoCommand):
    """Replaces the experiment. Changes with the same `merge_key` in quick succession become one undo step."""

    def __init__(
        self,
        text: str,
        old: Experiment,
        new: Experiment,
        apply: Callable[[Experiment], None],
        merge_key: str = "",
    ) -> None:
        super().__init__(text)
        self._old, self._new, self._apply = old, new, apply
        self._merge_key = merge_key
        self._made_at = time.monotonic()

    def id(self) -> int:
        # Qt asks for a merge only between commands of the same id; -1 means never.
        return hash(self._merge_key) & 0x7FFFFFFF if self._merge_key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, Change) or other._merge_key != self._merge_key:
            return False
        if other._made_at - self._made_at > _MERGE_SECONDS:
            return False
        self._new, self._made_at = other._new, other._made_at
        # A drag that came back to where it began is no step at all.
        self.setObsolete(self._new == self._old)
        return True

    def redo(self) -> None:
        self._apply(self._new)

    def undo(self) -> None:
        self._apply(self._old)
