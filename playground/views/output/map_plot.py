"""One feature map, or the weights of one unit as images, at the panel's size, with a readout."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from core.spec.arrays import Array
from playground.views.theme.colors import RADIUS_PX, RADIUS_SMALL_PX
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.array_images import packed_lut, reach, value_image
from playground.views.widgets.number_format import number_text

_GAP_PX = 4
_MARGIN_PX = 8


class MapPlot(QWidget):
    """Draws signed values (count, rows, columns) on one color scale, in a grid."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._maps: Array | None = None
        self._font = font("small")
        self.setAccessibleName("Map")
        themes.theme_changed.connect(self.update)

    @property
    def maps(self) -> Array | None:
        return self._maps

    def show_maps(self, maps: Array) -> None:
        self._maps = maps
        self.setAccessibleDescription(self.caption())
        self.update()

    def caption(self) -> str:
        """ "26 × 26, 0.00 … 1.83"."""
        if self._maps is None or not self._maps.size:
            return ""
        count, rows, columns = self._maps.shape
        low, high = float(self._maps.min()), float(self._maps.max())
        several = f"{count} × " if count > 1 else ""
        return f"{several}{rows} × {columns}, {number_text(low)} … {number_text(high)}"

    def sizeHint(self) -> QSize:
        return QSize(326, 326)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        rounded = QPainterPath()
        rounded.addRoundedRect(whole, RADIUS_PX, RADIUS_PX)
        painter.setClipPath(rounded)
        painter.fillRect(whole, QColor(theme.canvas))
        if self._maps is not None:
            lut, scale = packed_lut(theme), reach(self._maps)
            for values, place in zip(self._maps, self._places(), strict=True):
                painter.drawImage(place, value_image(values, lut, scale))
            self._paint_caption(painter)
        painter.end()

    def _places(self) -> list[QRectF]:
        """A rectangle per map, in a grid, with its aspect ratio kept."""
        assert self._maps is not None
        count, rows, columns = self._maps.shape
        across = math.ceil(math.sqrt(count))
        gap = _GAP_PX if count > 1 else 0
        side = (min(self.width(), self.height()) - (across - 1) * gap) / across
        scale = side / max(rows, columns)
        width, height = columns * scale, rows * scale
        return [
            QRectF(
                (index % across) * (side + gap) + (side - width) / 2,
                (index // across) * (side + gap) + (side - height) / 2,
                width,
                height,
            )
            for index in range(count)
        ]

    def _paint_caption(self, painter: QPainter) -> None:
        theme, text = self._themes.theme, self.caption()
        width = QFontMetricsF(self._font).horizontalAdvance(text) + 2 * _MARGIN_PX
        place = QRectF(_MARGIN_PX, self.height() - 24 - _MARGIN_PX, width, 24)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tooltip))
        painter.drawRoundedRect(place, RADIUS_SMALL_PX, RADIUS_SMALL_PX)
        painter.setPen(QColor(theme.tooltip_text))
        painter.setFont(self._font)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)
