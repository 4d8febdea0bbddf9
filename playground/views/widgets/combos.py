"""Combo boxes for named choices, and for numbers with suggestions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import cast

from PySide6.QtCore import QEvent, QPoint, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolTip,
    QWidget,
)

from core.spec import Setting
from playground.views.widgets.boxes import restyle, set_up
from playground.views.widgets.number_format import number_fault, typed_number

_TRIAL_PX = 200
_VARIES = "varies"


class _WheelSafeCombo(QComboBox):
    """A combo box that ignores the wheel without focus, so that scrolling a panel changes nothing."""

    least_px: int | None = None
    """Minimum width; the current text is never clipped, even so, unless `is_short`. None leaves it to Qt."""

    def __init__(self, name: str, tooltip: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        set_up(self, accessibleName=name, accessibleDescription=tooltip, toolTip=tooltip)
        self.is_short = False
        """Whether it may be too narrow for its text: a name then ends with "…", a number is rounded."""

    @property
    def spared_px(self) -> int:
        """Width that it saves for that."""
        return max(0, self._width_for(self._whole_text()) - (self.least_px or 0))

    def set_short(self, short: bool) -> None:
        if short != self.is_short:
            self.is_short = short
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        if self.least_px is None:
            return hint
        needed = 0 if self.is_short else self._width_for(self._whole_text())
        return QSize(max(self.least_px, needed), hint.height())

    def _whole_text(self) -> str:
        return self.currentText() or self.placeholderText()

    def _fits(self, text: str) -> bool:
        return self._width_for(text) <= self.width()

    def _width_for(self, text: str) -> int:
        """Width that a text needs, with the frame and the arrow."""
        return self._frame_px() + self.fontMetrics().horizontalAdvance(text) + 1

    def _frame_px(self) -> int:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.rect.setWidth(_TRIAL_PX)
        part = QStyle.SubControl.SC_ComboBoxEditField
        field = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self)
        return _TRIAL_PX - field.width()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and not self._fits(self._whole_text()):
            where = cast(QHelpEvent, event).globalPos()
            QToolTip.showText(where, f"{self._whole_text()}\n{self.toolTip()}", self)
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ChoiceCombo(_WheelSafeCombo):
    """One of several (key, label) pairs; `chosen(key)` is emitted when the user changes it."""

    chosen = Signal(str)

    def __init__(
        self,
        choices: Sequence[tuple[str, str]] = (),
        current: str | None = None,
        *,
        name: str = "",
        tooltip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, tooltip, parent)
        self.current = ""
        """The current key, "" without choices."""
        self.set_choices(choices, current)
        self.activated.connect(self._activated)

    def set_choices(self, choices: Sequence[tuple[str, str]], current: str | None = None) -> None:
        """Replace the choices without emitting; `current` defaults to the first."""
        with QSignalBlocker(self):
            self.clear()
            for key, label in choices:
                self.addItem(label, key)
        self.current = choices[0][0] if choices else ""
        if current is not None:
            self.set_current(current)

    def set_current(self, key: str) -> None:
        """Set the current key without emitting."""
        index = self.findData(key)
        if index < 0:
            known = ", ".join(str(self.itemData(i)) for i in range(self.count()))
            raise ValueError(f"{self.accessibleName() or 'Choice'}: must be one of {known}, got {key!r}")
        with QSignalBlocker(self):
            self.setCurrentIndex(index)
        self.current = key
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.currentIndex() < 0 or self._fits(self.currentText()):
            super().paintEvent(event)
            return
        # Qt cuts a text that is too long in the middle of a letter.
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.width() - self._frame_px()
        option.currentText = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, room
        )
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def show_varying(self) -> None:
        """Show "varies" in place of the current choice."""
        with QSignalBlocker(self):
            self.setPlaceholderText(_VARIES)
            self.setCurrentIndex(-1)
        self.updateGeometry()

    def _activated(self, index: int) -> None:
        key = str(self.itemData(index))
        if key != self.current:
            self.current = key
            self.updateGeometry()
            self.chosen.emit(key)


def whole_combo(
    item: Setting, parent: QWidget, suggestions: Sequence[float] = (), tooltip: str = ""
) -> ValueCombo:
    """A field for a setting that is a whole number, with its suggestions and help unless others are given."""
    low, high = item.limits
    return ValueCombo(
        suggestions or item.suggestions, item.default, low=low, high=high,
        integer=True, name=item.label, tooltip=tooltip or item.help, parent=parent,
    )  # fmt: skip


class ValueCombo(_WheelSafeCombo):
    """An editable combo box for a number with suggestions.

    `value_chosen(value)` is emitted when the user picks or types a valid number. Invalid text gets a red border and a
    tooltip with the reason; leaving the field restores the last valid number. Escape in a main window leaves the field
    and what was typed.
    """

    value_chosen = Signal(float)

    def __init__(
        self,
        suggestions: Sequence[float],
        value: float,
        *,
        low: float = -math.inf,
        high: float = math.inf,
        above: bool = False,
        integer: bool = False,
        formatter: Callable[[float], str] | None = None,
        name: str = "",
        tooltip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`low` and `high` are inclusive, `low` exclusive with `above`; `formatter` makes the labels."""
        super().__init__(name, tooltip, parent)
        self._tooltip = tooltip
        self._low, self._high, self._above, self._integer = low, high, above, integer
        self._formatter = formatter
        self.value = float(value)
        """The last valid number."""
        self._shown, self._varies = "", False
        self._suggestions = [float(number) for number in suggestions]
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setCompleter(None)  # type: ignore[arg-type]
        self.addItems([self._written(number) for number in self._suggestions])
        self.set_value(value)
        self.activated.connect(self._activated)
        field = self._field()
        # It has the focus, so that its name is what is read out.
        field.setAccessibleName(name)
        field.textEdited.connect(self._text_edited)
        field.returnPressed.connect(self._return_pressed)

    def set_value(self, value: float) -> None:
        """Set the number without emitting."""
        self.value, self._varies = float(value), False
        with QSignalBlocker(self):
            self.setCurrentIndex(
                self._suggestions.index(self.value) if self.value in self._suggestions else -1
            )
            self._show_text(self._whole_text() if self.hasFocus() else self._fitting())
        self._field().setCursorPosition(0)
        self._mark("")
        self.updateGeometry()

    def show_varying(self) -> None:
        """Show "varies" in place of the number."""
        self._varies = True
        with QSignalBlocker(self):
            self._show_text(_VARIES)
        self._field().setCursorPosition(0)
        self.updateGeometry()

    def fault(self, text: str) -> str:
        """The reason why `text` is invalid, as a sentence; "" if it is valid."""
        return number_fault(
            self.accessibleName() or "Value",
            text,
            self._low,
            self._high,
            above=self._above,
            integer=self._integer,
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.hasFocus():
            self._refit(self._fitting())

    def focusInEvent(self, event: QFocusEvent) -> None:
        # All digits, to be edited.
        self._refit(self._whole_text())
        super().focusInEvent(event)
        if event.reason() == Qt.FocusReason.MouseFocusReason:
            # After the click, which puts the cursor between the digits.
            QTimer.singleShot(0, self, self._field().selectAll)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._left()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # In a dialog or a popup, Escape closes that.
        if event.key() != Qt.Key.Key_Escape or self.window().windowType() != Qt.WindowType.Window:
            super().keyPressEvent(event)
            return
        typed = not self._is_unchanged()
        if typed and self._varies:
            self.show_varying()
        elif typed:
            self.set_value(self.value)
        self.clearFocus()
        # The key has another meaning only where nothing was typed, such as back from an earlier moment.
        event.setAccepted(typed)

    def _field(self) -> QLineEdit:
        field = self.lineEdit()
        assert field is not None
        return field

    def _whole_text(self) -> str:
        return _VARIES if self._varies else self._written(self.value)

    def _fitting(self) -> str:
        """The number with as many digits as there is room for."""
        whole = self._whole_text()
        if self._integer or self._varies:
            return whole
        rounded = [self._written(float(f"{self.value:.{digits}g}")) for digits in (4, 3, 2, 1)]
        shortest = f"{self.value:.0e}".replace("e-0", "e-").replace("e+0", "e")
        return next((text for text in (whole, *rounded) if self._fits(text)), shortest)

    def _refit(self, text: str) -> None:
        """Write the number with other digits, unless something else stands there."""
        if self.currentText() == self._shown != text:
            with QSignalBlocker(self):
                self._show_text(text)
            self._field().setCursorPosition(0)

    def _show_text(self, text: str) -> None:
        self._shown = text
        self.setEditText(text)

    def _written(self, value: float) -> str:
        if self._formatter is not None:
            return self._formatter(value)
        return str(int(value)) if self._integer else f"{value:.6g}"

    def _activated(self, index: int) -> None:
        if 0 <= index < len(self._suggestions):
            self._choose(self._suggestions[index])

    def _text_edited(self, text: str) -> None:
        self._mark(self.fault(text))

    def _return_pressed(self) -> None:
        fault = "" if self._is_unchanged() else self.fault(self.currentText())
        if fault:
            self._mark(fault)
            QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), fault, self)
        else:
            self._take_text()

    def _left(self) -> None:
        if self._varies and self._is_unchanged():
            return
        if self._is_unchanged() or self.fault(self.currentText()):
            self.set_value(self.value)
        else:
            self._take_text()

    def _is_unchanged(self) -> bool:
        return self.currentText() in (self._shown, self._whole_text())

    def _take_text(self) -> None:
        number = typed_number(self.currentText())
        if number is not None and not self._is_unchanged():
            self._choose(number)

    def _choose(self, value: float) -> None:
        changed = value != self.value
        self.set_value(value)
        if changed:
            self.value_chosen.emit(value)

    def _mark(self, fault: str) -> None:
        set_up(self, toolTip=fault or self._tooltip, accessibleDescription=fault or self._tooltip)
        restyle(self, invalid="true" if fault else "false")
