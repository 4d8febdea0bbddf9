"""Neurons of a dense network on images: the pixels that each one weighs, and the strongest links of the sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from core.inspect.weight_images import added_images, first_pixel_layer, mean_weight_images
from core.nn import Dense, Sampling, Shape
from core.nn.autoencoder import code_layer
from core.spec.arrays import Array
from playground.views.canvas.column_layout import LayerColumn
from playground.views.canvas.hit_items import Item, Neuron
from playground.views.canvas.input_notes import InputNotes
from playground.views.canvas.key_line import KeyLine
from playground.views.canvas.sample_field import SampleField
from playground.views.canvas.weight_grid import WeightGrid
from playground.views.canvas.weight_links import link_width
from playground.views.theme.colors import Theme, mix
from playground.views.widgets.painted import use_colors

_FOOT_PX: Final = 30
_BUTTON_PX: Final = 124
"""Size of the button for the links in the lower right corner."""
_IMAGE_SECONDS: Final = 0.15
_FAINTEST: Final = 0.25
_INPUT_PLACE: Final = 0.38
"""Middle of the input image, as a share of the height."""


@dataclass(frozen=True)
class _Strong:
    """A link: its path, and its strength relative to the strongest, negative for links that hold back."""

    path: QPainterPath
    strength: float


class PixelField(SampleField):
    """Layout, painting and hit tests of Dense layers over a flattened image."""

    def __init__(
        self, experiment: Experiment, shapes: Sequence[Shape], columns: Sequence[LayerColumn], size: QSizeF
    ) -> None:
        first = first_pixel_layer(experiment)
        assert first is not None
        self._first = first
        self._weights: dict[int, WeightGrid] = {}
        self._strong: list[_Strong] = []
        self._is_ranked = False
        self._imaged_at = float("-inf")
        self.links_stale = False
        """Whether the images of weights wait until they are due."""
        self._class_images: Array | None = None
        self._behind: QPixmap | None = None
        self._size = size
        self.most_links = 2
        """The links drawn into each neuron."""
        super().__init__(experiment, shapes, columns, QSizeF(size.width(), size.height() - _FOOT_PX))
        if self.input is not None:
            rect = self.input.rect
            top = max(rect.top(), _INPUT_PLACE * size.height() - rect.height() / 2)
            self.input.rect = QRectF(rect.left(), round(top), rect.width(), rect.height())
        shown = QRectF() if self.input is None else self.input.rect
        self.notes = InputNotes(columns[0], shown, size.height() - _FOOT_PX)

    def _place(self, column: LayerColumn, shape: Shape, height: float) -> None:
        if column.index >= self._first and isinstance(self._experiment.layers[column.index], Dense):
            pixels = max(self._experiment.input_shape[:2])
            self._weights[column.index] = WeightGrid(column, shape[0], pixels, height)
            return
        if column.index > self._first and not isinstance(self._experiment.layers[column.index], Sampling):
            return  # the same units again, through which the links pass
        super()._place(column, shape, height)
        if column.index in self._flat:
            flat = self._flat[column.index]
            self._flat[column.index] = QRectF(flat.left(), flat.top(), flat.width(), height - 2 * flat.top())

    def show(self, snapshot: Snapshot) -> None:
        # After an edit, a snapshot of other data may still arrive, whose labels are not those of the new ones.
        self.notes.show(snapshot if snapshot.experiment.dataset == self._experiment.dataset else None)
        before = self._snapshot
        if before is not None and before.request != snapshot.request:
            self._imaged_at = float("-inf")  # another sample, for example
        super().show(snapshot)
        at_rest = before is not None and (before.epoch, before.step) == (snapshot.epoch, snapshot.step)
        if not self._is_ranked or at_rest:
            self._is_ranked = True
            self._rank(snapshot)

    def set_most_links(self, most: int) -> None:
        """Set how many links are drawn into each neuron."""
        self.most_links, self._fresh = most, True
        self._imaged_at = float("-inf")

    def fold_at(self, pos: QPointF) -> int | None:
        """The column whose units are turned over at a position."""
        for index, grid in self._weights.items():
            if grid.pages > 1 and grid.fold_rect.contains(pos):
                return index
        return None

    def turn_page(self, column: int) -> None:
        """Show the next units of a column."""
        self._weights[column].turn_page()
        self._imaged_at, self._fresh = float("-inf"), True

    def tile(self, column: int, unit: int) -> QRectF | None:
        """Rectangle of a unit; None if it is on another page."""
        grid = self._weights.get(column)
        return super().tile(column, unit) if grid is None else grid.tile(unit)

    def folded(self, column: int) -> int:
        """Number of units of a column that are not drawn."""
        grid = self._weights.get(column)
        return super().folded(column) if grid is None else grid.folded

    def hit(self, pos: QPointF) -> Item | None:
        """The unit at a position."""
        for index, grid in self._weights.items():
            unit = grid.hit(pos)
            if unit is not None:
                return Neuron(index, unit)
        return super().hit(pos)

    @property
    def links(self) -> int:
        """Number of links that are drawn."""
        return len(self._strong)

    def _rank(self, snapshot: Snapshot) -> None:
        """Order the units of each layer by what comes in and goes on through their weights."""
        kernels = [layer.kernel for layer in snapshot.layers]
        for index, grid in self._weights.items():
            own = kernels[index]
            after = next((k for k in kernels[index + 1 :] if k is not None and len(k) == grid.units), None)
            if own is not None and after is not None:
                grid.rank(np.linalg.norm(own, axis=0) * np.linalg.norm(after, axis=1))

    def _update_field(self, snapshot: Snapshot, ratio: float) -> None:
        super()._update_field(snapshot, ratio)
        assert self._theme is not None
        due = self._images_due
        for index, grid in self._weights.items():
            grid.activations = snapshot.layers[index].activations
            if due:
                images = self._images_of(snapshot, index, grid)
                grid.show_images(images, self._theme, ratio)
        self.links_stale = not due
        if due:
            self._imaged_at = perf_counter()
            self._strong = self._strongest(snapshot)
            self._behind = self._draw_behind(self._theme, ratio)

    def _images_of(self, snapshot: Snapshot, index: int, grid: WeightGrid) -> Array | None:
        """Of a decoder's units what they add to the image that it makes, of others what they look for."""
        code = code_layer(self._experiment.stack(), self._experiment.input_shape)
        if code is not None and index > code and self._experiment.task.gives_back:
            return added_images(snapshot, index, grid.visible)
        return mean_weight_images(snapshot, self._first, index, grid.visible)

    @property
    def _images_due(self) -> bool:
        """Weights change slowly, and links that change with every picture cannot be followed."""
        return perf_counter() - self._imaged_at >= _IMAGE_SECONDS

    def _class_weights(self, snapshot: Snapshot) -> Array | None:
        if not self._images_due or (self.bars is not None and self.bars.is_image):
            return self._class_images
        units = range(self._experiment.output_layer().units)
        self._class_images = mean_weight_images(snapshot, self._first, self._last, units)
        return self._class_images

    def paint(self, painter: QPainter, theme: Theme, ratio: float, hovered: Item | None) -> None:
        if theme is not self._theme:
            self._imaged_at = float("-inf")
        if self.links_stale and self._images_due:
            self._fresh = True
        super().paint(painter, theme, ratio, hovered)

    def _strongest(self, snapshot: Snapshot) -> list[_Strong]:
        """The links with the largest products of activation and weight for the sample, `most_links` a neuron."""
        found: list[_Strong] = []
        source: WeightGrid | None = None
        for index in (*self._weights, self._last):
            if source is not None:
                found += self._links_into(snapshot, index, source)
            source = self._weights.get(index)
        return found

    def _links_into(self, snapshot: Snapshot, index: int, source: WeightGrid) -> list[_Strong]:
        kernel, values = snapshot.layers[index].kernel, snapshot.layers[index - 1].activations
        if kernel is None or values is None or values.shape != (source.units,) or len(kernel) != source.units:
            return []
        sources = source.visible
        targets = self._weights[index].visible if index in self._weights else list(range(self._n_outputs))
        products = np.nan_to_num(values[sources, None] * kernel[np.ix_(sources, targets)])
        largest = float(np.abs(products).max(initial=0.0))
        if not largest or not self.most_links:
            return []
        made = []
        for column, target in enumerate(targets):
            strongest = np.argsort(-np.abs(products[:, column]))[: self.most_links]
            for row in strongest.tolist():
                strength = float(products[row, column]) / largest
                if strength:
                    path = _way(source.leaving(sources[row]), self._entering(index, target))
                    made.append(_Strong(path, strength))
        return sorted(made, key=lambda link: abs(link.strength))

    def _entering(self, index: int, unit: int) -> list[QPointF]:
        if index in self._weights:
            return self._weights[index].entering(unit)
        assert self.bars is not None
        row = self.bars.row_rect(unit)
        return [QPointF(row.left() - 3, row.center().y())]

    def _paint_behind(self, painter: QPainter, theme: Theme) -> None:
        if self._behind is not None:
            painter.drawPixmap(0, 0, self._behind)

    def _draw_behind(self, theme: Theme, ratio: float) -> QPixmap:
        """The funnel and the links, with the canvas below them: drawing them anew takes 2 ms."""
        made = QPixmap(round(self._size.width() * ratio), round(self._size.height() * ratio))
        made.setDevicePixelRatio(ratio)
        made.fill(QColor(theme.canvas))
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_funnel(painter, theme)
        self._paint_links(painter, theme)
        painter.end()
        return made

    def _paint_links(self, painter: QPainter, theme: Theme) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        widths = link_width(np.abs([link.strength for link in self._strong]))
        for link, width in zip(self._strong, widths.tolist(), strict=True):
            end = theme.negative if link.strength < 0 else theme.positive
            share = _FAINTEST + (0.9 - _FAINTEST) * abs(link.strength) ** 0.5
            pen = QPen(QColor(mix(theme.canvas, end, share)), 0.75 * width)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawPath(link.path)

    def _paint_funnel(self, painter: QPainter, theme: Theme) -> None:
        """All pixels go into every neuron of the first layer: an area instead of thousands of links."""
        if self.input is None or self._first not in self._weights:
            return
        grid = self._weights[self._first]
        left = self.input.rect
        tiles = [tile for tile in map(grid.tile, grid.visible) if tile is not None]
        target = QRectF(tiles[0].left() - 6, tiles[0].top(), 1, tiles[-1].bottom() - tiles[0].top())
        stops = [QRectF(left.right() + 4, left.top(), 1, left.height()), *self._flat.values(), target]
        use_colors(painter, mix(theme.canvas, theme.text_faint, 0.12))
        for before, after in pairwise(stops):
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(before.right(), before.top()),
                        QPointF(after.left(), after.top()),
                        QPointF(after.left(), after.bottom()),
                        QPointF(before.right(), before.bottom()),
                    ]
                )
            )

    def _paint_layers(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        super()._paint_layers(painter, theme, ratio)
        painter.setFont(self._small)
        for grid in self._weights.values():
            frame = self._frames.get(grid.size)
            if frame is None:
                frame = self._frames[grid.size] = grid.frame(theme, ratio)
            grid.paint(painter, theme, frame)
            grid.paint_fold(painter, theme)
        if self.input is not None:
            self.notes.paint(painter, theme, ratio)
        self._paint_key(painter, theme)

    def _paint_key(self, painter: QPainter, theme: Theme) -> None:
        """Legend of the colors, the bars and the links, beside the button that sets the number of links."""
        left = 0.0 if self.input is None else self.input.rect.left()
        top = self._size.height() - _FOOT_PX
        painter.setFont(self._small)
        key = KeyLine(painter, theme, QRectF(left, top, self._size.width() - _BUTTON_PX - left, _FOOT_PX))
        key.bar("weight −", "+")
        key.text("bar below a tile: its activation")
        if self._strong:
            key.text(f"links: the {self.most_links} strongest into each for this sample")


def _way(leaving: Sequence[QPointF], entering: Sequence[QPointF]) -> QPainterPath:
    """A smooth way through the gutters of two grids."""
    path = QPainterPath(leaving[0])
    for point in leaving[1:]:
        path.lineTo(point)
    start, end = leaving[-1], entering[0]
    middle = (start.x() + end.x()) / 2
    path.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)
    for point in entering[1:]:
        path.lineTo(point)
    return path
