"""The vectors of a layer on a sequence: a tile per position, all of them one image."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from core.spec.arrays import Array
from playground.views.theme.colors import Theme
from playground.views.widgets.array_images import finite, reach

EDGE_PX: Final = 2
"""Border of a tile and the ring inside it."""
_GROUND, _BORDER, _RING = range(3)


class VectorRow:
    """Tiles (`rects` by position) whose cells are the numbers of a vector, row by row."""

    def __init__(self, rects: Mapping[int, QRectF], channels: int) -> None:
        self.rects, self._channels = dict(rects), channels
        tiles = list(self.rects.values())
        self._area = tiles[0].united(tiles[-1])
        inner = self._inner(tiles[0])
        shape = max(1.0, inner.width()) / max(1.0, inner.height())
        self._across = min(range(1, channels + 1), key=lambda across: _unevenness(across, channels, shape))
        self._down = -(-channels // self._across)
        self._image: QImage | None = None
        self._words: NDArray[np.uint32] = np.empty(0, np.uint32)
        self._lines: tuple[NDArray[np.intp], NDArray[np.intp]] | None = None
        self._ratio = 0.0

    def fill(self, values: Array, lut: NDArray[np.uint32], theme: Theme, ratio: float) -> None:
        """Color the vectors (time, channels); the ends of the color map are ± the largest number of them all."""
        if self._lines is None or ratio != self._ratio:
            # A row of cells is many equal lines of pixels.
            lines, numbers = np.unique(self._pixels(ratio), axis=0, return_inverse=True)
            self._ratio, self._lines = ratio, (lines, numbers.ravel())
        shown = values[list(self.rects)].ravel()
        scaled = finite(shown * (127.5 / reach(values)) + 127.5, nan=127.5)
        edges = [QColor(color).rgb() for color in (theme.canvas, theme.border, theme.surface_raised)]
        colors = np.concatenate([lut.take(scaled.astype(np.intp), mode="clip"), np.array(edges, np.uint32)])
        lines, numbers = self._lines
        self._words = colors.take(lines).take(numbers, axis=0)
        height, width = self._words.shape
        self._image = QImage(self._words.data, width, height, 4 * width, QImage.Format.Format_RGB32)

    def clear(self) -> None:
        self._image = None

    def paint(self, painter: QPainter, theme: Theme) -> None:
        if self._image is not None:
            painter.drawImage(self._area, self._image, QRectF(self._image.rect()))
            return
        for rect in self.rects.values():
            painter.fillRect(rect, QColor(theme.field))

    def cell(self, position: int, channel: int) -> QRectF | None:
        """Pixel of a number."""
        tile = self.rects.get(position)
        if tile is None or not 0 <= channel < self._channels:
            return None
        inner = self._inner(tile)
        width, height = inner.width() / self._across, inner.height() / self._down
        row, column = divmod(channel, self._across)
        return QRectF(inner.left() + column * width, inner.top() + row * height, width, height)

    def cell_at(self, pos: QPointF) -> tuple[int, int] | None:
        """The position and the channel at a place."""
        for position, tile in self.rects.items():
            if tile.contains(pos):
                inner = self._inner(tile)
                across = (pos.x() - inner.left()) / max(1.0, inner.width()) * self._across
                down = (pos.y() - inner.top()) / max(1.0, inner.height()) * self._down
                column = min(self._across - 1, max(0, int(across)))
                channel = min(self._down - 1, max(0, int(down))) * self._across + column
                return position, min(channel, self._channels - 1)
        return None

    @staticmethod
    def _inner(tile: QRectF) -> QRectF:
        edge = EDGE_PX if tile.width() > 4 * EDGE_PX else 0
        return tile.adjusted(edge, edge, -edge, -edge)

    def _pixels(self, ratio: float) -> NDArray[np.intp]:
        """Index of each pixel's color: that of a number, or behind them all of ground, border and ring."""
        tiles, last = list(self.rects.values()), len(self.rects) * self._channels
        height = max(1, round(self._area.height() * ratio))
        places = np.full((height, max(1, round(self._area.width() * ratio))), last + _GROUND, np.intp)
        width = max(1, min(round(tiles[0].width() * ratio), places.shape[1]))
        block = np.full((height, width), last + _RING, np.intp)
        edge = round(EDGE_PX * ratio) if tiles[0].width() > 4 * EDGE_PX else 0
        if edge:
            block[[0, -1]] = last + _BORDER
            block[:, [0, -1]] = last + _BORDER
        inner = block[edge : height - edge, edge : width - edge]
        rows, columns = (
            np.arange(length) * count // max(1, length)
            for length, count in zip(inner.shape, (self._down, self._across), strict=True)
        )
        cells = rows[:, None] * self._across + columns
        known = cells < self._channels
        for number, tile in enumerate(tiles):
            start = min(round((tile.left() - self._area.left()) * ratio), places.shape[1] - width)
            inner[known] = number * self._channels + cells[known]
            places[:, start : start + width] = block
        return places


def _unevenness(across: int, channels: int, shape: float) -> float:
    """Distance of cells from squares in a tile of this width / height, and the number left empty."""
    down = -(-channels // across)
    return abs(math.log(shape * down / across)) + 4 * (1 - channels / (across * down))
