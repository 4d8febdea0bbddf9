"""Vertical layout of a column of neurons: tiles shrink, then surplus units are folded."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QRectF

from core.spec.arrays import Array
from playground.views.widgets.array_images import MapStrip

TILE_PX: Final = 44
MIN_TILE_PX: Final = 22
PITCH_PX: Final = 86
GAP_PX: Final = 10
EDGE_PX: Final = 14
FOLD_PX: Final = 20
BIAS_PX: Final = 9
_USUAL_HEIGHT_PX: Final = 640
_MAX_GROWTH: Final = 1.6
_TILE_HEIGHTS_PX: Final = (540, 680)
"""In fields of these heights tiles begin to grow, and are as large as they get."""
_LARGEST_TILE_PX: Final = 72


def growth_in(height: float) -> float:
    """How much larger than usual cards are in a field of this height."""
    return max(1.0, min(_MAX_GROWTH, height / _USUAL_HEIGHT_PX))


class TileColumn:
    """Tiles of one column: as many units as fit, the rest counted in `folded`."""

    on_canvas = True
    """Whether only the canvas is between the tiles, so that they can be drawn with it."""

    def __init__(
        self,
        index: int,
        center: float,
        units: int,
        height: float,
        *,
        most_px: float = _LARGEST_TILE_PX,
        below_px: float = 0.0,
        times: float = 1.0,
    ) -> None:
        """`below_px` is kept free below each tile, where all fit with it; `times` enlarges the largest tiles.

        `most_px` bounds their growth in a high field.
        """
        self.index, self.units = index, units
        room = height - 2 * EDGE_PX
        if units * (MIN_TILE_PX + GAP_PX + below_px) > room + GAP_PX:
            below_px = 0.0
        self.below_px, gap = below_px, GAP_PX + below_px
        low, high = _TILE_HEIGHTS_PX
        grown = float(np.interp(height, (low, high), (TILE_PX, _LARGEST_TILE_PX)))
        times *= max(1.0, min(grown, most_px / times) / TILE_PX)
        shown = units
        if units * (MIN_TILE_PX + gap) > room + gap:
            shown = max(1, int((room - FOLD_PX + gap) // (MIN_TILE_PX + gap)))
        self.shown, self.folded = min(shown, units), units - min(shown, units)
        if self.folded:
            room -= FOLD_PX
        # Whole pixels, so that a column is drawn as one pixmap.
        pitch = int(min(PITCH_PX * times + below_px, (room + gap) / max(1, self.shown)))
        self.pitch = pitch
        self.size = round(max(MIN_TILE_PX, min(TILE_PX * times, pitch - gap)))
        used = pitch * (self.shown - 1) + self.size + below_px
        top = (height - used - (FOLD_PX if self.folded else 0)) / 2
        left = round(center - self.size / 2)
        self.tiles = [
            QRectF(left, round(top) + pitch * unit, self.size, self.size) for unit in range(self.shown)
        ]
        size = min(BIAS_PX, self.size / 3)
        self.biases = [
            QRectF(tile.left() - size / 2 - 1, tile.bottom() - size / 2 - 3, size, size)
            for tile in self.tiles
        ]
        self.fold_rect = QRectF(center - 60, self.tiles[-1].bottom() + below_px + 4, 120, FOLD_PX)
        self.strip: MapStrip | None = None
        self.is_whole = False
        """Whether the strip can be drawn at once."""

    def left_points(self) -> Array:
        return np.array([(tile.left() - 2, tile.center().y()) for tile in self.tiles])

    def right_points(self) -> Array:
        return np.array([(tile.right() + 2, tile.center().y()) for tile in self.tiles])
