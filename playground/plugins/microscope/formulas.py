"""Formulas with numbers filled in, as rich text for labels.

They are of a neuron, a recurrent cell, a head of attention, and of layers without a kernel.
"""

from __future__ import annotations

import dataclasses
import html
import math
import re
from collections.abc import Mapping
from string import Formatter
from typing import Final

import numpy as np

from core.data.pipeline import TokenInputs
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.attention import HeadTrace
from core.inspect.feature_map import FeatureMapView, MapPosition
from core.inspect.neuron import GATES, CellTrace, NeuronTrace
from core.io.number_text import LARGE, percent_text, rounded_text, true_minus
from core.io.sentence import in_sentence
from core.nn import ActivationFunction, Layer
from core.nn.layer_types import Formula
from core.optim import Optimizer
from core.spec import SettingError, Spec
from core.spec.arrays import Array
from playground.views.widgets.number_format import class_name, number

_HEAD_TERMS: Final = 3
_ROWS: Final = 6


def head_formula(trace: HeadTrace, prepared: PreparedData, sample: int) -> str:
    """Query, key, score and look of the position that is looked at most, then the scores of the next ones."""

    def named(position: int) -> str:
        return place_text(position, prepared, sample)

    order = np.argsort(-trace.looks, kind="stable").tolist()
    best, size = order[0], len(trace.query)
    products = trace.query * trace.keys[best]
    largest = np.argsort(-np.abs(products), kind="stable")[:_HEAD_TERMS].tolist()
    terms = [f"{factor(trace.query[place])}·{factor(trace.keys[best, place])}" for place in largest]
    dots = " + …" if size > _HEAD_TERMS else ""
    score, total = (
        trace.scores[best],
        float(np.exp(trace.scores[np.isfinite(trace.scores)] - trace.scores[best]).sum()),
    )
    lines = [
        f"Head {trace.head + 1} at {named(trace.position)}, looks most at {named(best)}.",
        f"query <i>q</i> = <i>x</i>·W<sub>q</sub> + b<sub>q</sub> of {named(trace.position)} = {_start(trace.query)}",
        f"key <i>k</i> = <i>x</i>·W<sub>k</sub> + b<sub>k</sub> of {named(best)} = {_start(trace.keys[best])}",
        f"score = <i>q</i> · <i>k</i> / √{size} = ({' + '.join(terms)}{dots}) / √{size} = <b>{number(score)}</b>",
        f"look = exp(score) / Σ exp(scores) = 1 / {number(total)} = <b>{percent_text(trace.looks[best], 1)}</b>",
    ]
    lines += [
        f"{named(at)}: score {number(trace.scores[at])}, look {percent_text(trace.looks[at], 1)}"
        for at in order[1:_ROWS]
        if np.isfinite(trace.scores[at])
    ]
    if trace.is_muted:
        lines.append("Muted: the network goes on without it.")
    return "<br>".join(lines)


def place_text(position: int, prepared: PreparedData, sample: int) -> str:
    """“a”, place 5; of a series "place 5"."""
    inputs, (samples, row, _) = prepared.pipeline.inputs, prepared.find(sample)
    own = samples.inputs[row]
    if isinstance(inputs, TokenInputs) and position < len(own):
        return f"“{html.escape(inputs.shown[int(own[position])])}”, place {position + 1}"
    return f"place {position + 1}"


def _start(values: Array) -> str:
    shown = ", ".join(number(value) for value in values[:4].tolist())
    return f"({shown}{', …' if len(values) > 4 else ''})"


_LETTERS: Final[Mapping[str, str]] = {
    "state": "h", "keep": "z", "reset": "r", "candidate": "g", "input": "i", "forget": "f", "output": "o",
}  # fmt: skip


def cell_formula(trace: CellTrace, place: str) -> str:
    """Each gate with the parts of its sum, then the state that they make of the one before."""
    lines = [f"Unit {trace.unit + 1} at {place}; its state before was {number(trace.before)}."]
    values = dict(zip(GATES[trace.kind], map(float, trace.values), strict=True))
    parts = zip(values.items(), trace.from_input.tolist(), trace.from_state.tolist(), strict=True)
    for (name, value), own, before in parts:
        letter, bend = f"<i>{_LETTERS[name]}</i>", "tanh" if name in ("state", "candidate") else "σ"
        resets = trace.kind == "gru" and name == "candidate"
        reset, filled = ("<i>r</i>·", f"{factor(values['reset'])}·") if resets else ("", "")
        label = "" if name == "state" else f"{name} "
        lines.append(
            f"{label}{letter} = {bend}(inputs + {reset}state before) = "
            f"{bend}({number(own)} + {filled}{factor(before)}) = <b>{number(value)}</b>"
        )
    cell_before, cell = trace.cells
    if trace.kind == "gru":
        keep = values["keep"]
        lines.append(
            f"state <i>h</i> = <i>z</i>·before + (1 − <i>z</i>)·<i>g</i> = {number(keep)}·{factor(trace.before)} + "
            f"{number(1 - keep)}·{factor(values['candidate'])} = <b>{number(trace.after)}</b>"
        )
    elif trace.kind == "lstm":
        lines += [
            f"cell <i>c</i> = <i>f</i>·before + <i>i</i>·<i>g</i> = {number(values['forget'])}·{factor(cell_before)} + "
            f"{number(values['input'])}·{factor(values['candidate'])} = <b>{number(cell)}</b>",
            f"state <i>h</i> = <i>o</i>·tanh(<i>c</i>) = {number(values['output'])}·tanh({number(cell)}) = "
            f"<b>{number(trace.after)}</b>",
        ]
    return "<br>".join(lines)


# Negative numbers after one of these get parentheses.
_OPERATORS = "+−·/"
_POWER = re.compile(r"exp\(([^()]*)\)")
# Placeholders for tags, until the text is escaped.
_RAISE, _LOWER = "\x01", "\x02"


def filled(pattern: str, values: Mapping[str, str]) -> str | None:
    """The pattern with `values` (rich text) in its fields; None if a value is missing."""
    text = ""
    for literal, field, _, _ in Formatter().parse(_POWER.sub(rf"e{_RAISE}\1{_LOWER}", pattern)):
        text += html.escape(literal, quote=False)
        if field is None:
            continue
        if field not in values:
            return None
        value = values[field]
        signed = value.startswith("−") and text.rstrip().endswith(tuple(_OPERATORS))
        text += f"({value})" if signed else value
    return text.replace(_RAISE, "<sup>").replace(_LOWER, "</sup>")


def is_identity(pattern: str) -> bool:
    """Whether the output equals the input."""
    return pattern == "{x}"


def setting_texts(spec: Spec) -> dict[str, str]:
    """The numeric settings of a spec as texts, by name."""
    values = {item.name: getattr(spec, item.name) for item in spec.settings()}
    return {name: rounded_text(value, 4) for name, value in values.items() if isinstance(value, int | float)}


_TERMS = 3
"""Products written out in the sum; the table below has more."""


def summand(value: float) -> str:
    """A number with the digits to add it up by hand: four decimals below 10, as 0.4213 or 0.0001; −12.346."""
    size = abs(value)
    if not 0.0001 <= size < LARGE:
        return number(value)
    decimals = 1 if size >= 1000 else 2 if size >= 100 else 3 if size >= 10 else 4
    return true_minus(f"{value:.{decimals}f}")


def strongest(trace: NeuronTrace, limit: int) -> list[int]:
    """Indices of the inputs with the largest |products|, largest first; ties in input order."""
    order = np.argsort(-np.abs(trace.products), kind="stable")
    return [int(index) for index in order[:limit]]


def sum_formula(trace: NeuronTrace) -> str:
    """z = w₁·x₁ + … + b = 0.31"""
    terms = [
        f"{factor(trace.weights[index])}·{factor(trace.inputs[index])}" for index in strongest(trace, _TERMS)
    ]
    if len(trace.inputs) > _TERMS:
        terms.append("…")
    if trace.bias is not None:
        terms.append(factor(trace.bias))
    return f"<i>z</i> = {' + '.join(terms)} = {_result(trace.total)}"


def activation_formula(trace: NeuronTrace) -> str:
    """a = tanh(z) = tanh(0.31) = 0.30, and what a muted or clamped neuron passes on instead"""
    if trace.override is not None:
        own = activation_formula(dataclasses.replace(trace, override=None))
        return overridden(own, trace.override, "a")
    result = f"<i>a</i> = {_result(trace.output)}"
    try:
        pattern = trace.activation.formula((trace.units,)).pattern
    except SettingError as error:
        return f"{result}<br>{html.escape(str(error))}."
    settings = setting_texts(trace.activation)
    symbols = filled(pattern, {**settings, "x": "<i>z</i>", "others": "z of all outputs"})
    numbers = None if is_identity(pattern) else filled(pattern, {**settings, "x": number(trace.total)})
    return " = ".join(["<i>a</i>", *filter(None, (symbols, numbers)), _result(trace.output)])


def overridden(formula: str, value: float, symbol: str) -> str:
    """The formula, and "Clamped: the network goes on with a = 0.50, whatever the inputs are.", which is the result."""
    own = formula.replace("<b>", "").replace("</b>", "")
    word = "Clamped" if value else "Muted"
    return f"{own}<br>{word}: the network goes on with <i>{symbol}</i> = {_result(value)}, whatever the inputs are."


def loss_formula(trace: NeuronTrace, experiment: Experiment, names: tuple[str, ...] = ()) -> str:
    """Prediction, target and loss; of a prediction at each position those at the one that is looked at."""
    chooses, loss = experiment.task.score.is_share, experiment.training.loss
    subject, of_all = "The network", ""
    prediction, target = (_vector(values, names, chooses) for values in (trace.prediction, trace.target))
    if experiment.task.per_position:
        at = len(trace.target) - 1 if trace.place is None else trace.place[1]
        subject, of_all = f"At place {at + 1} the network", ", the mean over all places"
        prediction = _vector(trace.prediction.reshape(len(trace.target), -1)[at], names, chooses)
        real = int(trace.target[at])
        target = "none" if real < 0 else html.escape(class_name(names, real))
    weight = "" if trace.weight == 1.0 else f"{number(trace.weight)} (the class's weight) · "
    return (
        f"{subject} predicts <b>{prediction}</b>, the target is <b>{target}</b>.<br>"
        f"<i>L</i> = {weight}{html.escape(in_sentence(loss.title))} = {_result(trace.loss)}{of_all}"
    )


def _vector(values: np.ndarray, names: tuple[str, ...], chooses: bool) -> str:
    """One number, the largest of several with its name where it is what is chosen, or the first ones."""
    if len(values) == 1:
        return number(float(values[0]))
    if not chooses:
        shown = [*map(number, values[:_TERMS].tolist()), *(["…"] if len(values) > _TERMS else [])]
        return f"({', '.join(shown)})"
    best = int(np.argmax(values))
    return f"{html.escape(class_name(names, best))} ({number(float(values[best]))})"


def gradient_formula(trace: NeuronTrace) -> str:
    """∂L/∂a, a′(z) and ∂L/∂z by the chain rule, then the gradient of the weights."""
    lines = [f"∂<i>L</i>/∂<i>a</i> = {number(trace.output_gradient)}"]
    if trace.override is not None:
        lines[0] += f", because the neuron is {'clamped' if trace.override else 'muted'}"
    if trace.slope is None:
        lines.append(f"∂<i>L</i>/∂<i>z</i> = {_softmax_link(trace)} = {_result(trace.total_gradient)}")
    else:
        lines[0] += (
            f" &nbsp;&nbsp; ∂<i>a</i>/∂<i>z</i> = {_slope_name(trace.activation)} = {number(trace.slope)}"
        )
        lines.append(
            f"∂<i>L</i>/∂<i>z</i> = {factor(trace.output_gradient)} · {factor(trace.slope)} = "
            f"{_result(trace.total_gradient)}"
        )
    if trace.place is None and len(trace.inputs):
        first = strongest(trace, 1)[0]
        lines.append(
            f"∂<i>L</i>/∂<i>w</i> = ∂<i>L</i>/∂<i>z</i> · <i>x</i>, at the first row of the table "
            f"{factor(trace.total_gradient)} · {factor(trace.inputs[first])} = "
            f"{number(float(trace.weight_gradients[first]))}"
        )
    elif trace.place is not None:
        lines.append("∂<i>L</i>/∂<i>w</i> is the sum over all places where the weights are used")
    return "<br>".join(lines)


def _softmax_link(trace: NeuronTrace) -> str:
    """With cross-entropy the derivative is a difference; otherwise a sum over all outputs."""
    if trace.unit < len(trace.target):
        target = float(trace.target[trace.unit])
        if math.isclose(trace.output - target, trace.total_gradient, abs_tol=1e-9):
            return f"<i>a</i> − target = {factor(trace.output)} − {factor(target)}"
    return "Σ over all outputs of ∂<i>L</i>/∂<i>a</i> · ∂<i>a</i>/∂<i>z</i>"


def _slope_name(function: ActivationFunction) -> str:
    symbols = {**setting_texts(function), "x": "<i>z</i>", "a": "<i>a</i>"}
    return filled(function.slope_text, symbols) or f"{html.escape(function.title)}′(<i>z</i>)"


def update_formula(trace: NeuronTrace, optimizer: Optimizer) -> str:
    """Update of the table's first weight and of the bias by the optimizer."""
    title = html.escape(optimizer.title)
    if trace.weight_steps is None:
        return f"{title} looks at all samples before it moves: one sample alone makes no step."
    first = strongest(trace, 1)[0]
    lines = [
        f"{title} at a learning rate of {trace.learning_rate:g} would move",
        _move("w", float(trace.weights[first]), float(trace.weight_steps[first])) + " (first row)",
    ]
    if trace.bias is not None and trace.bias_step is not None:
        lines.append(_move("b", trace.bias, trace.bias_step))
    return "<br>".join(lines)


def _move(name: str, old: float, step: float) -> str:
    digits = 4 if abs(old) < 100.0 else 1  # enough digits to see the step
    before, after = (true_minus(f"{value:.{digits}f}") for value in (old, old + step))
    return f"<i>{name}</i> ← {before} + {factor(step)} = <b>{after}</b>"


def factor(value: float) -> str:
    """The value, in parentheses if negative."""
    text = number(float(value))
    return f"({text})" if text.startswith("−") else text


def _result(value: float) -> str:
    return f"<b>{number(value)}</b>"


_CHANNEL_TERMS = 4
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
    order = np.argsort(-np.abs(sums), kind="stable")[:_CHANNEL_TERMS]
    terms = [factor(sums[index]) for index in order]
    if len(sums) > _CHANNEL_TERMS:
        terms.append("…")
    if "bias" in feature_map.weights:
        terms.append(f"{factor(float(feature_map.weights['bias']))} (bias)")
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
    values = [factor(float(value)) for value in position.patch[position.inside].ravel()]
    return between.join([*values[:9], "…"] if len(values) > 9 else values)


def _source(feature_map: FeatureMapView, position: MapPosition) -> str:
    source = feature_map.source_index(position.place)
    if source is None or len(source) != 3:
        return "The same number"
    row, column, channel = source
    maps = f" of map {channel + 1}" if feature_map.inputs.shape[2] > 1 else ""
    return f"The number at row {row + 1}, column {column + 1}{maps}"
