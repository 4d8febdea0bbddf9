"""Tiles of one layer over images: for each unit the image of its weights, at a whole multiple of the image's pixels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from core.spec.arrays import Array
from playground.views.canvas.column_layout import LayerColumn
from playground.views.theme.colors import Theme
from playground.views.widgets.array_images import (
    MapStrip,
    frame_origin,
    packed_lut,
    reach,
    tile_frame,
    value_color,
)

_GAP_PX: Final = 8
_BAR_PX: Final = 4
_BELOW_PX: Final = 8
"""Room for the bar of the activation below a tile."""
EDGE_PX: Final = 16
FOLD_PX: Final = 20
_LAST_GUTTER_PX: Final = 3
_FOLD_GAP_PX: Final = 8
_MAX_PX: Final = 84
_READABLE_PX: Final = 24
_ENOUGH: Final = 12
"""Tiles become smaller until so many are shown."""
_SCALE_SHARE: Final = 0.98
_RANKED_GAIN: Final = 1e-12


class WeightGrid:
    """Shows a page of the units of a layer, the most used ones first."""

    def __init__(self, column: LayerColumn, units: int, pixels: int, height: float) -> None:
        """`pixels` is the longer side of the images."""
        self.units = units
        self._column = column
        room = height - 2 * EDGE_PX - FOLD_PX
        width = column.width
        times = self._times(width, room, pixels)
        self.size = float(times * pixels)
        self.across = max(1, int((width + _GAP_PX) // (self.size + _GAP_PX)))
        down = max(1, int((room + _GAP_PX) // (self.size + _BELOW_PX + _GAP_PX)))
        self.across = min(self.across, -(-units // min(down, units)))
        self.shown = min(units, self.across * down)
        self.page = 0
        rows = -(-self.shown // self.across)
        spare = room + _GAP_PX - rows * (self.size + _BELOW_PX + _GAP_PX)
        self.gap = _GAP_PX + min(_GAP_PX * 2.0, spare / rows)
        used = rows * (self.size + _BELOW_PX + self.gap) - self.gap
        top = round(EDGE_PX + max(0.0, (room - used) / 2))
        left = round(column.center - (self.across * (self.size + _GAP_PX) - _GAP_PX) / 2)
        self._places = [
            QRectF(
                left + (slot % self.across) * (self.size + _GAP_PX),
                round(top + (slot // self.across) * (self.size + _BELOW_PX + self.gap)),
                self.size,
                self.size,
            )
            for slot in range(self.shown)
        ]
        self.fold_rect = QRectF(
            column.left - 6,
            self._places[-1].bottom() + _BELOW_PX + 2 * _LAST_GUTTER_PX,
            column.width + 12,
            FOLD_PX,
        )
        self.order = list(range(units))
        self._strip: MapStrip | None = None
        self.activations: Array | None = None

    def _times(self, width: float, room: float, pixels: int) -> int:
        """The largest multiple of the image with enough tiles: all that fit at a readable size, if most do.

        A larger window would else show fewer units. Of a layer of which most are folded anyway, some are larger.
        """

        def fitting(times: int) -> int:
            size = times * pixels
            across = int((width + _GAP_PX) // (size + _GAP_PX))
            return across * int((room + _GAP_PX) // (size + _BELOW_PX + _GAP_PX))

        readable = fitting(-(-_READABLE_PX // pixels))
        enough = readable if 2 * readable >= self.units else _ENOUGH
        for times in range(max(1, int(min(width, _MAX_PX) // pixels)), 1, -1):
            if fitting(times) >= min(self.units, enough):
                return times
        return 1

    @property
    def folded(self) -> int:
        """Number of units that are not on this page."""
        return self.units - len(self.visible)

    @property
    def visible(self) -> list[int]:
        """The units on this page, by slot."""
        start = self.page * self.shown
        return self.order[start : start + self.shown]

    @property
    def pages(self) -> int:
        return -(-self.units // self.shown)

    @property
    def fold_texts(self) -> tuple[str, ...]:
        """Captions below the tiles for a click, the longest first; empty if all units are shown."""
        if self.pages < 2:
            return ("",)
        left = self.units - (self.page + 1) * self.shown
        return (f"+ {left:,} more ▾", f"+ {left:,} ▾") if left > 0 else ("most used ▾",)

    @property
    def count_texts(self) -> tuple[str, ...]:
        """Counts of the shown units, the longest text first."""
        if self.pages < 2:
            return f"all {self.units:,} shown", f"all {self.units:,}"
        first = self.page * self.shown
        last = first + len(self.visible)
        count = f"{first + 1:,}-{last:,} of {self.units:,}" if self.page else f"{last:,} of {self.units:,}"
        return (*(() if self.page else (f"{count} shown · most used first",)), f"{count} shown", count)

    def turn_page(self) -> None:
        """Show the next units, or the first ones after the last."""
        self.page = (self.page + 1) % self.pages

    def rank(self, use: Array) -> None:
        """Order the units by use (units,), the most used first."""
        self.order = np.argsort(-np.nan_to_num(use), kind="stable").tolist()

    def tile(self, unit: int) -> QRectF | None:
        """Rectangle of a unit's image; None if it is not on this page."""
        visible = self.visible
        return self._places[visible.index(unit)] if unit in visible else None

    def hit(self, pos: QPointF) -> int | None:
        """The unit at a position."""
        for unit, place in zip(self.visible, self._places, strict=False):
            if place.adjusted(-2, -2, 2, 2 + _BELOW_PX).contains(pos):
                return unit
        return None

    def leaving(self, unit: int) -> list[QPointF]:
        """Points of a link's way from a unit to the right edge: along the gutter below inner tiles."""
        place = self.tile(unit)
        assert place is not None
        right = self._places[min(self.across, len(self._places)) - 1].right() + 3
        if place.right() + 4 > right:
            return [QPointF(right, place.center().y())]
        gutter = self._gutter(place)
        return [
            QPointF(place.center().x(), place.bottom() + _BELOW_PX),
            QPointF(place.center().x() + 6, gutter),
            QPointF(right, gutter),
        ]

    def entering(self, unit: int) -> list[QPointF]:
        """Points of a link's way from the left edge to a unit."""
        place = self.tile(unit)
        assert place is not None
        left = self._places[0].left() - 3
        if place.left() - 4 < left:
            return [QPointF(left, place.center().y())]
        gutter = self._gutter(place)
        return [
            QPointF(left, gutter),
            QPointF(place.center().x() - 6, gutter),
            QPointF(place.center().x(), place.bottom() + _BELOW_PX),
        ]

    def _gutter(self, place: QRectF) -> float:
        """Height of the way below a tile; below the last row it leaves room for the text there."""
        is_last = place.bottom() >= self._places[-1].bottom()
        return place.bottom() + _BELOW_PX + (min(_LAST_GUTTER_PX, self.gap / 2) if is_last else self.gap / 2)

    def show_images(self, images: Array | None, theme: Theme, ratio: float) -> None:
        """Set the images (visible units, rows, columns)."""
        if images is None or len(images) != len(self.visible):
            self._strip = None
            return
        pixels = round(self.size * ratio)
        if self._strip is None or self._strip.width != pixels or self._strip.count != len(images):
            self._strip = MapStrip(len(images), pixels, pixels)
        sizes = np.abs(np.nan_to_num(images))
        # Each image by its own largest weights: their form counts, not their size.
        scales = np.maximum(np.quantile(sizes.reshape(len(images), -1), _SCALE_SHARE, axis=1), _RANKED_GAIN)
        self._strip.fill(images / scales[:, None, None], packed_lut(theme), scale=1.0)

    def paint(self, painter: QPainter, theme: Theme, frame: QPixmap) -> None:
        lut = packed_lut(theme)
        values = None if self.activations is None else np.nan_to_num(self.activations)
        scale = 1.0 if values is None else reach(values)
        for slot, (unit, place) in enumerate(zip(self.visible, self._places, strict=False)):
            if self._strip is None:
                painter.fillRect(place, QColor(theme.zero))
            else:
                self._strip.draw(painter, slot, place)
            painter.drawPixmap(frame_origin(place), frame)
            bar = QRectF(place.left(), place.bottom() + 3, place.width(), _BAR_PX)
            painter.fillRect(bar, QColor(theme.groove))
            if values is not None and unit < len(values):
                share = float(values[unit]) / scale
                middle = bar.center().x()
                end = middle + share * bar.width() / 2
                painter.fillRect(
                    QRectF(min(middle, end), bar.top(), max(1.0, abs(end - middle)), _BAR_PX),
                    value_color(lut, share),
                )

    def frame(self, theme: Theme, ratio: float) -> QPixmap:
        """The frame over every tile."""
        return tile_frame(self.size, self.size, theme, ratio, border=False)

    def paint_fold(self, painter: QPainter, theme: Theme) -> None:
        """Write below the tiles how many units they are, and what a click shows."""
        width, place = painter.fontMetrics().horizontalAdvance, self.fold_rect
        count, more = self._fold_texts(place.width(), width)
        gap = _FOLD_GAP_PX if count and more else 0
        left = place.center().x() - (width(count) + gap + width(more)) / 2
        for text, color in ((count, theme.text_muted), (more, theme.accent)):
            painter.setPen(QColor(color))
            line = QRectF(left, place.top(), width(text) + 1, place.height())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)
            left += width(text) + gap

    def _fold_texts(self, room: float, width: Callable[[str], int]) -> tuple[str, str]:
        """The longest pair of texts that fits."""
        for more in self.fold_texts:
            taken = width(more) + _FOLD_GAP_PX if more else 0
            for count in self.count_texts:
                if width(count) + taken <= room:
                    return count, more
        return "", self.fold_texts[0]
