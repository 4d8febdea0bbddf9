"""A map of numbers with a place that the pointer or the keys choose, and boxes around parts of images."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from core.inspect.feature_map import Place
from core.nn.layer_types import Box
from core.spec.arrays import Array
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.array_images import packed_lut, reach, value_image
from playground.views.widgets.number_format import number
from playground.views.widgets.painted import ARROWS, LEFT_RIGHT, PaintedWidget

_SIDE_PX = 248
_EDGE_PX = 4


class MapView(PaintedWidget):
    """The position under the pointer is current while hovering; a click or the arrow keys select one.

    Without a selection the largest value is current; Home clears the selection.
    """

    place_changed = Signal()
    name = "Map"
    steps = LEFT_RIGHT
    is_tracking = True
    is_antialiased = False
    size_px = _SIDE_PX, _SIDE_PX

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._values: Array = np.zeros((1, 1))
        self._strongest: Place = (0, 0)
        self._kept: Place | None = None
        self._hovered: Place | None = None
        self.setCursor(Qt.CursorShape.CrossCursor)

    @property
    def place(self) -> Place:
        """(row, column) of the current position."""
        chosen = self._hovered or self._kept
        if chosen is None:
            return self._strongest
        rows, columns = self._values.shape
        return min(chosen[0], rows - 1), min(chosen[1], columns - 1)

    @property
    def is_kept(self) -> bool:
        """Whether a position is selected."""
        return self._kept is not None

    def show_map(self, values: Array, strongest: Place) -> None:
        """Set the map (rows, columns). The selection is kept."""
        self._values, self._strongest = values, strongest
        self._describe()
        self.update()

    def keep(self, place: Place | None) -> None:
        """Select a position; None clears the selection."""
        self._kept = place
        self._announce()

    def place_at(self, at: QPointF) -> Place | None:
        """The map position at a widget position."""
        return place_in(self._area(), self._values.shape, at)

    def square(self, place: Place) -> QRectF:
        """Rectangle of a map position."""
        return box_rect((*place, place[0] + 1, place[1] + 1), self._values.shape, self._area())

    def words(self) -> str:
        """ "Row 3, column 9: 1.50, the strongest"."""
        row, column = self.place
        ending = ", the strongest" if self.place == self._strongest else ""
        return f"Row {row + 1}, column {column + 1}: {number(float(self._values[row, column]))}{ending}"

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            # A longer text would cover the map.
            QToolTip.showText(event.globalPos(), self.words(), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.place_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place is not None:
            self.keep(None if place == self._kept else place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Home:
            self._hovered = None
            self.keep(None)
        elif step is not None and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            rows, columns = self._values.shape
            row, column = self.place
            self._hovered = None
            right, up = step
            self.keep((min(max(0, row - up), rows - 1), min(max(0, column + right), columns - 1)))
        else:
            event.ignore()  # shortcuts of the window

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        area = self._area()
        painter.drawImage(area, value_image(self._values, packed_lut(theme), reach(self._values)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._strongest != self.place:
            painter.setPen(QPen(QColor(theme.text_muted), 1.2))
            painter.drawRect(self.square(self._strongest))
        paint_box(painter, self.square(self.place), theme.accent, theme.surface)
        focused = self.hasFocus()
        painter.setPen(QPen(QColor(theme.accent if focused else theme.border), 2 if focused else 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_SMALL_PX, RADIUS_SMALL_PX)

    def _area(self) -> QRectF:
        return scaler(self._values.shape, QRectF(self.rect()).adjusted(*(_EDGE_PX,) * 2, *(-_EDGE_PX,) * 2))

    def _hover(self, place: Place | None) -> None:
        if place != self._hovered:
            self._hovered = place
            self._announce()

    def _announce(self) -> None:
        self._describe()
        self.update()
        self.place_changed.emit()

    def _describe(self) -> None:
        self.setAccessibleDescription(self.words())


def scaler(shape: tuple[int, ...], room: QRectF) -> QRectF:
    """The largest rectangle of square pixels for (rows, columns, ...), centered in `room`."""
    side = min(room.height() / shape[0], room.width() / shape[1])
    area = QRectF(0, 0, side * shape[1], side * shape[0])
    area.moveCenter(room.center())
    return area


def place_in(area: QRectF, shape: tuple[int, ...], at: QPointF) -> Place | None:
    """The place of an image (rows, columns, ...) drawn in `area` that is at a position; None beside it."""
    if not area.contains(at):
        return None
    row = int((at.y() - area.top()) / area.height() * shape[0])
    column = int((at.x() - area.left()) / area.width() * shape[1])
    return min(row, shape[0] - 1), min(column, shape[1] - 1)


def box_rect(box: Box, shape: tuple[int, ...], area: QRectF) -> QRectF:
    """Rectangle of a box of an image (rows, columns, ...) drawn in `area`."""
    down, across = area.height() / shape[0], area.width() / shape[1]
    top, left, bottom, right = box
    return QRectF(
        area.left() + left * across, area.top() + top * down, (right - left) * across, (bottom - top) * down
    )


def paint_box(painter: QPainter, rect: QRectF, color: str, around: str) -> None:
    """Draw a frame that is visible on any background."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ground, width in ((around, 4.0), (color, 2.0)):
        painter.setPen(QPen(QColor(ground), width, j=Qt.PenJoinStyle.MiterJoin))
        painter.drawRect(rect)
