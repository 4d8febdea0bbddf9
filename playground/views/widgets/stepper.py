"""A spin box with − and + buttons at its right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSpinBox, QWidget

__all__ = ["Stepper"]

_TEXT_MARGIN_PX = 5  # stylesheet padding does not apply to the text of a spin box


class Stepper(QSpinBox):
    """An integer between `low` and `high`, both inclusive.

    `value_changed` is emitted for user changes (typed digits on Enter or focus loss), not by `set_value`. A double
    click resets to `default`, if given.
    """

    value_changed = Signal(int)

    def __init__(
        self,
        value: int,
        low: int,
        high: int,
        *,
        default: int | None = None,
        name: str = "",
        tooltip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._default = default
        self.setKeyboardTracking(False)
        self.setRange(low, high)
        self.setValue(value)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self.setAccessibleDescription(tooltip)
        field = self.lineEdit()
        field.setTextMargins(_TEXT_MARGIN_PX, 0, 0, 0)
        field.installEventFilter(self)
        self.valueChanged.connect(self.value_changed)

    def set_value(self, value: int) -> None:
        """Set the number, clipped to the range, without emitting."""
        self.blockSignals(True)
        self.setValue(value)
        self.blockSignals(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonDblClick and self._default is not None:
            self.setValue(self._default)
            return True
        return super().eventFilter(watched, event)
