"""Chart of one quantity over epochs: axes, a curve per split, zoom and pan.

Axes and curves are painted once, into a sheet; new rows are painted on it. The axes follow ten times a second.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from time import perf_counter
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QWidget

from core.io.number_text import epochs_text
from core.spec.arrays import Array
from core.train.history import Mark
from playground.model.guess import Guess
from playground.views.results.chart_markers import EditMarkers, PastCursor, SpikeMarkers
from playground.views.results.curve_layers import MAX_GHOSTS, ChartSheet, Curve, CurveLayers, CurveRows
from playground.views.theme.colors import ahead_color
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.charts.curve_scale import (
    AxisRangeHysteresis,
    Quantity,
    Smoother,
    SpikeClipper,
    drawable,
    thin,
    value_at,
    value_range,
)
from playground.views.widgets.charts.reading_chart import ZoomingChart
from playground.views.widgets.painted import RIGHT, draw_dot, draw_text, faded

_GHOST_POINTS = 1000
_TITLE_PX = 60
"""About the length of a name, which is written above the values below it."""
_NAME_PX, _APART_PX = 15.0, 6.0
_GROUND_ALPHA = 0.75
_GUESS_ALPHA, _GUESS_PX, _LINE_PX = 40 / 255, 5.0, 2
_REST_PX: Final = 3.5
_FIT_SECONDS: Final = 0.1
"""Time for which the axes may stay as they are while new rows are painted."""

NOUNS: dict[Quantity, str] = {
    "loss": "Loss",
    "spread": "Loss without and by the spread",
    "accuracy": "Accuracy",
    "r2": "R²",
    "rate": "Learning rate and gradient norm",
}


class CurveChart(ZoomingChart):
    """Follows the training. Spikes are clipped, and marked by a triangle with their value."""

    size_px = 326, 190
    least_px = 160, 90
    least_span = 2.0

    def __init__(
        self, themes: ThemeSource, parent: QWidget | None = None, *, quantity: Quantity = "loss"
    ) -> None:
        super().__init__(themes, parent)
        self._quantity: Quantity = quantity
        self._is_log = False
        self._rows = CurveRows()
        self._epoch, self._train, self._test = self._rows.columns
        self._epochs, self._values = AxisRangeHysteresis(), AxisRangeHysteresis()
        self._clipper = SpikeClipper()
        self.clips_spikes = True
        self._smoothing = 0.0
        self._smoothers = Smoother(), Smoother()
        self.levels: tuple[tuple[str, float], ...] = ()
        """Names and values that are reached without a network, accuracies in percent."""
        self._names: list[tuple[QRectF, str, float]] = []
        self.guess: Guess | None = None
        """Guess about the values."""
        self.rest: tuple[float, float, float] | None = None
        """(epoch, train, test) measured at rest, which is no row; accuracies in percent."""
        self._ahead: tuple[Curve, ...] = ()
        self._ghosts: tuple[Curve, ...] = ()
        self._titles: tuple[str, ...] = ()
        self._whole_ghosts: tuple[Curve, ...] = ()
        self.shows_ghosts = True
        self.has_test = False
        self._fitted_at = 0.0
        self._is_draft = False
        self._sheet = ChartSheet()
        # At rest the axes fit, even if nothing is shown any more.
        self._refit = QTimer(self, interval=round(2000 * _FIT_SECONDS), singleShot=True)
        self._refit.timeout.connect(self._draw)
        # The sheet covers it.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # Drawn by the chart itself: as items of the scene they would take three times as long.
        self._marks, self.past, self.ahead = EditMarkers(), PastCursor(), PastCursor()
        self.layers, self.spikes = CurveLayers(), SpikeMarkers()
        self.set_quantity(quantity)
        self._restyle()

    @property
    def curves(self) -> tuple[Array, Array, Array]:
        """The data as set: (epoch, train, test), each (moments,); accuracies in percent."""
        return self._epoch, self._train, self._test

    @property
    def is_zoomed(self) -> bool:
        """Whether the range of epochs was zoomed."""
        return not self._follows

    @property
    def is_empty(self) -> bool:
        """Whether there is no curve yet: one moment is none."""
        return len(self._epoch) < 2

    @property
    def y_range(self) -> tuple[float, float]:
        """Limits of the value axis; accuracies in percent."""
        low, high = self._view.viewRange()[1]
        return self._left.value(low), self._left.value(high)

    def set_quantity(self, quantity: Quantity) -> None:
        """See `CurvesPlot.set_quantity`."""
        self._quantity = quantity
        self._rows.forget()
        self.setAccessibleName(
            f"{NOUNS[quantity]} over the epochs; arrow keys read single values, page keys go to the edits, "
            "A shows all epochs and clipped spikes"
        )
        self._left.set_unit(" %" if quantity == "accuracy" else "")
        self._draw()

    def set_log(self, is_log: bool) -> None:
        """Set a logarithmic value axis."""
        self._is_log = is_log
        self._left.setLogMode(is_log)
        self._draw()

    def set_smoothing(self, weight: float) -> None:
        """Set the weight of the moving average (see `moving_average`), drawn over faint raw values; 0 disables it."""
        self._smoothing = weight
        self._draw()

    @property
    def ghosts(self) -> tuple[Curve, ...]:
        """(epoch, values) of each earlier run drawn, accuracies in percent, thinned if long."""
        return self._ghosts if self.shows_ghosts else ()

    def set_ghosts(self, curves: Sequence[Curve], titles: Sequence[str] = ()) -> None:
        """Set the curves of earlier runs, (epoch, values), drawn faintly behind; only the last three are kept.

        `titles` are written at their ends; "" for none.
        """
        factor = self._factor
        self._titles = _distinct((titles or [""] * len(curves))[-MAX_GHOSTS:])
        self.layers.name_ghosts(self._titles)
        self._whole_ghosts = tuple((epoch, values * factor) for epoch, values in curves[-MAX_GHOSTS:])
        self._ghosts = tuple(thin(*curve, _GHOST_POINTS) for curve in self._whole_ghosts)
        self._draw()

    def show_ahead(self, curves: Sequence[Curve]) -> None:
        """Draw ways that the training could go on, (epoch, values), in the colors of `ahead_color`; none: go back."""
        if curves or self._ahead:
            self._ahead = tuple((epoch, values * self._factor) for epoch, values in curves)
            ends = [float(end) for epoch, _ in self._ahead for end in (*epoch[:1], *epoch[-1:])]
            self.ahead.show_past(min(ends, default=None), max(ends, default=0.0))
            self._draw()

    def pinned_at(self, epoch: float) -> list[tuple[str, str, float]]:
        """(title, color, value) of each pinned run at an epoch, accuracies in percent; NaN where it has none."""
        if not self.shows_ghosts:
            return []
        runs = zip(self._titles, self.layers.ghost_colors, self._whole_ghosts, strict=False)
        return [(title, color, value_at(*curve, epoch)) for title, color, curve in runs if title]

    @property
    def titled_ends(self) -> list[tuple[QPointF, str]]:
        """Ends of the visible parts of the pinned runs, above their last values, with their names."""
        ends = []
        for (epoch, values), title in zip(self.ghosts, self._titles, strict=False):
            # Painted with every picture: nothing is searched for runs without a name.
            if not title:
                continue
            low, high = self.x_range
            seen = drawable(values, self._is_log) & (epoch >= low) & (epoch <= high)
            if seen.any():
                end = float(epoch[seen][-1])
                reach = _TITLE_PX * (high - low) / max(1.0, self.area().width())
                highest = float(values[seen & (epoch >= end - reach)].max())
                ends.append((self.at(end, highest), title))
        return ends

    def show_ghosts(self, shown: bool) -> None:
        """Set whether earlier runs are drawn."""
        self.shows_ghosts = shown
        self._draw()

    def show_curves(self, epoch: Array, train: Array, test: Array, marks: tuple[Mark, ...] = ()) -> None:
        """See `CurvesPlot.show_curves`. Within an epoch pictures bring no new row, and nothing is drawn."""
        if self._marks.show_marks(marks):
            self._repaint()
        first = self._rows.show(epoch, train, test, self._factor)
        if first is None:
            if self._is_draft:
                self._draw()
            return
        self._epoch, self._train, self._test = self._rows.columns
        self.has_test = bool(np.isfinite(test[-1:]).any() or np.isfinite(test).any())
        self._follows = self._follows or self.x_range[1] > self._last
        if not first or perf_counter() - self._fitted_at > _FIT_SECONDS or not self._continue(first):
            self._draw()

    def show_levels(self, levels: Sequence[tuple[str, float]]) -> None:
        """Show lines of values that are reached without a network, with their names."""
        shown = tuple((name, value * self._factor) for name, value in levels)
        if shown != self.levels:
            self.levels = shown
            self._repaint(background=True)

    def level_places(self) -> list[tuple[QRectF, str, float]]:
        """Positions of the names of the levels in sight, with their texts, and the heights of their lines."""
        area = self.area()
        places: list[tuple[QRectF, str, float]] = []
        for name, value in sorted(self.levels, key=lambda each: -each[1]):
            y = self.at(0.0, value).y()
            if not area.top() <= y <= area.bottom():
                continue
            # Above its line, unless it has no room there.
            above = places[-1][0].bottom() if places else area.top() - 4
            top = y - _NAME_PX if y - _NAME_PX >= above else max(y + 1, above)
            # A name that stands apart from its line would be taken for that of another.
            text = f"{name}  {value:.3g}" if top <= y + _APART_PX else ""
            height = _NAME_PX if text else 0.0
            wide = QFontMetricsF(font("small")).horizontalAdvance(text) + 4
            spots = (area.right() - 4 - wide, area.left() + 4, area.center().x() - wide / 2)
            boxes = [QRectF(left, top if text else min(top, above), wide, height) for left in spots]
            # Where there is no room at all, old values are behind it, and not the last.
            places.append((next((box for box in boxes if not self._crosses(box)), boxes[1]), text, y))
        return places

    def _crosses(self, box: QRectF) -> bool:
        """Whether a curve, or its end at rest, runs through a part of the chart."""
        there = self._view.mapSceneToView(box).boundingRect()
        low, high = there.left(), there.right()
        ends = np.array([self.rest]).T if self.rest is not None else np.empty((3, 0))
        rest = [self._drawable(ends[0], values) for values in ends[1:]]
        for epoch, values in (*(item.curve for item in self.layers.front), *rest):
            if not len(epoch) or epoch[0] > high or epoch[-1] < low:
                continue
            between = values[(epoch > low) & (epoch < high)]
            heights = np.append(between, np.interp((low, high), epoch, values))
            if heights.min() <= there.bottom() and heights.max() >= there.top():
                return True
        return False

    def show_guess(self, guess: Guess | None) -> None:
        """Show a guess as a band, and what came of it as a dot beside it, at the right; None: neither."""
        if guess != self.guess:
            self.guess = guess
            self._draw()
            self._repaint(background=True)

    @property
    def guess_place(self) -> tuple[QRectF, QPointF | None]:
        """Positions of the guess's band, and of the dot beside it."""
        guess = self.guess
        if guess is None or guess.band is None:
            return QRectF(), None
        area = self.area()
        unit = self._factor / 100 if guess.is_share else 1.0
        ends = guess.band if guess.did is None else (*guess.band, guess.did)
        found = [self.at(0.0, unit * each).y() for each in ends]
        # What cannot be drawn is below all that can.
        low, high, *did = (min(area.bottom(), max(area.top(), y)) if y == y else area.bottom() for y in found)
        band = QRectF(area.left(), high - 1, area.width(), low - high + 2)
        return band, QPointF(area.right() - _GUESS_PX, did[0]) if did else None

    def show_past(self, epoch: float | None) -> None:
        """Mark an earlier moment, and hatch what came later; None: neither."""
        if self.past.show_past(epoch, self._last):
            self._repaint()

    def show_rest(self, rest: tuple[float, float, float] | None) -> None:
        """Draw what was measured at rest, as hollow points at (epoch, train) and (epoch, test); None: none."""
        if rest is not None:
            rest = rest[0], rest[1] * self._factor, rest[2] * self._factor
        if rest != self.rest:
            self.rest = rest
            self._draw()

    def clip_spikes(self, clips: bool) -> None:
        """Set whether a few values far above all others are clipped."""
        self.clips_spikes = clips
        self._draw()

    def zoom(self, factor: float) -> None:
        """Scale the visible range of epochs by `factor`."""
        self._view.scaleBy(x=factor)
        self._on_zoomed()

    @property
    def _factor(self) -> float:
        return 100.0 if self._quantity == "accuracy" else 1.0

    @property
    def _last(self) -> float:
        """The last epoch of the run or ahead of it, or of the earlier runs while it has none."""
        ends = [float(epoch[-1]) for epoch, _ in self._ahead if len(epoch)]
        if len(self._epoch) > 1:
            ends += [float(self._epoch[-1]), 0.0 if self.rest is None else self.rest[0]]
        else:
            ends += [float(epoch[-1]) for epoch, _ in self.ghosts]
        return max(ends, default=0.0) or 1.0

    def _draw(self) -> None:
        self._refit.stop()
        self._is_draft, self._fitted_at = False, perf_counter()
        # What was tried has a third of the width at least.
        first = 0.0 if self.ahead.epoch is None else max(0.0, 3.0 * self.ahead.epoch - 2.0 * self._last)
        low, high = self._epochs.fit(first, self._last) if self._follows else self.x_range
        raw = [self._within(self._epoch, values, low, high) for values in (self._train, self._test)]
        smooth = raw
        if self._smoothing:
            smooth = [self._within(self._epoch, values, low, high) for values in self._averages()]
        ghosts = [self._within(*ghost, low, high) for ghost in self.ghosts]
        ahead = [self._within(*curve, low, high) for curve in self._ahead]
        # Earlier runs do not extend the axis unless they are alone: a diverged one would flatten the rest.
        measured = [heights for _, heights in (raw if len(self._epoch) > 1 or not ghosts else ghosts)]
        measured += [heights for _, heights in ahead]
        if self.guess is not None and self.guess.band is not None and self._quantity == "accuracy":
            measured.append(np.array(self.guess.band))
        if self.rest is not None and low <= self.rest[0] <= high:
            measured.append(self._drawable(np.zeros(2), np.array(self.rest[1:]))[1])
        self._show_range((low, high), self._values.fit(*self._value_ends(measured)))
        behind = raw if self._smoothing else ()
        self.layers.show(smooth, behind, ghosts, ahead, width=self.width())
        self._mark_spikes()
        # The names of levels go out of their way.
        self._repaint(background=bool(self.levels))

    def _continue(self, first: int) -> bool:
        """Add the rows from `first` on, unless the axes have no room for them. Returns whether it did."""
        if self._follows and self._last > self.x_range[1]:
            return False
        raw = [self._drawable(self._epoch[first:], values[first:]) for values in (self._train, self._test)]
        smooth = raw
        if self._smoothing:
            smooth = [self._drawable(self._epoch[first:], values[first:]) for values in self._averages()]
        (low, high), (bottom, top) = self._view.viewRange()
        if any(len(y) and (y.min() < bottom or y.max() > top) for _, y in (*raw, *smooth)):
            return False
        if self._epoch[first] <= high:
            self.layers.extend(smooth, raw if self._smoothing else (), pixel=(high - low) / self.width())
            self._is_draft = True
            self._refit.start()
            self.viewport().update()
        return True

    def _averages(self) -> list[Array]:
        return [
            smoother.smooth(values, self._smoothing)
            for smoother, values in zip(self._smoothers, (self._train, self._test), strict=True)
        ]

    def _mark_spikes(self) -> None:
        bounds = self._view.viewRect()
        drawn = [item.curve for item in self.layers.front]
        self.spikes.show_curves(drawn, bounds, bounds.width() / max(1.0, self._view.width()))

    def _repaint(self, *, background: bool = False) -> None:
        """Paint the curves anew, and the axes if they have changed."""
        self._sheet.forget(background=background)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        area = self.area()
        key = area.getRect(), self._view.viewRange(), self.is_empty
        picture = self._sheet.picture(
            self.viewport().size(),
            self.devicePixelRatioF(),
            key,
            QColor(self._themes.theme.surface),
            self._paint_background,
            self._paint_curves,
        )
        painter = QPainter(self.viewport())
        painter.drawPixmap(0, 0, picture)
        self.drawForeground(painter, area)
        painter.end()

    def paint_below(self, painter: QPainter) -> None:
        """Draw what lies below the curves and seldom changes."""
        theme = self._themes.theme
        self._names = self.level_places()
        painter.setPen(QPen(QColor(theme.success), 1, Qt.PenStyle.DashLine))
        for *_, y in self._names:
            painter.drawLine(self.level(y))
        band = self.guess_place[0]
        if band.isEmpty():
            return
        painter.setPen(QPen(QColor(theme.text), 1, Qt.PenStyle.DotLine))
        for y in {band.top(), band.bottom()} if band.height() > _LINE_PX else {band.center().y()}:
            painter.drawLine(self.level(y))
        if band.height() > _LINE_PX:
            painter.fillRect(band, faded(theme.text, _GUESS_ALPHA))

    def paint_above(self, painter: QPainter) -> None:
        dot, theme = self.guess_place[1], self._themes.theme
        for place, text, _ in self._names:
            # Where a curve runs through all places, it is faint behind the name.
            painter.fillRect(place.adjusted(0, 2, 0, -1), faded(theme.surface, _GROUND_ALPHA))
            draw_text(painter, place, text, theme.success, font("small"), RIGHT)
        self._name_ahead(painter)
        if self.rest is not None and self.x_range[0] <= self.rest[0] <= self.x_range[1]:
            for value, color in zip(self.rest[:0:-1], (theme.test, theme.train), strict=True):
                if drawable(np.array([value]), self._is_log).all():
                    draw_dot(painter, self.at(self.rest[0], value), _REST_PX, theme.surface, color, 1.6)
        if dot is not None and self.guess is not None:
            color = theme.success if self.guess.is_right else theme.danger
            draw_dot(painter, dot, _GUESS_PX, color, theme.surface, 1.5)

    def _name_ahead(self, painter: QPainter) -> None:
        """Write what was tried above its curves, and at their ends the last values, none over another."""
        if self.ahead.epoch is None:
            return
        area, theme, face = self.area(), self._themes.theme, font("small", bold=True)
        told = f"tried ahead: {epochs_text(round(self._last - self.ahead.epoch))}"
        texts = [(area.top(), told, theme.text_muted)]
        for number, (epoch, values) in enumerate(self._ahead):
            y = self.at(epoch[-1], values[-1]).y() if len(epoch) else math.nan
            # Where not all have room, the training as it is and the best fixes, which come first.
            if math.isfinite(y) and len(texts) < area.height() // _NAME_PX:
                texts.append((y, f"{values[-1]:.3g}", ahead_color(theme, number)))
        bottom = area.top() - 2
        for y, text, color in sorted(texts):
            bottom = min(max(bottom, y - _NAME_PX / 2) + _NAME_PX, area.bottom() + 2)
            wide = QFontMetricsF(face).horizontalAdvance(text) + 4
            place = QRectF(area.right() - wide, bottom - _NAME_PX, wide, _NAME_PX)
            painter.fillRect(place.adjusted(0, 2, 0, -1), faded(theme.surface, _GROUND_ALPHA))
            draw_text(painter, place, text, color, face, RIGHT)

    def _paint_background(self, painter: QPainter) -> None:
        for axis in (self._left, self._bottom):
            painter.save()
            painter.translate(axis.scenePos())
            axis.paint(painter)
            painter.restore()
        self.paint_below(painter)

    def _paint_curves(self, painter: QPainter, anew: bool) -> None:
        area = self.area()
        pixels = self._pixels(area)
        for marks in (self._marks, self.past, self.ahead) if anew else ():
            painter.save()
            marks.paint(painter, pixels, area)
            painter.restore()
        self.layers.paint(painter, pixels, area, anew=anew)
        if anew:
            self.spikes.paint(painter, pixels, area)

    def _pixels(self, area: QRectF) -> QTransform:
        """From view coordinates to pixels of the chart."""
        (low, high), (bottom, top) = self._view.viewRange()
        across, down = area.width() / (high - low), -area.height() / (top - bottom)
        return QTransform(across, 0.0, 0.0, down, area.left() - low * across, area.bottom() - bottom * down)

    def _value_ends(self, curves: Sequence[Array]) -> tuple[float, float]:
        """Ends of the value axis for visible values, without their spikes."""
        ceiling = None
        if self.clips_spikes and not self._is_log and self._quantity != "accuracy":
            # The start of an epoch that is not visible does not count.
            first = self.x_range[0] <= 0.0 or self._follows
            start = max((float(curve[0]) for curve in curves if len(curve) and first), default=np.nan)
            ceiling = self._clipper.ceiling(curves, start)
        return value_range(
            np.concatenate(curves),
            self._quantity,
            is_log=self._is_log,
            whole=self._follows,
            ceiling=np.inf if ceiling is None else ceiling,
        )

    def _within(self, epoch: Array, values: Array, low: float, high: float) -> Curve:
        """The visible part of a curve, in view coordinates."""
        first, end = np.searchsorted(epoch, (low, high))
        part = slice(max(0, int(first) - 1), int(end) + 1)
        return self._drawable(epoch[part], values[part])

    def _drawable(self, epoch: Array, values: Array) -> Curve:
        """A curve in view coordinates, without what cannot be drawn."""
        good = drawable(values, self._is_log)
        if not good.all():
            epoch, values = epoch[good], values[good]
        return epoch, np.log10(values) if self._is_log else values

    def _restyle(self) -> None:
        theme = self._themes.theme
        for marks in (self._marks, self.spikes, self.past, self.ahead):
            marks.theme = theme
        self.layers.use_theme(theme)
        super()._restyle()
        self._repaint(background=True)


def _distinct(titles: Sequence[str]) -> tuple[str, ...]:
    """The titles, with a number behind those that are there already."""
    counts = [titles[: place + 1].count(title) for place, title in enumerate(titles)]
    return tuple(
        f"{title} ({count})" if title and count > 1 else title
        for title, count in zip(titles, counts, strict=True)
    )
