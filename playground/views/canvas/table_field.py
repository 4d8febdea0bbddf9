"""Neurons of a network on a table: every neuron over the plane of the output, between cards of columns and classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter

from core.data.plane import Plane
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.fog import FogPart
from core.inspect.snapshot import Snapshot
from core.nn import Shape
from core.spec.arrays import Array
from playground.views.canvas.column_layout import INPUT, LayerColumn, TileColumn
from playground.views.canvas.hit_items import Item, Neuron
from playground.views.canvas.key_line import DOT_PX, KeyLine
from playground.views.canvas.point_field import PointField
from playground.views.canvas.table_cards import InputCards, OutputCards
from playground.views.theme.colors import LIGHT, Theme
from playground.views.widgets.number_format import number_text
from playground.views.widgets.painted import use_colors

_BELOW_PX: Final = 16
_TIMES: Final = 1.5
"""A table has fewer neurons than points, and fewer columns of them."""
_FOOT_PX: Final = 24
_MIN_HEIGHT_PX: Final = 300
"""Lower fields have no key below them."""


class TableField(PointField):
    """Layout, painting and hit tests of a stack of flat layers on a table."""

    def __init__(
        self, experiment: Experiment, shapes: Sequence[Shape], columns: Sequence[LayerColumn], size: QSizeF
    ) -> None:
        self._inputs: InputCards | None = None
        self._outputs: OutputCards | None = None
        self._last = len(experiment.layers)
        self._has_foot = size.height() >= _MIN_HEIGHT_PX
        self._foot = QRectF(
            columns[0].left, size.height() - _FOOT_PX - 2, columns[-1].right - columns[0].left, _FOOT_PX
        )
        room = QSizeF(size.width(), size.height() - (_FOOT_PX if self._has_foot else 0))
        self._plane: Plane | None = None
        self._spot: tuple[float, float] | None = None
        super().__init__(experiment, shapes, columns, room)

    def _make_tiles(self, column: LayerColumn, units: int, height: float) -> TileColumn:
        if column.index == INPUT:
            self._inputs = InputCards(column, units, height)
            return self._inputs
        if column.index == self._last:
            self._outputs = OutputCards(column.index, column, self._experiment, height)
            return self._outputs
        most = self._most_px
        return TileColumn(
            column.index, column.center, units, height, most_px=most, below_px=_BELOW_PX, times=_TIMES
        )

    def show_data(self, prepared: PreparedData) -> None:
        """Set names, histograms and classes."""
        if self._inputs is not None:
            self._inputs.show_data(prepared)
        if self._outputs is not None:
            self._outputs.show_data(prepared)

    def show(self, snapshot: Snapshot) -> None:
        super().show(snapshot)
        if self._inputs is not None:
            self._inputs.show_sample(snapshot.request.sample, snapshot.sample)
        if self._outputs is not None:
            fog = snapshot.part(FogPart)
            self._outputs.show_output(snapshot.sample_output, None if fog is None else fog.sample)
        if snapshot.plane is not self._plane:
            self._plane, self._written = snapshot.plane, None
        self._spot = _spot(snapshot)

    @property
    def shown(self) -> int:
        """The largest number of units drawn as tiles."""
        tiles = [column.shown for index, column in self._columns.items() if index != INPUT]
        return max(tiles, default=0)

    def output_texts(self) -> list[str]:
        """The text of each output."""
        return [] if self._outputs is None else self._outputs.texts()

    def hit(self, pos: QPointF) -> Item | None:
        """The item at a position. The cards of inputs are no neurons."""
        found = super().hit(pos)
        return None if isinstance(found, Neuron) and found.column == INPUT else found

    def value(self, item: Item) -> float | None:
        """The weight, the bias, or a neuron's output for the sample."""
        if not isinstance(item, Neuron):
            return super().value(item)
        if self._snapshot is None or item.column == INPUT:
            return None
        values = self._snapshot.layers[item.column].activations
        return None if values is None or item.unit >= len(values) else float(values[item.unit])

    def name(self, column: int, unit: int) -> str:
        """Name of a neuron in texts: its column, "neuron 3" or its class."""
        if column == INPUT:
            names = () if self._inputs is None else self._inputs.names
            return names[unit] if unit < len(names) else f"input {unit + 1}"
        if column == self._last and self._outputs is not None and self._outputs.has_classes:
            names = self._outputs.names
            return f"output {names[unit]}" if unit < len(names) else f"output {unit + 1}"
        return super().name(column, unit)

    def paint(self, painter: QPainter, theme: Theme, ratio: float, hovered: Item | None) -> None:
        super().paint(painter, theme, ratio, hovered)
        if self._snapshot is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_activations(painter, theme)
        if self._spot is not None:
            self._paint_spots(painter, self._spot)

    def _maps(self, snapshot: Snapshot, column: int) -> Array | None:
        return None if column == INPUT else super()._maps(snapshot, column)

    def _paint_column(self, painter: QPainter, column: TileColumn, theme: Theme, ratio: float) -> None:
        if isinstance(column, InputCards):
            column.paint(painter, theme, ratio)
            return
        if isinstance(column, OutputCards):
            column.paint_cards(painter, theme)
        super()._paint_column(painter, column, theme, ratio)

    def _paint_activations(self, painter: QPainter, theme: Theme) -> None:
        assert self._snapshot is not None
        painter.setFont(self._small)
        painter.setPen(QColor(theme.text_muted))
        for index, column in self._columns.items():
            values = None if index in (INPUT, self._last) else self._snapshot.layers[index].activations
            if values is None or values.ndim != 1 or not column.below_px:
                continue
            for tile, value in zip(column.tiles, values[: column.shown].tolist(), strict=False):
                place = QRectF(tile.left() - 20, tile.bottom() + 2, tile.width() + 40, _BELOW_PX - 2)
                text = number_text(value)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, f"+{text}" if value > 0 else text)

    def _paint_spots(self, painter: QPainter, spot: tuple[float, float]) -> None:
        """A dot for the sample in every tile."""
        use_colors(painter, LIGHT.surface, LIGHT.text, 1.5)
        for column in self._columns.values():
            if isinstance(column, InputCards) or column.strip is None:
                continue
            size = min(DOT_PX, column.size / 8)
            for tile in column.tiles:
                x, y = tile.left() + spot[0] * tile.width(), tile.bottom() - spot[1] * tile.height()
                painter.drawEllipse(QPointF(x, y), size, size)

    def _label_places(self) -> list[QRectF]:
        folds = [column.fold_rect for column in self._columns.values() if column.folded]
        return [*folds, self._foot] if self._has_foot else folds

    def _paint_labels(self, painter: QPainter, theme: Theme) -> None:
        painter.setPen(QColor(theme.text_muted))
        self._paint_folds(painter)
        if self._has_foot:
            self._paint_key(painter, theme)

    def _paint_key(self, painter: QPainter, theme: Theme) -> None:
        """Legend of the colors, the dot and the tiles' axes."""
        painter.setFont(self._small)
        key = KeyLine(painter, theme, self._foot)
        key.bar("weight, neuron −", "+")
        key.dot("this sample")
        if self._plane is not None:
            across, up = self._plane.labels
            key.text(f"every tile: → {across}, ↑ {up}", elide=True)


def _spot(snapshot: Snapshot) -> tuple[float, float] | None:
    """The sample's place on the plane as shares of its sides; None outside."""
    plane, sample = snapshot.plane, snapshot.sample
    if plane is None or sample is None or sample.ndim != 1:
        return None
    # A task may add inputs, such as a time.
    a, b = plane.place(sample[None, : len(plane.centre)])[0].tolist()
    x, y = (
        (value - low) / (high - low) for value, low, high in zip((a, b), plane.low, plane.high, strict=True)
    )
    return (x, y) if 0.0 <= x <= 1.0 and 0.0 <= y <= 1.0 else None
