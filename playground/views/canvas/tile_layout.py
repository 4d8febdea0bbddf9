"""Vertical layout of a column of neurons: tiles shrink, then surplus units are folded."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QRectF

from core.spec.arrays import Array
from playground.views.widgets.array_images import MapStrip

__all__ = ["BIAS_PX", "TileColumn"]


TILE_PX: Final = 44
MIN_TILE_PX: Final = 22
PITCH_PX: Final = 86
GAP_PX: Final = 10
EDGE_PX: Final = 14
FOLD_PX: Final = 20
BIAS_PX: Final = 9


class TileColumn:
    """Tiles of one column: as many units as fit, the rest counted in `folded`."""

    def __init__(self, index: int, center: float, units: int, height: float) -> None:
        self.index, self.units = index, units
        room = height - 2 * EDGE_PX
        shown = units
        if units * (MIN_TILE_PX + GAP_PX) > room + GAP_PX:
            shown = max(1, int((room - FOLD_PX + GAP_PX) // (MIN_TILE_PX + GAP_PX)))
        self.shown, self.folded = min(shown, units), units - min(shown, units)
        if self.folded:
            room -= FOLD_PX
        # Whole pixels, so that a column is drawn as one pixmap.
        pitch = int(min(PITCH_PX, (room + GAP_PX) / max(1, self.shown)))
        self.pitch = pitch
        self.size = round(max(MIN_TILE_PX, min(TILE_PX, pitch - GAP_PX)))
        used = pitch * (self.shown - 1) + self.size
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
        self.fold_rect = QRectF(center - 60, self.tiles[-1].bottom() + 4, 120, FOLD_PX)
        self.strip: MapStrip | None = None
        self.is_whole = False
        """Whether the strip can be drawn at once."""

    def left_points(self) -> Array:
        return np.array([(tile.left() - 2, tile.center().y()) for tile in self.tiles])

    def right_points(self) -> Array:
        return np.array([(tile.right() + 2, tile.center().y()) for tile in self.tiles])
