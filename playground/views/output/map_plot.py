"""One feature map, or the weights of one unit as images, at the panel's size, with a note."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from core.spec.arrays import Array
from playground.views.theme.colors import Theme
from playground.views.widgets.array_images import packed_lut, reach, value_image
from playground.views.widgets.number_format import number_text
from playground.views.widgets.picture_plot import PicturePlot

_GAP_PX: Final = 4


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
