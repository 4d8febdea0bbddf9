"""A chart with two axes, whose values are read at a place, by the pointer or by keys."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QPainter, QPen, QTransform, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.views.theme.theme import RADIUS_SMALL_PX, ThemeSource
from playground.views.widgets.charts.curve_axis import CurveAxis

__all__ = ["ReadingChart"]

_LEFT_PX, _TOP_PX, _RIGHT_PX, _BOTTOM_PX = 44, 8, 12, 19
_NOTCH: Final = 120
_ZOOM_PER_NOTCH: Final = 0.743
_DRAG_PX: Final = 5.0


class ReadingChart(QWidget):
    """Nothing is read once the pointer or the focus has left. A subclass calls `paint_focus` when it paints.

    If it is `zoomable`, the wheel scales the horizontal axis about the pointer, and a drag moves it.
    """

    def __init__(
        self,
        themes: ThemeSource,
        parent: QWidget | None = None,
        *,
        right_px: int = _RIGHT_PX,
        zoomable: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        # Its own ground.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._themes, self._right_px, self._zoomable = themes, right_px, zoomable
        self.left, self.bottom = CurveAxis("left"), CurveAxis("bottom")
        self._x, self._y = (0.0, 1.0), (0.0, 1.0)
        self._dragged: QPointF | None = None
        self._drags = False

    @property
    def ranges(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The ends of both axes."""
        return self._x, self._y

    def set_ranges(self, across: tuple[float, float], up: tuple[float, float]) -> None:
        """Set the ends of both axes."""
        self._x, self._y = (float(across[0]), float(across[1])), (float(up[0]), float(up[1]))

    def area(self) -> QRectF:
        """Rectangle of the plot area, between the axes."""
        width, height = self.width() - _LEFT_PX - self._right_px, self.height() - _TOP_PX - _BOTTOM_PX
        return QRectF(_LEFT_PX, _TOP_PX, max(1, width), max(1, height))

    @property
    def pixels(self) -> QTransform:
        """From values to pixels of the widget."""
        area, (low, high), (bottom, top) = self.area(), self._x, self._y
        across, down = area.width() / (high - low), -area.height() / (top - bottom)
        return QTransform(across, 0.0, 0.0, down, area.left() - low * across, area.bottom() - bottom * down)

    def pixel_at(self, x: float, y: float) -> QPointF:
        """Widget position of a place in the chart."""
        return self.pixels.map(QPointF(x, y))

    def place_at(self, position: QPointF) -> QPointF:
        """The place in the chart at a widget position."""
        area, (low, high), (bottom, top) = self.area(), self._x, self._y
        across = (position.x() - area.left()) / area.width()
        up = (area.bottom() - position.y()) / area.height()
        return QPointF(low + across * (high - low), bottom + up * (top - bottom))

    @property
    def pixel_size(self) -> tuple[float, float]:
        """Width and height of a pixel, in values."""
        area, (low, high), (bottom, top) = self.area(), self._x, self._y
        return (high - low) / area.width(), (top - bottom) / area.height()

    def paint_axes(self, painter: QPainter) -> None:
        """Draw grid, ticks and labels."""
        area = self.area()
        self.left.paint(painter, area, self._y)
        self.bottom.paint(painter, area, self._x)

    def scale_across(self, factor: float, center: float | None = None) -> None:
        """Scale the range of the horizontal axis about a value, or about its middle."""
        low, high = self._x
        at = (low + high) / 2 if center is None else center
        self._x = at + (low - at) * factor, at + (high - at) * factor

    def on_zoomed(self) -> None:
        """The user has changed the range of the horizontal axis."""

    def read_nothing(self) -> None:
        """Leave the place that is read."""
        raise NotImplementedError

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / _NOTCH
        if not self._zoomable or not notches:
            event.ignore()
            return
        self.scale_across(_ZOOM_PER_NOTCH**notches, self.place_at(event.position()).x())
        self.on_zoomed()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        self._dragged = event.position() if left and self.area().contains(event.position()) else None
        self._drags = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        before = self._dragged
        if not self._zoomable or before is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        distance = event.position().x() - before.x()
        self._drags = self._drags or abs(distance) >= _DRAG_PX
        if self._drags:
            self._dragged = event.position()
            (low, high), move = self._x, distance * self.pixel_size[0]
            self._x = low - move, high - move
            self.on_zoomed()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = None

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.read_nothing()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.read_nothing()
        self.update()

    def paint_focus(self, painter: QPainter) -> None:
        """A frame while the chart has the focus."""
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._themes.theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(frame, RADIUS_SMALL_PX, RADIUS_SMALL_PX)
