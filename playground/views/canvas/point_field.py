"""Neurons of a network on points: a boundary map per neuron, and the weights as links."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from core.nn import Shape
from core.spec.arrays import Array
from playground.views.canvas.card_text import neuron_name
from playground.views.canvas.column_layout import BIAS_PX, INPUT, LayerColumn, TileColumn
from playground.views.canvas.hit_items import Bias, Item, Link, Neuron, Unlinked
from playground.views.canvas.weight_links import LinkSheet, SignalAnimation
from playground.views.theme.colors import Theme, class_color
from playground.views.theme.theme import font
from playground.views.widgets.array_images import (
    FRAME_PX,
    MapStrip,
    frame_origin,
    output_luts,
    packed_lut,
    tile_frame,
)
from playground.views.widgets.number_format import class_words
from playground.views.widgets.painted import LEFT, clear_pixmap, draw_box, draw_text, use_colors

LINKS_PER_PAINT: Final = 28
_SHARE: Final = 0.45
"""Of the way from column to column, that a tile may take."""
_NAMES_PX: Final = 52
_LINKS_PER_SECOND: Final = 400
"""Redraw rate of stale links, to limit the time of a repaint."""
_CLASS_PX, _CLASS_GAP_PX, _CLASS_WIDTH_PX, _DOT_PX = 16, 4, 84, 8
"""Height of a class's name below its output, their distance, its width, and the dot before it."""
_VELOCITIES: Final = "to the right", "upward"
_LOOK_SECONDS: Final = 0.05
"""While snapshots arrive, how often links are looked at for being stale."""
PLAIN_AXES: Final = {"x₁": "left – right", "x₂": "down – up"}
"""Names of a point's coordinates in the simple view."""


class PointField(Unlinked):
    """Layout, painting and hit tests of a stack on points."""

    def __init__(
        self,
        experiment: Experiment,
        shapes: Sequence[Shape],
        columns: Sequence[LayerColumn],
        size: QSizeF,
        *,
        is_plain: bool = False,
    ) -> None:
        """`is_plain`: inputs have the names of `PLAIN_AXES`, below their tiles, and no biases are shown."""
        self.is_plain = is_plain
        self._experiment = experiment
        stack = experiment.stack()
        self._columns: dict[int, TileColumn] = {}
        self._sheets: list[LinkSheet] = []
        self._snapshot: Snapshot | None = None
        self._fresh = False
        self._animation = SignalAnimation()
        self._links_drawn_at = self._links_seen_at = 0.0
        self.at_rest = True
        """Whether no further snapshots are expected, so that all is drawn as it is."""
        self.animation_seconds: float | None = None
        """Animation time of the dashes along the links; None for no dashes."""
        self._theme: Theme | None = None
        self._overlays: dict[tuple[int, bool], tuple[QPointF, QPixmap]] = {}
        self._bias_words: dict[int, list[int]] = {}
        self._written: tuple[QPointF, QPixmap] | None = None
        self._class_places: list[tuple[QRectF, int, str]] = []
        self._font, self._small = font(), font("small")
        units = {INPUT: experiment.input_shape[0]} | {i: s[0] for i, s in enumerate(shapes) if len(s) == 1}
        source: TileColumn | None = None
        # Links need room beside the tiles, and names left of the first ones.
        way = min(b.center - a.center for a, b in pairwise(columns))
        self._most_px = min(_SHARE * way, float("inf") if is_plain else 2 * (columns[0].center - _NAMES_PX))
        for column in columns:
            if column.index not in units:
                continue
            tiles = self._make_tiles(column, units[column.index], size.height())
            self._columns[column.index] = tiles
            if source is not None:
                plain = not stack[column.index].parameters((source.units,))
                self._sheets.append(
                    LinkSheet(
                        column.index, source.index, source.right_points(), tiles.left_points(), plain=plain
                    )
                )
            source = tiles
        for sheet in self._sheets:
            sheet.show_kernel(None)

    def _make_tiles(self, column: LayerColumn, units: int, height: float) -> TileColumn:
        below = _CLASS_PX if self.is_plain else 0.0
        return TileColumn(column.index, column.center, units, height, most_px=self._most_px, below_px=below)

    def show_names(self, classes: Sequence[str]) -> None:
        """Set the names of classes; they, or those of velocities, stand below the outputs where there is room."""
        info, column = self._experiment.dataset.info(), self._columns.get(len(self._experiment.layers))
        task = self._experiment.task
        self._class_places = []
        self._written = None
        if not (task.classifies or task.has_time) or column is None:
            return
        for unit, tile in enumerate(column.tiles):
            rows = [unit] if self._experiment.class_units or task.has_time else range(info.outputs)
            free = column.pitch - column.size if unit < len(column.tiles) - 1 else tile.top()
            if len(rows) * _CLASS_PX + _CLASS_GAP_PX <= free:
                for row, number in enumerate(rows):
                    top = tile.bottom() + _CLASS_GAP_PX + row * _CLASS_PX
                    place = QRectF(tile.left(), top, _CLASS_WIDTH_PX, _CLASS_PX)
                    name = _VELOCITIES[number] if task.has_time else class_words(classes, number)
                    self._class_places.append((place, -1 if task.has_time else number, name))

    @property
    def links_stale(self) -> bool:
        """Whether stale links wait for the next repaint."""
        return any(sheet.is_stale for sheet in self._sheets)

    def show(self, snapshot: Snapshot) -> None:
        self._snapshot, self._fresh = snapshot, True

    def tile(self, column: int, unit: int) -> QRectF | None:
        """Rectangle of a neuron; None if it is folded or does not exist."""
        found = self._columns.get(column)
        return found.tiles[unit] if found is not None and 0 <= unit < found.shown else None

    def bias_rect(self, layer: int, unit: int) -> QRectF | None:
        """Rectangle of a neuron's bias."""
        column = self._columns.get(layer)
        if column is None or not 0 <= unit < column.shown or self._bias(layer) is None:
            return None
        return column.biases[unit]

    def link_center(self, layer: int, input_: int, unit: int) -> QPointF | None:
        """Midpoint of a link; None if it is not drawn."""
        sheet = next((sheet for sheet in self._sheets if sheet.layer == layer), None)
        return None if sheet is None else sheet.center(input_, unit)

    @property
    def sheets(self) -> tuple[LinkSheet, ...]:
        """The links into each column."""
        return tuple(self._sheets)

    @property
    def shown(self) -> int:
        """The largest number of units drawn in a column."""
        return max((column.shown for column in self._columns.values()), default=0)

    def folded(self, column: int) -> int:
        """Number of units of a column that are not drawn."""
        return self._columns[column].folded if column in self._columns else 0

    def hit(self, pos: QPointF) -> Item | None:
        """The item at a position: biases before neurons before links."""
        for index, column in self._columns.items():
            for unit in range(column.shown):
                bias = self.bias_rect(index, unit)
                if bias is not None and bias.adjusted(-2, -2, 2, 2).contains(pos):
                    return Bias(index, unit)
        for index, column in self._columns.items():
            for unit, tile in enumerate(column.tiles):
                if tile.adjusted(-2, -2, 2, 2).contains(pos):
                    return Neuron(index, unit)
        best: Link | None = None
        nearest = np.inf
        for sheet in self._sheets:
            found = sheet.nearest(pos.x(), pos.y())
            if found is not None and found[2] < nearest:
                best, nearest = Link(sheet.layer, found[0], found[1], sheet.source), found[2]
        return best

    def value(self, item: Item) -> float | None:
        """The weight or bias in the current snapshot."""
        if self._snapshot is None or isinstance(item, Neuron):
            return None
        layer = self._snapshot.layers[item.layer]
        if isinstance(item, Bias):
            return None if layer.bias is None else float(layer.bias[item.unit])
        return None if layer.kernel is None else float(layer.kernel[item.input, item.unit])

    def name(self, column: int, unit: int) -> str:
        """Name of a neuron in texts: its feature, "neuron 3" or "output"."""
        if column == INPUT:
            label = self._experiment.feature_labels[unit]
            return PLAIN_AXES.get(label, label) if self.is_plain else label
        if column < len(self._experiment.layers):
            return neuron_name(unit)
        if self._experiment.task.has_time:
            return f"velocity {_VELOCITIES[unit]}"
        return "output" if self._columns[column].units == 1 else f"output {unit + 1}"

    def paint(self, painter: QPainter, theme: Theme, ratio: float, hovered: Item | None) -> None:
        if theme is not self._theme:
            self._use(theme)
        if self._snapshot is not None and self._fresh:
            self._update_field(self._snapshot, theme, ratio)
        self._refresh_links(theme, ratio)
        for sheet in self._sheets:
            sheet.draw(painter)
        if self.animation_seconds is not None:
            self._animation.paint(painter, theme, self._sheets, self.animation_seconds)
        if isinstance(hovered, Link):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for sheet in self._sheets:
                if sheet.layer == hovered.layer:
                    sheet.draw_one(painter, theme, hovered.input, hovered.unit)
        for column in self._columns.values():
            self._paint_column(painter, column, theme, ratio)
        painter.drawPixmap(*self._labels(theme, ratio))
        ends: tuple[tuple[int, int], ...] = ()
        if isinstance(hovered, Neuron):
            ends = ((hovered.column, hovered.unit),)
        elif isinstance(hovered, Link):
            ends = ((hovered.source, hovered.input), (hovered.layer, hovered.unit))
        for tile in filter(None, (self.tile(*end) for end in ends)):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_box(painter, tile.adjusted(-2, -2, 2, 2), 6, None, theme.accent, 2.5)

    def _paint_column(self, painter: QPainter, column: TileColumn, theme: Theme, ratio: float) -> None:
        self._paint_tiles(painter, column, ratio)
        bias = self._bias(column.index)
        # Frames and biases share one pixmap: separate calls cost more than the drawing.
        corner, overlay = self._overlay(column, bias is not None, theme, ratio)
        if bias is not None:
            self._update_biases(column, bias, corner, overlay)
        painter.drawPixmap(corner, overlay)

    def _use(self, theme: Theme) -> None:
        self._theme = theme
        self._lut, self._output_luts = packed_lut(theme), output_luts(theme, self._experiment.class_units)
        self._blank = QColor(theme.zero)
        self._fresh = True
        self._overlays.clear()
        self._bias_words.clear()
        self._written = None
        for column in self._columns.values():
            column.strip = None  # its background has the old theme
        for sheet in self._sheets:
            sheet.invalidate()

    def _update_field(self, snapshot: Snapshot, theme: Theme, ratio: float) -> None:
        self._fresh = False
        for index, column in self._columns.items():
            maps = self._maps(snapshot, index)
            if maps is None:
                column.strip = None
                continue
            pixels = round(column.size * ratio)
            count = min(column.shown, len(maps))
            if column.strip is None or column.strip.width != pixels or column.strip.count != count:
                # At odd zooms the tiles are not on whole pixels and are drawn one by one.
                pitch = column.pitch * ratio
                column.is_whole = (
                    column.on_canvas and pitch.is_integer() and (column.size * ratio).is_integer()
                )
                ground = QColor(theme.canvas).rgb()
                column.strip = MapStrip(
                    count, pixels, pixels, pitch=int(pitch) if column.is_whole else None, ground=ground
                )
            column.strip.fill(maps, self._lut_of(index), flip=True)
        for sheet in self._sheets:
            sheet.show_kernel(None if sheet.plain else snapshot.layers[sheet.layer].kernel)

    def _maps(self, snapshot: Snapshot, column: int) -> Array | None:
        """The maps (units, rows, columns) of a column."""
        return snapshot.feature_maps if column == INPUT else snapshot.layers[column].maps

    def _lut_of(self, column: int) -> NDArray[np.uint32]:
        """The colors of a column's maps: an output's are those of the classes."""
        return self._output_luts if column == len(self._experiment.layers) else self._lut

    def _refresh_links(self, theme: Theme, ratio: float) -> None:
        now = perf_counter()
        begun = not all(sheet.was_drawn and sheet.is_complete for sheet in self._sheets)
        if not (self.at_rest or begun) and now - self._links_seen_at < _LOOK_SECONDS:
            return
        self._links_seen_at = now
        # At rest the next paint comes at once, and soon is the last.
        due = 2 + int((now - self._links_drawn_at) * _LINKS_PER_SECOND)
        left = LINKS_PER_PAINT if self.at_rest else min(LINKS_PER_PAINT, due)
        self._links_drawn_at = now
        for sheet in tuple(self._sheets):
            if not sheet.was_drawn:  # nothing to show yet
                sheet.redraw(theme, ratio, len(sheet))
            elif left > 0 and sheet.is_stale:
                left -= sheet.redraw(theme, ratio, left)
                if sheet.is_complete:
                    # Round-robin: the remaining sheets come first next time.
                    self._sheets.remove(sheet)
                    self._sheets.append(sheet)

    def _paint_tiles(self, painter: QPainter, column: TileColumn, ratio: float) -> None:
        strip = column.strip
        count = 0 if strip is None else min(strip.count, column.shown)
        if strip is not None and column.is_whole and count == column.shown:
            strip.draw_all(painter, column.tiles[0].topLeft(), ratio)
            return
        for unit, tile in enumerate(column.tiles):
            if strip is not None and unit < count:
                strip.draw(painter, unit, tile)
            else:
                painter.fillRect(tile, self._blank)

    def _overlay(
        self, column: TileColumn, biases: bool, theme: Theme, ratio: float
    ) -> tuple[QPointF, QPixmap]:
        """Position and pixmap of a column's tile frames and biases."""
        found = self._overlays.get((column.index, biases))
        if found is not None:
            return found
        frame = tile_frame(column.size, column.size, theme, ratio)
        corner = frame_origin(column.tiles[0])
        last = frame_origin(column.tiles[-1])
        # Biases extend a little beyond the frames.
        corner -= QPointF(BIAS_PX, 0)
        width = last.x() - corner.x() + column.size + 2 * FRAME_PX
        height = last.y() - corner.y() + column.size + 2 * FRAME_PX
        pixmap = clear_pixmap(QSizeF(width, height), ratio)
        painter = QPainter(pixmap)
        painter.translate(-corner)
        border = QColor(theme.surface if not theme.is_dark else theme.canvas)
        for tile, bias in zip(column.tiles, column.biases, strict=True):
            painter.drawPixmap(frame_origin(tile), frame)
            if biases:
                painter.fillRect(bias.adjusted(-1.5, -1.5, 1.5, 1.5), border)
        painter.end()
        self._overlays[column.index, biases] = corner, pixmap
        return corner, pixmap

    def _bias(self, layer: int) -> Array | None:
        if self._snapshot is None or layer == INPUT or self.is_plain:
            return None
        return self._snapshot.layers[layer].bias

    def _update_biases(self, column: TileColumn, bias: Array, corner: QPointF, overlay: QPixmap) -> None:
        """Draw the biases whose color has changed into the overlay."""
        values = bias[: column.shown]
        if not np.isfinite(values.sum()):
            values = np.nan_to_num(values)
        words = self._lut[(127.5 + 127.5 * np.clip(values, -1.0, 1.0)).astype(np.intp)].tolist()
        drawn = self._bias_words.get(column.index)
        if words == drawn:
            return
        self._bias_words[column.index] = words
        painter = QPainter(overlay)
        painter.translate(-corner)
        for unit, (rect, word) in enumerate(zip(column.biases, words, strict=False)):
            if drawn is None or drawn[unit] != word:
                painter.fillRect(rect, QColor.fromRgb(word))
        painter.end()

    def _labels(self, theme: Theme, ratio: float) -> tuple[QPointF, QPixmap]:
        """Position and pixmap of the input names and the numbers of folded units."""
        if self._written is None:
            places = self._label_places()
            area = reduce(QRectF.united, places, QRectF()).toAlignedRect()
            pixmap = QPixmap(max(1, round(area.width() * ratio)), max(1, round(area.height() * ratio)))
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.translate(-area.topLeft())
            self._paint_labels(painter, theme)
            painter.end()
            self._written = QPointF(area.topLeft()), pixmap
        return self._written

    def _label_places(self) -> list[QRectF]:
        """Positions of the labels."""
        names = (
            [self._name_place(tile) for tile in self._columns[INPUT].tiles] if INPUT in self._columns else []
        )
        folds = [column.fold_rect for column in self._columns.values() if column.folded]
        return [*names, *folds, *(place for place, *_ in self._class_places)]

    def _name_place(self, tile: QRectF) -> QRectF:
        if self.is_plain:
            # Words need more room than there is beside the tile.
            return QRectF(
                tile.center().x() - _CLASS_WIDTH_PX / 2, tile.bottom() + 2, _CLASS_WIDTH_PX, _CLASS_PX
            )
        return QRectF(tile.left() - 88, tile.top(), 80, tile.height())

    def _paint_labels(self, painter: QPainter, theme: Theme) -> None:
        painter.setPen(QColor(theme.text_muted))
        painter.setFont(self._font)
        inputs = self._columns.get(INPUT)
        if inputs is not None:
            side = Qt.AlignmentFlag.AlignHCenter if self.is_plain else Qt.AlignmentFlag.AlignRight
            for unit, tile in enumerate(inputs.tiles):
                painter.drawText(
                    self._name_place(tile), side | Qt.AlignmentFlag.AlignVCenter, self.name(INPUT, unit)
                )
        self._paint_folds(painter)
        self._paint_classes(painter, theme)

    def _paint_classes(self, painter: QPainter, theme: Theme) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._small)
        for place, number, name in self._class_places:
            text = place
            if number >= 0:
                use_colors(painter, class_color(number))
                dot = QPointF(place.left() + _DOT_PX / 2, place.center().y())
                painter.drawEllipse(dot, _DOT_PX / 2, _DOT_PX / 2)
                text = place.adjusted(_DOT_PX + 4, 0, 0, 0)
            draw_text(painter, text, name, theme.text_muted, align=LEFT, cut=True)

    def _paint_folds(self, painter: QPainter) -> None:
        painter.setFont(self._small)
        for column in self._columns.values():
            if column.folded:
                painter.drawText(column.fold_rect, Qt.AlignmentFlag.AlignCenter, f"+ {column.folded} more")
