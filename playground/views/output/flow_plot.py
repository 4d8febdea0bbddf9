"""Noise that moves along the field of a network until it is distributed as the data are: points on a plane, or images.

What changes with the time is drawn in four calls, from arrays: in a loop over 300 samples it took 8 ms, so 0.6.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.graphicsItems.PlotCurveItem import arrayToLineSegments
from pyqtgraph.Qt import internals
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from core.data.plane import Plane
from core.experiment.prepare import PreparedData
from core.inspect.flow_field import FlowArrows, FlowPaths, density, mosaic
from core.spec.arrays import Array
from playground.views.output.output_plot import density_image
from playground.views.theme.colors import CLASS_COLORS, Theme, class_color, rgb
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.painted import ARROWS, clear_pixmap, faded
from playground.views.widgets.picture_plot import PicturePlot

_POINT_PX: Final = 3.5
_DATA_PX: Final = 2.0
_TRAIL: Final = 0.3
"""The time that a trail shows."""
_TRAIL_PARTS: Final = 6
_MAX_DATA: Final = 1_000
_CELLS: Final = 48
"""Of the density, along each side."""
_GAP: Final = 0.12
"""Between images, of their height."""
PARTS: Final = {
    "arrows": ("Arrows", "Where the network sends a point that is there at this t"),
    "trails": ("Trails", "The way that the samples have come"),
    "followed": (
        "One sample's way",
        "The way of one sample: behind it solid, ahead dotted; a click follows another",
    ),
    "density": ("Density", "How many samples end where"),
    "data": ("Data", "The samples that are learned from"),
}
"""Optional parts of the drawing, with title and tooltip."""


class FlowPlot(PicturePlot[FlowPaths]):
    """Draws samples on their way at a time, over arrows of the velocity and the data; or images side by side."""

    name = "Samples that the network makes of noise"
    keys = "Left and Right follow another sample"
    empty = "The samples appear with the network"

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._plane: Plane | None = None
        self._data: Array = np.empty((0, 2), np.float32)
        self._arrows: FlowArrows | None = None
        self._way: Array = np.empty((0, 0, 2), np.float32)
        self.time = 1.0
        """From 0, noise, to 1, samples."""
        self.followed = 0
        """The sample whose way is drawn."""
        self._shown = {name: name != "density" for name in PARTS}
        self._dots: tuple[tuple[Theme, float], QPixmap] | None = None

    def text(self) -> str:
        """Distance of the samples and the data: "300 samples · 0.12 to the data, 0.13 back"."""
        paths = self._picture
        if paths is None:
            return ""
        if paths.is_of_images or not math.isfinite(paths.to_data):
            return paths.text
        return f"{paths.paths.shape[1]} samples · {paths.text}"

    def show_data(self, prepared: PreparedData | None) -> None:
        super().show_data(prepared)
        self._plane = self._arrows = None

    def show_flow(self, arrows: FlowArrows | None, paths: FlowPaths | None, plane: Plane | None) -> None:
        """Set field and samples of a moment, and the plane on which they are drawn."""
        moved = plane is not self._plane
        if moved and plane is not None and self._prepared is not None:
            self._plane = plane
            points = np.concatenate(self._prepared.places_on(plane))
            self._data = points[:: max(1, len(points) // _MAX_DATA)]
        if moved or arrows is not self._arrows:
            self._arrows = arrows
            self._restyle()
        if moved or paths is not self._picture:
            self._way = np.empty((0, 0, 2), np.float32)
            if paths is not None and self._plane is not None and not paths.is_of_images:
                rows = paths.paths.reshape(-1, paths.paths.shape[2])
                self._way = self._plane.place(rows).reshape(*paths.paths.shape[:2], 2)
                self.followed = min(self.followed, self._way.shape[1] - 1)
        self.show_picture(paths)

    def show_time(self, time: float) -> None:
        """Set the time at which the samples are drawn."""
        self.time = time
        self.update()

    def show_part(self, name: str, on: bool) -> None:
        """Set whether one of `PARTS` is drawn."""
        self._shown[name] = on
        self._restyle()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Follow the sample that is nearest to the pointer."""
        if event.button() == Qt.MouseButton.LeftButton and self._way.size:
            spot = np.array([event.position().x(), event.position().y()])
            self._follow(int(np.argmin(np.hypot(*(self._places(self._at(self.time)) - spot).T))))

    def _obey(self, key: Qt.Key) -> bool:
        step = ARROWS.get(key, (0, 0))[0]
        if step and self._way.size:
            self._follow((self.followed + step) % self._way.shape[1])
        return bool(step)

    def _follow(self, sample: int) -> None:
        self.followed = sample
        self.update()

    def _at(self, time: float) -> Array:
        """The samples (samples, 2) on the plane."""
        place = min(max(time, 0.0), 1.0) * (len(self._way) - 1)
        step = min(int(place), len(self._way) - 2)
        points: Array = self._way[step] + np.float32(place - step) * (self._way[step + 1] - self._way[step])
        return points

    def _places(self, points: Array) -> Array:
        """Widget positions (..., 2) of points (..., 2); those that are far outside stay just outside."""
        assert self._plane is not None
        low, high = np.array(self._plane.low), np.array(self._plane.high)
        shares = np.nan_to_num(np.clip((points - low) / (high - low), -1.0, 2.0), nan=-1.0)
        shares[..., 1] = 1.0 - shares[..., 1]
        places: Array = shares * np.array([self.width(), self.height()])
        return places

    def _paint_kept(self, painter: QPainter, picture: FlowPaths, theme: Theme) -> None:
        """Density, data and arrows."""
        if self._plane is None or picture.is_of_images:
            return
        if self._shown["density"] and self._way.size:
            counts = density(self._way[-1], self._plane.low, self._plane.high, _CELLS)
            painter.drawImage(QRectF(self.rect()), density_image(counts, rgb(theme.positive)))
        if self._shown["data"] and len(self._data):
            dot = _dot_pixmap([faded(theme.text_muted, 0.45)], None, _DATA_PX, self.devicePixelRatioF())
            _draw_dots(painter, self._places(self._data), np.zeros(len(self._data), np.intp), dot)
        if self._shown["arrows"] and self._arrows is not None:
            self._paint_arrows(painter, self._arrows, self._plane)

    def _paint_above(self, painter: QPainter, picture: FlowPaths, theme: Theme) -> None:
        if picture.is_of_images:
            self._paint_images(painter, picture)
        elif self._way.size:
            self._paint_samples(painter, picture.labels)

    def _note(self) -> str:
        """Images fill the plot."""
        return "" if self._picture is not None and self._picture.is_of_images else self.text()

    def _paint_arrows(self, painter: QPainter, arrows: FlowArrows, plane: Plane) -> None:
        """The longest is as long as two neighbours are apart."""
        scale = np.array([self.width(), -self.height()]) / (np.array(plane.high) - plane.low)
        velocity = np.nan_to_num(arrows.velocities) * scale
        speed = np.hypot(*velocity.T)
        apart = self.width() / math.sqrt(len(arrows.places))
        lengths = apart * 0.9 * np.sqrt(speed / max(1e-12, float(speed.max(initial=0.0))))
        ahead = velocity / np.maximum(1e-12, speed)[:, None]
        # Within the edges, at the middle of each cell.
        inset = np.array([self.width(), self.height()]) / 2
        middle = inset + (self._places(arrows.places) - inset) * (1.0 - apart / self.width())
        tip, tail = middle + ahead * lengths[:, None] / 2, middle - ahead * lengths[:, None] / 2
        side = ahead[:, ::-1] * np.array([-1.0, 1.0])
        head = np.minimum(4.0, lengths / 2)[:, None]
        left, right = tip - head * (ahead + 0.6 * side), tip - head * (ahead - 0.6 * side)
        painter.setPen(QPen(faded(self._themes.theme.text_muted, 0.7), 1.0))
        _draw_lines(painter, np.stack([tail, tip, left, tip, right, tip], axis=1))

    def _paint_samples(self, painter: QPainter, labels: NDArray[np.int64] | None) -> None:
        theme, ratio = self._themes.theme, self.devicePixelRatioF()
        if self._shown["trails"] and self.time > 0.0:
            times = np.linspace(max(0.0, self.time - _TRAIL), self.time, _TRAIL_PARTS)
            trails = self._places(np.stack([self._at(each) for each in times], axis=1))
            painter.setPen(QPen(faded(theme.negative, 0.35), 1.0))
            _draw_lines(painter, np.repeat(trails, 2, axis=1)[:, 1:-1])
        if self._dots is None or self._dots[0] != (theme, ratio):
            colors = [
                QColor(theme.negative),
                *(QColor(class_color(each)) for each in range(len(CLASS_COLORS))),
            ]
            self._dots = (theme, ratio), _dot_pixmap(colors, QColor(theme.zero), _POINT_PX, ratio)
        kinds = np.zeros(self._way.shape[1], np.intp) if labels is None else 1 + labels % len(CLASS_COLORS)
        places = self._places(self._at(self.time))
        _draw_dots(painter, places, kinds, self._dots[1])
        if self._shown["followed"]:
            self._paint_followed(painter, QPointF(*places[self.followed].tolist()), theme)

    def _paint_followed(self, painter: QPainter, now: QPointF, theme: Theme) -> None:
        """The way of one sample."""
        way = [QPointF(x, y) for x, y in self._places(self._way[:, self.followed]).tolist()]
        done = int(self.time * (len(way) - 1))
        pen = QPen(QColor(theme.text), 1.6)
        painter.setPen(pen)
        painter.drawPolyline([*way[: done + 1], now])
        pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawPolyline([now, *way[done + 1 :]])
        painter.setFont(self._small)
        painter.setPen(QPen(QColor(theme.text), 1.6))
        for place, text, fill in ((way[0], "t 0", theme.zero), (way[-1], "t 1", theme.text)):
            painter.setBrush(QColor(fill))
            painter.drawEllipse(place, 3.5, 3.5)
            painter.drawText(place + QPointF(7, -5), text)
        painter.setBrush(QColor(theme.negative))
        painter.drawEllipse(now, 5.0, 5.0)

    def _paint_images(self, painter: QPainter, paths: FlowPaths) -> None:
        theme, images = self._themes.theme, paths.images(self.time)
        count, height, width, channels = images.shape
        across = math.isqrt(count)
        gap = max(1, round(_GAP * height))
        if channels != 3:
            paper, ink = np.array(rgb(theme.field), np.float32), np.array(rgb(theme.text), np.float32)
            images = (paper + (ink - paper) * (images[..., :1] / np.float32(255.0))).astype(np.uint8)
        padded = np.full((count, height + gap, width + gap, 4), 255, np.uint8)
        padded[..., :3] = rgb(theme.surface)
        padded[:, :height, :width, :3] = images
        pixels = np.ascontiguousarray(mosaic(padded, across))
        rows, columns = pixels.shape[:2]
        image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGBX8888)
        # The last gap is outside.
        painter.drawImage(QRectF(self.rect()), image, QRectF(0, 0, columns - gap, rows - gap))


def _draw_lines(painter: QPainter, ends: Array) -> None:
    """Lines between each two of the points (..., 2)."""
    x, y = ends[..., 0].ravel(), ends[..., 1].ravel()
    # Qt does not copy the array: it is kept alive.
    lines = arrayToLineSegments(x, y, connect="pairs", finiteCheck=False)
    painter.drawLines(*lines.drawargs())


def _dot_pixmap(colors: list[QColor], edge: QColor | None, radius: float, ratio: float) -> QPixmap:
    """Dots of each color beside each other, in squares."""
    side = math.ceil(2 * radius + 3)
    made = clear_pixmap(QSize(side * len(colors), side), ratio)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen if edge is None else QPen(edge, 1.0))
    for number, color in enumerate(colors):
        painter.setBrush(color)
        painter.drawEllipse(QPointF((number + 0.5) * side, side / 2), radius, radius)
    painter.end()
    return made


def _draw_dots(painter: QPainter, places: Array, kinds: NDArray[np.intp], dots: QPixmap) -> None:
    """A dot of `dots` at each place (n, 2)."""
    side, ratio = dots.height(), dots.devicePixelRatioF()
    found: Any = internals.PrimitiveArray(QPainter.PixmapFragment, 10)
    found.resize(len(places))
    # x, y; left, top, width and height within `dots`, in its pixels; two scales, rotation, opacity.
    rows = found.ndarray()
    rows[:, :2] = places
    rows[:, 2], rows[:, 3], rows[:, 4:6] = kinds * side, 0.0, side
    rows[:, 6:8], rows[:, 8], rows[:, 9] = 1.0 / ratio, 0.0, 1.0
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmapFragments(*found.drawargs(), dots)  # type: ignore[call-arg]
