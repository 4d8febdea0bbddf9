"""Transparent overlay of the plot for painting points, with the brush outline under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from playground.model.paint_stroke import Brush
from playground.views.theme.colors import LIGHT, Theme
from playground.views.widgets.painted import ARROWS, LEFT_RIGHT, draw_box
from playground.views.widgets.spoken import Role, speak_as

Place = tuple[float, float]

_WHEEL_STEP = 120


class PaintOverlay(QWidget):
    """Emits strokes in plot units. Arrow keys move the brush and Enter paints at its position."""

    pressed = Signal(float, float)
    moved = Signal(float, float)
    released = Signal()
    turned = Signal(int)
    """Wheel steps, positive away from the user."""

    def __init__(self, plot: QWidget, extent: QRectF, theme: Theme) -> None:
        """`extent` is the plot's visible rectangle: its top is the lowest value."""
        super().__init__(plot)
        self._plot = plot
        self._extent, self._theme, self._brush, self._color = extent, theme, Brush(), theme.accent
        self._at: QPointF | None = None
        self._down = False
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        speak_as(self, Role.Canvas, press=Qt.Key.Key_Return, steps=LEFT_RIGHT)
        self.setAccessibleName("Painting area")
        self.setAccessibleDescription("Arrows move the disc, Enter paints, Escape ends")
        self.setGeometry(plot.rect())
        plot.installEventFilter(self)
        self.hide()

    def set_extent(self, extent: QRectF) -> None:
        self._extent = extent
        self.update()

    def show_brush(self, brush: Brush, color: str, theme: Theme) -> None:
        """Set the brush outline, its edge in `color`."""
        self._brush, self._color, self._theme = brush, color, theme
        self.update()

    def place_of(self, x: float, y: float) -> Place:
        """Plot coordinates of a widget position in pixels."""
        across, up = x / max(1, self.width()), 1.0 - y / max(1, self.height())
        extent = self._extent
        return extent.left() + across * extent.width(), extent.top() + up * extent.height()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._plot:
            self.setGeometry(self._plot.rect())
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._at = event.position()
        if event.button() == Qt.MouseButton.LeftButton:
            self._down = True
            self.pressed.emit(*self.place_of(event.position().x(), event.position().y()))
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._at = event.position()
        if self._down:
            self.moved.emit(*self.place_of(event.position().x(), event.position().y()))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._down and event.button() == Qt.MouseButton.LeftButton:
            self._down = False
            self.released.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = round(event.angleDelta().y() / _WHEEL_STEP)
        if steps:
            self.turned.emit(steps)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in ARROWS:
            (across, up), step = ARROWS[key], self.width() / 40
            at = (self._at or QPointF(self.rect().center())) + QPointF(across * step, -up * step)
            self._at = QPointF(min(max(at.x(), 0), self.width()), min(max(at.y(), 0), self.height()))
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            at = self._at or QPointF(self.rect().center())
            self.pressed.emit(*self.place_of(at.x(), at.y()))
            self.released.emit()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._at = event.position()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._at = None
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._at is None and event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        ):
            self._at = QPointF(self.rect().center())
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        self._at = None
        if self._down:
            self._down = False
            self.released.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_box(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, None, self._theme.accent, 2)
        if self._at is None:
            return
        radius = self._radius_px()
        # A dark line on a light one is visible on any background.
        for color, width in ((LIGHT.surface, 5.0), (LIGHT.text, 3.8), (self._color, 2.4)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawEllipse(self._at, radius, radius)

    def _radius_px(self) -> float:
        if self._brush.tool == "point":
            return 4.0
        return max(2.0, self._brush.radius / max(1e-9, self._extent.width()) * self.width())
