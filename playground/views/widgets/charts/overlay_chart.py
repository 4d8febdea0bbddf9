"""Curves of several runs over epochs or seconds: colored, named at their ends, with values at the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QCheckBox, QWidget

from core.io.number_text import epoch_text
from core.spec.arrays import Array
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.charts.band_item import BandItem
from playground.views.widgets.charts.curve_axis import CurveAxis
from playground.views.widgets.charts.curve_item import CurveItem
from playground.views.widgets.charts.curve_scale import Quantity, drawable, thin, value_range
from playground.views.widgets.charts.reading_chart import ReadingChart
from playground.views.widgets.charts.smoothing import Smoother
from playground.views.widgets.hover_readout import HoverReadout
from playground.views.widgets.number_format import number_text

_NAMES_PX = 112
_UNIT_PX = 22
_MARGINS_PX = (0, 8, _NAMES_PX, 0)
LINE_PX = 15
_STEM_PX = 8
_DOT_PX = 4.0
_WIDTH = 2.0
_WHOLE_EPOCHS = 10.0
_SMOOTH_WEIGHT = 0.9
_FAINT_ALPHA = 70
_VEIL_ALPHA = 200
_HINT = "Select runs to see their curves"


@dataclass(frozen=True, eq=False)
class NamedCurve:
    """Values (moments,) over ascending places (moments,); values that are not finite are left out.

    The name of a `quiet` one is left out as well where it would be pushed away by another.
    """

    name: str
    color: str
    x: Array
    y: Array
    width: float = _WIDTH
    quiet: bool = False

    def at(self, place: float) -> float:
        """The last value up to a place; NaN before the first and after the last."""
        if not len(self.x) or place < self.x[0] or place > self.x[-1]:
            return float("nan")
        return float(self.y[int(np.searchsorted(self.x, place, "right")) - 1])


@dataclass(frozen=True, eq=False)
class CurveBand:
    """The area between two curves (moments,) over the same places, filled with a color of this opacity."""

    color: str
    opacity: float
    x: Array
    low: Array
    high: Array


class OverlayChart(ReadingChart):
    """Left, Right, Home and End move the crosshair; the wheel zooms, a double click shows all."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None, *, hint: str = _HINT) -> None:
        super().__init__(themes, parent)
        self.setMinimumSize(200, 110)
        self._hint = hint
        self.setAccessibleName("Curves; arrow keys read values")
        self.curves: tuple[NamedCurve, ...] = ()
        self._quantity: Quantity = "loss"
        self._unit = "epoch"
        self._end = 0.0
        self._target: float | None = None
        self._reached: tuple[tuple[float, str], ...] = ()
        self._place: float | None = None
        self._follows = True
        self._items: list[CurveItem] = []
        self._behind: list[CurveItem] = []
        self._smooth = False
        self._smoothers: list[Smoother] = []
        self._bands: tuple[CurveBand, ...] = ()
        self._areas: list[BandItem] = []
        self._place_items()
        self.readout = HoverReadout(self)
        self._restyle()
        themes.theme_changed.connect(self._restyle)

    @property
    def place(self) -> float | None:
        """Where the crosshair is; None if hidden."""
        return self._place

    def show_curves(
        self,
        curves: Sequence[NamedCurve],
        quantity: Quantity,
        unit: str,
        *,
        end: float = 0.0,
        target: float | None = None,
        reached: Sequence[tuple[float, str]] = (),
        bands: Sequence[CurveBand] = (),
    ) -> None:
        """Draw curves over "epoch" or "s"; accuracies are fractions.

        The axis goes at least to `end`; `target` is a dashed line, and `reached` (place, color) marks where curves
        first touched it. `bands` are filled below the curves.
        """
        factor = 100.0 if quantity == "accuracy" else 1.0
        self.curves = tuple(replace(curve, y=curve.y * factor) for curve in curves)
        self._bands = tuple(replace(band, low=band.low * factor, high=band.high * factor) for band in bands)
        self._quantity, self._unit, self._end = quantity, unit, end
        self._target = None if target is None else target * factor
        self._reached = tuple(reached)
        self._left.set_unit(" %" if quantity == "accuracy" else "")
        self.setAccessibleName(
            f"{quantity.capitalize()} of {len(curves)} runs over {unit}; arrow keys read values"
        )
        self._draw()
        if self._place is not None:
            self.point_at(self._place)

    def set_smooth(self, smooth: bool) -> None:
        """Draw running averages, with the values faint behind them."""
        self._smooth = smooth
        self._draw()

    def point_at(self, place: float | None) -> None:
        """Move the crosshair, or hide it."""
        self._place = None if place is None or not self.curves else min(max(0.0, place), self._last)
        if self._place is not None and self._unit == "epoch" and self._last > _WHOLE_EPOCHS:
            self._place = float(round(self._place))
        if self._place is None:
            self.readout.hide()
        else:
            at = f"epoch {epoch_text(self._place)}" if self._unit == "epoch" else f"{self._place:.2f} s"
            values = [(curve.name, curve.at(self._place)) for curve in self.curves]
            if self._bands:
                # Those of a band lie above each other, however they are drawn.
                values.sort(key=lambda named: named[1], reverse=True)
            lines = [f"{name}  {self._value_text(value)}" for name, value in values if np.isfinite(value)]
            where = self._view.mapViewToScene(QPointF(self._place, self._values[1])).toPoint()
            self.readout.show_text("\n".join([at, *lines]), where, self._area().toRect())
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(420, 190)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.point_at(None if event.buttons() else self._view.mapSceneToView(event.position()).x())

    def read_nothing(self) -> None:
        self.point_at(None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self._follows = True
        self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = 1.0 if self._unit == "epoch" else self._last / 100
        here = self._last if self._place is None else self._place
        moves = {
            Qt.Key.Key_Left: here - step,
            Qt.Key.Key_Right: here + step,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: self._last,
        }
        key = Qt.Key(event.key())
        if key in moves and self.curves:
            self.point_at(moves[key])
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if event is not None:
            self._draw()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        theme, area, flag = self._themes.theme, self._area(), Qt.AlignmentFlag
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font("small"))
        painter.setPen(QColor(theme.text_muted))
        painter.drawText(self.unit_place, flag.AlignLeft | flag.AlignVCenter, self._unit)
        if not self.curves:
            painter.drawText(area, flag.AlignCenter, self._hint)
        self._draw_target(painter, area)
        self._draw_names(painter, area)
        self._draw_crosshair(painter, area)
        self.paint_focus(painter)

    @property
    def unit_place(self) -> QRectF:
        """Where the unit is written: beside the last number of the axis, half of which is beyond its end."""
        area = self._area()
        return QRectF(area.right() + _UNIT_PX, area.bottom() + 2, _NAMES_PX - _UNIT_PX, LINE_PX)

    @property
    def _last(self) -> float:
        last = max((float(curve.x[-1]) for curve in self.curves if len(curve.x)), default=0.0)
        return max(last, self._end) or 1.0

    def _value_text(self, value: float) -> str:
        return f"{number_text(value, 1)} %" if self._quantity == "accuracy" else number_text(value, 4)

    def _area(self) -> QRectF:
        return QRectF(self._view.sceneBoundingRect())

    def _at(self, x: float, y: float) -> QPointF:
        return QPointF(self._view.mapViewToScene(QPointF(x, y)))

    def _draw(self) -> None:
        """Fit the range and update the curves in it."""
        good = [drawable(curve.y, False) for curve in self.curves]
        heights = [curve.y[mask] for curve, mask in zip(self.curves, good, strict=True)]
        self._values = self._fitted(np.concatenate(heights) if heights else np.empty(0))
        span = (0.0, self._last) if self._follows else tuple(self._view.viewRange()[0])
        self._view.setRange(xRange=span, yRange=self._values, padding=0, disableAutoRange=False)
        self._view.updateMatrix()
        while len(self._items) < len(self.curves):
            for items in (self._behind, self._items):
                items.append(CurveItem())
                self._view.addItem(items[-1])
            self._smoothers.append(Smoother())
        for item in (*self._items[len(self.curves) :], *self._behind[len(self.curves) :]):
            item.hide()
        for number, (curve, mask) in enumerate(zip(self.curves, good, strict=True)):
            x, values, color = curve.x[mask], curve.y[mask], QColor(curve.color)
            shown = self._smoothers[number].smooth(values, _SMOOTH_WEIGHT) if self._smooth else values
            self._show(self._items[number], x, shown, color, curve.width)
            if self._smooth:
                color.setAlpha(_FAINT_ALPHA)
                self._show(self._behind[number], x, values, color, curve.width)
            else:
                self._behind[number].hide()
        self._draw_bands()
        self.viewport().update()

    def _show(self, item: CurveItem, x: Array, values: Array, color: QColor, width: float) -> None:
        item.bounds = self._view.viewRect()
        item.setPen(pg.mkPen(color, width=width))
        item.show_curve(*thin(x, values, max(2, self.width() // 2)))
        item.show()

    def _draw_bands(self) -> None:
        buckets, bounds = max(2, self.width() // 2), self._view.viewRect()
        while len(self._areas) < len(self._bands):
            area = BandItem()
            self._view.addItem(area)
            self._areas.append(area)
        for area in self._areas[len(self._bands) :]:
            area.hide()
        for area, band in zip(self._areas, self._bands, strict=False):
            area.bounds = bounds
            color = QColor(band.color)
            color.setAlphaF(band.opacity)
            area.show_band(band.x, band.low, band.high, buckets, color)
            area.show()

    def _fitted(self, heights: Array) -> tuple[float, float]:
        if self._quantity != "accuracy" and len(heights) > 10:
            # A spike must not flatten the rest.
            heights = np.minimum(heights, 1.5 * float(np.percentile(heights, 98)))
        low, high = value_range(heights, self._quantity, is_log=False, whole=True)
        if self._quantity == "accuracy" and len(heights):
            low = max(0.0, 10.0 * np.floor(float(heights.min()) / 10.0))
            high = 102.0
        return float(low), float(high)

    def _draw_target(self, painter: QPainter, area: QRectF) -> None:
        theme = self._themes.theme
        if self._target is None:
            return
        height = self._at(0.0, self._target).y()
        painter.setPen(QPen(QColor(theme.text_faint), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(area.left(), height, area.right(), height))
        for place, color in self._reached:
            top = self._at(place, self._target)
            painter.setPen(QPen(QColor(color), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QLineF(top, QPointF(top.x(), area.bottom())))
            painter.setPen(QPen(QColor(theme.surface), 1.5))
            painter.setBrush(QColor(color))
            painter.drawEllipse(top, _DOT_PX, _DOT_PX)

    def named_ends(self) -> list[tuple[QPointF, NamedCurve]]:
        """The ends of the curves whose names are drawn, from above: quiet ones only where there is room."""
        loud: list[tuple[QPointF, NamedCurve]] = []
        quiet: list[tuple[QPointF, NamedCurve]] = []
        for curve in self.curves:
            good = np.flatnonzero(drawable(curve.y, False))
            if len(good):
                last = good[-1]
                end = self._at(float(curve.x[last]), float(curve.y[last]))
                (quiet if curve.quiet else loud).append((end, curve))
        for end, curve in quiet:
            if all(abs(end.y() - other.y()) >= LINE_PX for other, _ in loud):
                loud.append((end, curve))
        return sorted(loud, key=lambda found: found[0].y())

    def _draw_names(self, painter: QPainter, area: QRectF) -> None:
        """Names at the ends of the curves, moved apart where they would overlap."""
        ends = self.named_ends()
        heights = moved_apart([end.y() for end, _ in ends], area.top(), area.bottom())
        metrics = QFontMetricsF(painter.font())
        for (end, curve), height in zip(ends, heights, strict=True):
            x = min(end.x(), area.right())
            start = QPointF(x, min(max(end.y(), area.top()), area.bottom()))
            painter.setPen(QPen(QColor(curve.color), 1.0))
            painter.drawLine(QLineF(start, QPointF(x + _STEM_PX, height)))
            room = self.width() - x - _STEM_PX - 6
            text = metrics.elidedText(curve.name, Qt.TextElideMode.ElideRight, room)
            place = QRectF(x + _STEM_PX + 3, height - LINE_PX / 2, room, LINE_PX)
            if x < area.right():
                # Curves that go on behind the name would make it unreadable.
                veil = QColor(self._themes.theme.surface)
                veil.setAlpha(_VEIL_ALPHA)
                painter.fillRect(
                    QRectF(place.topLeft(), QSizeF(metrics.horizontalAdvance(text), LINE_PX)), veil
                )
            painter.setPen(QColor(self._themes.theme.text))
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _draw_crosshair(self, painter: QPainter, area: QRectF) -> None:
        if self._place is None:
            return
        theme = self._themes.theme
        x = self._at(self._place, 0.0).x()
        painter.setPen(QPen(QColor(theme.border_strong), 1))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        painter.setPen(QPen(QColor(theme.surface), 1.5))
        for curve in self.curves:
            value = curve.at(self._place)
            if np.isfinite(value):
                painter.setBrush(QColor(curve.color))
                painter.drawEllipse(self._at(self._place, value), _DOT_PX, _DOT_PX)

    def _place_items(self) -> None:
        self._view = pg.ViewBox(enableMenu=False, defaultPadding=0)
        self._view.setMouseEnabled(x=True, y=False)
        self._view.disableAutoRange()
        self._view.sigRangeChangedManually.connect(self._on_zoomed)
        self._left, self._bottom = CurveAxis("left"), CurveAxis("bottom")
        grid = self.centralLayout
        grid.setContentsMargins(*_MARGINS_PX)
        grid.setSpacing(0)
        for item, row, column in ((self._left, 0, 0), (self._view, 0, 1), (self._bottom, 1, 1)):
            grid.addItem(item, row, column)
        self._left.linkToView(self._view)
        self._bottom.linkToView(self._view)
        self._values = (0.0, 1.0)

    def _on_zoomed(self) -> None:
        low, high = self._view.viewRange()[0]
        span = min(high - low, self._last)
        self._follows = span >= self._last
        low = max(0.0, min(low, self._last - span))
        self._view.setXRange(low, low + span, padding=0)
        self._draw()

    def _restyle(self) -> None:
        for axis in (self._left, self._bottom):
            axis.use_theme(self._themes.theme)
        self.viewport().update()


def smooth_box(parent: QWidget) -> QCheckBox:
    """The check box beside an overlay."""
    box = QCheckBox("Smooth", parent)
    box.setToolTip("Draw running averages over some ten epochs, with the values faint behind them")
    return box


def moved_apart(heights: list[float], top: float, bottom: float) -> list[float]:
    """Ascending heights, a line apart, moved as little as is easy, within top and bottom if they fit."""
    found: list[float] = []
    for height in heights:
        found.append(max(height, found[-1] + LINE_PX if found else top + LINE_PX / 2))
    limit = bottom - LINE_PX / 2
    for place in range(len(found) - 1, -1, -1):
        found[place] = min(found[place], limit)
        limit = found[place] - LINE_PX
    return found
