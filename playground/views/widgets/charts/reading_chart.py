"""The base of all charts: two axes around curves, a place that is read by the pointer or by keys, and zoom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, TypeVar

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.spec.arrays import Array
from playground.views.theme.colors import RADIUS_SMALL_PX
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.charts.band_item import BandItem
from playground.views.widgets.charts.curve_axis import CurveAxis
from playground.views.widgets.charts.curve_item import CurveItem
from playground.views.widgets.spoken import Role, speak_as

Item = TypeVar("Item", CurveItem, BandItem)


class ReadingChart(pg.GraphicsView):  # type: ignore[misc]
    """Left and Right move the place that is read by a step, with Ctrl by ten, Home and End to the ends.

    Page Down and Page Up move it by ten, too. Nothing is read once the pointer or the focus has left.

    A subclass calls `paint_focus` when it paints.
    """

    margins_px: ClassVar = (0, 8, 12, 0)
    """Around view and axes."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        speak_as(self, Role.Chart, steps=(Qt.Key.Key_Left, Qt.Key.Key_Right))
        # Every frame changes the whole viewport: finding the dirty regions takes longer than repainting.
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setCacheMode(self.CacheModeFlag.CacheNone)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._themes = themes
        self._view = pg.ViewBox(enableMenu=False, defaultPadding=0)
        self._view.setMouseEnabled(x=False, y=False)
        self._view.disableAutoRange()
        self._left, self._bottom = CurveAxis("left"), CurveAxis("bottom")
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

    def area(self) -> QRectF:
        """Rectangle of the curves, between the axes."""
        return QRectF(self._view.sceneBoundingRect())

    def at(self, x: float, y: float) -> QPointF:
        """Widget position of values; NaN for one that a logarithmic axis cannot have."""
        there = QPointF(self._bottom.coordinate(x), self._left.coordinate(y))
        return QPointF(self._view.mapViewToScene(there))

    def values_at(self, position: QPointF) -> tuple[float, float]:
        """The values at a widget position, within the axes."""
        there = self._view.mapSceneToView(position)
        (left, right), (low, high) = self._view.viewRange()
        x, y = min(right, max(left, there.x())), min(high, max(low, there.y()))
        return self._bottom.value(x), self._left.value(y)

    @property
    def span(self) -> tuple[float, float, float, float] | None:
        """The place from which keys move, the first and the last one, and a step; None while nothing can be read."""
        raise NotImplementedError

    def read(self, place: float) -> None:
        """Read a place to which keys have moved, within `span`."""
        raise NotImplementedError

    def read_nothing(self) -> None:
        """Leave the place that is read."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, span = Qt.Key(event.key()), self.span
        if span is not None:
            here, first, last, step = span
            step *= 10 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
            moves = {Qt.Key.Key_Left: here - step, Qt.Key.Key_Right: here + step}
            moves |= {Qt.Key.Key_Home: first, Qt.Key.Key_End: last}
            moves |= {Qt.Key.Key_PageDown: here - 10 * step, Qt.Key.Key_PageUp: here + 10 * step}
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

    def paint_focus(self, painter: QPainter) -> None:
        """A frame while the chart has the focus."""
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._themes.theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            frame = self.sceneRect().adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(frame, RADIUS_SMALL_PX, RADIUS_SMALL_PX)

    def paint_cross(
        self, painter: QPainter, x: float, dots: Iterable[tuple[float, str]] = (), radius: float = 4.0
    ) -> None:
        """An upright line at a value, and dots on it at values in their colors."""
        theme, area, across = self._themes.theme, self.area(), self.at(x, 1.0).x()
        painter.setPen(QPen(QColor(theme.border_strong), 1))
        painter.drawLine(QLineF(across, area.top(), across, area.bottom()))
        painter.setPen(QPen(QColor(theme.surface), 1.5))
        for y, color in dots:
            painter.setBrush(QColor(color))
            painter.drawEllipse(self.at(x, y), radius, radius)

    def _show_range(self, x: Sequence[float], y: Sequence[float]) -> None:
        """Set the ends of the axes, in logarithms to base 10 on a logarithmic one."""
        if self._view.viewRange() != [[*x], [*y]]:
            self._view.setRange(xRange=x, yRange=y, padding=0, disableAutoRange=False)
            # pyqtgraph would do this during the paint event, and Qt would paint the chart twice.
            self._view.updateMatrix()

    def _show_lines(self, curves: Sequence[tuple[Array, Array, QPen]]) -> None:
        """Draw these curves, in view coordinates, and no others."""
        items = self._shown(self._items, CurveItem, len(curves))
        for item, (x, y, pen) in zip(items, curves, strict=True):
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

    def _restyle(self) -> None:
        for axis in (self._left, self._bottom):
            axis.use_theme(self._themes.theme)
        self.viewport().update()


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

    def _draw(self) -> None:
        """Fit the view range and update the curves in it."""
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
