"""Arrays, and outputs over the plane, as small images, colored by lookup table into preallocated buffers.

Images have the size of their target in device pixels, so that drawing is a plain copy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPaintEngine, QPainter, QPainterPath, QPixmap

from core.inspect.plane_image import ValueRange
from core.spec.arrays import Array
from playground.views.theme.colors import (
    CLASS_COLORS,
    LIGHT,
    Theme,
    class_maps,
    class_shades,
    diverging_lut,
    rgb,
)
from playground.views.theme.theme import font
from playground.views.widgets.painted import LEFT, clear_pixmap, draw_box, draw_text

_LINE_FONT_PX = 10, 18


def output_image(outputs: Array, theme: Theme) -> QImage:
    """Outputs (rows, columns, outputs) of a snapshot, row 0 at the bottom, with a pixel for each value."""
    values = outputs[::-1]
    if values.shape[2] > 1:
        return _class_image(values, theme)
    return value_image(ValueRange.of(values).signed(values)[:, :, 0], packed_lut(theme), 1.0)


def confusion_image(counts: NDArray[np.int64], theme: Theme) -> QImage:
    """A confusion matrix (classes, classes), each row relative to its sum: right in blue, wrong in orange.

    Stretched so that the last percents show, in which most of a training passes.
    """
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    signed = -np.cbrt(shares)
    np.fill_diagonal(signed, shares.diagonal() ** 6)
    return value_image(signed, packed_lut(theme), 1.0)


def paint_lines(painter: QPainter, place: QRectF, lines: Sequence[str], theme: Theme) -> None:
    """Paint texts below each other on a ground of their own, in letters as large as fit."""
    height, face = (place.height() - 2) / len(lines), font("small")
    face.setPixelSize(max(_LINE_FONT_PX[0], min(round(0.55 * height), _LINE_FONT_PX[1])))
    draw_box(painter, place, 4, theme.field)
    side = 0.4 * face.pixelSize()
    for number, line in enumerate(lines):
        row = QRectF(
            place.left() + side, place.top() + 1 + number * height, place.width() - 1.5 * side, height
        )
        draw_text(painter, row, line, theme.text, face, LEFT, cut=True)


def in_theme(colors: NDArray[np.uint8], theme: Theme) -> NDArray[np.uint8]:
    """Colors (rows, columns, 3) of a picture in the light theme as `theme` has them: unsure is dark in a dark one.

    Each is taken for a share of the color of a class, a text, or the accent of a confusion matrix, that lies nearest.
    """
    if not theme.is_dark:
        return colors
    before, after = (
        np.array([rgb(name) for name in (each.zero, *CLASS_COLORS, each.accent, each.text)], np.float32)
        for each in (LIGHT, theme)
    )
    given, ways = colors.reshape(-1, 3) - before[0], before[1:] - before[0]
    shares = np.clip(given @ ways.T / (ways**2).sum(axis=1), 0.0, 1.0)
    missed = given[:, None] - shares[:, :, None] * ways
    nearest = np.argmin((missed**2).sum(axis=2), axis=1)
    rows = np.arange(len(given))
    made = after[0] + shares[rows, nearest, None] * (after[1:] - after[0])[nearest] + missed[rows, nearest]
    pixels: NDArray[np.uint8] = np.clip(np.rint(made), 0, 255).astype(np.uint8).reshape(colors.shape)
    return pixels


def _class_image(probabilities: Array, theme: Theme) -> QImage:
    """The most likely class of each place, paler where it is unsure."""
    classes = probabilities.shape[2]
    winner = np.argmax(probabilities, axis=2)
    best = np.nan_to_num(np.take_along_axis(probabilities, winner[:, :, None], axis=2)[:, :, 0])
    certainty = np.sqrt(np.clip((best - 1 / classes) / (1 - 1 / classes), 0.0, 1.0))
    pixels = class_shades(theme)[winner % len(CLASS_COLORS), (255 * certainty).astype(np.uint8)]
    pixels = np.ascontiguousarray(pixels)
    height, width = winner.shape
    # `copy` owns its pixels, so the array may be freed.
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


_FORMAT = QImage.Format.Format_RGB32  # opaque: no blending
FRAME_PX = 5
"""Margin of a tile's frame around the tile, for border and shadow."""


@lru_cache(maxsize=4)
def packed_lut(theme: Theme) -> NDArray[np.uint32]:
    """The theme's signed color map as 256 read-only words 0xAARRGGBB."""
    lut = packed(diverging_lut(theme))
    lut.flags.writeable = False
    return lut


@lru_cache(maxsize=4)
def class_luts(theme: Theme) -> NDArray[np.uint32]:
    """The color map of each class, (10, 256) read-only words; see `class_maps`."""
    luts = packed(class_maps(theme))
    luts.flags.writeable = False
    return luts


def output_luts(theme: Theme, class_units: int) -> NDArray[np.uint32]:
    """Color maps of an output's units: those of the classes that have one each, else the signed one."""
    luts = class_luts(theme)
    return luts[np.arange(class_units) % len(luts)] if class_units else packed_lut(theme)


def value_color(lut: NDArray[np.uint32], value: float) -> QColor:
    """Color of one value, clipped to -1 … 1; the zero color for NaN."""
    if value != value:
        value = 0.0
    return QColor.fromRgb(int(lut[int(127.5 + 127.5 * min(1.0, max(-1.0, value)))]))


def reach(values: Array) -> float:
    """The largest absolute value, or 1 if there is none."""
    found = float(np.abs(values).max(initial=0.0))
    return found if 0.0 < found < math.inf else 1.0


def finite(values: Array, nan: float = 0.0) -> Array:
    """Values as `nan_to_num` makes them, which takes five times as long to find that nothing is to be done."""
    return values if np.isfinite(values.sum()) else np.nan_to_num(values, nan=nan)


def value_image(values: Array, lut: NDArray[np.uint32], scale: float) -> QImage:
    """Signed values (rows, columns) as an image with one pixel per value, to be drawn enlarged.

    ±`scale` are the ends of the color map; values that are not finite get the zero color.
    """
    places = np.nan_to_num(127.5 + 127.5 / scale * np.asarray(values, np.float64), nan=127.5)
    words = np.ascontiguousarray(lut[np.clip(places, 0.0, 255.0).astype(np.uint8)])
    height, width = words.shape
    # `copy` owns its pixels, so the array may be freed.
    return QImage(words.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


class MapStrip:
    """`count` maps of signed values, stacked vertically in one image of `width` pixels.

    `pitch` is the distance between the tops of two maps of `height` pixels; `ground` (0xAARRGGBB) fills the gaps.
    """

    def __init__(
        self, count: int, width: int, height: int, *, pitch: int | None = None, ground: int = 0
    ) -> None:
        self.count, self.width, self.height = count, width, height
        self.pitch = pitch = height if pitch is None else pitch
        self._scaled = np.empty((0, 0), np.float32)
        self._colors = np.full((count, pitch, width), ground, np.uint32)
        rows = count * pitch
        self.image = QImage(self._colors.data, width, rows, 4 * width, _FORMAT)
        self._sources = [QRectF(0, unit * pitch, width, height) for unit in range(count)]
        self._whole = QRectF(0, 0, width, max(0, rows - pitch + height))

    def fill(self, maps: Array, lut: NDArray[np.uint32], *, flip: bool = False, scale: float = 1.0) -> None:
        """Color `maps` (at least `count`, rows, columns): ±`scale` are the ends of the color map.

        `flip` puts row 0 at the bottom. Values that are not finite get the zero color. `lut` is (256,), or one for
        each map (at least `count`, 256).
        """
        places = _places(maps.shape[1], maps.shape[2], self.height, self.width, flip)
        flat = maps[: self.count].reshape(self.count, -1)
        enlarges = places.size >= flat.shape[1]
        # Values or pixels, whichever are fewer, are turned into colors. One flat index per pixel: indexing by rows and
        # columns takes three times as long.
        if not enlarges:
            flat = flat.take(places, axis=1, mode="clip")
        if self._scaled.shape != flat.shape:
            self._scaled = np.empty(flat.shape, np.float32)
        scaled = self._scaled
        np.multiply(flat, 127.5 / scale, out=scaled, casting="same_kind")
        if not np.isfinite(scaled.sum()):
            scaled[~np.isfinite(scaled)] = 0.0
        np.add(scaled, 127.5, out=scaled)
        np.clip(scaled, 0.0, 255.0, out=scaled)
        index = scaled.astype(np.intp)
        if lut.ndim == 1:
            colors = lut.take(index, mode="clip")
        else:
            colors = np.take_along_axis(lut[: self.count], index, axis=1)
        if enlarges:
            colors = colors.take(places, axis=1, mode="clip")
        self._colors[:, : self.height] = colors.reshape(self.count, self.height, self.width)

    def draw_all(self, painter: QPainter, first: QPointF, ratio: float) -> None:
        """Draw all maps, the first one at `first`, at `ratio` pixels per point."""
        place = QRectF(first, self._whole.size() / ratio)
        painter.drawImage(place, self.image, self._whole)

    def draw(self, painter: QPainter, unit: int, target: QRectF) -> None:
        source = self._sources[unit]
        if painter.paintEngine().type() == QPaintEngine.Type.SVG:
            # Qt's SVG writer takes no notice of the source: it would draw all maps into each place.
            painter.drawImage(target, self.image.copy(source.toAlignedRect()))
            return
        painter.drawImage(target, self.image, source)


def gray_image(pixels: Array, theme: Theme, size: int) -> QImage:
    """An image (height, width, channels) of `size` device pixels a side.

    One channel, 0 (paper) … 1 (ink), is dark on light, or light on dark in a dark theme; three are RGB.
    """
    rows, columns = _picked(pixels.shape[0], size), _picked(pixels.shape[1], size)
    picked = np.nan_to_num(pixels[rows[:, None], columns])
    low, high = float(picked.min()), float(picked.max())
    if low < 0.0 or high > 1.0:  # standardized
        picked = (picked - low) / max(1e-9, high - low)
    if picked.shape[2] == 3:
        colors = picked * 255.0
    else:
        paper, ink = np.array(rgb(theme.field), np.float64), np.array(rgb(theme.text), np.float64)
        colors = paper + (ink - paper) * picked[..., :1]
    words = packed(np.concatenate([colors, np.full((size, size, 1), 255.0)], axis=2).astype(np.uint8))
    # `copy` owns its pixels, so the array may be freed.
    return QImage(words.data, size, size, 4 * size, QImage.Format.Format_RGB32).copy()


def tile_frame(width: float, height: float, theme: Theme, ratio: float, *, border: bool = True) -> QPixmap:
    """Overlay of a tile: rounded corners, a thin border and a soft shadow around it.

    It extends `FRAME_PX` beyond the tile on each side and is transparent over the tile.
    """
    full = QRectF(0, 0, width + 2 * FRAME_PX, height + 2 * FRAME_PX)
    pixmap = clear_pixmap(full.size(), ratio)
    inner = full.adjusted(FRAME_PX, FRAME_PX, -FRAME_PX, -FRAME_PX)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    reach = 2.0 if border else 1.5
    for spread in (3.0, 2.0, 1.0) if border else ():
        shadow = QColor(theme.shadow)
        shadow.setAlpha(20 if not theme.is_dark else 46)
        ring = inner.adjusted(-spread, -spread, spread, spread).translated(0, 1)
        painter.fillPath(_ring(ring, 7.0, inner, 4.0), shadow)
    color = QColor(theme.surface if border and not theme.is_dark else theme.canvas)
    painter.fillPath(_ring(inner.adjusted(-reach, -reach, reach, reach), 6.0, inner, 4.0), color)
    painter.end()
    return pixmap


def _ring(outer: QRectF, outer_radius: float, inner: QRectF, inner_radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(outer, outer_radius, outer_radius)
    path.addRoundedRect(inner, inner_radius, inner_radius)
    return path  # odd-even fill: the inner path is a hole


def frame_origin(tile: QRectF) -> QPointF:
    """Top left of a tile's frame."""
    return QPointF(tile.x() - FRAME_PX, tile.y() - FRAME_PX)


@lru_cache(maxsize=256)
def _picked(count: int, size: int) -> NDArray[np.intp]:
    """Nearest of `count` values for each of `size` pixels, (size,)."""
    return (np.arange(size) * count // size).astype(np.intp)


# A network on the screen has a handful of sizes of tiles; each takes 8 bytes a pixel.
@lru_cache(maxsize=16)
def _places(rows: int, columns: int, height: int, width: int, flip: bool) -> NDArray[np.intp]:
    """Flat index of the value of each pixel; `flip` puts row 0 at the bottom."""
    across, down = _picked(columns, width), _picked(rows, height)
    if flip:
        down = rows - 1 - down
    return (down[:, None] * columns + across).ravel()


def packed(colors: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """RGBA colors (..., 4) as words 0xAARRGGBB (...)."""
    parts: NDArray[Any] = colors.astype(np.uint32)
    words: NDArray[np.uint32] = parts[..., 3] << 24 | parts[..., 0] << 16 | parts[..., 1] << 8 | parts[..., 2]
    return words
