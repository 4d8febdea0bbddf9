"""A hand with mouse and keys: random gestures on any widget, and answers to dialogs, menus and questions."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialogButtonBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QMessageBox,
    QWidget,
)

from playground.views.dialogs.saving import SavingDialog
from tests.soak.files import SampleFiles
from tests.soak.memory import widgets_of

_LEFT, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
_PLAIN, _CONTROL, _SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
_ARROWS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right)
_KEYS = (
    *_ARROWS,
    *(Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Escape),
    *(Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown),
    *(Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_F2, Qt.Key.Key_Menu),
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,-+ %"
_MODIFIERS = (_PLAIN,) * 6 + (_CONTROL, _SHIFT, _CONTROL | _SHIFT, Qt.KeyboardModifier.AltModifier)


class Hand:
    """Every method does one random thing, chosen by `random`, and returns what it was in some words."""

    def __init__(self, chance: random.Random, files: SampleFiles) -> None:
        self.chance, self._files = chance, files

    # -- any widget -----------------------------------------------------------------------------------------------

    def touch(self, window: QWidget) -> str:
        """A gesture of the mouse anywhere in a window."""
        found = _touchable(window)
        if not found:
            return "nothing to touch"
        widget = self.chance.choice(found)
        gestures: tuple[Callable[[QWidget, QPoint], object], ...] = (
            *(self._click,) * 6, self._double_click, *(self._drag,) * 3, self._wheel, self._move, self._right_click
        )  # fmt: skip
        gesture = self.chance.choice(gestures)
        # The gesture may delete it.
        what, where = f"{gesture.__name__.strip('_')} {_named(widget)}", self._place(widget)
        if where is not None:
            gesture(widget, where)
        return what

    def type(self, window: QWidget) -> str:
        """One to three keys in the focused widget."""
        pressed = []
        for _ in range(self.chance.randint(1, 3)):
            target = QApplication.focusWidget() or window
            key = self.chance.choice((*_KEYS, *_LETTERS))
            QTest.keyClick(target, key, self.chance.choice(_MODIFIERS))
            pressed.append(key if isinstance(key, str) else key.name)
        return f"keys {' '.join(pressed)}"

    def _place(self, widget: QWidget) -> QPoint | None:
        area = widget.visibleRegion().boundingRect()
        if area.isEmpty():
            return None
        x, y = self.chance.random(), self.chance.random()
        return QPoint(area.left() + int(x * area.width()), area.top() + int(y * area.height()))

    def _click(self, widget: QWidget, where: QPoint) -> None:
        modifier = self.chance.choice((_PLAIN, _PLAIN, _PLAIN, _CONTROL, _SHIFT))
        QTest.mouseClick(widget, _LEFT, modifier, where)

    def _double_click(self, widget: QWidget, where: QPoint) -> None:
        QTest.mouseDClick(widget, _LEFT, _PLAIN, where)

    def _right_click(self, widget: QWidget, where: QPoint) -> None:
        QTest.mouseClick(widget, _RIGHT, _PLAIN, where)

    def _move(self, widget: QWidget, where: QPoint) -> None:
        QTest.mouseMove(widget, where)

    def _drag(self, widget: QWidget, where: QPoint) -> None:
        """Press, move in some steps to a place of the whole window, and release there."""
        window = widget.window()
        end = widget.mapFromGlobal(window.mapToGlobal(self._place(window) or QPoint(1, 1)))
        if self.chance.random() < 0.5:  # a short one within the widget
            end = self._place(widget) or end
        QTest.mousePress(widget, _LEFT, _PLAIN, where)
        for step in range(1, 5):
            QTest.mouseMove(widget, where + (end - where) * step / 4)
        QTest.mouseRelease(widget, _LEFT, _PLAIN, end)

    def _wheel(self, widget: QWidget, where: QPoint) -> None:
        delta = QPoint(0, self.chance.choice((-240, -120, 120, 240)))
        turn = QWheelEvent(
            QPointF(where), QPointF(widget.mapToGlobal(where)), QPoint(), delta, Qt.MouseButton.NoButton,
            self.chance.choice((_PLAIN, _PLAIN, _CONTROL)), Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, turn)

    # -- what is open over the window -----------------------------------------------------------------------------

    def use_popup(self, popup: QWidget) -> str:
        """Move in a menu or list, and choose or close."""
        if isinstance(popup, QMenu) or self.chance.random() < 0.5:
            keys = (*_ARROWS, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Return, Qt.Key.Key_Escape)
            key = self.chance.choice(keys)
            what = f"{key.name} in {_named(popup)}"
            QTest.keyClick(QApplication.focusWidget() or popup, key)
            return what
        return self.touch(popup) if self.chance.random() < 0.5 else self.type(popup)

    def answer(self, dialog: QWidget, *, discard: bool = False) -> str:
        """Answer a file dialog or a question, or use another dialog; `discard` gives up what is unsaved."""
        if isinstance(dialog, QFileDialog):
            return self._choose_file(dialog)
        if isinstance(dialog, QMessageBox):
            return self._answer_question(dialog, discard=discard)
        if isinstance(dialog, SavingDialog) and self.chance.random() < 0.97:
            return "waiting"  # it closes by itself; now and then it is cancelled
        if discard or self.chance.random() < 0.15:
            return self.close(dialog)
        if self.chance.random() < 0.15:
            return self._press_button(dialog)
        return self.touch(dialog) if self.chance.random() < 0.7 else self.type(dialog)

    def close(self, window: QWidget) -> str:
        """Close a dialog by Escape."""
        what = f"Escape from {_named(window)}"
        QTest.keyClick(window, Qt.Key.Key_Escape)
        return what

    def _press_button(self, dialog: QWidget) -> str:
        buttons = [
            button
            for box in widgets_of(dialog, QDialogButtonBox)
            for button in box.buttons()
            if button.isVisible() and button.isEnabled()
        ]
        if not buttons:
            return self.close(dialog)
        return self._press(self.chance.choice(buttons))

    def _answer_question(self, box: QMessageBox, *, discard: bool) -> str:
        buttons = box.buttons()
        refusal = box.button(QMessageBox.StandardButton.Discard) or box.button(
            QMessageBox.StandardButton.Cancel
        )
        return self._press(refusal if discard and refusal is not None else self.chance.choice(buttons))

    def _press(self, button: QAbstractButton) -> str:
        what = f"“{button.text().replace('&', '')}”"
        QTest.mouseClick(button, _LEFT)
        return what

    def _choose_file(self, dialog: QFileDialog) -> str:
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        if field is None or self.chance.random() < 0.15:
            dialog.reject()
            return "no file"
        path = self._path_for(dialog)
        field.setText(str(path))
        QTest.keyClick(field, Qt.Key.Key_Return)
        return f"the file {path.name}"

    def _path_for(self, dialog: QFileDialog) -> Path:
        if dialog.fileMode() is QFileDialog.FileMode.Directory:
            return self.chance.choice(self._files.folders)
        if dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave:
            return self._files.outputs / f"{self.chance.choice('abc')}"
        return self.chance.choice([*self._files.files, *self._files.written()])


def _touchable(window: QWidget) -> list[QWidget]:
    transparent = Qt.WidgetAttribute.WA_TransparentForMouseEvents
    return [
        widget
        for widget in widgets_of(window, QWidget)
        if widget.isVisible()
        and widget.isEnabled()
        and widget.window() is window
        and not widget.testAttribute(transparent)
    ]


def _named(widget: QWidget) -> str:
    name = widget.accessibleName() or widget.windowTitle() or widget.objectName()
    return f"{type(widget).__name__} {name!r}" if name else type(widget).__name__
