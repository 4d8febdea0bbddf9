"""Marks of a step in slow motion: values on the neurons, pulses along the links, gradients that run back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from core.inspect.snapshot import LayerSnapshot, Snapshot
from core.io.number_text import true_minus
from core.spec.arrays import Array
from playground.model.slow_motion import SlowMoment
from playground.views.canvas.column_layout import INPUT
from playground.views.canvas.weight_links import LinkSheet
from playground.views.theme.colors import Theme, rgb
from playground.views.theme.theme import font
from playground.views.widgets.painted import draw_box, draw_text, faded

_MAX_PULSES: Final = 60
_MAX_WRITTEN: Final = 4
_MAX_TILES: Final = 1_024
_PULSE_PX: Final = 2.0, 7.0
_LINK_PX: Final = 1.0, 4.0
_PILL_PX: Final = 15.0
_ROOMY_PX: Final = 18.0
"""Between two tiles: there pills stand above and below them, else on them."""
_VEIL: Final = 170 / 255
_LEAST: Final = 0.02
"""Of the largest: smaller pulses would only hide the others."""


class _Places(Protocol):
    def tile(self, column: int, unit: int) -> QRectF | None: ...


@runtime_checkable
class _HasPlaces(Protocol):
    def places(self, column: int) -> Mapping[int, QRectF]: ...


def snapshot_of(moment: SlowMoment, snapshot: Snapshot) -> Snapshot:
    """The snapshot with the weights and values of the step, in place of those of its own sample."""
    if snapshot.experiment is not moment.experiment:
        return snapshot
    layers = tuple(_layer_of(moment, index, layer) for index, layer in enumerate(snapshot.layers))
    if snapshot.sample is None:
        return dataclasses.replace(snapshot, layers=layers)
    return dataclasses.replace(
        snapshot,
        request=dataclasses.replace(snapshot.request, sample=moment.step.sample(moment.shown)),
        layers=layers,
        sample=moment.outputs(INPUT),
        sample_output=None if snapshot.sample_output is None else moment.prediction,
        shows_drawing=False,
    )


def _layer_of(moment: SlowMoment, index: int, layer: LayerSnapshot) -> LayerSnapshot:
    return dataclasses.replace(
        layer,
        kernel=None if layer.kernel is None else moment.weights(index, "kernel"),
        bias=None if layer.bias is None else moment.weights(index, "bias"),
        activations=None if layer.activations is None else moment.outputs(index),
    )


def signed(value: float) -> str:
    """ "+0.41", "−1.2e−04"."""
    size = abs(value)
    form = "+.2f" if 0.01 <= size < 100 or size == 0 else "+.0f" if 100 <= size < 1e5 else "+.1e"
    return true_minus(format(value, form)) if np.isfinite(value) else "?"


def paint_slow(painter: QPainter, theme: Theme, field: _Places, moment: SlowMoment) -> None:
    """Draw the marks over a field."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    sheets: Sequence[LinkSheet] = getattr(field, "sheets", ())
    pills = _Pills(painter)
    for sheet in sheets:
        _paint_links(painter, theme, sheet, moment)
    is_graph = bool(sheets)
    for layer in range(INPUT, len(moment.step.network.layers)):
        if isinstance(field, _HasPlaces):
            _paint_row(painter, theme, layer, field.places(layer), moment)
            continue
        tiles = list(_tiles(field, layer, moment.shape(layer)[-1]))
        if tiles:
            _paint_layer(painter, theme, layer, tiles, moment, pills if is_graph else None)
    for sheet in sheets:
        _write_links(pills, theme, sheet, moment)


def _paint_row(
    painter: QPainter, theme: Theme, layer: int, places: Mapping[int, QRectF], moment: SlowMoment
) -> None:
    """A layer of a sequence: the longer the gradient of a position, the more violet."""
    forward = 1.0 if layer == INPUT else moment.share("forward", layer)
    gradients, backward = moment.gradients(layer), moment.share("backward", layer)
    if gradients is not None and gradients.ndim == 2:
        gradients = np.linalg.norm(gradients, axis=1)[None]
    for position, place in places.items():
        _paint_veil(painter, theme, place, forward)
        if gradients is not None and backward > 0.0 and position < gradients.shape[-1]:
            _paint_gradient_map(painter, theme, place, gradients, position, 0.6 * backward)


def _paint_veil(painter: QPainter, theme: Theme, tile: QRectF, forward: float) -> None:
    """Pale what the values have not reached."""
    if forward < 1.0:
        painter.fillRect(tile, faded(theme.canvas, _VEIL * (1.0 - forward)))


def _tiles(field: _Places, layer: int, units: int) -> Iterator[tuple[int, QRectF]]:
    """The units of a layer that have a tile, but for those of a bar, of a pixel each."""
    for unit in range(min(units, _MAX_TILES)):
        tile = field.tile(layer, unit)
        if tile is not None and tile.height() > 1.0:
            yield unit, tile


def _paint_layer(
    painter: QPainter,
    theme: Theme,
    layer: int,
    tiles: list[tuple[int, QRectF]],
    moment: SlowMoment,
    pills: _Pills | None,
) -> None:
    values, gradients = moment.outputs(layer), moment.gradients(layer)
    forward = 1.0 if layer == INPUT else moment.share("forward", layer)
    backward = moment.share("backward", layer)
    waits = moment.share("loss", layer) == 1.0 and moment.is_reached_by_gradients(layer)
    gap = tiles[1][1].top() - tiles[0][1].bottom() if len(tiles) > 1 else 2 * _ROOMY_PX
    # Below outputs stand the names of classes.
    is_last = layer == len(moment.step.network.layers) - 1
    outside = _PILL_PX - 3 if gap >= 2 * _ROOMY_PX and not is_last else 0.0
    stop = moment.stop
    is_here = stop is not None and stop.path == str(layer)
    for unit, tile in tiles:
        _paint_veil(painter, theme, tile, forward)
        if pills is None and gradients is not None and backward > 0.0:
            _paint_gradient_map(painter, theme, tile, gradients, unit, backward)
        if is_here and stop is not None and stop.stage == "backward":
            draw_box(painter, tile.adjusted(-2, -2, 2, 2), 6, None, theme.gradient, 2.0)
        if values.ndim != 1 or pills is None or unit >= len(values):
            continue
        if waits and gradients is not None:
            at = QPointF(tile.center().x(), tile.top() - outside + _PILL_PX / 2 - 2)
            if backward == 1.0:
                text = f"δ {signed(float(gradients[unit]))}"
                pills.write(text, at, theme.gradient, theme.surface, theme.gradient)
            else:
                pills.write("δ ?", at, theme.surface, theme.gradient, theme.gradient, dashed=True)
        if forward == 1.0:
            at = QPointF(tile.center().x(), tile.bottom() + outside - _PILL_PX / 2 + 2)
            pills.write(signed(float(values[unit])), at, theme.surface, theme.text, theme.border_strong)


def _paint_gradient_map(
    painter: QPainter, theme: Theme, tile: QRectF, gradients: Array, unit: int, share: float
) -> None:
    """Lay the gradients of a map, or of one neuron, over its tile: the larger, the more violet."""
    sizes = np.atleast_2d(np.abs(gradients[..., unit]))
    largest = float(np.abs(gradients).max(initial=0.0))
    if not np.isfinite(largest) or largest == 0.0:
        return
    red, green, blue = rgb(theme.gradient)
    alpha = (np.sqrt(sizes / largest) * 230.0 * share).astype(np.uint32)
    words = np.ascontiguousarray((alpha << 24) | (red << 16) | (green << 8) | blue, np.uint32)
    height, width = words.shape
    painter.drawImage(tile, QImage(words.data, width, height, 4 * width, QImage.Format.Format_ARGB32))


def _paint_links(painter: QPainter, theme: Theme, sheet: LinkSheet, moment: SlowMoment) -> None:
    forward, backward = (moment.share(stage, sheet.layer) for stage in ("forward", "backward"))
    if 0.0 < forward < 1.0:
        flows = _flows(sheet, moment)
        _paint_pulses(painter, sheet, flows, forward, (theme.negative, theme.positive), theme)
    gradients = _link_gradients(sheet, moment)
    if gradients is None or backward == 0.0:
        return
    if backward == 1.0:
        for index, share in _largest(gradients, _MAX_PULSES):
            pen = QPen(QColor(theme.gradient), float(np.interp(share, (0, 1), _LINK_PX)))
            pen.setStyle(Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(sheet.path(index))
    else:
        _paint_pulses(painter, sheet, gradients, 1.0 - backward, (theme.gradient, theme.gradient), theme)


def _paint_pulses(
    painter: QPainter, sheet: LinkSheet, sizes: Array, at: float, inks: tuple[str, str], theme: Theme
) -> None:
    places = sheet.along(at)
    painter.setPen(QPen(QColor(theme.canvas), 1.0))
    for index, share in _largest(sizes, _MAX_PULSES):
        painter.setBrush(QColor(inks[int(sizes[index] > 0.0)]))
        radius = float(np.interp(share, (0, 1), _PULSE_PX))
        painter.drawEllipse(QPointF(*places[index].tolist()), radius, radius)


def _write_links(pills: _Pills, theme: Theme, sheet: LinkSheet, moment: SlowMoment) -> None:
    """Write the largest gradients of the layer that the step stands at, or how its weights move."""
    stop = moment.stop
    gradients = _link_gradients(sheet, moment)
    if stop is None or stop.path != str(sheet.layer) or sheet.plain or gradients is None:
        return
    if moment.share(stop.stage, sheet.layer) < 1.0:
        return
    made, places = moment.step.layers[stop.path], sheet.along(0.5)
    for index, _ in _largest(gradients, _MAX_WRITTEN):
        at = QPointF(*places[index].tolist())
        if stop.stage == "backward":
            text = f"∂w {signed(float(gradients[index]))}"
            pills.write(text, at, theme.surface, theme.gradient, theme.gradient)
        elif stop.stage == "update":
            old, new = (sheet.numbers(arrays["kernel"])[index] for arrays in (made.weights, made.new_weights))
            text = f"w {signed(float(new - old))}"
            pills.write(text, at, theme.surface, theme.text, theme.accent)


def _flows(sheet: LinkSheet, moment: SlowMoment) -> Array:
    """Value along each link: the value times the weight."""
    made = moment.step.layers[str(sheet.layer)]
    values = made.inputs[moment.shown]
    if sheet.plain:
        return sheet.numbers(made.outputs[moment.shown])
    return sheet.numbers(values[:, None] * made.weights["kernel"])


def _link_gradients(sheet: LinkSheet, moment: SlowMoment) -> Any:
    """The gradient (links,) of each link's weight, of a plain link that of its unit; None where none comes by."""
    made, units = moment.step.layers[str(sheet.layer)], moment.gradients(sheet.layer)
    if units is None:
        return None
    if sheet.plain:
        return sheet.numbers(units)
    kernel = made.gradients.get("kernel")
    return None if kernel is None else sheet.numbers(kernel)


def _largest(sizes: Array, limit: int) -> list[tuple[int, float]]:
    """Places and shares of the largest absolute values, the largest last."""
    sizes = np.nan_to_num(np.abs(sizes))
    top = float(sizes.max(initial=0.0))
    if top == 0.0:
        return []
    order = np.argsort(sizes)[-limit:]
    return [(int(index), float(sizes[index]) / top) for index in order if sizes[index] > _LEAST * top]


class _Pills:
    """Numbers on the network. None lies on one that is there already: of small tiles, or of columns near each other."""

    def __init__(self, painter: QPainter) -> None:
        self._painter, self.places = painter, list[QRectF]()

    def write(
        self, text: str, at: QPointF, ground: str, ink: str, edge: str, *, dashed: bool = False
    ) -> None:
        painter, face = self._painter, font("small", bold=True)
        width = QFontMetricsF(face).horizontalAdvance(text) + 10
        place = QRectF(at.x() - width / 2, at.y() - _PILL_PX / 2, width, _PILL_PX)
        if any(place.intersects(other) for other in self.places):
            return
        self.places.append(place)
        painter.setPen(QPen(QColor(edge), 1.0, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(place, _PILL_PX / 2, _PILL_PX / 2)
        draw_text(painter, place, text, ink, face)
