"""Formulas of layers without a kernel with numbers filled in, as rich text for labels."""

from __future__ import annotations

import html
import math

import numpy as np

from core.inspect.feature_map import FeatureMapView, MapPosition
from core.nn import ActivationFunction, Layer
from core.nn.layer_types import Formula
from core.spec import SettingError
from playground.views.microscope.formulas import filled, is_identity, number, overridden, setting_texts

_TERMS = 4
_LONG_PATTERN = 40
"""Longer formulas (in characters) put their numbers on a line of their own."""


_SYMBOLS = {
    "x": "<i>x</i>",
    "residue": "F(<i>x</i>)",
    "gamma": "γ",
    "beta": "β",
    "epsilon": "ε",
    "moving_mean": "mean",
    "moving_variance": "variance",
    "row_mean": "mean",
    "row_variance": "variance",
    "others": "x of all outputs",
}


def what_it_does(feature_map: FeatureMapView, position: MapPosition) -> str:
    """Formula of the output at a position, for a layer without weights between its inputs and sums."""
    function = _function(feature_map.kind)
    bends = function is not None and feature_map.kind.family != "activation" and function.kind != "linear"
    name, value = ("<i>z</i>", position.total) if bends else ("<i>y</i>", position.output)
    result = f"<b>{number(value)}</b>"
    try:
        formula = feature_map.kind.formula(feature_map.inputs.shape)
    except SettingError as error:
        return f"{name} = {result}<br>{html.escape(str(error))}."
    numbers = _numbers(feature_map, position)
    note = filled(formula.note, {**numbers, "unit": "map" if feature_map.is_map else "neuron"})
    lines = [f"{name} = {_equal_sides(feature_map.kind, formula, numbers)}{result}"]
    if bends and function is not None:
        lines.append(_bend(function, position))
    if feature_map.override is not None:
        lines = [overridden("<br>".join(lines), feature_map.override, "y")]
    return "<br>".join([*lines, *([note] if note else [])])


def _function(layer: Layer) -> ActivationFunction | None:
    """The layer's activation, or the layer itself if it is an activation."""
    function = layer.output_activation or layer
    return function if isinstance(function, ActivationFunction) else None


def _equal_sides(layer: Layer, formula: Formula, numbers: dict[str, str]) -> str:
    """The formula with symbols, and with numbers if they differ, each followed by an equals sign."""
    settings = setting_texts(layer)
    symbols = filled(formula.pattern, {**settings, **_SYMBOLS})
    values = filled(formula.pattern, {**settings, **numbers})
    function = _function(layer)
    if layer.family == "activation" and function is not None:
        # The name is clearer than the symbols.
        symbols = f"{html.escape(function.title)}({numbers.get('x', _SYMBOLS['x'])})"
        values = filled(formula.pattern, {**setting_texts(function), **numbers})
    if is_identity(formula.pattern):
        values = None
    wraps = symbols is not None and len(formula.pattern) > _LONG_PATTERN
    between = "<br>&nbsp;&nbsp;= " if wraps else " = "
    return f"{between.join(side for side in (symbols, values) if side)} = " if symbols or values else ""


def _bend(function: ActivationFunction, position: MapPosition) -> str:
    """The activation of the sum z."""
    return f"<i>y</i> = {html.escape(function.title)}({number(position.total)}) = <b>{number(position.output)}</b>"


def _numbers(feature_map: FeatureMapView, position: MapPosition) -> dict[str, str]:
    """Values of a formula's fields; see `Formula`."""
    seen = position.patch[position.inside]
    numbers = {name: number(float(value)) for name, value in feature_map.weights.items() if not value.shape}
    numbers |= {
        "inputs": _listed(position, ", "),
        "terms": _listed(position, " + "),
        "count": str(seen.size),
        "sum": number(float(seen.sum())),
        "source": _source(feature_map, position),
    }
    if feature_map.inputs.shape == feature_map.shape:
        row = feature_map.inputs[position.place] if feature_map.is_map else feature_map.inputs
        numbers["row_count"] = str(row.size)
        numbers["row_mean"], numbers["row_variance"] = number(float(row.mean())), number(float(row.var()))
    if (source := feature_map.source_index(position.place)) is not None:
        x = float(feature_map.inputs[source])
        numbers |= {"x": number(x), "residue": number(position.total - x)}
    return numbers


def channel_formula(feature_map: FeatureMapView, position: MapPosition) -> str:
    """z = 0.84 + (−0.12) + … + b = 1.50: sums per channel, largest first, and the bias."""
    sums = position.channel_sums
    order = np.argsort(-np.abs(sums), kind="stable")[:_TERMS]
    terms = [_number(float(sums[index])) for index in order]
    if len(sums) > _TERMS:
        terms.append("…")
    if "bias" in feature_map.weights:
        terms.append(f"{_number(float(feature_map.weights['bias']))} (bias)")
    return f"<i>z</i> = {' + '.join(terms)} = <b>{number(position.total)}</b>"


def map_gradient(feature_map: FeatureMapView, position: MapPosition) -> str:
    """∂L/∂y at the position."""
    slope = float(feature_map.output_gradients[position.place])
    if feature_map.override is not None:
        return "∂<i>L</i>/∂<i>y</i> = 0: the network goes on without this number"
    if slope == 0.0:
        return "∂<i>L</i>/∂<i>y</i> = 0: this number has no part in the loss now"
    more = "grow" if slope > 0.0 else "fall"
    return f"∂<i>L</i>/∂<i>y</i> = <b>{number(slope)}</b>: were this number larger, the loss would {more}"


def _listed(position: MapPosition, between: str) -> str:
    values = [_number(float(value)) for value in position.patch[position.inside].ravel()]
    return between.join([*values[:9], "…"] if len(values) > 9 else values)


def _source(feature_map: FeatureMapView, position: MapPosition) -> str:
    source = feature_map.source_index(position.place)
    if source is None or len(source) != 3:
        return "The same number"
    row, column, channel = source
    maps = f" of map {channel + 1}" if feature_map.inputs.shape[2] > 1 else ""
    return f"The number at row {row + 1}, column {column + 1}{maps}"


def _number(value: float) -> str:
    """The value, in parentheses if negative."""
    text = number(value) if not math.isnan(value) else "?"
    return f"({text})" if text.startswith("−") else text
