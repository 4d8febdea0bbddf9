"""What frames of a film are drawn with: where their parts are, the canvas, and its colors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.inspect.plane_image import ValueRange
from core.spec.arrays import Array
from playground.views.theme.colors import (
    CLASS_COLORS,
    DARK,
    LIGHT,
    Theme,
    class_color,
    class_maps,
    class_shades,
    diverging_lut,
    rgb,
)


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def corner(self) -> tuple[int, int]:
        """The upper left corner in whole pixels."""
        return round(self.left), round(self.top)

    @property
    def side(self) -> tuple[int, int]:
        """Width and height in whole pixels, at least 1."""
        return max(1, round(self.width)), max(1, round(self.height))


def lay_out(parts: list[str], size: tuple[int, int], top: float, bottom: float) -> dict[str, Box]:
    """The box of each of "boundary", "curves" and "network": the boundary first, the others beside or below it.

    `top` and `bottom` are kept free.
    """
    width, height = size
    unit = min(size) / 100
    gap = 4 * unit
    whole = Box(gap, top, width - 2 * gap, height - top - bottom)
    if len(parts) == 1:
        return {parts[0]: _square(whole) if parts[0] == "boundary" else whole}
    if height > 1.2 * width:
        return _stacked(parts, whole, gap)
    if width > 1.2 * height or len(parts) == 2:
        return _beside(parts, whole, gap)
    low = whole.height * 0.36
    side = whole.height - low - gap
    right = Box(whole.left + side + gap, top, whole.width - side - gap, side)
    below = Box(whole.left, top + side + gap, whole.width, low)
    return {"boundary": Box(whole.left, top, side, side), "curves": right, "network": below}


def _beside(parts: list[str], whole: Box, gap: float) -> dict[str, Box]:
    """The first part on the left, the others in a column on its right."""
    side = min(whole.height, whole.width * 0.58)
    first, *others = parts
    boxes = {first: Box(whole.left, whole.top, side, side if first == "boundary" else whole.height)}
    right = Box(whole.left + side + gap, whole.top, whole.width - side - gap, whole.height)
    return boxes | _stacked(others, right, gap)


def _stacked(parts: list[str], whole: Box, gap: float) -> dict[str, Box]:
    """The parts one below the other; the boundary is square, the others share the rest."""
    boxes: dict[str, Box] = {}
    top, left = whole.top, len(parts)
    for name in parts:
        height = (whole.top + whole.height - top - gap * (left - 1)) / left
        box = Box(whole.left, top, whole.width, height)
        if name == "boundary":
            side = min(whole.width, whole.height * 0.55)
            box = Box(whole.left + (whole.width - side) / 2, top, side, side)
        boxes[name] = box
        top, left = top + box.height + gap, left - 1
    return boxes


def _square(box: Box) -> Box:
    side = min(box.width, box.height)
    return Box(box.left + (box.width - side) / 2, box.top + (box.height - side) / 2, side, side)


Color = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Palette:
    """Colors of a theme, and its color maps."""

    theme: Theme
    signed: NDArray[np.uint8]
    classes: NDArray[np.uint8]
    outputs_of: NDArray[np.uint8]
    """The color map of each class's output."""

    @classmethod
    def of(cls, *, dark: bool) -> Palette:
        theme = DARK if dark else LIGHT
        maps = diverging_lut(theme), class_shades(theme), class_maps(theme)
        return cls(theme, *(each[..., :3] for each in maps))

    def color(self, name: str) -> Color:
        """A color of the theme by its role."""
        return rgb(str(getattr(self.theme, name)))

    def class_color(self, label: int) -> Color:
        return rgb(class_color(label))

    def units(self, index: int | None) -> NDArray[np.uint8]:
        """The color map of a unit's values -1 … 1, (256, 3): of an output for class `index`, or of any other."""
        return self.signed if index is None else self.outputs_of[index % len(self.outputs_of)]

    def signed_color(self, value: float, index: int | None = None) -> Color:
        """The color of a value, clipped to -1 … 1, of an output for class `index` if given."""
        red, green, blue = self.units(index)[int(127.5 + 127.5 * min(1.0, max(-1.0, value)))]
        return int(red), int(green), int(blue)

    def outputs(self, outputs: Array, side: tuple[int, int]) -> Image.Image:
        """Outputs (rows, columns, outputs) over the plane, row 0 at the bottom, as an image of `side` pixels."""
        values = np.nan_to_num(outputs[::-1])
        if values.shape[2] == 1:
            return self.map(ValueRange.of(values).signed(values)[:, :, 0], side)
        classes = values.shape[2]
        winner = np.argmax(values, axis=2)
        best = np.take_along_axis(values, winner[:, :, None], axis=2)[:, :, 0]
        certainty = np.sqrt(np.clip((best - 1 / classes) / (1 - 1 / classes), 0.0, 1.0))
        pixels = self.classes[winner % len(CLASS_COLORS), (255 * certainty).astype(np.uint8)]
        return Image.fromarray(pixels).resize(side, Image.Resampling.BICUBIC)

    def small_map(self, values: Array, side: int, index: int | None = None) -> Image.Image:
        """Values (rows, columns), -1 … 1, row 0 at the top, reduced to a square of `side` pixels; see `units`."""
        entries = np.clip(127.5 + 127.5 * values, 0.0, 255.0).astype(np.uint8)
        return Image.fromarray(self.units(index)[entries]).resize((side, side), Image.Resampling.BOX)

    def map(self, values: Array, side: tuple[int, int]) -> Image.Image:
        """Signed values (rows, columns), -1 … 1, as an image of `side` pixels, smooth between the values."""
        # Values are scaled rather than colors: a boundary stays sharp.
        wide = Image.fromarray(np.asarray(values, np.float32)).resize(side, Image.Resampling.BICUBIC)
        index = np.clip(127.5 + 127.5 * np.asarray(wide), 0.0, 255.0).astype(np.uint8)
        return Image.fromarray(self.signed[index])


SCALE = 2
_MIN_SIZE = 0.7
"""The share of its size that a line which is too wide keeps; it is cut then."""
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# Pillow's own font lacks superscripts, Greek and more.
_FACES = {
    False: ("DejaVuSans.ttf", "Arial.ttf", "arial.ttf", "Helvetica.ttc"),
    True: ("DejaVuSans-Bold.ttf", "Arial Bold.ttf", "arialbd.ttf", "Helvetica.ttc"),
}


class Canvas:
    """A drawing of one part of a frame in its pixels, on `ground`; `paste` puts it there."""

    def __init__(self, box: Box, margin: float, ground: Color) -> None:
        self.left, self.top = math.floor(box.left - margin), math.floor(box.top - margin)
        width = math.ceil(box.left + box.width + margin) - self.left
        height = math.ceil(box.top + box.height + margin) - self.top
        self._image = Image.new("RGB", (width * SCALE, height * SCALE), ground)
        self._draw = ImageDraw.Draw(self._image)

    def polygons(self, outlines: NDArray[np.float64], colors: list[Color]) -> None:
        """Fill outlines (polygons, points, 2)."""
        scaled = (outlines - (self.left, self.top)) * SCALE
        for outline, color in zip(scaled.reshape(len(outlines), -1).tolist(), colors, strict=True):
            self._draw.polygon(outline, color)

    def line(self, points: list[tuple[float, float]], color: Color, width: float) -> None:
        scaled = [self._scaled(point) for point in points]
        self._draw.line(scaled, color, max(1, round(width * SCALE)), joint="curve")

    def dot(self, center: tuple[float, float], radius: float, color: Color) -> None:
        (x, y), reach = self._scaled(center), radius * SCALE
        self._draw.ellipse((x - reach, y - reach, x + reach, y + reach), color)

    def paste(self, image: Image.Image) -> None:
        """Put the drawing where it belongs."""
        image.paste(self._image.reduce(SCALE), (self.left, self.top))

    def _scaled(self, point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] - self.left) * SCALE, (point[1] - self.top) * SCALE


def draw_text(
    draw: ImageDraw.ImageDraw,
    place: tuple[float, float],
    text: str,
    color: Color,
    pixels: float,
    *,
    anchor: str,
    most: float = math.inf,
    bold: bool = False,
) -> None:
    """Write a line; where it is wider than `most` pixels in smaller letters, and then cut with "…"."""
    face = _font(size := max(8, round(pixels)), bold)
    while size > max(8, _MIN_SIZE * pixels) and draw.textlength(text, face) > most:
        face = _font(size := size - 1, bold)
    if most < math.inf and draw.textlength(text, face) > most:
        while text and draw.textlength(text + "…", face) > most:
            text = text[:-1]
        text += "…"
    draw.text(place, text, color, face, anchor)


@lru_cache(maxsize=64)
def _font(pixels: int, bold: bool) -> Font:
    for name in _FACES[bold]:
        try:
            return ImageFont.truetype(name, pixels)
        except OSError:
            continue
    return ImageFont.load_default(pixels)


@lru_cache(maxsize=32)
def rounded_mask(size: tuple[int, int], radius: float) -> Image.Image:
    """A mask with rounded corners."""
    width, height = size[0] * SCALE, size[1] * SCALE
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), radius * SCALE, 255)
    return mask.reduce(SCALE)
