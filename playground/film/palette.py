"""The theme's colors as Pillow needs them, and arrays as images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

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

Color = tuple[int, int, int]
_ALMOST_ONE = 1.5


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
            largest = float(np.abs(values).max(initial=0.0))
            return self.map(values[:, :, 0] / (largest if largest > _ALMOST_ONE else 1.0), side)
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
