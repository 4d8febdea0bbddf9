"""Colors of the decision boundary: lookups in RGBA tables, drawn without a copy, since this runs for every frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from core.inspect.plane_image import PlaneImage, ValueRange
from core.spec.arrays import Array
from playground.views.theme.colors import CLASS_COLORS, Theme, class_shades, diverging_lut, rgb
from playground.views.widgets.array_images import class_luts, packed, packed_lut


class PlanePicture:
    """A square image; scaled where it has not the pixels of the plot."""

    def __init__(self) -> None:
        self._words: NDArray[np.uint32] | None = None
        self._image = QImage()
        self.is_smooth = True
        """Whether a scaled image is interpolated."""

    def show_words(self, words: NDArray[np.uint32] | None) -> None:
        """Set the colors 0xAARRGGBB (rows, columns), top row first; None clears."""
        # The image uses the array's memory: both live as long as each other.
        self._words = words
        if words is None:
            self._image = QImage()
        else:
            rows, columns = words.shape
            self._image = QImage(words.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)

    def paint(self, painter: QPainter, area: QRectF, ground: QColor) -> None:
        """Draw over `area`, in `ground` where there is no image."""
        if self._image.isNull():
            painter.fillRect(area, ground)
            return
        ratio = painter.device().devicePixelRatioF()
        if self._image.width() == round(area.width() * ratio):
            # A copy; interpolation takes ten times as long.
            self._image.setDevicePixelRatio(ratio)
            painter.drawImage(area.topLeft(), self._image)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.is_smooth)
        painter.drawImage(area, self._image)


Pixels = NDArray[np.uint8]
Words = NDArray[np.uint32]
"""Colors 0xAARRGGBB."""

_REGION_STRENGTH = 2 / 3
_LINE_STRENGTH = 0.85


def signed_index(values: Array) -> NDArray[np.uint8]:
    """Index 0 … 255 into the signed color map; clipped to -1 … 1, NaN is the middle."""
    with np.errstate(
        over="ignore"
    ):  # the last picture before a divergence has values near the end of float32
        scaled = values * 127.5
    scaled += 128.0  # the middle, plus half an entry for rounding
    np.clip(scaled, 0.0, 255.0, out=scaled)
    if np.isnan(scaled.max(initial=0.0)):
        np.nan_to_num(scaled, copy=False, nan=127.0)
    return scaled.astype(np.uint8)


def shade_signed(values: Array, lut: Words, discretize: bool = False) -> Words:
    """Colors (rows, columns) of signed values (rows, columns) by a table (256,); discretized, its ends only."""
    if discretize:
        return lut.take(np.where(values > 0.0, 255, 0))
    return lut.take(signed_index(values))


def shade_classes(
    labels: NDArray[np.int16], shares: Array, classes: int, shades: Words, discretize: bool = False
) -> Words:
    """Colors (rows, columns) of predicted classes and their probabilities: paler where uncertain.

    `shades` (colors, 256) has every class at every certainty. Certainty is 0 for equal probabilities and 1 for a
    single class; its root is drawn, so that colors fade only near a boundary.
    """
    index = labels.astype(np.intp)
    index %= len(CLASS_COLORS)
    index *= 256
    if discretize:
        index += 255
    else:
        chance = 1.0 / classes
        certainty = np.clip((shares - chance) / (1.0 - chance), 0.0, 1.0)
        index += signed_index(2.0 * np.sqrt(certainty) - 1.0)
    return shades.ravel().take(index)


class PlaneColors:
    """The colors of plane images in one theme. Regions are drawn at two thirds, so that points on them stand out.

    `ends` are the colors of the lowest and the highest value of a neuron, if they are not the theme's.
    """

    def __init__(self, theme: Theme, ends: tuple[str, str] | None = None) -> None:
        self._full = packed_lut(theme) if ends is None else packed(diverging_lut(theme, ends))
        self._classes = class_luts(theme)
        self._signed = packed(_paler(diverging_lut(theme), theme))
        self._shades = packed(_paler(class_shades(theme), theme))
        # Between two signs colors fade to neutral; two classes meet at full strength.
        self._lines = {False: rgb(theme.text), True: rgb(theme.canvas if theme.is_dark else theme.surface)}

    def pixels(
        self,
        image: PlaneImage,
        span: ValueRange,
        classes: int,
        *,
        strong: bool,
        discretize: bool,
        label: int | None = None,
    ) -> Words:
        """Words 0xAARRGGBB (side, side), top row first; `strong` colors are those of neurons, of class `label`."""
        # Colors are looked up from the top: to turn them afterwards is a copy more.
        if image.labels is not None:
            labels, values = image.labels[::-1], image.values[::-1]
            made = shade_classes(labels, values, classes, self._shades, discretize)
        else:
            values = span.signed(image.values)[::-1]
            made = shade_signed(values, self._table(strong, label), discretize)
        if image.line is not None:
            self._draw_line(made, image.line, self._lines[image.labels is not None])
        return made

    def _table(self, strong: bool, label: int | None) -> Words:
        if label is not None:
            table: Words = self._classes[label % len(self._classes)]
            return table
        return self._full if strong else self._signed

    def ends(self, *, strong: bool, label: int | None = None) -> tuple[str, str, str]:
        """The colors of the lowest, the middle and the highest values, for class `label` from 0 on; see `pixels`."""
        table = self._table(strong, label)
        places = (0, 127, 255) if label is None else (128, 191, 255)
        low, middle, high = (f"#{int(table[index]) & 0xFFFFFF:06x}" for index in places)
        return low, middle, high

    @staticmethod
    def _draw_line(made: Words, line: tuple[NDArray[np.intp], Array], color: tuple[int, int, int]) -> None:
        """Blend the line into the image, whose top row is the first."""
        at, cover = line
        rows, columns = np.divmod(at, made.shape[1])
        at = (len(made) - 1 - rows) * made.shape[1] + columns
        words = made.reshape(-1)  # a view
        below = words[at]
        cover = cover * _LINE_STRENGTH
        mixed = np.uint32(0xFF) << np.uint32(24) | np.zeros_like(below)
        for shift, part in zip((16, 8, 0), color, strict=True):
            channel = (below >> np.uint32(shift) & np.uint32(0xFF)).astype(np.float32)
            channel += (part - channel) * cover
            mixed |= channel.astype(np.uint32) << np.uint32(shift)
        words[at] = mixed


def _paler(colors: Pixels, theme: Theme) -> Pixels:
    """RGBA colors, mixed with the neutral color."""
    zero = np.array((*rgb(theme.zero), 255), np.float64)
    return np.rint(zero + (colors - zero) * _REGION_STRENGTH).astype(np.uint8)
