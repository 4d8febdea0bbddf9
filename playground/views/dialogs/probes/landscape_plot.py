"""The loss over a plane as a picture with contour lines, and the path of training on it."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.io.number_text import rounded_text
from core.probes.loss_landscape import LossLandscape
from core.spec.arrays import Array
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme, mix, rgb
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.charts.plain_axes import ChartArea, Scale
from playground.views.widgets.hover_readout import HoverReadout
from playground.views.widgets.spoken import Role, speak_as

_MOST_PIXELS: Final = 1200
_BANDS = 16
_DOT_PX = 5.0


class LandscapePlot(QWidget):
    """Low losses are dark. The arrow keys move a cross that reads the loss, as the pointer does."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._found: LossLandscape | None = None
        self._image: QImage | None = None
        self._cell: tuple[int, int] | None = None
        self.readout = HoverReadout(self)
        self.setAccessibleName("Loss landscape")
        self.setMinimumSize(260, 220)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        speak_as(self, Role.Chart, steps=(Qt.Key.Key_Left, Qt.Key.Key_Right))
        self.setMouseTracking(True)
        themes.theme_changed.connect(self._restyle)

    def show_landscape(self, found: LossLandscape | None) -> None:
        """Draw a landscape, perhaps a coarse one; None empties the plot."""
        self._found, self._cell = found, None
        self.readout.hide()
        self.setAccessibleDescription("" if found is None else found.sentence)
        self._restyle()

    def sizeHint(self) -> QSize:
        return QSize(560, 420)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._found is None or not self._area.rect.contains(event.position()):
            self._point_at(None)
            return
        x, y = self._area.values(event.position())
        nearest = (int(np.argmin(np.abs(axis - at))) for axis, at in ((self._found.y, y), (self._found.x, x)))
        row, column = nearest
        self._point_at((row, column))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point_at(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
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
            super().keyPressEvent(event)
            return
        last = len(self._found.x) - 1
        row, column = self._cell or (last // 2, last // 2)
        self._point_at((min(last, max(0, row + move[0])), min(last, max(0, column + move[1]))))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        found, area = self._found, self._area
        if found is None:
            painter.setPen(QColor(theme.text_muted))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter, "The loss around the weights appears here."
            )
        else:
            names = _axis_names(found)
            area.paint(painter, theme, *names, grid=False)
            painter.drawImage(area.rect, self._picture_of(found, area))
            painter.setClipRect(area.rect)
            self._paint_path(painter, found, area)
            self._paint_cross(painter, found, area)
            painter.setClipping(False)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_SMALL_PX, RADIUS_SMALL_PX
            )
        painter.end()

    @property
    def _area(self) -> ChartArea:
        found = self._found
        if found is None:
            return ChartArea(self.width(), self.height(), Scale(-1.0, 1.0), Scale(-1.0, 1.0))
        x, y = (Scale(float(axis[0]), float(axis[-1])) for axis in (found.x, found.y))
        return ChartArea(self.width(), self.height(), x, y)

    def _point_at(self, cell: tuple[int, int] | None) -> None:
        if cell == self._cell:
            return
        self._cell = cell
        if cell is None or self._found is None:
            self.readout.hide()
        else:
            row, column = cell
            at = self._area.point(float(self._found.x[column]), float(self._found.y[row])).toPoint()
            text = f"loss {rounded_text(float(self._found.losses[row, column]))}"
            self.readout.show_text(text, at, self._area.rect.toRect())
        self.update()

    def _paint_path(self, painter: QPainter, found: LossLandscape, area: ChartArea) -> None:
        theme = self._themes.theme
        points = [area.point(float(x), float(y)) for x, y in found.path]
        for color, width in ((theme.surface, 4.0), (theme.test, 2.0)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawPolyline(QPolygonF(points))
        if points:
            self._paint_dot(painter, points[0], theme.surface)
        self._paint_dot(painter, area.point(0.0, 0.0), theme.test)

    def _paint_dot(self, painter: QPainter, at: QPointF, color: str) -> None:
        painter.setPen(QPen(QColor(self._themes.theme.test), 2))
        painter.setBrush(QColor(color))
        painter.drawEllipse(at, _DOT_PX, _DOT_PX)

    def _paint_cross(self, painter: QPainter, found: LossLandscape, area: ChartArea) -> None:
        if self._cell is None:
            return
        row, column = self._cell
        at = area.point(float(found.x[column]), float(found.y[row]))
        painter.setPen(QPen(QColor(self._themes.theme.text), 1.5))
        painter.drawLine(at - QPointF(6, 0), at + QPointF(6, 0))
        painter.drawLine(at - QPointF(0, 6), at + QPointF(0, 6))

    def _restyle(self) -> None:
        self._image = None
        self.update()

    def _picture_of(self, found: LossLandscape, area: ChartArea) -> QImage:
        """The picture in the pixels of the chart: scaled, its lines would have gaps."""
        width, height = (
            min(_MOST_PIXELS, max(1, round(side * self.devicePixelRatioF())))
            for side in (area.rect.width(), area.rect.height())
        )
        if self._image is None or (self._image.width(), self._image.height()) != (width, height):
            self._image = _picture(found.losses, self._themes.theme, width, height)
        return self._image


def _axis_names(found: LossLandscape) -> tuple[str, str]:
    if found.plane == "random":
        return "First random direction", "Second random direction"
    first, second = (f"{100.0 * share:.0f} % of the path" for share in found.shares)
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
