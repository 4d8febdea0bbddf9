"""A labelled slider with a value readout."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QStyle, QStyleOptionSlider, QWidget

from playground.views.widgets.boxes import set_up
from playground.views.widgets.spoken import Role, speak_as

_LOG_TICKS = 200


class _Track(QSlider):
    """A slider that jumps to a click and ignores the wheel without focus."""

    reset_requested = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self._over_handle(event):
            self.setSliderDown(True)  # the jump is part of the drag
            self.setValue(self._value_at(event.position().x()))
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_requested.emit()
            event.accept()

    def event(self, event: QEvent) -> bool:
        # Else the window removes a layer.
        if event.type() == QEvent.Type.ShortcutOverride and _resets(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _resets(event):
            self.reset_requested.emit()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _option(self) -> QStyleOptionSlider:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return option

    def _over_handle(self, event: QMouseEvent) -> bool:
        part = QStyle.SubControl.SC_SliderHandle
        handle = self.style().subControlRect(QStyle.ComplexControl.CC_Slider, self._option(), part, self)
        return handle.contains(event.position().toPoint())

    def _value_at(self, x: float) -> int:
        option = self._option()
        kind = QStyle.ComplexControl.CC_Slider
        handle = self.style().subControlRect(kind, option, QStyle.SubControl.SC_SliderHandle, self)
        span = self.width() - handle.width()
        left = round(x - handle.width() / 2)
        return QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), left, span, option.upsideDown)


def _resets(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class LabeledSlider(QWidget):
    """A number between `low` and `high` in steps of `step`, or on a logarithmic scale with `log`.

    User changes emit `value_changed` at every move and `value_committed` on release (at once for keys and the wheel,
    and for Delete and a double click, which reset to `default`). `set_value` does not emit.
    """

    value_changed = Signal(float)
    value_committed = Signal(float)

    def __init__(
        self,
        label: str,
        low: float,
        high: float,
        value: float,
        *,
        default: float | None = None,
        step: float = 1.0,
        log: bool = False,
        formatter: Callable[[float], str] | None = None,
        tooltip: str = "",
        inline: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`inline` puts all into one row."""
        super().__init__(parent)
        self.setProperty("control", True)
        self._label = label
        speak_as(self, Role.Grouping, keys="Delete on the slider")
        self.value = float(value)
        """The number, exact even between two steps."""
        self._default = float(value if default is None else default)
        self._formatter = formatter
        self._tooltip = tooltip
        self._title = QLabel(label, self)
        self._text = set_up(QLabel(self), role="muted")
        self.track = _Track(Qt.Orientation.Horizontal, self)
        """The inner QSlider."""
        self.track.setAccessibleName(label)
        self.setAccessibleName(label)
        self.track.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self.track)
        hint = f"Double-click or press Delete to return to {self._written(self._default)}."
        self.setToolTip(f"{tooltip}\n{hint}" if tooltip else hint)
        self._place(inline)
        self.set_range(low, high, step=step, log=log)
        self.track.valueChanged.connect(self._tick_changed)
        self.track.sliderReleased.connect(self._commit)
        self.track.reset_requested.connect(self.reset)

    def set_value(self, value: float) -> None:
        """Set the number, clipped to the range, without emitting."""
        self.value = min(max(float(value), self._low), self._high)
        with QSignalBlocker(self.track):
            self.track.setValue(self._tick(self.value))
        self._show_text()

    def set_range(self, low: float, high: float, *, step: float = 1.0, log: bool = False) -> None:
        """Set limits and step without emitting; the value is clipped."""
        if not low < high or (log and low <= 0) or step <= 0:
            raise ValueError(
                f"{self._label}: low must be below high and steps positive, got {low}, {high}, {step}"
            )
        self._low, self._high, self._step, self._log = low, high, step, log
        ticks = _LOG_TICKS if log else round((high - low) / step)
        with QSignalBlocker(self.track):
            self.track.setRange(0, ticks)
            self.track.setSingleStep(1)
            self.track.setPageStep(max(1, ticks // 10))
        self.set_value(self.value)

    def reset(self) -> None:
        """Reset to the default, like a double click."""
        if self.value != self._default:
            self.set_value(self._default)
            self.value_changed.emit(self.value)
            self.value_committed.emit(self.value)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset()
        event.accept()

    def _place(self, inline: bool) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        if inline:
            for column, part in enumerate((self._title, self.track, self._text)):
                grid.addWidget(part, 0, column)
            grid.setColumnStretch(1, 1)
            return
        grid.addWidget(self._title, 0, 0)
        grid.addWidget(self._text, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.track, 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)

    def _tick(self, value: float) -> int:
        if self._log:
            return round(_LOG_TICKS * math.log(value / self._low) / math.log(self._high / self._low))
        return round((value - self._low) / self._step)

    def _at(self, tick: int) -> float:
        if tick == self.track.maximum():
            return float(self._high)
        if self._log:
            return float(f"{self._low * (self._high / self._low) ** (tick / _LOG_TICKS):.3g}")
        return round(self._low + tick * self._step, 10)

    def _tick_changed(self, tick: int) -> None:
        self.value = self._at(tick)
        self._show_text()
        self.value_changed.emit(self.value)
        if not self.track.isSliderDown():
            self._commit()

    def _commit(self) -> None:
        self.value_committed.emit(self.value)

    def _written(self, value: float) -> str:
        return self._formatter(value) if self._formatter is not None else f"{value:.6g}"

    def _show_text(self) -> None:
        text = self._written(self.value)
        self._text.setText(text)
        self.track.setAccessibleDescription(f"{text}. {self._tooltip}" if self._tooltip else text)
