"""Fields for numbers with room before the number, one with − and + buttons at its right, and one for samples."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QLocale, QObject, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox, QToolTip, QWidget

from core.experiment.prepare import PreparedData
from playground.views.widgets.boxes import restyle
from playground.views.widgets.labels import Captioned
from playground.views.widgets.number_format import number_fault, typed_number

_TEXT_MARGIN_PX: Final = 6
"""Padding in a stylesheet does not reach the text of a spin box."""


class SpinBox(QSpinBox):
    """A whole number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lineEdit().setTextMargins(_TEXT_MARGIN_PX, 0, 0, 0)


class DoubleSpinBox(QDoubleSpinBox):
    """A number with decimals, shown with a point as everywhere, and typed with point or comma."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale.c())
        self.lineEdit().setTextMargins(_TEXT_MARGIN_PX, 0, 0, 0)

    def validate(self, text: str, at: int) -> tuple[QValidator.State, str, int]:
        return super().validate(text.replace(",", "."), at)

    def valueFromText(self, text: str) -> float:
        return super().valueFromText(text.replace(",", "."))


class Stepper(SpinBox):
    """An integer between `low` and `high`, both inclusive.

    `value_changed` is emitted for user changes (typed digits on Enter or focus loss), not by `set_value`. Anything can
    be typed; what is not valid gets a red border and a sentence, and leaving restores the last number. (Qt would leave
    out the sign of "-5" and the point of "3.7" while they are typed.) A double click resets to `default`, if given.
    """

    value_changed = Signal(int)
    fault_changed = Signal(str)
    """The reason why the typed text is not valid; "" once it is."""

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
        self._tooltip, self._fault = tooltip, ""
        self.setToolTip(tooltip)
        self.setAccessibleDescription(tooltip)
        field = self.lineEdit()
        field.installEventFilter(self)
        field.textEdited.connect(self._mark_text)
        self.valueChanged.connect(self._on_value_changed)

    def set_value(self, value: int) -> None:
        """Set the number, clipped to the range, without emitting."""
        with QSignalBlocker(self):
            self.setValue(value)
        self._mark("")

    def fault(self, text: str) -> str:
        """The reason why `text` is not valid, as a sentence; "" if it is."""
        if text and text == self.specialValueText():
            return ""
        name = self.accessibleName() or "Value"
        return number_fault(name, text, self.minimum(), self.maximum(), integer=True)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Qt's check while typing: nothing is refused."""
        state = QValidator.State.Intermediate if self.fault(text) else QValidator.State.Acceptable
        return state, text, position

    def valueFromText(self, text: str) -> int:
        lowest = self.minimum() if text == self.specialValueText() else 0.0
        return self.value() if self.fault(text) else round(typed_number(text) or lowest)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.fault(self.lineEdit().text()):
            self._mark_text(self.lineEdit().text())
            QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), self._fault, self)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._mark("")

    def _on_value_changed(self, value: int) -> None:
        self._mark("")
        self.value_changed.emit(value)

    def _mark_text(self, text: str) -> None:
        self._mark(self.fault(text))

    def _mark(self, fault: str) -> None:
        if fault == self._fault:
            return
        self._fault = fault
        self.setToolTip(fault or self._tooltip)
        self.setAccessibleDescription(fault or self._tooltip)
        restyle(self, invalid="true" if fault else "false")
        self.fault_changed.emit(fault)

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


class SampleStepper(Captioned):
    """Counts through the samples of the split that the shown one is in."""

    chosen = Signal(int)
    """Carries a test row, or ~row of a training sample."""

    def __init__(self, tooltip: str, parent: QWidget, *, counts: bool = False) -> None:
        """`counts` says how many samples the split has."""
        self.box = Stepper(1, 1, 1, name="Sample", tooltip=tooltip, parent=parent)
        super().__init__("Sample", self.box, parent)
        self._counts = counts
        self._shown = (0, 0, "")
        self.box.value_changed.connect(
            lambda number: self.chosen.emit(-number if self._shown[1] < 0 else number - 1)
        )

    def show_sample(self, prepared: PreparedData | None, sample: int = 0) -> None:
        """Show a test row, or ~row of a training sample; without data there is nothing to choose."""
        count = 1 if prepared is None else max(1, len(prepared.train if sample < 0 else prepared.test))
        split = "Test" if prepared is None else prepared.split_name(sample)
        if (count, sample, split) == self._shown:
            return
        self._shown, name = (count, sample, split), f"{split} sample"
        self.box.setAccessibleName(name)
        self.caption.setText(f"{name} of {count:,}" if self._counts else name)
        with QSignalBlocker(self.box):
            self.box.setRange(1, count)
        self.box.set_value(-sample if sample < 0 else sample + 1)
