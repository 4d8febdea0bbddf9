"""The base of all charts: two axes around curves, a place that is read by the pointer or by keys, and zoom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, TypeVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.spec.arrays import Array
from playground.views.theme.colors import RADIUS_SMALL_PX
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.charts.curve_axis import CurveAxis
from playground.views.widgets.charts.curve_item import BandItem, CurveItem
from playground.views.widgets.painted import LEFT_RIGHT, WRAPPED, draw_box, draw_dot, draw_text
from playground.views.widgets.spoken import Role, speak_as

Item = TypeVar("Item", CurveItem, BandItem)

_LABEL_PX = 16.0
_REACH_PX = 14.0


class ReadingChart(pg.GraphicsView):  # type: ignore[misc]
    """Left and Right move the place that is read by a step, with Ctrl by ten, Home and End to the ends.

    Page Down and Page Up move it by ten, too. Nothing is read once the pointer or the focus has left.
    """

    margins_px: ClassVar[tuple[float, float, float, float]] = (0, 8, 12, 0)
    """Around view and axes."""
    size_px: ClassVar[tuple[int, int]] = (-1, -1)
    least_px: ClassVar[tuple[int, int]] = (0, 0)
    """The size that it would like, and the least one."""
    overhang_px: ClassVar[float] = 12
    """Room of a number below beyond the ends of its axis."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        speak_as(self, Role.Chart, steps=LEFT_RIGHT)
        self.setMinimumSize(*self.least_px)
        # Every frame changes the whole viewport: finding the dirty regions takes longer than repainting.
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setCacheMode(self.CacheModeFlag.CacheNone)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._themes = themes
        self._view = pg.ViewBox(enableMenu=False, defaultPadding=0)
        self._view.setMouseEnabled(x=False, y=False)
        self._view.disableAutoRange()
        self._left, self._bottom = CurveAxis("left"), CurveAxis("bottom")
        self._bottom.overhang_px = self.overhang_px
        self._items: list[CurveItem] = []
        grid = self.centralLayout
        grid.setContentsMargins(*self.margins_px)
        grid.setSpacing(0)
        for item, row, column in ((self._left, 0, 0), (self._view, 0, 1), (self._bottom, 1, 1)):
            grid.addItem(item, row, column)
        for axis in (self._left, self._bottom):
            axis.linkToView(self._view)
            axis.use_theme(themes.theme)
        themes.theme_changed.connect(self._restyle)

    def sizeHint(self) -> QSize:
        return QSize(*self.size_px)

    def area(self) -> QRectF:
        """Rectangle of the curves, between the axes."""
        return QRectF(self._view.sceneBoundingRect())

    def at(self, x: float, y: float) -> QPointF:
        """Widget position of values; NaN for one that a logarithmic axis cannot have."""
        there = QPointF(self._bottom.coordinate(x), self._left.coordinate(y))
        return QPointF(self._view.mapViewToScene(there))

    def upright(self, x: float) -> QLineF:
        """A line from above to below at a widget position."""
        area = self.area()
        return QLineF(x, area.top(), x, area.bottom())

    def level(self, y: float) -> QLineF:
        """A line from the left to the right at a widget position."""
        return QLineF(self.area().left(), y, self.area().right(), y)

    def values_at(self, position: QPointF) -> tuple[float, float]:
        """The values at a widget position, within the axes."""
        there = self._view.mapSceneToView(position)
        (left, right), (low, high) = self._view.viewRange()
        x, y = min(right, max(left, there.x())), min(high, max(low, there.y()))
        return self._bottom.value(x), self._left.value(y)

    def nearest(self, x: Array, y: Array, position: QPointF) -> int | None:
        """The one of some points, (points,) each, that is nearest to a widget position, if it is near."""
        if not len(x):
            return None
        there, pixel = self._view.mapSceneToView(position), self._view.viewPixelSize()
        distances = np.hypot((x - there.x()) / pixel[0], (y - there.y()) / pixel[1])
        nearest = int(distances.argmin())
        return nearest if distances[nearest] <= _REACH_PX else None

    @property
    def span(self) -> tuple[float | None, float, float, float] | None:
        """Moves of keys: from (None: either end), first place, last place and a step; None for nowhere."""
        return None

    def read(self, place: float) -> None:
        """Read a place to which keys have moved, within `span`."""

    def read_nothing(self) -> None:
        """Leave the place that is read."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, span = Qt.Key(event.key()), self.span
        if span is not None:
            here, first, last, step = span
            step *= 10 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
            back, on = (last + step, first - step) if here is None else (here, here)
            moves = {Qt.Key.Key_Left: back - step, Qt.Key.Key_Right: on + step}
            moves |= {Qt.Key.Key_PageDown: back - 10 * step, Qt.Key.Key_PageUp: on + 10 * step}
            moves |= {Qt.Key.Key_Home: first, Qt.Key.Key_End: last}
            if key in moves:
                self.read(min(last, max(first, moves[key])))
                return
        event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.read_nothing()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.read_nothing()
        self.viewport().update()

    @property
    def empty_text(self) -> str:
        """Text while there is nothing to see."""
        return ""

    def paint_above(self, painter: QPainter) -> None:
        """Draw what lies on the curves, and changes with the pointer or the focus."""

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.empty_text:
            muted = self._themes.theme.text_muted
            draw_text(painter, self.area(), self.empty_text, muted, font("small"), WRAPPED)
        self.paint_above(painter)
        if self.hasFocus():
            frame = self.sceneRect().adjusted(1, 1, -1, -1)
            draw_box(painter, frame, RADIUS_SMALL_PX, None, self._themes.theme.accent, 2)

    def paint_cross(
        self, painter: QPainter, x: float, dots: Iterable[tuple[float, str]] = (), radius: float = 4.0
    ) -> None:
        """An upright line at a value, and dots on it at values in their colors."""
        painter.setPen(QPen(QColor(self._themes.theme.border_strong), 1))
        painter.drawLine(self.upright(self.at(x, 1.0).x()))
        for y, color in dots:
            draw_dot(painter, self.at(x, y), radius, color, self._themes.theme.surface, 1.5)

    def _show_range(self, x: Sequence[float], y: Sequence[float]) -> None:
        """Set the ends of the axes, in logarithms to base 10 on a logarithmic one."""
        if self._view.viewRange() != [[*x], [*y]]:
            self._view.setRange(xRange=x, yRange=y, padding=0, disableAutoRange=False)
            # pyqtgraph would do this during the paint event, and Qt would paint the chart twice.
            self._view.updateMatrix()

    def _show_lines(self, curves: Sequence[tuple[Array, Array, QPen]], *, joined: bool = False) -> None:
        """Draw these curves, in view coordinates, and no others."""
        items = self._shown(self._items, CurveItem, len(curves))
        for item, (x, y, pen) in zip(items, curves, strict=True):
            item.joined = joined
            item.setPen(pen)
            item.show_curve(x, y)
        self.viewport().update()

    def _shown(self, items: list[Item], kind: type[Item], count: int) -> list[Item]:
        """So many items on the whole view; more of `items` are hidden."""
        while len(items) < count:
            items.append(kind())
            self._view.addItem(items[-1])
        for number, item in enumerate(items):
            item.setVisible(number < count)
            item.bounds = self._view.viewRect()
        return items[:count]

    def _draw(self) -> None:
        """Fit the view range and update the curves in it."""

    def _restyle(self) -> None:
        for axis in (self._left, self._bottom):
            axis.use_theme(self._themes.theme)
        self._draw()
        self.viewport().update()


class NamedChart(ReadingChart):
    """The names of its axes are written below the one, and above the other."""

    margins_px = 14, 26, 22, 17
    overhang_px = 22
    names: tuple[str, str] = "", ""

    def paint_above(self, painter: QPainter) -> None:
        area, flag = self.area(), Qt.AlignmentFlag
        below = QRectF(area.left(), area.bottom() + 18, area.width(), _LABEL_PX)
        painter.drawText(below, int(flag.AlignCenter), self.names[0])
        # Below the frame of the focus, above the highest tick.
        painter.drawText(QRectF(6, 2, self.width() - 12, _LABEL_PX), int(flag.AlignLeft), self.names[1])


class ZoomingChart(ReadingChart):
    """The wheel zooms, a drag pans; a zoomed range stays. A double click shows all, from 0 on, and follows."""

    least_span: ClassVar = 0.0

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._follows = True
        self._view.setMouseEnabled(x=True, y=False)
        self._view.sigRangeChangedManually.connect(self._on_zoomed)

    @property
    def x_range(self) -> tuple[float, float]:
        """Limits of the axis below."""
        low, high = self._view.viewRange()[0]
        return float(low), float(high)

    def show_all(self) -> None:
        """Reset the zoom and follow."""
        self._follows = True
        self._draw()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.show_all()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if event is not None:  # pyqtgraph calls this with None before layout
            self._draw()

    @property
    def _last(self) -> float:
        """The end of the whole range."""
        raise NotImplementedError

    def _on_zoomed(self) -> None:
        """Clip the zoomed range to what there is; the whole range follows."""
        low, high = self.x_range
        span = max(high - low, min(self.least_span, self._last))
        self._follows = span >= self._last
        if not self._follows:
            low = max(0.0, min(low, self._last - span))
            self._view.setXRange(low, low + span, padding=0)
        self._draw()
