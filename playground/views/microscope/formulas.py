"""The neuron's formulas with the real numbers filled in, as rich text for labels."""

from __future__ import annotations

import html
import math

import numpy as np

from core.inspect.neuron import Lens
from core.nn import ActivationFunction
from core.nn.losses import Loss
from core.optim import Optimizer
from core.spec import SettingError
from playground.views.microscope.pattern import filled, is_identity, setting_texts
from playground.views.widgets.number_format import LARGE, large_text

__all__ = [
    "activation_formula",
    "gradient_formula",
    "loss_formula",
    "number",
    "strongest",
    "sum_formula",
    "update_formula",
]

_TERMS = 3
"""Products that are written out in the formula of the sum; the table below shows more."""


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
    return text.replace("-", "−")


def strongest(lens: Lens, most: int) -> list[int]:
    """The inputs with the largest products, largest first; ties in their order."""
    order = np.argsort(-np.abs(lens.products), kind="stable")
    return [int(index) for index in order[:most]]


def sum_formula(lens: Lens) -> str:
    """z = w₁·x₁ + … + b = 0.31"""
    terms = [
        f"{_factor(lens.weights[index])}·{_factor(lens.inputs[index])}" for index in strongest(lens, _TERMS)
    ]
    if len(lens.inputs) > _TERMS:
        terms.append("…")
    if lens.bias is not None:
        terms.append(_factor(lens.bias))
    return f"<i>z</i> = {' + '.join(terms)} = {_result(lens.total)}"


def activation_formula(lens: Lens) -> str:
    """a = tanh(z) = tanh(0.31) = 0.30"""
    result = f"<i>a</i> = {_result(lens.output)}"
    try:
        pattern = lens.activation.formula((lens.units,)).pattern
    except SettingError as error:
        return f"{result}<br>{html.escape(str(error))}."
    settings = setting_texts(lens.activation)
    symbols = filled(pattern, {**settings, "x": "<i>z</i>", "others": "z of all outputs"})
    numbers = None if is_identity(pattern) else filled(pattern, {**settings, "x": number(lens.total)})
    return " = ".join(["<i>a</i>", *filter(None, (symbols, numbers)), _result(lens.output)])


def loss_formula(lens: Lens, loss: Loss, names: tuple[str, ...] = ()) -> str:
    """What the network answers, what it should, and what that costs."""
    answer, target = _vector(lens.answer, names), _vector(lens.target, names)
    weight = "" if lens.weight == 1.0 else f"{number(lens.weight)} (the class's weight) · "
    return (
        f"The network answers <b>{answer}</b>, the target is <b>{target}</b>.<br>"
        f"<i>L</i> = {weight}{html.escape(loss.title.lower())} = {_result(lens.loss)}"
    )


def _vector(values: np.ndarray, names: tuple[str, ...]) -> str:
    """One number, or the largest of several with its name."""
    if len(values) == 1:
        return number(float(values[0]))
    best = int(np.argmax(values))
    name = names[best] if best < len(names) else str(best)
    return f"{html.escape(name)} ({number(float(values[best]))})"


def gradient_formula(lens: Lens) -> str:
    """∂L/∂a, a′(z) and ∂L/∂z: the chain rule, link by link, and what becomes of it at the weights."""
    lines = [f"∂<i>L</i>/∂<i>a</i> = {number(lens.output_gradient)}"]
    if lens.slope is None:
        lines.append(f"∂<i>L</i>/∂<i>z</i> = {_softmax_link(lens)} = {_result(lens.total_gradient)}")
    else:
        lines[0] += (
            f" &nbsp;&nbsp; ∂<i>a</i>/∂<i>z</i> = {_slope_name(lens.activation)} = {number(lens.slope)}"
        )
        lines.append(
            f"∂<i>L</i>/∂<i>z</i> = {_factor(lens.output_gradient)} · {_factor(lens.slope)} = "
            f"{_result(lens.total_gradient)}"
        )
    if lens.place is None and len(lens.inputs):
        first = strongest(lens, 1)[0]
        lines.append(
            f"∂<i>L</i>/∂<i>w</i> = ∂<i>L</i>/∂<i>z</i> · <i>x</i>, at the first row of the table "
            f"{_factor(lens.total_gradient)} · {_factor(lens.inputs[first])} = "
            f"{number(float(lens.weight_gradients[first]))}"
        )
    elif lens.place is not None:
        lines.append("∂<i>L</i>/∂<i>w</i> is the sum over all pixels where the filter was laid")
    return "<br>".join(lines)


def _softmax_link(lens: Lens) -> str:
    """With cross-entropy the derivatives cancel to a difference; else the sum over all outputs stays."""
    if lens.unit < len(lens.target):
        target = float(lens.target[lens.unit])
        if math.isclose(lens.output - target, lens.total_gradient, abs_tol=1e-9):
            return f"<i>a</i> − target = {_factor(lens.output)} − {_factor(target)}"
    return "Σ over all outputs of ∂<i>L</i>/∂<i>a</i> · ∂<i>a</i>/∂<i>z</i>"


def _slope_name(function: ActivationFunction) -> str:
    symbols = {**setting_texts(function), "x": "<i>z</i>", "a": "<i>a</i>"}
    return filled(function.slope_text, symbols) or f"{html.escape(function.title)}′(<i>z</i>)"


def update_formula(lens: Lens, optimizer: Optimizer) -> str:
    """Where the optimizer would move the first weight of the table and the bias."""
    title = html.escape(optimizer.title)
    if lens.weight_steps is None:
        return f"{title} looks at all samples before it moves: one sample alone makes no step."
    first = strongest(lens, 1)[0]
    lines = [
        f"{title} at a learning rate of {lens.learning_rate:g} would move",
        _move("w", float(lens.weights[first]), float(lens.weight_steps[first])) + " (first row)",
    ]
    if lens.bias is not None and lens.bias_step is not None:
        lines.append(_move("b", lens.bias, lens.bias_step))
    return "<br>".join(lines)


def _move(name: str, old: float, step: float) -> str:
    digits = 4 if abs(old) < 100.0 else 1  # enough to see the step in the sum
    before, after = (f"{value:.{digits}f}".replace("-", "−") for value in (old, old + step))
    return f"<i>{name}</i> ← {before} + {_factor(step)} = <b>{after}</b>"


def _factor(value: float) -> str:
    """In brackets where a sign would stand beside another."""
    text = number(float(value))
    return f"({text})" if text.startswith("−") else text


def _result(value: float) -> str:
    return f"<b>{number(value)}</b>"
