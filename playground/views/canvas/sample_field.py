"""Neurons of a network on images: the sample, and the activations of every layer for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from core.experiment.experiment import Experiment
from core.inspect.fog import FogPart
from core.inspect.saliency import SaliencyMap, SaliencyPart
from core.inspect.snapshot import Snapshot
from core.inspect.weight_images import pixel_weights
from core.nn import Shape
from core.spec.arrays import Array
from playground.views.canvas.card_text import neuron_name
from playground.views.canvas.class_bars import EDGE_PX, ClassBars
from playground.views.canvas.column_layout import INPUT, LayerColumn, growth
from playground.views.canvas.hit_items import Item, Link, Neuron, Unlinked
from playground.views.theme.colors import Theme, class_color
from playground.views.theme.theme import font
from playground.views.widgets.array_images import (
    MapStrip,
    frame_origin,
    gray_image,
    packed_lut,
    reach,
    tile_frame,
    value_color,
)
from playground.views.widgets.painted import draw_box, draw_text, use_colors
from playground.views.widgets.saliency_overlay import SaliencyOverlay

_USUAL_PX: Final = 140
_MIN_CRISP: Final = 0.85
_MAX_CHANNELS: Final = 8


def crisp(size: float, pixels: int) -> float:
    """`size`, rounded down to a multiple of an image's `pixels` if one is near: all pixels are equally large."""
    whole = float(size // pixels * pixels)
    return whole if whole >= _MIN_CRISP * size else size


class InputPreview:
    """The input column of images, and of series as curves."""

    def __init__(self, shape: tuple[int, ...], column: LayerColumn) -> None:
        self._sample: Array | None = None
        self._drawn: tuple[Array, Theme, float] | None = None
        self._image = QImage()
        self.overlay = SaliencyOverlay()
        width = column.width - 4
        side = crisp(width, max(shape[:2])) if width > _USUAL_PX else width
        self.rect = QRectF(round(column.center - side / 2), EDGE_PX, side, side)

    def show(self, sample: Array | None, saliency: SaliencyMap | None = None) -> None:
        """Set the sample and its saliency; None draws an empty frame."""
        self._sample = sample
        self.overlay.show(saliency)

    @property
    def with_legend(self) -> QRectF:
        """The image and the legend of a saliency map below it."""
        return self.rect.adjusted(0, 0, 0, self.overlay.legend_height)

    def paint(self, painter: QPainter, theme: Theme, ratio: float, names: Sequence[str] = ()) -> None:
        """Draw the image. `names` are the class names."""
        self._paint_image(painter, theme, ratio)
        picture = self.overlay.picture
        if picture is not None:
            name = names[picture.label] if 0 <= picture.label < len(names) else ""
            self.overlay.paint_legend(painter, theme, self.rect, name)

    def _paint_series(self, painter: QPainter, theme: Theme, sample: Array) -> None:
        """The channels (time, channels) of a series as curves, over one range of values."""
        inner = self.rect.adjusted(6, 8, -6, -8)
        low, high = float(sample.min()), float(sample.max())
        x = np.linspace(inner.left(), inner.right(), len(sample))
        y = inner.bottom() - (sample - low) / max(high - low, 1e-12) * inner.height()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for number, channel in enumerate(y.T[:_MAX_CHANNELS]):
            painter.setPen(QPen(QColor(theme.text if number == 0 else class_color(number)), 1.5))
            points = zip(x.tolist(), channel.tolist(), strict=True)
            painter.drawPolyline(QPolygonF([QPointF(*point) for point in points]))
        painter.restore()

    def _paint_image(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        draw_box(painter, self.rect, 7, theme.field)
        if self._sample is None:
            return
        if self._sample.ndim == 2:
            self._paint_series(painter, theme, self._sample)
            return
        if self._drawn is None or self._drawn[0] is not self._sample or self._drawn[1:] != (theme, ratio):
            self._image = gray_image(self._sample, theme, round(self.rect.width() * ratio))
            self._image.setDevicePixelRatio(ratio)
            self._drawn = (self._sample, theme, ratio)
        rounded = QPainterPath()
        rounded.addRoundedRect(self.rect, 7, 7)
        painter.save()
        painter.setClipPath(rounded)
        painter.drawImage(self.rect.topLeft(), self._image)
        self.overlay.paint(painter, theme, self.rect)
        painter.restore()


GAP_PX: Final = 6
FOLD_PX: Final = 20
MAX_SQUARE_PX: Final = 24
BAR_WIDTH_PX: Final = 12
MIN_MAP_PX: Final = 48
_MAPS_ACROSS: Final = (2, 3, 4)


class _Grid:
    """Tiles of one column in rows of `across`: feature maps, or squares for single units."""

    def __init__(self, column: LayerColumn, shape: Shape, height: float, times: float) -> None:
        """`shape` is the layer's output, (units,) or (height, width, maps); `times` limits how much squares grow."""
        units, maps = shape[-1], len(shape) == 3
        room = height - 2 * EDGE_PX
        width = column.width - 4
        self.across, self.size, gap = 2, (width - GAP_PX) / 2, GAP_PX
        if maps and times > 1.0:
            self.across, self.size = _roomy(units, width, room)
            self.size = crisp(self.size, max(shape[:2]))
        elif not maps:
            for self.across in (4, 6, 8):
                gap = GAP_PX if self.across == 4 else 4
                self.size = min(MAX_SQUARE_PX * times, (width - (self.across - 1) * gap) / self.across)
                if math.ceil(units / self.across) * (self.size + gap) <= room + gap:
                    break
        if units < self.across:
            self.across = units
        self.size = float(int(self.size))
        rows = math.ceil(units / self.across)
        fitting = max(1, int((room + gap) // (self.size + gap)))
        self.folded = 0
        if rows > fitting:
            rows = max(1, int((room - FOLD_PX + gap) // (self.size + gap)))
            self.folded = max(0, units - rows * self.across)
        self.shown = units - self.folded
        used = rows * (self.size + gap) - gap + (FOLD_PX if self.folded else 0)
        top = EDGE_PX if used <= room else round((height - used) / 2)
        left = round(column.center - (self.across * (self.size + gap) - gap) / 2)
        self.tiles = [
            QRectF(
                left + (unit % self.across) * (self.size + gap),
                top + (unit // self.across) * (self.size + gap),
                self.size,
                self.size,
            )
            for unit in range(self.shown)
        ]
        self.fold_rect = QRectF(column.left, self.tiles[-1].bottom() + 3, column.width, FOLD_PX)
        self.maps = maps
        self.strip: MapStrip | None = None
        self.values: Array | None = None


def _roomy(maps: int, width: float, room: float) -> tuple[int, float]:
    """Maps per row and their size, so that all are as large as possible."""

    def size(across: int) -> float:
        rows = math.ceil(maps / across)
        return min(_side(across, width), (room + GAP_PX) / rows - GAP_PX)

    across = max(_MAPS_ACROSS, key=size)
    if size(across) >= MIN_MAP_PX:
        return across, size(across)
    # Not all fit: as many as are readable, the rest is folded.
    readable = [across for across in _MAPS_ACROSS if _side(across, width) >= MIN_MAP_PX]
    across = max(readable, default=_MAPS_ACROSS[0])
    return across, _side(across, width)


def _side(across: int, width: float) -> float:
    return (width - (across - 1) * GAP_PX) / across


class SampleField(Unlinked):
    """Layout, painting and hit tests of a stack on an image."""

    links_stale = False
    """Whether something waits for the next repaint."""

    def __init__(
        self, experiment: Experiment, shapes: Sequence[Shape], columns: Sequence[LayerColumn], size: QSizeF
    ) -> None:
        self._experiment = experiment
        self._grids: dict[int, _Grid] = {}
        self._flat: dict[int, QRectF] = {}
        self._flat_strips: dict[int, MapStrip] = {}
        self._lengths: dict[int, int] = {}
        self._snapshot: Snapshot | None = None
        self._fresh = False
        self._theme: Theme | None = None
        self._small = font("small")
        self._frames: dict[float, QPixmap] = {}
        self.bars: ClassBars | None = None
        self.input: InputPreview | None = None
        last = self._last = len(experiment.layers)
        self._growth = times = growth(columns)
        for column in columns:
            if column.index == INPUT:
                self.input = InputPreview(experiment.input_shape, column)
            elif column.index == last and len(shapes) > last:
                self.bars = ClassBars(experiment, column.left + 2, column.width - 4, size.height(), times)
            elif column.index < min(last, len(shapes)):
                self._place(column, shapes[column.index], size.height())

    def _place(self, column: LayerColumn, shape: Shape, height: float) -> None:
        if len(shape) == 1 and self._experiment.layers[column.index].family == "shape":
            long = min(220.0 * self._growth, height - 2 * EDGE_PX)
            self._flat[column.index] = QRectF(
                round(column.center - BAR_WIDTH_PX / 2), EDGE_PX, BAR_WIDTH_PX, long
            )
            self._lengths[column.index] = shape[0]
        else:
            self._grids[column.index] = _Grid(column, shape, height, self._growth)

    def show(self, snapshot: Snapshot) -> None:
        self._snapshot, self._fresh = snapshot, True

    def show_names(self, classes: Sequence[str]) -> None:
        """Set the names of classes."""
        if self.bars is not None:
            self.bars.set_names(classes)

    @property
    def _n_outputs(self) -> int:
        """Output rows that are neurons: two classes may share one."""
        units = self._experiment.output_layer().units
        return 0 if self.bars is None or self.bars.is_image else min(self.bars.shown, units)

    def tile(self, column: int, unit: int) -> QRectF | None:
        """Rectangle of a unit or feature map; None if it is folded or does not exist."""
        if self.bars is not None and column == self._last:
            return self.bars.row_rect(unit) if 0 <= unit < self._n_outputs else None
        if column in self._flat:
            rect, units = self._flat[column], self._lengths[column]
            top = min(rect.top() + unit * rect.height() / units, rect.bottom() - 1.0)
            return QRectF(rect.left(), top, rect.width(), 1.0)
        grid = self._grids.get(column)
        return grid.tiles[unit] if grid is not None and 0 <= unit < grid.shown else None

    def folded(self, column: int) -> int:
        """Number of units of a column that are not drawn."""
        return self._grids[column].folded if column in self._grids else 0

    def hit(self, pos: QPointF) -> Item | None:
        """The unit at a position."""
        for index, grid in self._grids.items():
            for unit, tile in enumerate(grid.tiles):
                if tile.contains(pos):
                    return Neuron(index, unit)
        for index, rect in self._flat.items():
            if rect.contains(pos):
                units = self._lengths[index]
                return Neuron(index, min(units - 1, int((pos.y() - rect.top()) / rect.height() * units)))
        if self.bars is not None and self.bars.rect.contains(pos):
            rows = range(self._n_outputs)
            return next(
                (Neuron(self._last, row) for row in rows if self.bars.row_rect(row).contains(pos)), None
            )
        return None

    def value(self, item: Item) -> float | None:
        """Activation of a single unit for the sample."""
        if self._snapshot is None or not isinstance(item, Neuron) or item.column == INPUT:
            return None
        activations = self._snapshot.layers[item.column].activations
        return float(activations[item.unit]) if activations is not None and activations.ndim == 1 else None

    def name(self, column: int, unit: int) -> str:
        """Name of a unit in texts."""
        if self.bars is not None and column == self._last and self.bars.names_units:
            return f"output {self.bars.names[unit]}"
        grid = self._grids.get(column)
        return f"map {unit + 1}" if grid is not None and grid.maps else neuron_name(unit)

    def paint(self, painter: QPainter, theme: Theme, ratio: float, hovered: Item | None) -> None:
        if theme is not self._theme:
            self._theme, self._fresh = theme, True
            self._lut = packed_lut(theme)
            self._frames.clear()
        if self._snapshot is not None and self._fresh:
            self._update_field(self._snapshot, ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_behind(painter, theme)
        if self.input is not None:
            self.input.paint(painter, theme, ratio, () if self.bars is None else self.bars.names)
        self._paint_layers(painter, theme, ratio)
        if self.bars is not None:
            self.bars.paint(painter, theme, ratio)
        self._paint_hovered(painter, theme, hovered)

    def _paint_behind(self, painter: QPainter, theme: Theme) -> None:
        """Draw what lies behind the units."""

    def _paint_layers(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        for grid in self._grids.values():
            self._paint_grid(painter, grid, theme, ratio)
        for index, rect in self._flat.items():
            if index in self._flat_strips:
                self._flat_strips[index].draw(painter, 0, rect)
            else:
                painter.fillRect(rect, QColor(theme.field))

    def _update_field(self, snapshot: Snapshot, ratio: float) -> None:
        self._fresh = False
        for index, grid in self._grids.items():
            activations = snapshot.layers[index].activations
            grid.values = None
            if activations is None:
                grid.strip = None
            elif grid.maps:
                pixels = round(grid.size * ratio)
                if grid.strip is None or grid.strip.width != pixels:
                    grid.strip = MapStrip(grid.shown, pixels, pixels)
                grid.strip.fill(activations.transpose(2, 0, 1), self._lut, scale=reach(activations))
            else:
                grid.values = activations / reach(activations)
        for index, rect in self._flat.items():
            activations = snapshot.layers[index].activations
            if activations is None:
                self._flat_strips.pop(index, None)
                continue
            if index not in self._flat_strips:
                self._flat_strips[index] = MapStrip(1, BAR_WIDTH_PX, round(rect.height() * ratio))
            column = activations[None, :, None]
            self._flat_strips[index].fill(column, self._lut, scale=reach(activations))
        if self.input is not None:
            self.input.show(snapshot.sample, snapshot.part(SaliencyPart))
        if self.bars is not None:
            fog = snapshot.part(FogPart)
            spread = None if fog is None else fog.sample
            self.bars.show(snapshot.sample_output, self._class_weights(snapshot), spread)

    def _class_weights(self, snapshot: Snapshot) -> Array | None:
        """Images of the weights of each class, (classes, height, width)."""
        return pixel_weights(snapshot)

    def _paint_grid(self, painter: QPainter, grid: _Grid, theme: Theme, ratio: float) -> None:
        if grid.strip is not None:
            self._paint_maps(painter, grid, grid.strip, theme, ratio)
        else:
            use_colors(painter, theme.zero)
            values = None if grid.values is None else np.nan_to_num(grid.values[: grid.shown]).tolist()
            for unit, tile in enumerate(grid.tiles):
                if values is not None:
                    painter.setBrush(value_color(self._lut, values[unit]))
                painter.drawRoundedRect(tile, 4, 4)
        if grid.folded:
            draw_text(painter, grid.fold_rect, f"+ {grid.folded} more", theme.text_muted, self._small)

    def _paint_maps(
        self, painter: QPainter, grid: _Grid, strip: MapStrip, theme: Theme, ratio: float
    ) -> None:
        frame = self._frames.get(grid.size)
        if frame is None:
            frame = self._frames[grid.size] = tile_frame(grid.size, grid.size, theme, ratio, border=False)
        for unit, tile in enumerate(grid.tiles):
            strip.draw(painter, unit, tile)
            painter.drawPixmap(frame_origin(tile), frame)

    def _paint_hovered(self, painter: QPainter, theme: Theme, hovered: Item | None) -> None:
        if isinstance(hovered, Neuron) and not isinstance(hovered, Link):
            tile = self.tile(hovered.column, hovered.unit)
            if tile is not None:
                draw_box(painter, tile.adjusted(-2, -2, 2, 2), 6, None, theme.accent, 2)
