"""A neuron's formulas with numbers filled in, as rich text for labels."""

from __future__ import annotations

import dataclasses
import html
import math

import numpy as np

from core.experiment.experiment import Experiment
from core.inspect.neuron import NeuronTrace
from core.io.number_text import LARGE, large_text, true_minus
from core.nn import ActivationFunction
from core.optim import Optimizer
from core.spec import SettingError
from playground.views.microscope.pattern import filled, is_identity, setting_texts
from playground.views.widgets.number_format import class_name

_TERMS = 3
"""Products written out in the sum; the table below has more."""


def number(value: float) -> str:
    """About three digits and a true minus sign: 0.42, −12.3, 0.0031, 4.2e−05, 5 million."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "?"
    size = abs(value)
    if size == 0.0:
        return "0"
    if size >= LARGE:
        return large_text(value)
    if size < 0.001:
        text = f"{value:.1e}"
    else:
        decimals = 1 if size >= 100 else 2 if size >= 0.1 else 3 if size >= 0.01 else 4
        text = f"{value:.{decimals}f}"
    return true_minus(text)


def summand(value: float) -> str:
    """A number with the digits to add it up by hand: four decimals below 10, as 0.4213 or 0.0001; −12.346."""
    size = abs(value)
    if not 0.00005 <= size < LARGE:
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
    """Prediction, target and loss."""
    chooses, loss = experiment.task.score.is_share, experiment.training.loss
    answer, target = (_vector(values, names, chooses) for values in (trace.answer, trace.target))
    weight = "" if trace.weight == 1.0 else f"{number(trace.weight)} (the class's weight) · "
    return (
        f"The network answers <b>{answer}</b>, the target is <b>{target}</b>.<br>"
        f"<i>L</i> = {weight}{html.escape(loss.title.lower())} = {_result(trace.loss)}"
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
