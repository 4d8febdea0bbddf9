"""Offers what programs that did not end well had kept: picture, name, data, epoch and time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QListWidget, QListWidgetItem, QWidget

from playground.model.autosave_store import Autosave
from playground.views.dialogs.dialog import Dialog, box_button
from playground.views.theme.colors import GRID_PX
from playground.views.widgets.boxes import set_up

_PICTURE_PX = 72
_ROW_PX = _PICTURE_PX + 2 * GRID_PX
_MAX_ROWS = 4
_HINT = "Arrow keys choose, Enter restores, Delete discards. What is left is offered again at the next start."


class RestoreDialog(Dialog):
    """Modal; "Not now" and Escape leave everything as it is. Deleted when closed."""

    restore_requested = Signal(object)
    """The Autosave."""
    discard_requested = Signal(object)
    """The Autosave; it is gone from the list."""

    def __init__(self, autosaves: Sequence[Autosave], parent: QWidget) -> None:
        super().__init__("Restore", parent)
        self.setModal(True)
        self.list = set_up(QListWidget(self), accessibleName="What was open", accessibleDescription=_HINT)
        self.list.setIconSize(QSize(_PICTURE_PX, _PICTURE_PX))
        self.list.setToolTip("What was not saved when the program ended")
        self.list.setSpacing(2)
        self._autosaves = list(autosaves)
        for autosave in autosaves:
            self.list.addItem(_item(autosave))
        self.list.setCurrentRow(0)
        self.list.setMinimumHeight(min(_MAX_ROWS, len(autosaves)) * (_ROW_PX + 4) + 2 * GRID_PX)
        self.list.itemActivated.connect(self._restore)
        self._lay_out()
        QShortcut(QKeySequence.StandardKey.Delete, self.list, self._discard)
        self.list.setFocus()

    def _lay_out(self) -> None:
        title = set_up(QLabel("Restore what was open?", self), role="value")
        hint = set_up(QLabel(_HINT, self), role="muted")
        self.buttons = QDialogButtonBox(self)
        add = partial(box_button, self.buttons)
        self.restore = add(
            "Restore", "Go on where it was.", "AcceptRole", clicked=self._restore, primary=True
        )
        self.discard = add("Discard", "Remove the chosen one for good.", "ResetRole", clicked=self._discard)
        self.not_now = add("Not now", "Offer it again at the next start.", "RejectRole")
        self.buttons.rejected.connect(self.reject)
        self._stack(title, hint, self.list, self.buttons)

    def _restore(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            self.restore_requested.emit(self._autosaves[row])

    def _discard(self) -> None:
        row = self.list.currentRow()
        if row < 0:
            return
        self.list.takeItem(row)
        self.discard_requested.emit(self._autosaves.pop(row))
        if not self._autosaves:
            self.accept()


def _item(autosave: Autosave) -> QListWidgetItem:
    note = autosave.note
    if note is None:
        return QListWidgetItem(f"{autosave.file.name}\nThe file is damaged")
    name = note.name if note.path is None else f"{note.name} ({note.path.name})"
    lines = (name, f"{note.data}, epoch {note.epoch}", moment_text(note.saved_at, datetime.now()))
    item = QListWidgetItem("\n".join(lines))
    item.setSizeHint(QSize(0, _ROW_PX))
    picture = QPixmap()
    if picture.loadFromData(note.picture, "PNG"):
        icon = QIcon(picture)
        # Qt would tint it, and its colors say what the classes are.
        icon.addPixmap(picture, QIcon.Mode.Selected)
        item.setIcon(icon)
    item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(lines))
    if note.path is not None:
        item.setToolTip(str(note.path))
    return item


def moment_text(seconds: float, now: datetime) -> str:
    """When that was, in words: "today at 14:03"."""
    try:
        moment = datetime.fromtimestamp(seconds)
    except (ValueError, OverflowError, OSError):
        return "at an unknown time"
    days = (now.date() - moment.date()) // timedelta(days=1)
    day = {0: "today", 1: "yesterday"}.get(days, f"{moment:%Y-%m-%d}")
    return f"{day} at {moment:%H:%M}"
