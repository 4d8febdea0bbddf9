"""The loss landscape around the weights: the loss over a plane with contour lines, and the path of training on it."""

from __future__ import annotations

import math
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QLabel, QWidget

from core.io.number_text import percent_text, rounded_text
from core.probes.loss_landscape import LossLandscape, PlaneKind, loss_landscape
from core.spec.arrays import Array
from playground.plugin import HoverReadout, NamedChart, Segments, ThemeSource, draw_dot, hbox, set_up, vbox
from playground.plugins.probes.views.page import ProbePage, Work, register
from playground.views.theme.colors import GRID_PX, Theme, mix, rgb

_MAX_PIXELS: Final = 1200
_BANDS = 16
_DOT_PX = 5.0


class LandscapePlot(NamedChart):
    """Low losses are dark. The arrow keys move a cross that reads the loss, as the pointer does."""

    size_px = 560, 420
    least_px = 260, 220

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self._found: LossLandscape | None = None
        self._image: QImage | None = None
        self._cell: tuple[int, int] | None = None
        self.readout = HoverReadout(self)
        self.setAccessibleName("Loss landscape")
        self.show_landscape(None)

    def show_landscape(self, found: LossLandscape | None) -> None:
        """Draw a landscape, perhaps a coarse one; None empties the plot."""
        self._found, self._cell = found, None
        self.readout.hide()
        self.setAccessibleDescription("" if found is None else found.sentence)
        self.names = ("", "") if found is None else _axis_names(found)
        for axis in (self._left, self._bottom):
            axis.setVisible(found is not None)
        if found is not None:
            self._show_range(found.x[[0, -1]].tolist(), found.y[[0, -1]].tolist())
        self._restyle()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._found is None or not self.area().contains(event.position()):
            self._point_at(None)
            return
        x, y = self.values_at(event.position())
        nearest = (int(np.argmin(np.abs(axis - at))) for axis, at in ((self._found.y, y), (self._found.x, x)))
        row, column = nearest
        self._point_at((row, column))

    def read_nothing(self) -> None:
        self._point_at(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (1, 0),
            Qt.Key.Key_Down: (-1, 0),
        }
        move = moves.get(Qt.Key(event.key()))
        if move is None or self._found is None:
            event.ignore()
            return
        last = len(self._found.x) - 1
        row, column = self._cell or (last // 2, last // 2)
        self._point_at((min(last, max(0, row + move[0])), min(last, max(0, column + move[1]))))

    @property
    def empty_text(self) -> str:
        return "" if self._found is not None else "The loss around the weights appears here."

    def paint_above(self, painter: QPainter) -> None:
        super().paint_above(painter)
        if self._found is not None:
            area = QRectF(self.area().toRect())
            painter.drawImage(area, self._picture_of(self._found, area))
            painter.setClipRect(area)
            self._paint_path(painter, self._found)
            self._paint_cross(painter, self._found)
            painter.setClipping(False)

    def _point_at(self, cell: tuple[int, int] | None) -> None:
        if cell == self._cell:
            return
        self._cell = cell
        if cell is None or self._found is None:
            self.readout.hide()
        else:
            row, column = cell
            at = self.at(float(self._found.x[column]), float(self._found.y[row])).toPoint()
            text = f"loss {rounded_text(float(self._found.losses[row, column]))}"
            self.readout.show_text(text, at, self.area().toRect())
        self.viewport().update()

    def _paint_path(self, painter: QPainter, found: LossLandscape) -> None:
        theme = self._themes.theme
        points = [self.at(float(x), float(y)) for x, y in found.path]
        for color, width in ((theme.surface, 4.0), (theme.test, 2.0)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawPolyline(QPolygonF(points))
        if points:
            draw_dot(painter, points[0], _DOT_PX, theme.surface, theme.test, 2)
        draw_dot(painter, self.at(0.0, 0.0), _DOT_PX, theme.test, theme.test, 2)

    def _paint_cross(self, painter: QPainter, found: LossLandscape) -> None:
        if self._cell is None:
            return
        row, column = self._cell
        at = self.at(float(found.x[column]), float(found.y[row]))
        painter.setPen(QPen(QColor(self._themes.theme.text), 1.5))
        painter.drawLine(at - QPointF(6, 0), at + QPointF(6, 0))
        painter.drawLine(at - QPointF(0, 6), at + QPointF(0, 6))

    def _draw(self) -> None:
        self._image = None

    def _picture_of(self, found: LossLandscape, area: QRectF) -> QImage:
        """The picture in the pixels of the chart: scaled, its lines would have gaps."""
        ratio, sides = self.devicePixelRatioF(), (area.width(), area.height())
        width, height = (min(_MAX_PIXELS, max(1, round(side * ratio))) for side in sides)
        if self._image is None or (self._image.width(), self._image.height()) != (width, height):
            self._image = _picture(found.losses, self._themes.theme, width, height)
        return self._image


def _axis_names(found: LossLandscape) -> tuple[str, str]:
    if found.plane == "random":
        return "First random direction", "Second random direction"
    first, second = (f"{percent_text(share)} of the path" for share in found.shares)
    return f"First component, {first}", f"Second component, {second}"


def _picture(losses: Array, theme: Theme, width: int, height: int) -> QImage:
    """Bands of the logarithm of the loss, with a line between two; infinite losses are as the largest."""
    finite = losses[np.isfinite(losses)]
    if not finite.size:
        return _image(np.zeros((height, width, 3), np.uint8) + np.array(rgb(theme.field), np.uint8))
    top = float(finite.max())
    # Of losses that are all positive the logarithm, else the values themselves.
    shown = np.where(np.isfinite(losses), losses, top)
    is_log = float(finite.min()) > 0.0 and top > 3.0 * float(finite.min())
    field = _enlarged(np.log(shown) if is_log else shown, width, height)
    low, high = float(field.min()), float(field.max())
    share = (field - low) / max(high - low, 1e-12)
    bands = np.minimum((share * _BANDS).astype(np.int64), _BANDS - 1)
    colors = _band_colors(theme)[bands]
    lines = np.zeros(bands.shape, bool)
    lines[:, 1:] |= bands[:, 1:] != bands[:, :-1]
    lines[1:] |= bands[1:] != bands[:-1]
    colors[lines] = (0.75 * colors[lines] + 0.25 * np.array(rgb(theme.text))).astype(np.uint8)
    return _image(colors[::-1])


def _band_colors(theme: Theme) -> NDArray[np.uint8]:
    """From the accent at low losses to the field's color at high ones, (bands, 3)."""
    shares = [1.0 - math.sqrt(band / (_BANDS - 1)) for band in range(_BANDS)]
    return np.array([rgb(mix(theme.surface, theme.positive, share)) for share in shares], np.uint8)


def _enlarged(values: Array, width: int, height: int) -> Array:
    """Bilinear interpolation to so many pixels."""
    rows, columns = (
        np.linspace(0, size - 1, pixels) for size, pixels in zip(values.shape, (height, width), strict=True)
    )
    across = np.array([np.interp(columns, np.arange(values.shape[1]), row) for row in values])
    found: Array = np.array([np.interp(rows, np.arange(values.shape[0]), column) for column in across.T]).T
    return found


def _image(colors: NDArray[np.uint8]) -> QImage:
    pixels = np.ascontiguousarray(colors)
    height, width = pixels.shape[:2]
    # A copy, because Qt does not keep the array alive.
    return QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


@register
class LandscapePage(ProbePage):
    kind = "landscape"
    title = "Loss landscape"
    summary = (
        "The training loss on a plane through the weights (Li et al., 2018), and the way that training walked: "
        "the open dot is where it began, the full one where it is."
    )
    group = "Inside"
    verb = "Draw"

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self.plane = Segments(
            [
                ("path", "Plane of the path", "The two directions in which training moved most"),
                (
                    "random",
                    "Random directions",
                    "Two random directions, filter by filter as long as the weights",
                ),
            ],
            name="Plane",
            parent=self,
        )
        self.note = set_up(QLabel(self), role="muted")
        self.plot = LandscapePlot(themes, self)
        row = hbox(self.plane, (self.note, 1), spacing=GRID_PX)
        vbox(row, (self.plot, 1), parent=self, margins=0, spacing=GRID_PX)

    def work(self) -> Work:
        plane = cast(PlaneKind, self.plane.current)
        return lambda material, report: loss_landscape(material.subject, material.path(), plane, report)

    def show_progress(self, progress: LossLandscape) -> None:
        self.note.setText(f"{len(progress.x)} × {len(progress.y)} points, {progress.here.samples:,} samples")
        self.plot.show_landscape(progress)

    def clear(self) -> None:
        self.note.clear()
        self.plot.show_landscape(None)
