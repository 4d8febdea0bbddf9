"""The smoothing slider of a chart."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QStyle, QWidget

_TICKS = 99
_TOOLTIP = (
    "Smooth the curves: each point becomes a moving average of those before it, so that the trend shows.\n"
    "The values themselves stay faintly behind, and the pointer reads them. Double-click to return to 0."
)


class _Track(QSlider):
    """A click jumps to the pointer instead of moving by a page."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            grip = self.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength, None, self)
            place = round(event.position().x() - grip / 2)
            self.setValue(QStyle.sliderValueFromPosition(0, _TICKS, place, max(1, self.width() - grip)))
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.setValue(0)
        event.accept()


class SmoothingSlider(QWidget):
    """A weight from 0 to 0.99. `value_changed` is emitted for every move and by `set_value`."""

    value_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.track = _Track(Qt.Orientation.Horizontal, self)
        self.track.setRange(0, _TICKS)
        self.track.setPageStep(10)
        self.track.setFixedWidth(54)
        self.track.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.track.setAccessibleName("Smoothing of the curves")
        self._caption = QLabel(self)
        self._caption.setProperty("role", "caption")
        self._caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setToolTip(_TOOLTIP)
        self.setFocusProxy(self.track)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        row.addWidget(self._caption)
        row.addWidget(self.track)
        self.track.valueChanged.connect(self._show_text)
        self._show_text(0)
        self._caption.ensurePolished()
        self._caption.setMinimumWidth(self._caption.fontMetrics().horizontalAdvance("Smooth"))

    @property
    def value(self) -> float:
        """The weight of the moving average."""
        return self.track.value() / 100.0

    def set_value(self, value: float) -> None:
        self.track.setValue(round(100.0 * value))

    def _show_text(self, tick: int) -> None:
        self._caption.setText(f"{tick / 100:.2f}" if tick else "Smooth")
        self.track.setAccessibleDescription(f"{tick / 100:.2f}")
        self.value_changed.emit(tick / 100.0)
