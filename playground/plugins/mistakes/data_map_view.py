"""The data map: each sample by how sure networks of the run were of its class, and the life of the chosen ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from core.inspect.data_map import DataMap
from core.spec.arrays import Array, Indices
from playground.plugin import HoverReadout, NamedChart, SampleModel, SpinBox, ThemeSource, class_color
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.charts.overlay_chart import NamedCurve, OverlayChart
from playground.views.widgets.painted import clear_pixmap, draw_dot, faded, polygon

_POINT_PX: Final = 4.5
_IMAGE_PX: Final = 64
_LIVES: Final = 6
"""Curves: more cannot be told apart."""
_NOTHING: Final[Array] = np.empty(0)
_REGIONS: Final = (("easy", 0.02, 0.96), ("ambiguous", 0.72, 0.5), ("hard, or mislabelled", 0.06, 0.06))
"""And where they are, as shares of the axes."""


class DataMapPlot(NamedChart):
    """A point for each row of the model, mean confidence over its change; the pointer shows its sample.

    Keys go from sample to sample, the hardest first; Enter or a click chooses it.
    """

    size_px, least_px = (340, 230), (220, 160)
    names = "change of the confidence", "Mean confidence in its class"
    row_chosen = Signal(int)

    def __init__(self, model: SampleModel, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.setAccessibleName("Data map; Left and Right go from sample to sample, Enter chooses one")
        self._model = model
        self._x = self._y = _NOTHING
        self._chosen: Sequence[int] = ()
        self.row: int | None = None
        """The sample under the pointer."""
        self._points: QPixmap | None = None
        self.readout = HoverReadout(self)
        for axis in (self._left, self._bottom):
            axis.set_unit(" %")

    def show_points(self, change: Array, mean: Array) -> None:
        """Draw a point for each row of the model, from shares (rows,)."""
        self._x, self._y, self.row = 100.0 * change, 100.0 * mean, None
        most = max(5.0, 1.04 * float(self._x.max(initial=0.0)))
        self._show_range((-0.02 * most, most), (-2.0, 102.0))
        self._draw()

    def show_chosen(self, rows: Sequence[int]) -> None:
        """Ring some rows of the model."""
        self._chosen = rows
        self.viewport().update()

    def place(self, row: int) -> QPointF:
        """The pixel of a row's point."""
        return self.at(float(self._x[row]), float(self._y[row]))

    def text(self, row: int) -> str:
        """Text about a row: which sample it is, and how sure the networks were of its class."""
        sure = f"Mean confidence {self._y[row]:.0f} %, change {self._x[row]:.0f} %"
        return "\n".join([*self._model.text(row).split(": ", 1), sure, *self._model.values(row)])

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._points = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._read(self.nearest(self._x, self._y, event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.mouseMoveEvent(event)
        if self.row is not None and event.button() == Qt.MouseButton.LeftButton:
            self.row_chosen.emit(self.row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.row is not None and Qt.Key(event.key()) in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.row_chosen.emit(self.row)
        else:
            super().keyPressEvent(event)

    @property
    def span(self) -> tuple[float | None, float, float, float] | None:
        here = self._chosen[0] if self.row is None and self._chosen else self.row
        return (here, 0, len(self._x) - 1, 1) if len(self._x) else None

    def read(self, place: float) -> None:
        self._read(int(place))

    def read_nothing(self) -> None:
        self._read(None)

    def paint_above(self, painter: QPainter) -> None:
        super().paint_above(painter)
        theme, area = self._themes.theme, self.area()
        # Below the points: those at the edges are the ones that are looked for.
        for name, across, up in _REGIONS if len(self._x) else ():
            spot = QPointF(area.left() + across * area.width(), area.bottom() - up * area.height() + 4)
            painter.drawText(spot, name)
        if self._points is None:
            self._points = self._painted()
        painter.drawPixmap(QPointF(0, 0), self._points)
        read = () if self.row is None else (self.row,)
        for color, rows in ((theme.accent, self._chosen), (theme.text, read)):
            for row in rows if len(self._x) else ():
                draw_dot(painter, self.place(row), 5.5, None, color, 1.75)

    def _painted(self) -> QPixmap:
        """All points, in the colours of their classes, kept: ten thousand take 26 ms."""
        made = clear_pixmap(self.size(), self.devicePixelRatioF())
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        origin, corner = self.at(0.0, 0.0), self.at(1.0, 1.0)
        x = origin.x() + self._x * (corner.x() - origin.x())
        y = origin.y() + self._y * (corner.y() - origin.y())
        labels = np.array([self._model.true(row) for row in range(len(x))], int)
        for label in np.unique(labels):
            color = faded(class_color(int(label)), 170 / 255)
            painter.setPen(QPen(color, _POINT_PX, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(polygon(x[labels == label], y[labels == label]))
        painter.end()
        return made

    def _read(self, row: int | None) -> None:
        if row != self.row:
            self.row = row
            self.setAccessibleDescription("" if row is None else self.text(row))
            self.readout.hide()
            if row is not None:
                ratio, images = self.devicePixelRatioF(), self._model.shows_images
                picture = self._model.picture(row, _IMAGE_PX, ratio) if images else None
                at, area = self.place(row).toPoint(), self.area().toRect()
                self.readout.show_text(self.text(row), at, area, picture)
            self.viewport().update()

    def _draw(self) -> None:
        self._points = None
        self.viewport().update()


class DataMapView(QWidget):
    """The map beside the lives of the chosen samples. Rows are those of the model."""

    hardest_chosen = Signal(int)
    """Requests to choose so many of the hardest samples."""

    def __init__(self, model: SampleModel, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._map: DataMap | None = None
        self.plot = DataMapPlot(model, themes, self)
        self.life = OverlayChart(themes, self, hint="Choose a sample")
        self.count = set_up(SpinBox(self), accessibleName="How many of the hardest samples")
        self.count.setRange(1, 1)
        self.choose = set_up(QPushButton("Choose the hardest", self), autoDefault=False)
        self.choose.setToolTip(
            "Choose the samples of whose class the networks were least sure, to relabel or drop them"
        )
        self.choose.clicked.connect(lambda: self.hardest_chosen.emit(self.count.value()))
        right = vbox(hbox(self.choose, self.count, STRETCH, spacing=6), (self.life, 1), spacing=6)
        hbox((self.plot, 5), (right, 4), parent=self, margins=0, spacing=8)

    def show_map(self, found: DataMap | None, rows: Indices) -> None:
        """Draw the samples `rows` of the map, which are those of the model."""
        self._map = found
        change, mean = (_NOTHING, _NOTHING) if found is None else (found.change[rows], found.mean[rows])
        self.plot.show_points(change, mean)
        wanted = self.count.value() if self.count.maximum() > 1 else 20
        self.count.setRange(1, max(1, len(rows)))
        self.count.setValue(wanted)
        self.choose.setEnabled(len(rows) > 0)

    def show_chosen(self, chosen: Sequence[int]) -> None:
        """Ring the chosen rows, and draw the lives of the first ones."""
        self.plot.show_chosen(chosen)
        found, model, curves, end = self._map, self._model, [], 0.0
        if found is not None:
            end = float(found.epochs.max(initial=0.0))
            for row in chosen[:_LIVES]:
                name, color = f"row {model.row_number(row):,}", class_color(model.true(row))
                life = found.confidence[:, model.part_row(row)].astype(np.float64)
                curves.append(NamedCurve(name, color, found.epochs, life))
        self.life.show_curves(curves, "accuracy", "epoch", end=end)
        self.life.setAccessibleName("Confidence in its class over the epochs; arrow keys read values")
