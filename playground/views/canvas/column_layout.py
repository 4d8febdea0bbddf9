"""Layout of the canvas: one column per layer, shared by its card and its neurons; for sequences one row per layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF

from core.experiment.experiment import Experiment
from core.inspect.weight_images import first_pixel_layer, seen_by_output
from core.nn import Dense, Layer
from core.nn.attention import heads_in
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
_MAX_TILE_GROWTH: Final = 1.6
_TILE_HEIGHTS_PX: Final = (540, 680)
"""In fields of these heights tiles begin to grow, and are as large as they get."""
_LARGEST_TILE_PX: Final = 72


def growth_in(height: float) -> float:
    """Scale of cards in a field of this height."""
    return max(1.0, min(_MAX_TILE_GROWTH, height / _USUAL_HEIGHT_PX))


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


INPUT: Final = -1
"""The index of the input column."""

MARGIN_PX: Final = 16
WIDE_OUTPUT_PX: Final = 152  # fits class name, bar and percentage
WEIGHTS_PX: Final = 56  # an image of each class's weights
_NARROW_FAMILIES: Final = ("regularization", "shape")
_WIDE_KINDS: Final = ("residual",)  # drawn with neurons, like a layer


@dataclass(frozen=True)
class _Sizes:
    """Minimum, usual and maximum widths in pixels.

    `input_min` is the minimum of the input column, where feature names are drawn. `narrow` is how much less a layer
    without neurons takes.
    """

    card_min: float
    card: float
    card_max: float
    gap_min: float
    gap: float
    gap_max: float
    input_min: float
    narrow: float = 12


# Links need wide gaps; images gain more from wide cards.
_LINKS: Final = _Sizes(card_min=88, card=112, card_max=112, gap_min=28, gap=44, gap_max=320, input_min=112)
_CHEVRONS: Final = _Sizes(card_min=88, card=112, card_max=144, gap_min=13, gap=20, gap_max=56, input_min=88)
_WIDE_PX: Final = 720
_SIDE_SHARE: Final = 0.1
_MAX_SIDE_PX: Final = 48
"""Beside the columns of points in a wide field, for the names of large tiles."""
_ROOMY_PX: Final = 880
"""Above this width images are enlarged, up to `_MAX_GROWTH` times."""
_MAX_GROWTH: Final = 1.6


_PIXEL_CARD_PX: Final = 88
_FIRST_PX: Final = 124
"""Fits two images of 28 pixels at twice their size."""
_PIXEL_GAP_PX: Final = 22
_MAX_PIXEL_GAP_PX: Final = 72
_MAX_PIXEL_GROWTH: Final = 4.5
_INPUT_SHARE: Final = 1.0
_FIRST_SHARE: Final = 2.4
_DENSE_SHARE: Final = 1.2
_OUTPUT_SHARE: Final = 0.6

_TABLE_PX: Final = (184, 208)
_NARROW_TABLE_PX: Final = (136, 150)
"""Widths of the cards of a table's columns and of its outputs."""
_MIN_TABLE_GAP_PX: Final = 34


ROW_CARD_PX: Final = 128
_ROW_PX: Final = ((62, 132, 10), (40, 132, 10), (34, 114, 4))
"""Heights of a row, with the maps of attention and its arcs, and of a gap: with buttons, without, in low windows."""
_MAX_ROW_PX: Final = 84
_INPUT_ROW_PX: Final = 46
_OUTPUT_ROW_PX: Final = 56
"""Fits a guess, its probability and the real token."""
_MAX_MAPS_PX: Final = 250
_INNER_ROW_PX: Final = 36
_INNER_GAP_PX: Final = 4
_INDENT_PX: Final = 16
"""Rows of the layers inside an opened block, and how much narrower their cards are."""
_MIN_ROW_FIELD_PX: Final = 320


@dataclass(frozen=True)
class LayerColumn:
    """`index`: -1 (`INPUT`) for the input, 0 … n-1 for layers, n for the output. Pixels are in field coordinates.

    A row also has a `height` from `top` on; its `left` and `width` are those of its card. `inner` are the rows of the
    layers inside an opened block, which lie below it, the first one lowest.
    """

    index: int
    left: float
    width: float
    title: str
    top: float = 0.0
    height: float = 0.0
    inner: tuple[LayerColumn, ...] = ()

    @property
    def is_row(self) -> bool:
        """Whether it lies across the field, and its card beside it."""
        return self.height > 0.0

    @property
    def center(self) -> float:
        return self.left + self.width / 2

    @property
    def right(self) -> float:
        return self.left + self.width


def shows_links(experiment: Experiment) -> bool:
    """Whether links are drawn between the columns (points, tables) or chevrons between the cards (images)."""
    return len(experiment.input_shape) == 1


def shows_rows(experiment: Experiment) -> bool:
    """Whether the positions of a sequence are drawn from left to right, and the layers from the bottom to the top."""
    return experiment.dataset.info().form in ("tokens", "sequence")


def arrange(
    experiment: Experiment, available_width: float, available_height: float = 0.0, opened: int | None = None
) -> tuple[LayerColumn, ...]:
    """Columns with equal gaps for the available width in pixels; centered above the maximum width, else overflowing.

    Of sequences they are rows, for the available height; the block `opened` has rows of the layers inside it, too.
    """
    if shows_rows(experiment):
        return _arrange_rows(experiment, available_height, opened)
    first = first_pixel_layer(experiment)
    if first is not None:
        return _arrange_pixels(experiment, first, available_width)
    points, links = experiment.dataset.family == "points", shows_links(experiment)
    sizes = _LINKS if links else _grown(_CHEVRONS, available_width / _ROOMY_PX)
    extra = [0.0, *(_extra_width(layer, sizes) for layer in experiment.layers)]
    weights = WEIGHTS_PX if not points and seen_by_output(experiment) else 0.0
    extra.append(0.0 if points else WIDE_OUTPUT_PX + weights - sizes.card)
    if links and not points:
        needed = (
            sum(_TABLE_PX) + len(experiment.layers) * (sizes.card + sizes.gap) + 2 * MARGIN_PX + sizes.gap
        )
        roomy = available_width >= needed
        extra[0], extra[-1] = (width - sizes.card for width in (_TABLE_PX if roomy else _NARROW_TABLE_PX))
    titles = _titles(experiment)
    gaps = len(extra) - 1
    whole = available_width - 2 * MARGIN_PX
    if points:
        available_width -= 2 * min(_MAX_SIDE_PX, max(0.0, _SIDE_SHARE * (available_width - _WIDE_PX)))
    room = available_width - 2 * MARGIN_PX - sum(extra)
    # Cards first: they share what usual gaps leave, within bounds; the gaps share the rest.
    card = math.floor(min(max((room - gaps * sizes.gap) / len(extra), sizes.card_min), sizes.card_max))
    widths = [card + more for more in extra]
    widths[0] = max(widths[0], sizes.input_min)
    room = available_width - 2 * MARGIN_PX
    if links and not points:
        _widen_ends(widths, room - gaps * _MIN_TABLE_GAP_PX)
    gap = min(max((room - sum(widths)) / gaps, sizes.gap_min), sizes.gap_max)
    return _columns(widths, titles, gap, whole)


def inner_layers(experiment: Experiment, index: int | None) -> tuple[Layer, ...]:
    """The layers inside a block that can be opened; none of other layers."""
    if index is None or not 0 <= index < len(experiment.layers) or not shows_rows(experiment):
        return ()
    return tuple(getattr(experiment.layers[index], "layers", ()))


def _arrange_rows(
    experiment: Experiment, available_height: float, opened: int | None
) -> tuple[LayerColumn, ...]:
    """Rows from the bottom to the top: cards keep their buttons where that fits, maps of attention get what is left."""
    layers = experiment.layers
    mapped = [False, *(heads_in(layer) > 0 for layer in layers), False]
    inside = inner_layers(experiment, opened)
    inner_px = len(inside) * (_INNER_ROW_PX + _INNER_GAP_PX)
    room, plain = available_height - 2 * MARGIN_PX - inner_px, len(mapped) - 2 - sum(mapped)
    for row, least_maps, gap in _ROW_PX:
        output = max(row, _OUTPUT_ROW_PX)
        least = _INPUT_ROW_PX + output + plain * row + sum(mapped) * least_maps + (len(mapped) - 1) * gap
        if least <= room:
            break
    left, maps = max(0.0, room - least), least_maps
    if any(mapped):
        maps = min(_MAX_MAPS_PX, maps + int(left / sum(mapped)))
    left -= sum(mapped) * (maps - least_maps)
    if row == _ROW_PX[0][0]:
        row = output = min(_MAX_ROW_PX, row + int(left / (plain + 1)))
    heights = [_INPUT_ROW_PX, *(maps if tall else row for tall in mapped[1:-1]), output]
    used = sum(heights) + (len(heights) - 1) * gap
    bottom = MARGIN_PX + used + inner_px + max(0.0, (room - used) / 2)
    rows, left, width = [], MARGIN_PX + _INDENT_PX, ROW_CARD_PX - _INDENT_PX
    for index, (height, title) in enumerate(zip(heights, _titles(experiment), strict=True)):
        inner: list[LayerColumn] = []
        for number, layer in enumerate(inside if index - 1 == opened else ()):
            top = round(bottom - _INNER_ROW_PX)
            inner.append(LayerColumn(number, left, width, layer.title, top, _INNER_ROW_PX))
            bottom -= _INNER_ROW_PX + _INNER_GAP_PX
        top = round(bottom - height)
        rows.append(LayerColumn(index - 1, MARGIN_PX, ROW_CARD_PX, title, top, height, tuple(inner)))
        bottom -= height + gap
    return tuple(rows)


def _widen_ends(widths: list[float], room: float) -> None:
    """Give the names in a table's cards what the gaps can spare."""
    for place, least in zip((0, -1), _NARROW_TABLE_PX, strict=True):
        widths[place] = max(widths[place], least)
    for place, most, part in zip((0, -1), _TABLE_PX, (2, 1), strict=True):
        spare = max(0.0, room - sum(widths))
        widths[place] = min(max(widths[place], most), widths[place] + spare / part)


def _arrange_pixels(experiment: Experiment, first: int, available_width: float) -> tuple[LayerColumn, ...]:
    """Columns of a dense stack on images: what cards leave goes to the images, above all to the first layer's."""
    layers = experiment.layers
    shares = [_INPUT_SHARE, *(_pixel_share(layer, index == first) for index, layer in enumerate(layers))]
    shares.append(_OUTPUT_SHARE)
    narrow = [_PIXEL_CARD_PX + _extra_width(layer, _CHEVRONS) for layer in layers]
    narrow[first] = float(_FIRST_PX)
    least = [float(_PIXEL_CARD_PX), *narrow, float(WIDE_OUTPUT_PX)]
    room, gaps = available_width - 2 * MARGIN_PX, len(least) - 1
    more = max(0.0, room - sum(least) - gaps * _PIXEL_GAP_PX)
    widths = [
        math.floor(min(width * _MAX_PIXEL_GROWTH, width + more * share / sum(shares))) if share else width
        for width, share in zip(least, shares, strict=True)
    ]
    gap = min(max((room - sum(widths)) / gaps, _CHEVRONS.gap_min), _MAX_PIXEL_GAP_PX)
    return _columns(widths, _titles(experiment), gap, room)


def _pixel_share(layer: Layer, is_first: bool) -> float:
    """Share of the room left for a layer's column."""
    if not isinstance(layer, Dense):
        return 0.0
    return _FIRST_SHARE if is_first else _DENSE_SHARE


def _titles(experiment: Experiment) -> list[str]:
    info = experiment.dataset.info()
    first = "Features" if experiment.dataset.family == "points" else "Text" if info.vocabulary else "Input"
    return [first, *(layer.title for layer in experiment.layers), "Output"]


def _columns(
    widths: Sequence[float], titles: Sequence[str], gap: float, room: float
) -> tuple[LayerColumn, ...]:
    """Columns in the middle of the room."""
    left = MARGIN_PX + max(0.0, (room - sum(widths) - (len(widths) - 1) * gap) / 2)
    columns = []
    for position, (width, title) in enumerate(zip(widths, titles, strict=True)):
        columns.append(LayerColumn(position - 1, round(left), width, title))
        left += width + gap
    return tuple(columns)


def scaled(columns: Sequence[LayerColumn], zoom: float) -> tuple[LayerColumn, ...]:
    """The columns at a zoom factor."""
    return tuple(
        replace(
            column,
            left=column.left * zoom,
            width=column.width * zoom,
            top=column.top * zoom,
            height=column.height * zoom,
            inner=scaled(column.inner, zoom),
        )
        for column in columns
    )


def growth(columns: Sequence[LayerColumn]) -> float:
    """Enlargement of image and table tiles: 1 … 1.6."""
    return max(1.0, min(_MAX_GROWTH, columns[0].width / _CHEVRONS.card_max))


def content_width(columns: Sequence[LayerColumn]) -> float:
    """Width in pixels that shows all columns."""
    return columns[-1].right + MARGIN_PX + (_MIN_ROW_FIELD_PX if columns[0].is_row else 0)


def content_height(columns: Sequence[LayerColumn]) -> float:
    """Height in pixels that shows all rows; 0 for columns."""
    return columns[0].top + columns[0].height + MARGIN_PX if columns[0].is_row else 0.0


def gap_at(columns: Sequence[LayerColumn], x: float, y: float = 0.0) -> int:
    """The insertion index for a drop at a place: 0 … number of layers."""
    if columns[0].is_row:
        return sum(1 for row in columns[1:-1] if y < row.top + row.height / 2)
    return sum(1 for column in columns[1:-1] if x > column.center)


def gap_center(columns: Sequence[LayerColumn], index: int) -> float:
    """Center x between the layer at `index` and the column to its left; of rows the y, to the one below."""
    below, above = columns[index], columns[index + 1]
    if below.is_row:
        return (below.top + above.top + above.height) / 2
    return (below.right + above.left) / 2


def _grown(sizes: _Sizes, times: float) -> _Sizes:
    times = max(1.0, min(_MAX_GROWTH, times))
    return replace(sizes, card_max=sizes.card_max * times, gap_max=sizes.gap_max * times)


def _extra_width(layer: Layer, sizes: _Sizes) -> float:
    narrow = layer.family in _NARROW_FAMILIES and layer.kind not in _WIDE_KINDS
    return -sizes.narrow if narrow else 0.0
