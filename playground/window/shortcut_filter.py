"""Route the space bar, letters and undo keys to the window's actions or to the focused widget."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QWidget,
)
from shiboken6 import isValid

from playground.views.widgets import ValueCombo


class ShortcutFilter(QObject):
    """Decides whether Space plays or goes to the focused widget.

    Shortcuts take precedence, so Space could not press a button focused by keyboard; and a number field would consume
    it although no number has a space, and letters such as W likewise, which people type after Enter in a field. Filters
    only the focused widget, not every event.
    """

    def __init__(self, app: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        self._watched: QWidget | None = None
        app.focusChanged.connect(self._focus_changed)
        self._focus_changed(None, QApplication.focusWidget())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if event.key() == Qt.Key.Key_Space and plain:
                event.setAccepted(not _is_number_field(watched))
                return True
            if _is_number_field(watched) and (
                (plain and _is_no_part_of_a_number(event)) or _has_nothing_to_undo(watched, event)
            ):
                event.ignore()
                return True
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            # The letter of a command that is not possible now: in the field it would replace the number.
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            return plain and _is_number_field(watched) and _is_no_part_of_a_number(event)
        return False

    def _focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        # The widget may be deleted, with its filter.
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = None
        # Space presses only buttons focused by keyboard; after a click the user continues with the mouse.
        unmeant = isinstance(new, QAbstractButton) and not _by_keyboard(old, new)
        if new is not None and not unmeant and (_takes_space(new) or _is_number_field(new)):
            self._watched = new
            new.installEventFilter(self)


def _by_keyboard(old: QWidget | None, new: QWidget) -> bool:
    """Whether a button was focused by keyboard, directly or before a dialog that returns the focus."""
    if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
        new.setProperty("clicked", True)
    elif old is not None and isValid(old) and old.window() is new.window():
        new.setProperty("clicked", False)
    return not new.property("clicked") and not _was_hidden(old)


def _was_hidden(widget: QWidget | None) -> bool:
    """Whether the focus left a hidden or disabled widget, so that its new target was not chosen."""
    return widget is not None and isValid(widget) and not (widget.isVisible() and widget.isEnabled())


def _takes_space(widget: QWidget) -> bool:
    # A closed combobox leaves Space to play: Alt+Down opens it too, and it often has the focus after a choice.
    return isinstance(widget, (QAbstractButton, QAbstractItemView, QMenu)) and not isinstance(
        widget, QComboBox
    )


def _is_number_field(widget: QObject) -> bool:
    kinds = ValueCombo, QAbstractSpinBox
    return isinstance(widget, kinds) or (isinstance(widget, QLineEdit) and isinstance(widget.parent(), kinds))


def _is_no_part_of_a_number(event: QKeyEvent) -> bool:
    """Whether the key is a letter other than the E of 1e-3."""
    return Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z and event.key() != Qt.Key.Key_E


def _has_nothing_to_undo(field: QObject, event: QKeyEvent) -> bool:
    """Whether the key is undo or redo without typed text that it could change."""
    line = field.lineEdit() if isinstance(field, (QComboBox, QAbstractSpinBox)) else field
    if not isinstance(line, QLineEdit):
        return False
    undo = event.matches(QKeySequence.StandardKey.Undo) and not line.isUndoAvailable()
    return undo or (event.matches(QKeySequence.StandardKey.Redo) and not line.isRedoAvailable())
