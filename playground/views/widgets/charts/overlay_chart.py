"""Curves of several runs over epochs or seconds: colored, named at their ends, with values at the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from core.io.number_text import HeldName, held_text, place_text
from core.spec.arrays import Array
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.charts.curve_item import BandItem
from playground.views.widgets.charts.curve_scale import (
    Quantity,
    Smoother,
    drawable,
    quantity_text,
    thin,
    value_at,
    value_range,
)
from playground.views.widgets.charts.reading_chart import ZoomingChart
from playground.views.widgets.chips import Segments
from playground.views.widgets.hover_readout import HoverReadout
from playground.views.widgets.painted import LEFT, draw_dot, draw_text, faded

_NAMES_PX = 112
_UNIT_PX = 22
LINE_PX = 15
_STEM_PX = 8
_DOT_PX = 4.0
_WIDTH = 2.0
_EPOCH = "epoch"  # where people read it
_WHOLE_EPOCHS = 10.0
_SMOOTH_WEIGHT = 0.9
_FAINT, _VEIL = 70 / 255, 200 / 255
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
        return value_at(self.x, self.y, place)


@dataclass(frozen=True, eq=False)
class CurveBand:
    """The area between two curves (moments,) over the same places, filled with a color of this opacity."""

    color: str
    opacity: float
    x: Array
    low: Array
    high: Array


class OverlayChart(ZoomingChart):
    """Its place is that of a crosshair."""

    size_px = 420, 190
    least_px = 200, 110
    margins_px = 0, 8, _NAMES_PX, 0

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None, *, hint: str = _HINT) -> None:
        super().__init__(themes, parent)
        self._hint = hint
        self.setAccessibleName("Curves; arrow keys read values")
        self.curves: tuple[NamedCurve, ...] = ()
        self._quantity: Quantity = "loss"
        self._unit = "epoch"
        self._end = 0.0
        self._target: float | None = None
        self._reached: tuple[tuple[float, str], ...] = ()
        self.place: float | None = None
        """Position of the crosshair; None if hidden."""
        self._values = (0.0, 1.0)
        self._smooth = False
        self._smoothers: list[Smoother] = []
        self._bands: tuple[CurveBand, ...] = ()
        self._areas: list[BandItem] = []
        self.readout = HoverReadout(self)

    @property
    def _unit_text(self) -> str:
        return _EPOCH if self._unit == "epoch" else self._unit

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
        """Draw curves over "epoch", "s" or what is counted; accuracies are fractions.

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
            f"{quantity.capitalize()} of {len(curves)} runs over {self._unit_text}; arrow keys read values"
        )
        self._draw()
        if self.place is not None:
            self.point_at(self.place)

    def set_smooth(self, smooth: bool) -> None:
        """Draw running averages, with the values faint behind them."""
        self._smooth = smooth
        self._draw()

    def point_at(self, place: float | None) -> None:
        """Move the crosshair, or hide it."""
        self.place = None if place is None or not self.curves else min(max(0.0, place), self._last)
        if self.place is not None and self._unit == "epoch" and self._last > _WHOLE_EPOCHS:
            self.place = float(round(self.place))
        if self.place is None:
            self.readout.hide()
        else:
            at = self._place_text(self.place)
            values = [(curve.name, curve.at(self.place)) for curve in self.curves]
            if self._bands:
                # Those of a band lie above each other, however they are drawn.
                values.sort(key=lambda named: named[1], reverse=True)
            lines = [f"{name}  {self._value_text(value)}" for name, value in values if np.isfinite(value)]
            where = self.at(self.place, self._values[1]).toPoint()
            self.readout.show_text("\n".join([at, *lines]), where, self.area().toRect())
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.point_at(None if event.buttons() else self.values_at(event.position())[0])

    def read_nothing(self) -> None:
        self.point_at(None)

    @property
    def span(self) -> tuple[float, float, float, float] | None:
        here = self._last if self.place is None else self.place
        step = 1.0 if self._unit == "epoch" else self._last / 100
        return (here, 0.0, self._last, step) if self.curves else None

    def read(self, place: float) -> None:
        self.point_at(place)

    @property
    def empty_text(self) -> str:
        return "" if self.curves else self._hint

    def paint_above(self, painter: QPainter) -> None:
        area = self.area()
        draw_text(painter, self.unit_place, self._unit_text, align=LEFT)
        self._draw_target(painter, area)
        self._draw_names(painter, area)
        self._draw_crosshair(painter)

    @property
    def unit_place(self) -> QRectF:
        """Position of the unit: beside the last number of the axis, half of which is beyond its end."""
        area = self.area()
        return QRectF(area.right() + _UNIT_PX, area.bottom() + 2, _NAMES_PX - _UNIT_PX, LINE_PX)

    @property
    def _last(self) -> float:
        last = max((float(curve.x[-1]) for curve in self.curves if len(curve.x)), default=0.0)
        return max(last, self._end) or 1.0

    def _place_text(self, place: float) -> str:
        if self._unit == "epoch":
            return f"epoch {place_text(place)}"
        return f"{place:.2f} s" if self._unit == "s" else f"{place:,.0f} {self._unit_text}"

    def _value_text(self, value: float) -> str:
        return quantity_text(value, self._quantity)

    def _draw(self) -> None:
        """Fit the range and update the curves in it."""
        good = [drawable(curve.y, False) for curve in self.curves]
        heights = [curve.y[mask] for curve, mask in zip(self.curves, good, strict=True)]
        self._values = self._fitted(np.concatenate(heights) if heights else np.empty(0))
        self._show_range((0.0, self._last) if self._follows else self.x_range, self._values)
        lines = []
        self._smoothers += [Smoother() for _ in self.curves[len(self._smoothers) :]]
        for curve, mask, smoother in zip(self.curves, good, self._smoothers, strict=False):
            x, values, color = curve.x[mask], curve.y[mask], QColor(curve.color)
            if self._smooth:
                faint = pg.mkPen(faded(curve.color, _FAINT), width=curve.width)
                lines.append((*self._thin(x, values), faint))
                values = smoother.smooth(values, _SMOOTH_WEIGHT)
            lines.append((*self._thin(x, values), pg.mkPen(color, width=curve.width)))
        self._show_lines(lines)
        self._draw_bands()

    def _thin(self, x: Array, values: Array) -> tuple[Array, Array]:
        return thin(x, values, max(2, self.width() // 2))

    def _draw_bands(self) -> None:
        buckets = max(2, self.width() // 2)
        areas = self._shown(self._areas, BandItem, len(self._bands))
        for area, band in zip(areas, self._bands, strict=True):
            area.show_band(band.x, band.low, band.high, buckets, faded(band.color, band.opacity))

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
        height = self.at(0.0, self._target).y()
        painter.setPen(QPen(QColor(theme.text_faint), 1, Qt.PenStyle.DashLine))
        painter.drawLine(self.level(height))
        for place, color in self._reached:
            top = self.at(place, self._target)
            painter.setPen(QPen(QColor(color), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QLineF(top, QPointF(top.x(), area.bottom())))
            draw_dot(painter, top, _DOT_PX, color, theme.surface, 1.5)

    def named_ends(self) -> list[tuple[QPointF, NamedCurve]]:
        """The ends of the curves whose names are drawn, from above: quiet ones only where there is room."""
        loud: list[tuple[QPointF, NamedCurve]] = []
        quiet: list[tuple[QPointF, NamedCurve]] = []
        for curve in self.curves:
            good = np.flatnonzero(drawable(curve.y, False))
            if len(good):
                last = good[-1]
                end = self.at(float(curve.x[last]), float(curve.y[last]))
                (quiet if curve.quiet else loud).append((end, curve))
        for end, curve in quiet:
            if all(abs(end.y() - other.y()) >= LINE_PX for other, _ in loud):
                loud.append((end, curve))
        return sorted(loud, key=lambda found: found[0].y())

    def _draw_names(self, painter: QPainter, area: QRectF) -> None:
        """Names at the ends of the curves, moved apart where they would overlap."""
        ends = self.named_ends()
        heights = moved_apart([end.y() for end, _ in ends], area.top(), area.bottom())
        metrics, theme = QFontMetricsF(painter.font()), self._themes.theme
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
                width = metrics.horizontalAdvance(text)
                painter.fillRect(QRectF(place.topLeft(), QSizeF(width, LINE_PX)), faded(theme.surface, _VEIL))
            draw_text(painter, place, text, theme.text, align=LEFT)

    def _draw_crosshair(self, painter: QPainter) -> None:
        if self.place is None:
            return
        values = ((curve.at(self.place), curve.color) for curve in self.curves)
        self.paint_cross(painter, self.place, (each for each in values if np.isfinite(each[0])), _DOT_PX)


def quantity_segments(name: str, parent: QWidget) -> Segments:
    """What is drawn of runs; `name_quantities` says of which samples."""
    choices = [("test_accuracy", "Accuracy", ""), ("test_loss", "Loss", ""), ("train_loss", "Train loss", "")]
    segments = Segments(choices, name=name, parent=parent)
    segments.buttons["train_loss"].setToolTip("Loss on the training samples")
    name_quantities(segments, "accuracy", "test")
    return segments


def name_quantities(segments: Segments, score: str, held: HeldName) -> None:
    """Set what the score is called, "accuracy" or "R²", and what the samples are that training does not see."""
    of_score = f"{score[0].upper()}{score[1:]} on the test samples"
    for quantity, name, told in (
        ("test_accuracy", f"Test {score}", of_score),
        ("test_loss", "Test loss", "Loss on the test samples"),
    ):
        segments.set_text(quantity, held_text(name, held))
        segments.buttons[quantity].setToolTip(held_text(told, held))


def unit_segments(parent: QWidget) -> Segments:
    """Over what it is drawn."""
    seconds = "Over the seconds of training, as if all epochs of a run took equally long"
    choices = [("epoch", "Epoch", "Over the epochs"), ("s", "Seconds", seconds)]
    return Segments(choices, name="Axis", parent=parent)


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
