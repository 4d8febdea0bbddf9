"""What layers without a kernel make of a number, in a formula with the real numbers, as rich text for labels."""

from __future__ import annotations

import html
import math

import numpy as np

from core.inspect.feature_map import MapLens, Spot
from core.nn import (
    Activation,
    ActivationFunction,
    AvgPool2D,
    BatchNorm,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAvgPool,
    LayerNorm,
    MaxPool2D,
    Reshape,
    Residual,
)
from playground.views.microscope.formulas import number

__all__ = ["channel_formula", "map_gradient", "what_it_does"]

_TERMS = 4


def what_it_does(lens: MapLens, spot: Spot) -> str:
    """The formula of the number at a spot, for a layer without weights between its inputs and its sums."""
    kind = lens.kind
    x, y = _number(spot.patch.item()) if spot.patch.size == 1 else "", f"<b>{number(spot.output)}</b>"
    match kind:
        case MaxPool2D():
            return f"<i>y</i> = max({_listed(spot, ', ')}) = {y}"
        case AvgPool2D():
            return f"<i>y</i> = ({_listed(spot, ' + ')}) / {int(spot.inside.sum())} = {y}"
        case GlobalAvgPool():
            count, total = spot.patch.size, number(float(spot.patch.sum()))
            return f"<i>y</i> = the mean of all {count} numbers of the map = {total} / {count} = {y}"
        case BatchNorm():
            return _batch_norm(lens, kind, spot)
        case LayerNorm():
            return _layer_norm(lens, kind, spot)
        case GaussianNoise():
            return (
                f"<i>y</i> = <i>x</i> = {y}<br>While training, noise of a deviation of {kind.stddev:g} is added; "
                "here and in predictions it is off."
            )
        case Dropout():
            return (
                f"<i>y</i> = <i>x</i> = {y}<br>While training, {100 * kind.rate:.3g} % of the numbers are set to 0 at "
                f"random and the others grow {1 / (1 - kind.rate):.3g} times; here and in predictions it is off."
            )
        case Flatten() | Reshape():
            return f"<i>y</i> = <i>x</i> = {y}<br>{_moved(lens, spot)}"
        case ActivationFunction() | Activation():
            function = kind.activation if isinstance(kind, Activation) else kind
            return f"<i>y</i> = {html.escape(function.title)}({x}) = {y}<br>{html.escape(function.summary)}"
        case Residual():
            return _residual(lens, kind, spot)
        case _:
            return f"<i>y</i> = {y}"


def channel_formula(lens: MapLens, spot: Spot) -> str:
    """z = 0.84 + (−0.12) + … + b = 1.50: the sums of the channels, the largest first, and the bias."""
    sums = spot.channel_sums
    order = np.argsort(-np.abs(sums), kind="stable")[:_TERMS]
    terms = [_number(float(sums[index])) for index in order]
    if len(sums) > _TERMS:
        terms.append("…")
    if "bias" in lens.weights:
        terms.append(f"{_number(float(lens.weights['bias']))} (bias)")
    return f"<i>z</i> = {' + '.join(terms)} = <b>{number(spot.total)}</b>"


def map_gradient(lens: MapLens, spot: Spot) -> str:
    """∂L/∂y at the spot: what a change of this number would do to the loss."""
    slope = float(lens.output_gradients[spot.place])
    if slope == 0.0:
        return "∂<i>L</i>/∂<i>y</i> = 0: this number has no part in the loss now"
    more = "grow" if slope > 0.0 else "fall"
    return f"∂<i>L</i>/∂<i>y</i> = <b>{number(slope)}</b>: were this number larger, the loss would {more}"


def _listed(spot: Spot, between: str) -> str:
    values = [_number(float(value)) for value in spot.patch[spot.inside].ravel()]
    return between.join([*values[:9], "…"] if len(values) > 9 else values)


def _batch_norm(lens: MapLens, kind: BatchNorm, spot: Spot) -> str:
    """y = γ · (x − mean) / √(variance + ε) + β"""
    weights = {name: float(value) for name, value in lens.weights.items() if not value.shape}
    mean, variance = weights["moving_mean"], weights["moving_variance"]
    x = float(spot.patch.item())
    root = f"√({number(variance)} + {kind.epsilon:g})"
    gamma = f"{_number(weights['gamma'])} · " if "gamma" in weights else ""
    beta = f" + {_number(weights['beta'])}" if "beta" in weights else ""
    names = f"{'γ · ' if gamma else ''}(<i>x</i> − mean) / √(variance + ε){' + β' if beta else ''}"
    whole = "map" if lens.is_map else "neuron"
    return (
        f"<i>y</i> = {names}<br>"
        f"&nbsp;&nbsp;= {gamma}({number(x)} − {_number(mean)}) / {root}{beta} = <b>{number(spot.output)}</b><br>"
        f"Mean and variance are this {whole}'s running averages over the batches."
    )


def _layer_norm(lens: MapLens, kind: LayerNorm, spot: Spot) -> str:
    values = lens.inputs[spot.place] if lens.is_map else lens.inputs
    mean, variance = float(values.mean()), float(values.var())
    weights = {name: float(value) for name, value in lens.weights.items() if not value.shape}
    gamma = f"{_number(weights['gamma'])} · " if "gamma" in weights else ""
    beta = f" + {_number(weights['beta'])}" if "beta" in weights else ""
    names = f"{'γ · ' if gamma else ''}(<i>x</i> − mean) / √(variance + ε){' + β' if beta else ''}"
    return (
        f"<i>y</i> = {names}<br>"
        f"&nbsp;&nbsp;= {gamma}({number(float(spot.patch.item()))} − {_number(mean)}) / "
        f"√({number(variance)} + {kind.epsilon:g}){beta} = <b>{number(spot.output)}</b><br>"
        f"Mean and variance are those of the {len(values)} numbers at this place."
    )


def _moved(lens: MapLens, spot: Spot) -> str:
    source = lens.source(spot.place)
    if source is None:
        return "The same numbers in the same order under another shape."
    if len(source) == 3:
        row, column, channel = source
        maps = f" of map {channel + 1}" if lens.inputs.shape[2] > 1 else ""
        return f"The number at row {row + 1}, column {column + 1}{maps}; nothing is changed but its place."
    return "The same number; nothing is changed but its place."


def _residual(lens: MapLens, kind: Residual, spot: Spot) -> str:
    source = lens.source(spot.place)
    inner = ", ".join(html.escape(layer.title) for layer in kind.layers)
    if source is None:
        return f"<i>y</i> = <b>{number(spot.output)}</b>: what {inner} make of the inputs, plus the projected inputs"
    x = float(lens.inputs[source])
    part = spot.output - x
    return (
        f"<i>y</i> = <i>x</i> + F(<i>x</i>) = {number(x)} + {_number(part)} = <b>{number(spot.output)}</b><br>"
        f"F is what the layers inside make of it: {inner}."
    )


def _number(value: float) -> str:
    """In brackets where a sign would stand beside another."""
    text = number(value) if not math.isnan(value) else "?"
    return f"({text})" if text.startswith("−") else text
