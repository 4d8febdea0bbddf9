"""Plots of the output panel: of samples to point at and choose, of their embedding, of maps, and densities."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from core.inspect.embedding import EmbeddingFrame
from core.inspect.plane_image import ValueRange
from core.io.number_text import percent_text
from core.spec.arrays import Array
from playground.views.output.boundary_points import BoundaryPoints
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.array_images import packed_lut, reach, value_image
from playground.views.widgets.number_format import class_words, number_text
from playground.views.widgets.painted import ARROWS
from playground.views.widgets.picture_plot import PicturePlot, PointedPlot, Shown

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_GAP_PX: Final = 4


class SamplesPlot(PointedPlot[Shown]):
    """Test samples `rows` of the picture. The nearest is named on hover; a click, or arrows and Enter, choose it."""

    test_point_clicked = Signal(int)
    """Carries the index of the test sample."""
    keys = "arrows, Enter"
    columns: ClassVar[int] = 1
    """Of samples beside each other, which up and down skip."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._span = ValueRange()
        self._marked: int | None = None

    def show_data(self, prepared: PreparedData | None) -> None:
        if prepared is not None and prepared.data.labels == "values":
            self._span = ValueRange.of(np.asarray(prepared.train.labels))
        super().show_data(prepared)

    def mark_test_point(self, row: int | None) -> None:
        """Draw a ring around a test sample, if it is among those drawn."""
        if row != self._marked:
            self._marked = row
            self.update()

    def place_of(self, place: int) -> QPointF:
        """Pixel of a sample."""
        return QPointF(*self.spots()[place].tolist())

    @property
    def _rows(self) -> list[int]:
        """The test samples that are drawn."""
        picture: Any = self._picture
        return [] if picture is None else picture.rows.tolist()

    def _shares(self) -> Array:
        """The samples (n, 2) as fractions of width and height."""
        raise NotImplementedError

    def spots(self) -> Array:
        spots: Array = self._shares() * (self.width(), -self.height()) + (0.0, self.height())
        return spots

    def _paint_kept(self, painter: QPainter, picture: Shown, theme: Theme) -> None:
        assert self._prepared is not None
        targets = np.asarray(self._prepared.test.labels)
        is_value = self._prepared.data.labels == "values"
        points = BoundaryPoints(np.empty((0, 2)), self._shares(), targets[:0], targets[self._rows], is_value)
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(0, 0, points.picture(self.size(), ratio, theme, self._span, with_test=True))

    def _paint_above(self, painter: QPainter, picture: Shown, theme: Theme) -> None:
        for place, row in enumerate(self._rows):
            if row == self._marked or place == self._pointed:
                self._paint_mark(painter, place, theme, marked=row == self._marked)

    def _paint_mark(self, painter: QPainter, place: int, theme: Theme, *, marked: bool) -> None:
        painter.setPen(QPen(QColor(theme.text if marked else theme.accent), 2.0))
        painter.drawEllipse(self.place_of(place), 8.0, 8.0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(self._place_at(event.position()))

    def _obey(self, key: Qt.Key) -> bool:
        if key in ARROWS:
            right, up = ARROWS[key]
            wanted = max(0, self._pointed + right - up * self.columns) if self._pointed >= 0 else 0
            if wanted < len(self._rows):
                self._point(wanted)
                self.setAccessibleDescription(self.point_text(wanted))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._pointed >= 0:
            self._choose(self._pointed)
        else:
            return False
        return True

    def _place_at(self, at: QPointF) -> int:
        return super()._place_at(at) if self._rows else -1

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self._rows):
            self.test_point_clicked.emit(self._rows[place])

    def _point(self, place: int, at: QPoint | None = None) -> None:
        if place != self._pointed:
            self.setCursor(Qt.CursorShape.PointingHandCursor if place >= 0 else Qt.CursorShape.ArrowCursor)
        super()._point(place, at)

    def point_text(self, place: int) -> str:
        """ "Test sample 12: class 3"."""
        assert self._prepared is not None
        row, data = self._rows[place], self._prepared.data
        name = f"{self._prepared.split_name(row)} sample {row + 1:,}"
        if data.labels == "classes":
            name += f": {class_words(data.class_names, int(self._prepared.test.labels[row]))}"
        elif data.labels == "values":
            name += f": {number_text(float(np.ravel(self._prepared.test.labels[row])[0]))}"
        return name


class MapPlot(PicturePlot[Array]):
    """Draws signed values (count, rows, columns) on one color scale, in a grid."""

    name = "Map"
    # Zero has a color of the maps.
    ground = "canvas"
    _is_empty = False

    def text(self) -> str:
        """ "26 × 26, 0.00 … 1.83"."""
        if self._picture is None or not self._picture.size:
            return ""
        count, rows, columns = self._picture.shape
        low, high = float(self._picture.min()), float(self._picture.max())
        several = f"{count} × " if count > 1 else ""
        return f"{several}{rows} × {columns}, {number_text(low)} … {number_text(high)}"

    def _paint_kept(self, painter: QPainter, picture: Array, theme: Theme) -> None:
        """A rectangle per map, in a grid, with its aspect ratio kept."""
        lut, scale = packed_lut(theme), reach(picture)
        count, rows, columns = picture.shape
        across = math.ceil(math.sqrt(count))
        gap = _GAP_PX if count > 1 else 0
        side = (min(self.width(), self.height()) - (across - 1) * gap) / across
        width, height = (each * side / max(rows, columns) for each in (columns, rows))
        for index, values in enumerate(picture):
            down, right = divmod(index, across)
            left, top = right * (side + gap) + (side - width) / 2, down * (side + gap) + (side - height) / 2
            painter.drawImage(QRectF(left, top, width, height), value_image(values, lut, scale))


# Rescale only if points leave the plot or fill less than this fraction of it.
_MIN_FILLED: Final = 0.6
_ROOM: Final = 1.1


class EmbeddingPlot(SamplesPlot[EmbeddingFrame]):
    """Points in class colors."""

    name = "Embedding of the samples by the last hidden layer"
    empty = "The picture appears with the samples"
    _reach = 0.0

    def show_data(self, prepared: PreparedData | None) -> None:
        self._reach = 0.0
        super().show_data(prepared)

    def show_picture(self, picture: EmbeddingFrame | None) -> None:
        if picture is not None:
            far = float(np.abs(picture.places).max(initial=0.0))
            if far > self._reach or far < _MIN_FILLED * self._reach:
                self._reach = _ROOM * far
        super().show_picture(picture)

    def text(self) -> str:
        picture = self._picture
        if picture is None:
            return ""
        share = percent_text(picture.share)
        if picture.layer < 0:
            return f"The inputs, {share} of their variance"
        return f"Layer {picture.layer + 1}, {share} of its variance"

    def _shares(self) -> Array:
        assert self._picture is not None
        shares: Array = 0.5 + 0.5 * self._picture.places / (self._reach or 1.0)
        return shares


def density_image(counts: Array, colors: Any) -> QImage:
    """Counts (rows, columns), row 0 at the bottom, from transparent to a color (3,), or to one of each cell."""
    pixels = np.empty((*counts.shape, 4), np.uint8)
    pixels[..., :3] = colors
    pixels[..., 3] = 150 * np.sqrt(counts / max(1e-9, float(counts.max())))
    pixels = np.ascontiguousarray(pixels[::-1])
    height, width = counts.shape
    # `copy` owns its pixels, so the array may be freed.
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
