"""Combo boxes for named choices, and for numbers with suggestions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QStyle, QStyleOptionComboBox, QToolTip, QWidget

from playground.views.widgets.number_fault import number_fault, typed_number
from playground.views.widgets.restyle import restyle

__all__ = ["ChoiceCombo", "ValueCombo"]

_TRIAL_PX = 200
_VARIES = "varies"


class _WheelSafeCombo(QComboBox):
    """A combo box that ignores the wheel without focus, so that scrolling a panel changes nothing."""

    least_px: int | None = None
    """Minimum width; the current text is never clipped, even so. None leaves it to Qt."""

    def __init__(self, name: str, tooltip: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setAccessibleDescription(tooltip)
        self.setToolTip(tooltip)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        if self.least_px is None:
            return hint
        return QSize(max(self.least_px, self._text_px()), hint.height())

    def _text_px(self) -> int:
        """Width that the current text needs, with the frame and the arrow."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.rect.setWidth(_TRIAL_PX)
        part = QStyle.SubControl.SC_ComboBoxEditField
        field = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self)
        return _TRIAL_PX - field.width() + self.fontMetrics().horizontalAdvance(self.currentText()) + 1

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
        self._key = ""
        self.set_choices(choices, current)
        self.activated.connect(self._activated)

    @property
    def current(self) -> str:
        """The current key, "" without choices."""
        return self._key

    def set_choices(self, choices: Sequence[tuple[str, str]], current: str | None = None) -> None:
        """Replace the choices without emitting; `current` defaults to the first."""
        self.blockSignals(True)
        self.clear()
        for key, label in choices:
            self.addItem(label, key)
        self.blockSignals(False)
        self._key = choices[0][0] if choices else ""
        if current is not None:
            self.set_current(current)

    def set_current(self, key: str) -> None:
        """Set the current key without emitting."""
        index = self.findData(key)
        if index < 0:
            known = ", ".join(str(self.itemData(i)) for i in range(self.count()))
            raise ValueError(f"{self.accessibleName() or 'Choice'}: must be one of {known}, got {key!r}")
        self.blockSignals(True)
        self.setCurrentIndex(index)
        self.blockSignals(False)
        self._key = key
        self.updateGeometry()

    def show_varying(self) -> None:
        """Show "varies" in place of the current choice."""
        self.blockSignals(True)
        self.setPlaceholderText(_VARIES)
        self.setCurrentIndex(-1)
        self.blockSignals(False)

    def _activated(self, index: int) -> None:
        key = str(self.itemData(index))
        if key != self._key:
            self._key = key
            self.updateGeometry()
            self.chosen.emit(key)


class ValueCombo(_WheelSafeCombo):
    """An editable combo box for a number with suggestions.

    `value_chosen(value)` is emitted when the user picks or types a valid number. Invalid text gets a red border and a
    tooltip with the reason; leaving the field restores the last valid number.
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
        self._value = float(value)
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

    @property
    def value(self) -> float:
        """The last valid number."""
        return self._value

    def set_value(self, value: float) -> None:
        """Set the number without emitting."""
        self._value = float(value)
        self.blockSignals(True)
        self.setCurrentIndex(self._suggestions.index(self._value) if self._value in self._suggestions else -1)
        self.setEditText(self._written(self._value))
        self.blockSignals(False)
        self._field().setCursorPosition(0)
        self._mark("")
        self.updateGeometry()

    def show_varying(self) -> None:
        """Show "varies" in place of the number."""
        self.blockSignals(True)
        self.setEditText(_VARIES)
        self.blockSignals(False)

    def fault(self, text: str) -> str:
        """Why `text` is invalid, as a sentence; "" if it is valid."""
        return number_fault(
            self.accessibleName() or "Value",
            text,
            self._low,
            self._high,
            above=self._above,
            integer=self._integer,
        )

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._left()

    def _field(self) -> QLineEdit:
        field = self.lineEdit()
        assert field is not None
        return field

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
        if self._is_unchanged() or self.fault(self.currentText()):
            self.set_value(self._value)
        else:
            self._take_text()

    def _is_unchanged(self) -> bool:
        return self.currentText() == self._written(self._value)

    def _take_text(self) -> None:
        number = typed_number(self.currentText())
        if number is not None and not self._is_unchanged():
            self._choose(number)

    def _choose(self, value: float) -> None:
        changed = value != self._value
        self.set_value(value)
        if changed:
            self.value_chosen.emit(value)

    def _mark(self, fault: str) -> None:
        self.setToolTip(fault or self._tooltip)
        self.setAccessibleDescription(fault or self._tooltip)
        restyle(self, invalid="true" if fault else "false")
