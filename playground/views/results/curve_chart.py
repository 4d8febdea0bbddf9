"""Chart of one quantity over epochs: axes, a curve per split, zoom and pan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from core.spec.arrays import Array
from core.train.history import Mark
from playground.views.results.axis_range_hysteresis import AxisRangeHysteresis
from playground.views.results.curve_stack import MAX_GHOSTS, Curve, CurveLayers
from playground.views.results.edit_markers import EditMarkers
from playground.views.results.past_cursor import PastCursor
from playground.views.results.smoothing import Smoother
from playground.views.results.spike_markers import Spike, SpikeMarkers
from playground.views.results.spikes import SpikeClipper
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.charts.curve_axis import CurveAxis
from playground.views.widgets.charts.curve_scale import Quantity, drawable, thin, value_range
from playground.views.widgets.charts.reading_chart import ReadingChart

__all__ = ["NOUNS", "CurveChart"]


_EMPTY: Array = np.empty(0)
_MIN_EPOCHS = 2.0
_MARGINS_PX = (0, 8, 12, 0)
_GHOST_POINTS = 1000

NOUNS: dict[Quantity, str] = {
    "loss": "Loss",
    "accuracy": "Accuracy",
    "r2": "R²",
    "rate": "Learning rate and gradient norm",
}


class CurveChart(ReadingChart):
    """Wheel zooms, drag pans; a zoomed range stays. A double click shows all and follows the training.

    Spikes are clipped, and marked by a triangle with their value.
    """

    def __init__(
        self, themes: ThemeSource, parent: QWidget | None = None, *, quantity: Quantity = "loss"
    ) -> None:
        super().__init__(themes, parent)
        self._quantity: Quantity = quantity
        self._is_log = False
        self._follows = True
        self._epoch = self._train = self._test = _EMPTY
        self._shown = (_EMPTY, _EMPTY, _EMPTY)
        self._epochs, self._values = AxisRangeHysteresis(), AxisRangeHysteresis()
        self._clipper = SpikeClipper()
        self.clips_spikes = True
        self._smoothing = 0.0
        self._smoothers = Smoother(), Smoother()
        self._ghosts: tuple[Curve, ...] = ()
        self.shows_ghosts = True
        self.has_test = False
        self.setMinimumSize(160, 90)
        self._place_items()
        self.set_quantity(quantity)
        self._restyle()
        self._view.sigRangeChangedManually.connect(self._on_user_zoomed)
        themes.theme_changed.connect(self._restyle)

    @property
    def curves(self) -> tuple[Array, Array, Array]:
        """The data as set: (epoch, train, test), each (moments,); accuracies in percent."""
        return self._epoch, self._train, self._test

    @property
    def is_zoomed(self) -> bool:
        """Whether the range of epochs was zoomed."""
        return not self._follows

    @property
    def x_range(self) -> tuple[float, float]:
        """Limits of the epoch axis."""
        low, high = self._view.viewRange()[0]
        return float(low), float(high)

    @property
    def y_range(self) -> tuple[float, float]:
        """Limits of the value axis; accuracies in percent."""
        low, high = self._view.viewRange()[1]
        return (10.0**low, 10.0**high) if self._is_log else (float(low), float(high))

    def set_quantity(self, quantity: Quantity) -> None:
        """See `CurvesPlot.set_quantity`."""
        self._quantity = quantity
        self._shown = (_EMPTY, _EMPTY, _EMPTY)
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

    def set_ghosts(self, curves: Sequence[Curve]) -> None:
        """Set the curves of earlier runs, (epoch, values), drawn faintly behind; only the last three are kept."""
        factor = self._factor
        self._ghosts = tuple(
            thin(epoch, values * factor, _GHOST_POINTS) for epoch, values in curves[-MAX_GHOSTS:]
        )
        self._draw()

    def show_ghosts(self, shown: bool) -> None:
        """Set whether earlier runs are drawn."""
        self.shows_ghosts = shown
        self._draw()

    def show_curves(self, epoch: Array, train: Array, test: Array, marks: tuple[Mark, ...] = ()) -> None:
        """See `CurvesPlot.show_curves`. Within an epoch pictures bring no new row, and nothing is drawn."""
        shown = epoch, train, test
        self._marks.show_marks(marks)
        if all(map(_is_same, shown, self._shown)):
            return
        self._shown = shown
        factor = self._factor
        self._epoch, self._train, self._test = epoch, train * factor, test * factor
        self.has_test = bool(np.isfinite(test[-1:]).any() or np.isfinite(test).any())
        self._follows = self._follows or self.x_range[1] > self._last
        self._draw()

    def show_past(self, epoch: float | None) -> None:
        """Mark an earlier moment, and hatch what came later; None: neither."""
        self.past.show_past(epoch, self._last)
        self.viewport().update()

    def show_all(self) -> None:
        """Reset the zoom and follow the training."""
        self._follows = True
        self._draw()

    def clip_spikes(self, clips: bool) -> None:
        """Set whether a few values far above all others are clipped."""
        self.clips_spikes = clips
        self._draw()

    @property
    def spikes(self) -> list[Spike]:
        """What is marked as being beyond the ends of the value axis, in its units."""
        return self._spikes.spikes

    def zoom(self, factor: float) -> None:
        """Scale the visible range of epochs by `factor`."""
        self._view.scaleBy(x=factor)
        self._on_user_zoomed()

    def sizeHint(self) -> QSize:
        return QSize(326, 190)

    def place(self, epoch: float, value: float) -> QPointF:
        """Widget position of a data point; accuracies in percent."""
        return QPointF(self._view.mapViewToScene(QPointF(epoch, self._height(value))))

    def area(self) -> QRectF:
        """Rectangle of the plot area, between the axes."""
        return QRectF(self._view.sceneBoundingRect())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.show_all()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if event is not None:  # pyqtgraph calls this with None before layout
            self._draw()

    @property
    def _factor(self) -> float:
        return 100.0 if self._quantity == "accuracy" else 1.0

    @property
    def _last(self) -> float:
        """The last epoch of the run, or of the earlier runs while it has none."""
        if len(self._epoch) > 1:
            return float(self._epoch[-1]) or 1.0
        return max((float(epoch[-1]) for epoch, _ in self.ghosts), default=0.0) or 1.0

    def _height(self, value: float) -> float:
        """A value as view coordinate; NaN if it cannot be drawn."""
        if not self._is_log:
            return value
        return float(np.log10(value)) if value > 0.0 else np.nan

    def _draw(self) -> None:
        """Fit the view range and update the curves in it."""
        low, high = self._epochs.fit(0.0, self._last) if self._follows else self.x_range
        raw = [self._within(self._epoch, values, low, high) for values in (self._train, self._test)]
        smooth = raw
        if self._smoothing:
            averages = (
                smoother.smooth(values, self._smoothing)
                for smoother, values in zip(self._smoothers, (self._train, self._test), strict=True)
            )
            smooth = [self._within(self._epoch, values, low, high) for values in averages]
        ghosts = [self._within(*ghost, low, high) for ghost in self.ghosts]
        # Earlier runs do not extend the axis unless they are alone: a diverged one would flatten the rest.
        measured = raw if len(self._epoch) > 1 or not ghosts else ghosts
        ends = self._values.fit(*self._value_ends([heights for _, heights in measured]))
        self._show_range((low, high), ends)
        bounds = self._view.viewRect()
        behind = raw if self._smoothing else ()
        self.layers.show(smooth, behind, ghosts, bounds=bounds, width=self.width())
        for marks in (self._marks, self._spikes, self.past):
            marks.bounds = bounds
        self._marks.update()
        drawn = [item.curve for item in self.layers.front]
        self._spikes.show_curves(drawn, bounds.width() / max(1.0, self._view.width()))

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

    def _show_range(self, epochs: tuple[float, float], values: tuple[float, float]) -> None:
        if self._view.viewRange() == [[*epochs], [*values]]:
            return
        self._view.setRange(xRange=epochs, yRange=values, padding=0, disableAutoRange=False)
        # pyqtgraph would do this during the paint event, and Qt would paint the chart twice.
        self._view.updateMatrix()

    def _within(self, epoch: Array, values: Array, low: float, high: float) -> Curve:
        """The visible part of a curve, in view coordinates."""
        first, end = np.searchsorted(epoch, (low, high))
        part = slice(max(0, int(first) - 1), int(end) + 1)
        values = values[part]
        good = drawable(values, self._is_log)
        epoch = epoch[part]
        if not good.all():
            epoch, values = epoch[good], values[good]
        return epoch, np.log10(values) if self._is_log else values

    def _on_user_zoomed(self) -> None:
        """Clip the zoomed range to the epochs; the whole range follows the training."""
        low, high = self.x_range
        span = max(high - low, min(_MIN_EPOCHS, self._last))
        self._follows = span >= self._last
        if not self._follows:
            low = max(0.0, min(low, self._last - span))
            self._view.setXRange(low, low + span, padding=0)
        self._draw()

    def _place_items(self) -> None:
        self._view = pg.ViewBox(enableMenu=False, defaultPadding=0)
        self._view.setMouseEnabled(x=True, y=False)
        self._view.disableAutoRange()
        self._left, self._bottom = CurveAxis("left"), CurveAxis("bottom")
        grid = self.centralLayout
        grid.setContentsMargins(*_MARGINS_PX)
        grid.setSpacing(0)
        for item, row, column in ((self._left, 0, 0), (self._view, 0, 1), (self._bottom, 1, 1)):
            grid.addItem(item, row, column)
        self._left.linkToView(self._view)
        self._bottom.linkToView(self._view)
        self._marks = EditMarkers()
        self._view.addItem(self._marks)
        self.past = PastCursor()
        self._view.addItem(self.past)
        self.layers = CurveLayers(self._view)
        self._spikes = SpikeMarkers()
        self._view.addItem(self._spikes)

    def _restyle(self) -> None:
        theme = self._themes.theme
        for axis in (self._left, self._bottom):
            axis.use_theme(theme)
        for marks in (self._marks, self._spikes, self.past):
            marks.use_theme(theme)
        self.layers.use_theme(theme)
        self.viewport().update()


def _is_same(new: Array, old: Array) -> bool:
    return len(new) == len(old) and np.array_equal(new, old, equal_nan=True)
