"""Undo and redo of what is typed, pasted and removed in the table of new rows."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand, QUndoStack

from playground.views.dialogs.predict.answers_model import RowsModel

Rows = list[list[str]]
_LIMIT: Final = 100


class RowsUndo(QObject):
    """Follows a model: its edits are steps, and other rows or columns forget them."""

    def __init__(self, model: RowsModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(_LIMIT)
        model.edited.connect(self._push)
        model.rows_replaced.connect(self.stack.clear)

    def _push(self, before: Rows) -> None:
        self.stack.push(_Edit(self._model, before, self._model.filled_rows))


class _Edit(QUndoCommand):
    """All rows before and after an edit; there are at most 1,000."""

    def __init__(self, model: RowsModel, before: Rows, after: Rows) -> None:
        super().__init__("Edit rows")
        self._model, self._before, self._after = model, before, after
        self._is_done = True

    def redo(self) -> None:
        # Qt calls this when the step is pushed, too.
        if not self._is_done:
            self._model.restore(self._after)
        self._is_done = True

    def undo(self) -> None:
        self._model.restore(self._before)
        self._is_done = False
