"""Text and smooth shapes on Pillow's images: shapes are drawn twice as large and reduced, text is smooth by itself."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from playground.film.layout import Box
from playground.film.palette import Color

SCALE = 2
_LEAST_SIZE = 0.7
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
    while size > max(8, _LEAST_SIZE * pixels) and draw.textlength(text, face) > most:
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
