"""The inputs of a neuron by their names, as a table with bars, largest |products| first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.data.pipeline import TokenInputs
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.neuron import NeuronTrace
from core.inspect.weight_images import image_before
from core.nn import Conv2D, Dense
from core.nn.stage import Address, beside, layer_at, layer_text, number_of
from playground.plugin import LEFT, RIGHT, PaintedWidget, Theme, ThemeSource, cut_text, draw_box, font
from playground.plugins.microscope.formulas import summand
from playground.views.widgets.number_format import number


def layer_name(experiment: Experiment, layer: Address) -> str:
    """ "Layer 2 · Dense 6, tanh", "Layer 1 in layer 3 · LayerNorm" or "Output · 1, sigmoid"."""
    kind = layer_at(experiment.stack(), layer)
    assert kind is not None
    function = kind.output_activation
    ending = "" if function is None else f", {function.title}"
    if layer == len(experiment.layers) and isinstance(kind, Dense):
        return f"Output · {kind.units}{ending}"
    count = kind.filters if isinstance(kind, Conv2D) else getattr(kind, "units", "")
    return f"{layer_text(layer).capitalize()} · {kind.title} {count}".rstrip() + ending


def input_name(trace: NeuronTrace, index: int, experiment: Experiment, prepared: PreparedData) -> str:
    """Name of an input: a feature, a table column, a pixel, or a neuron of the previous layer."""
    stack, number = experiment.stack(), number_of(trace.layer)
    kind = layer_at(stack, trace.layer)
    if isinstance(kind, Conv2D):
        return pixel_name(index, (*kind.kernel_size, len(trace.inputs) // math.prod(kind.kernel_size)))
    if number and isinstance(layer_at(stack, beside(trace.layer, number - 1)), Dense):
        return f"Neuron {index + 1}"
    if isinstance(trace.layer, str) or trace.place is not None:
        return f"Input {index + 1}"
    if trace.layer == 0:
        if prepared.features:
            return experiment.feature_labels[index]
        names = prepared.data.feature_names
        return names[index] if index < len(names) else f"Input {index + 1}"
    shape = image_before(experiment, trace.layer)
    if shape is not None and len(trace.inputs) == math.prod(shape):
        return pixel_name(index, shape)
    return f"Input {index + 1}"


def pixel_name(index: int, shape: tuple[int, ...]) -> str:
    """ "Pixel 3, 5": row and column from 1, with the channel if there are several."""
    place, channel = divmod(index, shape[2])
    row, column = divmod(place, shape[1])
    ending = f", channel {channel + 1}" if shape[2] > 1 else ""
    return f"Pixel {row + 1}, {column + 1}{ending}"


def prediction_names(prepared: PreparedData) -> tuple[str, ...]:
    """Those of the classes, or of the tokens."""
    inputs = prepared.pipeline.inputs
    return prepared.data.class_names or (inputs.shown if isinstance(inputs, TokenInputs) else ())


_ROW_PX = 22
_COLUMN_PX = 72
_BAR_PX = 84
_NAME_PX = 64
_MIN_COLUMN_PX, _MIN_NAME_PX, _MIN_BAR_PX = 58, 48, 24
"""In a dock; without room for bars of `_MIN_BAR_PX` there are none."""
_GAP_PX = 8
_HEADINGS = ("input", "x", "w", "x · w", "", "∂L/∂w", "step")


@dataclass(frozen=True)
class ProductRow:
    """One line; None leaves a cell empty. A line without `value` is the sum of the inputs left out."""

    name: str
    value: float | None
    weight: float | None
    product: float
    gradient: float | None
    step: float | None


class ProductTable(PaintedWidget):
    """A painted widget: labels are too slow for sixty updates a second."""

    name = "Inputs, weights and products"

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.rows: tuple[ProductRow, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("The inputs that count most, with their weights, products, gradients and next steps.")

    def show_rows(self, rows: Sequence[ProductRow]) -> None:
        grown = len(rows) != len(self.rows)
        self.rows = tuple(rows)
        if grown:
            self.updateGeometry()
        self.setAccessibleDescription("; ".join(f"{row.name}: {number(row.product)}" for row in rows))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(5 * _COLUMN_PX + _BAR_PX + _NAME_PX, (len(self.rows) + 1) * _ROW_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(5 * _MIN_COLUMN_PX + _MIN_NAME_PX, self.sizeHint().height())

    @property
    def number_font(self) -> QFont:
        """Small in a dock, where the columns are narrow: numbers would touch those of the next one."""
        return font("small" if self._is_narrow else "normal")

    @property
    def _is_narrow(self) -> bool:
        return self.width() < self.sizeHint().width()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(font("small"))
        painter.setPen(QColor(theme.text_muted))
        places = self._places()
        for place, heading in zip(places, _HEADINGS, strict=True):
            painter.drawText(place, LEFT if heading == "input" else RIGHT, heading)
        painter.setPen(QColor(theme.border))
        painter.drawLine(0, _ROW_PX - 1, self.width(), _ROW_PX - 1)
        largest = max((abs(row.product) for row in self.rows), default=0.0)
        painter.setFont(self.number_font)
        for index, row in enumerate(self.rows):
            down = (index + 1) * _ROW_PX
            self._paint_row(painter, [place.translated(0, down) for place in places], row, largest, theme)

    def _places(self) -> list[QRectF]:
        """Cell rectangles of the first line."""
        column, bar = _COLUMN_PX, _BAR_PX
        if self._is_narrow:
            column = _MIN_COLUMN_PX
            bar = max(0, min(_BAR_PX, self.width() - 5 * column - _MIN_NAME_PX))
        name = max(_MIN_NAME_PX, self.width() - 5 * column - bar)
        widths = [name, *[column] * 3, bar, *[column] * 2]
        places, x = [], 0.0
        for width in widths:
            places.append(QRectF(x, 0, width, _ROW_PX))
            x += width
        return places

    def _paint_row(
        self, painter: QPainter, places: list[QRectF], row: ProductRow, largest: float, theme: Theme
    ) -> None:
        quiet = row.value is None
        painter.setPen(QColor(theme.text_muted if quiet else theme.text))
        room = places[0].width() + (places[1].width() + places[2].width() if quiet else -_GAP_PX)
        name = cut_text(painter.font(), row.name, room)
        painter.drawText(places[0].adjusted(0, 0, room, 0), LEFT, name)
        cells = ((1, row.value), (2, row.weight), (3, row.product), (5, row.gradient), (6, row.step))
        for column, value in cells:
            if value is not None:
                painter.drawText(places[column], RIGHT, summand(value))
        if places[4].width() >= _MIN_BAR_PX:
            self._paint_bar(painter, places[4], row.product, largest, theme)

    def _paint_bar(
        self, painter: QPainter, place: QRectF, product: float, largest: float, theme: Theme
    ) -> None:
        middle = place.center().x() + _GAP_PX / 2
        painter.setPen(QColor(theme.border_strong))
        painter.drawLine(round(middle), round(place.top()) + 3, round(middle), round(place.bottom()) - 3)
        if largest <= 0.0:
            return
        length = (place.width() / 2 - _GAP_PX) * min(1.0, abs(product) / largest)
        start = middle if product > 0.0 else middle - length
        color = theme.positive if product > 0.0 else theme.negative
        draw_box(painter, QRectF(start, place.top() + 6, length, place.height() - 12), 2, color)
