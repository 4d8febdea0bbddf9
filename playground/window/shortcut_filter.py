"""Space plays wherever no text is typed, Enter presses, and letters are those of the window's commands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

from playground.views.widgets import ValueCombo

_ENTER = Qt.Key.Key_Return, Qt.Key.Key_Enter


class ShortcutFilter(QObject):
    """Leaves the keys of commands to the commands, whatever has the focus, but where text is typed.

    Buttons, lists and number fields would take Space for themselves: it pressed what happened to have the focus. Enter
    presses a button here instead. A number field would take letters such as W, too, which people type after Enter.
    Dialogs and popups have Qt's keys. Filters only the focused widget, not every event.
    """

    def __init__(self, app: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        self._watched: QWidget | None = None
        app.focusChanged.connect(self._focus_changed)
        self._focus_changed(None, QApplication.focusWidget())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent):
            return False
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        space, number = plain and event.key() == Qt.Key.Key_Space, _is_number_field(watched)
        letter = plain and number and _is_no_part_of_a_number(event)
        if space and watched.property("answers"):
            # It is chosen, as others are typed: the key is no command's.
            event.accept()
            return event.type() == QEvent.Type.ShortcutOverride
        if event.type() == QEvent.Type.ShortcutOverride:
            if space or letter or (number and _has_nothing_to_undo(watched, event)):
                event.ignore()
                return True
        elif event.type() == QEvent.Type.KeyPress:
            if plain and event.key() in _ENTER and isinstance(watched, QAbstractButton):
                watched.click()
                return True
            # The key of a command that is not possible now: it would press, or replace the number.
            return space or letter
        return False

    def _focus_changed(self, _: QWidget | None, new: QWidget | None) -> None:
        # The widget may be deleted, with its filter.
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = None
        own = new is not None and new.window().windowType() in (Qt.WindowType.Window, Qt.WindowType.Tool)
        if new is not None and own and not takes_text(new):
            self._watched = new
            new.installEventFilter(self)


class EscapeFilter(QObject):
    """Esc leaves what is in front in the window: the first of `ways` that had something to leave, and says so.

    Not a shortcut, which would take the key from fields and dialogs: only what they leave comes to the window.
    """

    def __init__(self, window: QWidget, *ways: Callable[[], bool]) -> None:
        super().__init__(window)
        self._ways = ways
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        return pressed and event.key() == Qt.Key.Key_Escape and any(way() for way in self._ways)  # type: ignore[attr-defined]


def takes_text(widget: QWidget) -> bool:
    """Whether text is typed in it: not into a number field, in which no space can stand."""
    if isinstance(widget, QTextEdit | QPlainTextEdit | QLineEdit):
        return not widget.isReadOnly() and not _is_number_field(widget)
    return isinstance(widget, QComboBox) and widget.isEditable() and not _is_number_field(widget)


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
