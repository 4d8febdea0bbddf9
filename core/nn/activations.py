"""Activation functions with their derivatives. Each function is also a layer under its own name."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar, Literal

import numpy as np

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec import NamedSetting, Registry, setting
from ..spec.arrays import Array, Arrays
from .layer import LAYERS, Layer, Op, OpContext, PassingLayer
from .layer_types import Formula, LayerError, NumpyLines, Shape, TorchModule
from .scalars import Scalars, scalars

# Python floats: numpy scalars would promote float32 arrays to float64.
_ROOT_HALF = math.sqrt(0.5)
_NORMAL_PEAK = 1.0 / math.sqrt(2.0 * math.pi)
_SIGNS = 2_500
"""Up to so many numbers their sign is taken faster than whether they are above 0."""

_TORCH_SINE = """\
class Sine(torch.nn.Module):
    def forward(self, x):
        return torch.sin(x)
"""


class ActivationFunction(Layer):
    """y = f(x), elementwise (softmax: per row). All arrays are (batch, *shape).

    `c` holds scalars in the arrays' dtype.
    """

    family = "activation"
    on_palette = False
    keeps_order = True
    slope_text: ClassVar[str] = ""
    """f' in terms of `{x}` and the output `{a}`; `formula_text` is f of `{x}`. See `Formula`."""
    keras_name: ClassVar[str] = ""
    """Keras's name of the function with these settings; `keras_fields` where it has none."""
    onnx_operator: ClassVar[str] = ""
    """ONNX operator; override `onnx_nodes` for more."""
    uses_input: ClassVar[bool] = False
    """Whether `chain` reads `x`. If not, `x` may have been overwritten by `y`."""
    rises: ClassVar[bool] = False
    """Whether f never falls, so that the maximum of its values is its value at the maximum."""
    low: ClassVar[float] = -np.inf
    """Lower bound of f; with `high` it defines the targets of two classes on a single output."""
    high: ClassVar[float] = np.inf

    def apply(self, x: Array, y: Array, c: Scalars) -> None:
        """y = f(x), written into `y`; both (batch, *shape)."""
        raise NotImplementedError

    def chain(self, x: Array, y: Array, gradient: Array, scratch: Array, c: Scalars) -> None:
        """gradient *= f'(x), in place; all arrays (batch, *shape), `scratch` is overwritten."""
        raise NotImplementedError

    def bind(self, context: OpContext) -> Op | None:
        return _FunctionOp(self, context)

    def formula(self, input_shape: Shape) -> Formula:
        return replace(super().formula(input_shape), note=f"{self.summary}.")

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        if not self.onnx_operator:
            return super().onnx_nodes(graph, x, weights, input_shape)
        return graph.elementwise(self.onnx_operator, x)

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Arrays) -> KerasValue:
        if not self.keras_name:
            return super().keras_layers(graph, x, weights)
        return graph.layer("Activation", x, activation=self.keras_name)


class _FunctionOp(Op):
    uses_output = True

    def __init__(self, function: ActivationFunction, context: OpContext) -> None:
        self._apply = function.apply
        self._chain = function.chain
        # NumPy takes the maximum of two arrays in half to a quarter of the time of that of an array and a scalar. Zeros
        # that are never written take no memory.
        self._scalars = replace(scalars(context.dtype), zero=context.empty(make=np.zeros))
        self._in_place = context.in_place and not function.uses_input
        self._y = context.empty((0,)) if self._in_place else context.empty()
        self._x = self._y
        self._scratch = context.empty() if context.training else self._y

    def forward(self, x: Array) -> Array:
        """y = f(x), (batch, *shape)."""
        y = x if self._in_place else self._y
        self._apply(x, y, self._scalars)
        self._x, self._y = x, y
        return y

    def backward(self, gradient: Array) -> Array:
        """dx = dy f'(x), (batch, *shape), in place."""
        self._chain(self._x, self._y, gradient, self._scratch, self._scalars)
        return gradient


ACTIVATIONS: Registry[ActivationFunction] = Registry("activation", "linear")
ActivationName = Literal[
    "elu", "gelu", "identity", "leaky_relu", "linear", "none", "relu", "sigmoid", "silu", "sin", "sine", "softmax",
    "softplus", "swish", "tanh",
]  # fmt: skip
ActivationSetting = NamedSetting[ActivationFunction, ActivationName]


def activation_setting(usual: ActivationFunction, label: str, bent: str) -> Any:
    """The setting for the function of a layer; `bent` says what goes through it."""
    rest = "Without one, stacked layers are no more than one."
    return setting(usual, label, f"The bend that {bent} through. {rest}", registry=ACTIVATIONS)


def _function(*aliases: str) -> Callable[[type[ActivationFunction]], type[ActivationFunction]]:
    """Class decorator: register an activation function, also as a layer."""

    def enter(kind: type[ActivationFunction]) -> type[ActivationFunction]:
        LAYERS.register(*aliases)(kind)
        return ACTIVATIONS.register(*aliases)(kind)

    return enter


@_function()
class ReLU(ActivationFunction):
    """max(0, x)."""

    kind = "relu"
    title = "ReLU"
    summary = "max(0, x): fast and simple, but a unit can die"
    keras_name = "relu"
    formula_text = "max(0, {x})"
    slope_text = "1 if {x} > 0, else 0"
    numpy_text = "np.maximum(x, 0)"
    torch_text = "torch.nn.ReLU()"
    onnx_operator = "Relu"
    rises = True
    low = 0.0

    def apply(self, x: Array, y: Array, c: Scalars) -> None:
        np.maximum(x, c.zero, out=y)

    def chain(self, x: Array, y: Array, gradient: Array, scratch: Array, c: Scalars) -> None:
        if y.size < _SIGNS:
            np.sign(y, scratch)
        else:
            np.greater(y, 0.0, scratch)
        np.multiply(gradient, scratch, gradient)


@_function()
class LeakyReLU(ActivationFunction):
    """x where x > 0, negative_slope * x elsewhere."""

    kind = "leaky_relu"
    title = "Leaky ReLU"
    summary = "A ReLU that never dies: a small slope below zero"
    formula_text = "max({negative_slope}·{x}, {x})"
    slope_text = "1 if {x} > 0, else {negative_slope}"
    numpy_text = "np.maximum(x, {negative_slope} * x)"
    torch_text = "torch.nn.LeakyReLU({negative_slope})"
    keras_fields = ("negative_slope",)
    rises = True

    negative_slope: float = setting(
        0.2, "Negative slope", "The slope for inputs below zero.", low=0.0, high=1.0, above=True
    )

    def apply(self, x: Array, y: Array, c: Scalars) -> None:
        # For slopes up to 1, f is the maximum of the two lines.
        scaled = np.multiply(x, self.negative_slope)
        np.maximum(x, scaled, out=y)

    def chain(self, x: Array, y: Array, gradient: Array, scratch: Array, c: Scalars) -> None:
        scratch[...] = np.where(y > 0.0, 1.0, self.negative_slope)
        np.multiply(gradient, scratch, gradient)

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        return graph.elementwise("LeakyRelu", x, alpha=self.negative_slope)


@_function()
class ELU(ActivationFunction):
    """x where x > 0, alpha (exp(x) - 1) elsewhere. Clevert et al., 2015."""

    kind = "elu"
    title = "ELU"
    summary = "Like ReLU, with a smooth tail to -alpha"
    formula_text = "{x} if {x} > 0, else {alpha}·(exp({x}) − 1)"
    slope_text = "1 if {x} > 0, else {a} + {alpha}"
    numpy_text = "np.where(x > 0, x, {alpha} * np.expm1(np.minimum(x, 0)))"
    torch_text = "torch.nn.ELU({alpha})"
    keras_fields = ("alpha",)
    rises = True

    alpha: float = setting(1.0, "Alpha", "The depth of the tail.", low=0.0, high=10.0, above=True)

    def apply(self, x: Array, y: Array, c: Scalars) -> None:
        tail = np.expm1(np.minimum(x, c.zero))
        tail *= self.alpha
        np.maximum(x, c.zero, out=y)
        y += tail

    def chain(self, x: Array, y: Array, gradient: Array, scratch: Array, c: Scalars) -> None:
        # For x < 0, f'(x) = alpha exp(x) = y + alpha.
        np.minimum(y, c.zero, out=scratch)
        scratch += self.alpha
        scratch[y > 0.0] = 1.0
        np.multiply(gradient, scratch, gradient)

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        return graph.elementwise("Elu", x, alpha=self.alpha)


@_function()
class GELU(ActivationFunction):
    """x Phi(x), with Phi the normal distribution function (exact, by erf). Hendrycks and Gimpel, 2016."""

    kind = "gelu"
    title = "GELU"
    summary = "A smooth ReLU, weighted by a normal curve"
    keras_name = "gelu"
    formula_text = "{x} · Φ({x})"
    slope_text = "Φ({x}) + {x}·φ({x})"
    torch_text = "torch.nn.GELU()"
    uses_input = True

    def apply(self, x: Array, y: Array, c: Scalars) -> None:
        _erf()(np.multiply(x, _ROOT_HALF, out=y), out=y)
        y += 1.0
        y *= 0.5
        y *= x

    def chain(self, x: Array, y: Array, gradient: Array, scratch: Array, c: Scalars) -> None:
        # f'(x) = Phi(x) + x phi(x)
        density = np.exp(-0.5 * x * x)
        density *= x
        density *= _NORMAL_PEAK
        _erf()(np.multiply(x, _ROOT_HALF, out=scratch), out=scratch)
        scratch += 1.0
        scratch *= 0.5
        scratch += density
        np.multiply(gradient, scratch, gradient)

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        return NumpyLines(
            ("x * 0.5 * (1 + np.vectorize(erf, [x.dtype])(x * 0.5**0.5))",), ("from math import erf",)
        )

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        # The operator Gelu came with opset 20, which older runtimes do not have.
        bell = graph.elementwise("Erf", graph.elementwise("Mul", x, np.array(_ROOT_HALF, np.float32)))
        share = graph.elementwise("Add", bell, np.array(1.0, np.float32))
        doubled = graph.elementwise("Mul", x, share.name)
        return graph.elementwise("Mul", doubled, np.array(0.5, np.float32))


@_function("swish")
class SiLU(ActivationFunction):
    """x sigmoid(x), also called swish. Elfwing et al., 2017."""

    kind = "silu"
    title = "SiLU"
    summary = "x · sigmoid(x), also called swish"
    keras_name = "silu"
    formula_text = "{x} · σ({x})"
    slope_text = "σ({x}) + {a}(1 − σ({x}))"
    numpy_text = "x * (0.5 + 0.5 * np.tanh(0.5 * x))"
    torch_text = "torch.nn.SiLU()"
    uses_input = True

    def apply(self, x: Array, y: Array, c: Scalars) -> None:
        sigmoid(x, y, c)
        y *= x

    def chain(self, x: Array, y: Array, gradient: Array, scratch: Array, c: Scalars) -> None:
        # f'(x) = s + y (1 - s), with s = sigmoid(x)
        sigmoid(x, scratch, c)
        rest = 1.0 - scratch
        rest *= y
        scratch += rest
        np.multiply(gradient, scratch, gradient)

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        return graph.elementwise("Mul", x, graph.elementwise("Sigmoid", x).name)


@_function()
class Tanh(ActivationFunction):
    """The hyperbolic tangent; f'(x) = 1 - y^2."""

    kind = "tanh"
    title = "Tanh"
    summary = "Smooth and centred, from -1 to 1"
    keras_name = "tanh"
    formula_text = "tanh({x})"
    slope_text = "1 − {a}²"
    numpy_text = "np.tanh(x)"
    torch_text = "torch.nn.Tanh()"
    onnx_operator = "Tanh"
    rises = True
    low, high = -1.0, 1.0

    def apply(self, x: Array, y: Array, c: Scalars) -> None:
        np.tanh(x, y)

    def chain(self, x: Array, y: Array, gradient: Array, scratch: Array, c: Scalars) -> None:
        np.multiply(y, y, scratch)
        np.subtract(c.one, scratch, scratch)
        np.multiply(gradient, scratch, gradient)


@_function()
class Sigmoid(ActivationFunction):
    """1 / (1 + exp(-x)); f'(x) = y (1 - y)."""

    kind = "sigmoid"
    title = "Sigmoid"
    summary = "Squashes into 0 … 1, like a probability"
    keras_name = "sigmoid"
    formula_text = "1 / (1 + exp(−{x}))"
    slope_text = "{a}(1 − {a})"
    numpy_text = "0.5 + 0.5 * np.tanh(0.5 * x)"
    torch_text = "torch.nn.Sigmoid()"
    onnx_operator = "Sigmoid"
    rises = True
    low, high = 0.0, 1.0

    def apply(self, x: Array, y: Array, c: Scalars) -> None:
        sigmoid(x, y, c)

    def chain(self, x: Array, y: Array, gradient: Array, scratch: Array, c: Scalars) -> None:
        np.subtract(c.one, y, scratch)
        np.multiply(scratch, y, scratch)
        np.multiply(gradient, scratch, gradient)


@_function()
class Softplus(ActivationFunction):
    """log(1 + exp(x)); f'(x) = sigmoid(x) = 1 - exp(-y)."""

    kind = "softplus"
    title = "Softplus"
    summary = "A ReLU with a rounded corner"
    keras_name = "softplus"
    formula_text = "ln(1 + exp({x}))"
    slope_text = "1 − exp(−{a})"
    numpy_text = "np.logaddexp(x, 0)"
    torch_text = "torch.nn.Softplus()"
    onnx_operator = "Softplus"
    rises = True
    low = 0.0

    def apply(self, x: Array, y: Array, c: Scalars) -> None:
        positive = np.maximum(x, c.zero)
        np.abs(x, out=y)
        np.negative(y, out=y)
        np.exp(y, out=y)
        np.log1p(y, out=y)
        y += positive

    def chain(self, x: Array, y: Array, gradient: Array, scratch: Array, c: Scalars) -> None:
        np.negative(y, out=scratch)
        np.expm1(scratch, out=scratch)
        np.negative(scratch, out=scratch)
        np.multiply(gradient, scratch, gradient)


@_function("sin")
class Sine(ActivationFunction):
    """sin(x); f'(x) = cos(x). Sitzmann et al., 2020."""

    kind = "sine"
    refuses_masks = True  # Keras's is an operation, which loses them
    title = "Sine"
    summary = "Waves: fits periodic patterns"
    formula_text = "sin({x})"
    slope_text = "cos {x}"
    numpy_text = "np.sin(x)"
    onnx_operator = "Sin"
    uses_input = True
    low, high = -1.0, 1.0

    def apply(self, x: Array, y: Array, c: Scalars) -> None:
        np.sin(x, out=y)

    def chain(self, x: Array, y: Array, gradient: Array, scratch: Array, c: Scalars) -> None:
        np.cos(x, out=scratch)
        np.multiply(gradient, scratch, gradient)

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Arrays) -> KerasValue:
        return graph.operation("Sin", x)

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        return (TorchModule("Sine()", (_TORCH_SINE,)),)


@_function("identity", "none")
class Linear(PassingLayer, ActivationFunction):
    """y = x."""

    kind = "linear"
    title = "Linear"
    summary = "No bend at all: stacked linear layers stay one line"
    formula_text = "{x}"
    slope_text = "1"

    def apply(self, x: Array, y: Array, c: Scalars) -> None:
        y[...] = x

    def chain(self, x: Array, y: Array, gradient: Array, scratch: Array, c: Scalars) -> None:
        pass

    def bind(self, context: OpContext) -> Op | None:
        return None


@_function()
class Softmax(ActivationFunction):
    """exp(x_i) / sum_j exp(x_j) over the last axis; rows sum to 1."""

    kind = "softmax"
    title = "Softmax"
    summary = "Turns scores into probabilities that sum to 1"
    keras_name = "softmax"
    formula_text = "exp({x}) / Σ exp({others})"
    equations = ("∂L/∂x_i = y_i (δ_i - Σ_k y_k δ_k), δ = ∂L/∂y",)
    low, high = 0.0, 1.0

    def output_shape(self, input_shape: Shape) -> Shape:
        if input_shape[-1] < 2:
            raise LayerError(f"Softmax needs at least 2 units to share out, got {input_shape[-1]}")
        return input_shape

    def apply(self, x: Array, y: Array, c: Scalars) -> None:
        # Subtracting the maximum avoids overflow and leaves the quotient unchanged.
        np.subtract(x, np.maximum.reduce(x, axis=-1, keepdims=True), out=y)
        np.exp(y, out=y)
        np.divide(y, np.add.reduce(y, axis=-1, keepdims=True), out=y)

    def chain(self, x: Array, y: Array, gradient: Array, scratch: Array, c: Scalars) -> None:
        np.multiply(gradient, y, out=scratch)
        gradient -= np.add.reduce(scratch, axis=-1, keepdims=True)
        gradient *= y

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        return NumpyLines(("np.exp(x - x.max(axis=-1, keepdims=True))", "x / x.sum(axis=-1, keepdims=True)"))

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        # Images have their channels first there, samples with two axes last.
        return (TorchModule(f"torch.nn.Softmax(dim={2 if len(input_shape) == 2 else 1})"),)

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        return graph.elementwise("Softmax", x, axis=x.channel_axis)


@LAYERS.register()
class Activation(PassingLayer):
    """An activation function as its own layer: `Activation("tanh")`."""

    kind = "activation"
    title = "Activation"
    summary = "ReLU, tanh, …"
    family = "activation"
    keeps_order = True

    activation: ActivationSetting = activation_setting(ReLU(), "Function", "a layer's sums go")

    def output_shape(self, input_shape: Shape) -> Shape:
        return self.activation.output_shape(input_shape)

    def formula(self, input_shape: Shape) -> Formula:
        return self.activation.formula(input_shape)


def sigmoid(x: Array, out: Array, c: Scalars) -> None:
    """1 / (1 + exp(-x)), elementwise, by tanh, which never overflows; accurate to one rounding near 1."""
    np.multiply(x, c.half, out)
    np.tanh(out, out)
    np.multiply(out, c.half, out)
    np.add(out, c.half, out)


@cache
def _erf() -> np.ufunc:
    # scipy.special takes tens of milliseconds to import, and only GELU uses it.
    from scipy.special import erf

    found: np.ufunc = erf
    return found
