"""Predicted values of the test set and what is left of the true ones, for regression."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QWidget

from core.inspect.snapshot import Snapshot
from core.io.number_text import HeldName, held_text, rounded_text
from core.io.sentence import in_sentence
from core.spec.arrays import Array
from core.train.metrics import mean_absolute_error, mean_squared_error, r2_score
from core.train.tasks import Regression
from playground.model.document import Document
from playground.views.results.tab import TABS, ResultsTab, ScoreTiles, waiting_label
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.charts.curve_scale import AxisRangeHysteresis
from playground.views.widgets.charts.reading_chart import ReadingChart
from playground.views.widgets.chips import Chip
from playground.views.widgets.labels import CutLabel
from playground.views.widgets.painted import draw_dot, faded, polygon

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_MAX_POINTS: Final = 2000
_POINT_PX: Final = 4.5
_ROOM: Final = 0.04
_TOP_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_BOTTOM_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
_NOTHING: Array = np.empty(0)
_TILES: Final = (
    ("Test R²", "1 is perfect, 0 is no better than the mean"),
    ("RMSE", "Root of the mean squared error, in the target's units"),
    ("MAE", "Mean absolute error, in the target's units"),
)


class ResidualsPlot(ReadingChart):
    """Points of test samples and the line of perfect predictions. Left and Right go from point to point."""

    size_px = 326, 210
    least_px = 140, 90
    point_changed = Signal()
    """Another point, or none, is under the pointer."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._true: Array = _NOTHING
        self._predicted: Array = _NOTHING
        self._is_residuals = False
        self._point: int | None = None
        self._ends = AxisRangeHysteresis(), AxisRangeHysteresis()
        self._points = _Points()
        self._view.addItem(self._points)
        self._points.use_theme(themes.theme)
        self.show_residuals(False)

    @property
    def points(self) -> tuple[Array, Array]:
        """Points, (across, up), each (points,)."""
        return self._points.x, self._points.y

    @property
    def point(self) -> tuple[float, float] | None:
        """True and predicted value of the current point."""
        if self._point is None:
            return None
        return float(self._true[self._point]), float(self._predicted[self._point])

    def show_residuals(self, shown: bool) -> None:
        """Draw residuals (true minus predicted) over predicted values, instead of these over the true ones."""
        self._is_residuals = shown
        what = "Residuals over predicted values" if shown else "Predicted over true values"
        self.setAccessibleName(f"{what}; arrow keys go from point to point")
        self._ends = AxisRangeHysteresis(), AxisRangeHysteresis()
        self._draw()
        self.viewport().update()

    def show_values(self, true: Array, predicted: Array) -> None:
        """Set true and predicted values (samples,); of many, an even part is drawn."""
        every = slice(None, None, -(-len(true) // _MAX_POINTS) or 1)
        true, predicted = true[every], predicted[every]
        good = np.isfinite(true) & np.isfinite(predicted)
        self._true, self._predicted = true[good], predicted[good]
        if self._point is not None and self._point >= len(self._true):
            self._point = None
        self._draw()
        self.point_changed.emit()

    def place(self, point: int) -> QPointF:
        """Widget position of a drawn point."""
        x, y = self.points
        return self.at(float(x[point]), float(y[point]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.nearest(*self.points, event.position()))

    def read_nothing(self) -> None:
        self._point_at(None)

    @property
    def span(self) -> tuple[float | None, float, float, float] | None:
        """Among the points in order from the left."""
        last = len(self._true) - 1
        here = None if self._point is None else int(np.flatnonzero(self._order == self._point)[0])
        return (here, 0, last, 1) if last >= 0 else None

    def read(self, place: float) -> None:
        self._point_at(int(self._order[int(place)]))

    @property
    def _order(self) -> NDArray[np.intp]:
        return np.argsort(self._points.x, kind="stable")

    @property
    def axis_names(self) -> tuple[str, str]:
        """Names of the axes, across and up."""
        return ("predicted", "residual") if self._is_residuals else ("true", "predicted")

    def paint_above(self, painter: QPainter) -> None:
        across, up = self.axis_names
        area = self.area().adjusted(4, 2, -2, -2)
        painter.drawText(area, int(_TOP_LEFT), f"↑ {up}")
        painter.drawText(area, int(_BOTTOM_RIGHT), f"{across} →")

    def _point_at(self, point: int | None) -> None:
        if point != self._point:
            self._point = point
            self._points.chosen = point
            self._points.update()
            self.point_changed.emit()

    def _draw(self) -> None:
        true, predicted = self._true, self._predicted
        x, y = (predicted, true - predicted) if self._is_residuals else (true, predicted)
        if self._is_residuals:
            ends = _with_room(x), _with_room(np.concatenate([y, -y]))
            line = (0.0, 0.0)
        else:
            ends = (_with_room(np.concatenate([x, y])),) * 2
            line = (0.0, 1.0)
        across, up = (axis.fit(*each) for axis, each in zip(self._ends, ends, strict=True))
        self._show_range(across, up)
        self._points.show_points(x, y, line, self._view.viewRect(), self._point)

    def _restyle(self) -> None:
        self._points.use_theme(self._themes.theme)
        super()._restyle()


class _Points(pg.GraphicsObject):  # type: ignore[misc]
    """The points, and the line of perfect predictions as (intercept, slope)."""

    def __init__(self) -> None:
        super().__init__()
        self.x: Array = _NOTHING
        self.y: Array = _NOTHING
        self.chosen: int | None = None
        self._line = (0.0, 0.0)
        self._bounds = QRectF()
        self._colors = QColor(), QColor(), QColor()

    def use_theme(self, theme: Theme) -> None:
        self._colors = faded(theme.test, 150 / 255), QColor(theme.text_muted), QColor(theme.text)
        self.update()

    def show_points(
        self, x: Array, y: Array, line: tuple[float, float], bounds: QRectF, chosen: int | None
    ) -> None:
        self.x, self.y, self._line, self._bounds, self.chosen = x, y, line, bounds, chosen
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, *_: Any) -> None:
        if not len(self.x):
            return
        pixels, bounds = painter.transform(), self._bounds
        intercept, slope = self._line
        ends = [pixels.map(QPointF(x, intercept + slope * x)) for x in (bounds.left(), bounds.right())]
        x, y = self.x * pixels.m11() + pixels.dx(), self.y * pixels.m22() + pixels.dy()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        points, line, ring = self._colors
        painter.setPen(QPen(line, 1.0, Qt.PenStyle.DashLine))
        painter.drawLine(*ends)
        painter.setPen(QPen(points, _POINT_PX, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(polygon(x, y))
        if self.chosen is not None:
            draw_dot(painter, QPointF(float(x[self.chosen]), float(y[self.chosen])), 5.0, None, ring, 1.5)


def _with_room(values: Array) -> tuple[float, float]:
    """Axis limits around values."""
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    room = _ROOM * (high - low) or max(abs(high), 1.0) * _ROOM
    return low - room, high + room


_WAITING = "The plot appears as soon as the network trains."


class ResidualsView(QWidget):
    """The scatter, a line for the point under the pointer, and score tiles; everything in the target's own units."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = ResidualsPlot(themes, self)
        self.against_true = Chip(
            "true", "Predicted", tooltip="Predicted values over the true ones", parent=self
        )
        self.residuals = Chip(
            "residuals",
            "Residuals",
            tooltip="What is left, true minus predicted, over predicted values",
            parent=self,
        )
        self.values = set_up(QComboBox(self), accessibleName="Predicted value")
        self.caption = set_up(CutLabel(self), role="caption")
        self.empty = waiting_label(_WAITING, self)
        self.tiles = ScoreTiles(_TILES, self)
        self.r2, self.rmse, self.mae = self.tiles.tiles
        self._target, self._unit = "", ""
        self._true: Array = np.empty((0, 1))
        self._predicted: Array | None = None
        self._basis, self._r2 = "", math.nan
        self.held: HeldName = "test"
        """What the samples are called that are not learned from."""
        self._lay_out()
        self._connect()
        self.show_predictions(None)

    def set_target(self, true: Array, name: str = "", unit: str = "") -> None:
        """Set the true values (test samples, outputs) in their units, and drop the predictions."""
        self._true, self._target, self._unit = true.reshape(len(true), -1), name, unit
        # The list of values tells of its changes, and the predictions of before are of other samples.
        self._predicted = None
        count = self._true.shape[1]
        self.values.clear()
        self.values.addItems([f"Value {number + 1}" for number in range(count)])
        self.values.setVisible(count > 1)
        self.show_predictions(None)

    def show_predictions(self, predicted: Array | None, basis: str = "", r2: float = math.nan) -> None:
        """Set predictions (n, outputs) of the first n test samples; `basis` says of how many and when.

        `r2` is that of the figures, over all of their values.
        """
        self._r2 = r2
        if predicted is not None and predicted is self._predicted:
            return
        self._predicted, self._basis = predicted, basis
        there = predicted is not None and len(predicted) > 0
        for widget in (self.plot, self.caption, self.against_true, self.residuals):
            widget.setVisible(there)
        self.empty.setVisible(not there)
        self._show_value()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.tiles.fit(self.height())

    def _show_value(self) -> None:
        """Show the chosen one of the predicted values."""
        if self._predicted is None or not len(self._predicted):
            self.tiles.show_values()
            return
        column = max(0, self.values.currentIndex())
        true = self._true[: len(self._predicted), column].astype(np.float64)
        predicted = self._predicted[:, column].astype(np.float64)
        self.plot.show_values(true, predicted)
        # The panel's own tiles have the figure of all values.
        one = f" of {in_sentence(self.values.currentText())}" if self._true.shape[1] > 1 else ""
        for tile, (name, _) in zip(self.tiles.tiles, _TILES, strict=True):
            tile.set_caption(held_text(f"{name}{one}", self.held))
        self.tiles.show_values(
            Regression.score.text(r2_score(true, predicted) if self._true.shape[1] > 1 else self._r2),
            rounded_text(mean_squared_error(true, predicted) ** 0.5),
            rounded_text(mean_absolute_error(true, predicted)),
        )

    def _read(self) -> None:
        point = self.plot.point
        unit = f" {self._unit}" if self._unit else ""
        if point is None:
            self.caption.setText(self._basis)
        else:
            true, predicted = point
            left = rounded_text(true - predicted)
            self.caption.setText(
                f"true {rounded_text(true)}, predicted {rounded_text(predicted)}, residual {left}{unit}"
            )

    def _connect(self) -> None:
        self.against_true.setChecked(True)
        choices = QButtonGroup(self)
        for chip in (self.against_true, self.residuals):
            choices.addButton(chip)
        self.residuals.toggled.connect(self.plot.show_residuals)
        self.values.currentIndexChanged.connect(self._show_value)
        self.plot.point_changed.connect(self._read)

    def _lay_out(self) -> None:
        head = hbox(self.against_true, self.residuals, self.values, STRETCH, spacing=6)
        vbox(
            head,
            self.caption,
            (self.plot, 1),
            (self.empty, 1),
            self.tiles,
            parent=self,
            margins=(0, 4, 0, 0),
            spacing=4,
        )


@TABS.register
class ResidualsTab(ResultsTab):
    """Predicted against true values, and residuals."""

    kind = "residuals"
    title = "Residuals"
    tooltip = "How far the predicted values are from the true ones"
    position = 40
    instead = "confusion"
    has_data = False
    page: ResidualsView
    is_figure = True

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> ResidualsView:
        return ResidualsView(themes, panel)

    def fits(self, prepared: PreparedData) -> bool:
        return prepared.task.labels == "values"

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        self.page.held = prepared.held_name
        if self.fits(prepared):
            data = prepared.data
            self.page.set_target(prepared.test.labels, data.target_name, data.target_unit)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.page.show_predictions(
            snapshot.evaluated.predicted, self.basis(snapshot), snapshot.figures.test.score
        )
        self.page.tiles.set_old(snapshot.figures.is_old)

    def clear(self) -> None:
        self.page.show_predictions(None)
