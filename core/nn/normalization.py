"""Normalization layers: batch normalization and layer normalization."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import Any, ClassVar

import numpy as np

from ..io.model_graphs import OnnxGraph, OnnxValue
from ..spec import SettingError, setting
from ..spec.arrays import Array, Arrays
from .initializers import Constant, Zeros
from .layer import LAYERS, FeatureOrder, Layer, Op, OpContext, Parameter, TorchState, by_position, in_memory
from .layer_types import Formula, NumpyLines, Shape, TorchModule
from .scalars import ones
from .sliding_window import over_time

_TORCH_NAMES = {
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


class _Normalization(Layer):
    family = "regularization"
    keeps_order = True
    keras_fields: ClassVar[tuple[str, ...] | None] = ("epsilon", "center", "scale")

    epsilon: float = setting(
        0.001, "Epsilon", "Added to the variance, which might be zero.", low=0.0, high=1.0, above=True
    )
    center: bool = setting(True, "Shift", "Learn a shift (beta) after the normalization.")
    scale: bool = setting(True, "Scale", "Learn a factor (gamma) after the normalization.")

    def parameters(self, input_shape: Shape) -> tuple[Parameter, ...]:
        shape = input_shape[-1:]
        gamma = Parameter("gamma", shape, Constant(1.0), shape[0], shape[0], regularized=False)
        beta = Parameter("beta", shape, Zeros(), shape[0], shape[0], regularized=False)
        return (*([gamma] if self.scale else ()), *([beta] if self.center else ()))

    def torch_weights(self, weights: Arrays, input_shape: Shape, order: FeatureOrder) -> TorchState:
        return {
            theirs: (weights[ours] if order is None else weights[ours][order]).copy()
            for ours, theirs in _TORCH_NAMES.items()
            if ours in weights
        }

    def _pattern(self, mean: str, variance: str) -> str:
        gamma, beta = "{gamma} · " if self.scale else "", " + {beta}" if self.center else ""
        return f"{gamma}({{x}} − {{{mean}}}) / √({{{variance}}} + {{epsilon}}){beta}"

    def _scaled_and_shifted(self) -> tuple[str, ...]:
        return (*(["x * {gamma}"] if self.scale else ()), *(["x + {beta}"] if self.center else ()))


@LAYERS.register("batch_norm", "batchnorm", "batch_norm2d")
class BatchNormalization(_Normalization):
    """y = gamma (x - mean) / sqrt(variance + epsilon) + beta, for each feature or channel. Ioffe and Szegedy, 2015.

    Training uses the mean and (biased) variance of the batch and updates running averages:
    average = momentum · average + (1 - momentum) · batch. Prediction uses the averages. All as in Keras; PyTorch's
    momentum is 1 minus this one, and its running variance is unbiased.
    """

    kind = "batch_normalization"
    refuses_masks = True
    keras_fields = ("epsilon", "center", "scale", "momentum")
    title = "BatchNorm"
    summary = "normalize"
    equations = (
        "y = γ u + β, u = (x - μ) / sqrt(σ^2 + epsilon)",
        "∂L/∂γ = Σ_n u_n δ_n, ∂L/∂β = Σ_n δ_n, δ = ∂L/∂y",
        "∂L/∂x = γ / sqrt(σ^2 + epsilon) · (δ - mean(δ) - u · mean(u δ))",
    )

    momentum: float = setting(
        0.99, "Momentum", "How much of the running averages each step keeps.", low=0.0, high=1.0
    )

    def parameters(self, input_shape: Shape) -> tuple[Parameter, ...]:
        size = input_shape[-1]
        mean = Parameter("moving_mean", (size,), Zeros(), size, size, regularized=False, trainable=False)
        variance = Parameter(
            "moving_variance", (size,), Constant(1.0), size, size, regularized=False, trainable=False
        )
        return (*super().parameters(input_shape), mean, variance)

    def bind(self, context: OpContext) -> Op:
        if context.training and not self.trainable:
            # It keeps its averages, too, and uses them, as in Keras.
            held: Any = self.as_predicted().bind(context)
            return held  # type: ignore[no-any-return]
        op = _BatchStatisticsOp if context.training else _RunningAveragesOp
        return by_position(lambda rows: op(self, rows), context)

    def as_predicted(self) -> Layer:
        return _InferenceBatchNormalization(
            **{field.name: getattr(self, field.name) for field in fields(self)}
        )

    def formula(self, input_shape: Shape) -> Formula:
        return Formula(
            self._pattern("moving_mean", "moving_variance"),
            "Mean and variance are this {unit}'s running averages over the batches.",
        )

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        normalized = f"(x - {{moving_mean}}) / np.sqrt({{moving_variance}} + {self.epsilon})"
        return NumpyLines((normalized, *self._scaled_and_shifted()))

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        arrays = {
            "gamma": np.ones_like(weights["moving_mean"]),
            "beta": np.zeros_like(weights["moving_mean"]),
        }
        names = ("gamma", "beta", "moving_mean", "moving_variance")
        given = [graph.constant(name, {**arrays, **weights}[name]) for name in names]
        return graph.elementwise("BatchNormalization", graph.channels_first(x), *given, epsilon=self.epsilon)

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        kind = "BatchNorm2d" if len(input_shape) == 3 else "BatchNorm1d"
        affine = "" if self.scale or self.center else ", affine=False"
        momentum = f"{1.0 - self.momentum:.6g}"
        call = f"torch.nn.{kind}({input_shape[-1]}, eps={self.epsilon}, momentum={momentum}{affine})"
        return (over_time(call) if len(input_shape) == 2 else TorchModule(call),)

    def torch_weights(self, weights: Arrays, input_shape: Shape, order: FeatureOrder) -> TorchState:
        found = super().torch_weights(weights, input_shape, order)
        found["num_batches_tracked"] = np.array(0, np.int64)
        inner = "0." if len(input_shape) == 2 else ""
        return {f"{inner}{name}": array for name, array in found.items()}


class _RunningAveragesOp(Op):
    """Prediction: one factor and one shift per channel."""

    def __init__(self, layer: BatchNormalization, context: OpContext) -> None:
        self._epsilon = layer.epsilon
        self._weights = context.parameters
        self._in_place = context.in_place
        self._y = context.empty() if not context.in_place else context.empty((0,))

    def forward(self, x: Array) -> Array:
        """y = factor · x + shift, (batch, *shape)."""
        weights = self._weights
        factor = 1.0 / np.sqrt(weights["moving_variance"] + self._epsilon)
        if "gamma" in weights:
            factor *= weights["gamma"]
        shift = -weights["moving_mean"] * factor
        if "beta" in weights:
            shift += weights["beta"]
        y = x if self._in_place else self._y
        np.multiply(x, factor, out=y)
        np.add(y, shift, out=y)
        return y


class _BatchStatisticsOp(Op):
    """Training: mean and variance of the batch, per channel."""

    def __init__(self, layer: BatchNormalization, context: OpContext) -> None:
        self._epsilon = layer.epsilon
        self._kept = context.dtype.type(layer.momentum)
        self._new = context.dtype.type(1.0 - layer.momentum)
        self._weights, self._gradients = context.parameters, context.gradients
        self._input_gradient = context.input_gradient
        self._count = context.batch * math.prod(context.input_shape[:-1])
        self._normal = context.empty()
        self._y = context.empty()
        self._scratch = context.empty()
        self._inverse = np.ones(context.input_shape[-1], context.dtype)

    def forward(self, x: Array) -> Array:
        """y = gamma · normal + beta, (batch, *shape), and update the running averages."""
        weights, normal = self._weights, self._normal
        mean = _channel_sums(x) / self._count
        np.subtract(x, mean, out=normal)
        np.multiply(normal, normal, out=self._scratch)
        variance = _channel_sums(self._scratch) / self._count
        inverse = self._inverse = 1.0 / np.sqrt(variance + self._epsilon)
        np.multiply(normal, inverse, out=normal)
        for name, batch in (("moving_mean", mean), ("moving_variance", variance)):
            average = weights[name]
            average *= self._kept
            average += self._new * batch
        return scaled_and_shifted(normal, weights.get("gamma"), weights.get("beta"), self._y)

    def backward(self, gradient: Array) -> Array:
        """dx = factor (dy - mean(dy) - normal · mean(dy · normal)), (batch, *shape), in place."""
        np.multiply(gradient, self._normal, out=self._scratch)
        along = _channel_sums(self._scratch)
        total = _channel_sums(gradient)
        if "gamma" in self._gradients:
            self._gradients["gamma"][...] = along
        if "beta" in self._gradients:
            self._gradients["beta"][...] = total
        if not self._input_gradient:
            return gradient
        np.multiply(self._normal, along / self._count, out=self._scratch)
        gradient -= self._scratch
        gradient -= total / self._count
        gamma = self._weights.get("gamma")
        gradient *= self._inverse if gamma is None else self._inverse * gamma
        return gradient


class _InferenceBatchNormalization(BatchNormalization):
    """y = factor · x + shift from constant running averages. Internal: not registered as a kind."""

    def bind(self, context: OpContext) -> Op:
        bind = super().bind

        def make(rows: OpContext) -> Op:
            return _InferenceBatchNormalizationOp(bind(replace(rows, training=False)), self.epsilon, rows)

        return by_position(make, context)


class _InferenceBatchNormalizationOp(Op):
    def __init__(self, predicting: Op, epsilon: float, context: OpContext) -> None:
        self._predicting, self._epsilon, self._context = predicting, epsilon, context
        self._x = np.empty(0, context.dtype)

    def forward(self, x: Array) -> Array:
        """y = factor · x + shift, (batch, *shape)."""
        self._x = x
        return self._predicting.forward(x)

    def backward(self, gradient: Array) -> Array:
        """Fill dgamma and dbeta; return dx = factor · dy, (batch, *shape)."""
        weights, gradients = self._context.parameters, self._context.gradients
        axes = tuple(range(gradient.ndim - 1))
        inverse = 1.0 / np.sqrt(weights["moving_variance"] + self._epsilon)
        if "gamma" in gradients:
            normal = (self._x - weights["moving_mean"]) * inverse
            gradients["gamma"][...] = np.sum(gradient * normal, axis=axes)
        if "beta" in gradients:
            gradients["beta"][...] = np.sum(gradient, axis=axes)
        back: Array = gradient * (inverse * weights["gamma"] if "gamma" in weights else inverse)
        return back


@LAYERS.register("layer_norm", "layernorm")
class LayerNormalization(_Normalization):
    """y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with mean and variance per row.

    For images and sequences, over the channels of each pixel or position, as in Keras. Ba et al., 2016.
    """

    kind = "layer_normalization"
    title = "LayerNorm"
    summary = "normalize rows"
    equations = (
        "y = γ u + β, u = (x - μ) / sqrt(σ^2 + epsilon)",
        "∂L/∂γ = Σ_n u_n δ_n, ∂L/∂β = Σ_n δ_n, δ = ∂L/∂y",
        "∂L/∂x = 1 / sqrt(σ^2 + epsilon) · (γ δ - mean(γ δ) - u · mean(u γ δ))",
    )

    def bind(self, context: OpContext) -> Op:
        positions = len(context.input_shape) == 2
        return by_position(lambda rows: _LayerNormalizationOp(self, rows, positions), context)

    def formula(self, input_shape: Shape) -> Formula:
        return Formula(
            self._pattern("row_mean", "row_variance"),
            "Mean and variance are those of the {row_count} numbers at this place.",
        )

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        centred = "x - x.mean(axis=-1, keepdims=True)"
        scaled = f"x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + {self.epsilon})"
        return NumpyLines((centred, scaled, *self._scaled_and_shifted()))

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        beta = weights.get("beta", np.zeros(input_shape[-1], np.float32))
        x = graph.channels_last(x)
        # onnxruntime 1.22 and older take the mean of squares minus the square of the mean, which loses the digits of
        # rows far from 0. A mean of 0 has nothing to lose.
        centred = graph.elementwise("Sub", x, graph.call("ReduceMean", x.name, axes=[-1], keepdims=1))
        if input_shape[-1] == 1:
            # They refuse rows of one number, too; what is left of them is 0.
            return graph.elementwise("Add", centred, graph.constant("beta", beta))
        gamma = weights.get("gamma", np.ones(input_shape[-1], np.float32))
        # Without a third input, 1.18 and older abort when they fuse the norm with a sum.
        arrays = [graph.constant("gamma", gamma), graph.constant("beta", beta)]
        return graph.elementwise("LayerNormalization", centred, *arrays, axis=-1, epsilon=self.epsilon)

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        if len(input_shape) == 3:
            raise SettingError("Export: PyTorch has no LayerNorm over the channels of images; use keras")
        affine = "" if self.scale or self.center else ", elementwise_affine=False"
        return (TorchModule(f"torch.nn.LayerNorm({input_shape[-1]}, eps={self.epsilon}{affine})"),)


class _LayerNormalizationOp(Op):
    def __init__(self, layer: LayerNormalization, context: OpContext, positions: bool) -> None:
        self._epsilon = layer.epsilon
        self._share = context.dtype.type(1.0 / context.input_shape[-1])
        # A product with a constant column sums many short rows in a fraction of a reduction's time. Rows of their own
        # keep the reduction, so that what was trained goes on bit by bit.
        self._shares: Array | None = None
        if positions:
            self._shares = np.full((context.input_shape[-1], 1), self._share)
        self._weights, self._gradients = context.parameters, context.gradients
        self._input_gradient = context.input_gradient
        self._normal = context.empty()
        self._y = context.empty()
        self._scratch = context.empty()
        self._inverse: Array = np.ones(1, context.dtype)

    def forward(self, x: Array) -> Array:
        """y = gamma · normal + beta, (batch, *shape), normalized over the last axis."""
        weights, normal = self._weights, self._normal
        np.subtract(x, self._mean(x), out=normal)
        np.multiply(normal, normal, out=self._scratch)
        self._inverse = 1.0 / np.sqrt(self._mean(self._scratch) + self._epsilon)
        np.multiply(normal, self._inverse, out=normal)
        return scaled_and_shifted(normal, weights.get("gamma"), weights.get("beta"), self._y)

    def backward(self, gradient: Array) -> Array:
        """dx = factor (g - mean(g) - normal · mean(g · normal)), g = gamma · dy, (batch, *shape), in place."""
        normal, scratch = self._normal, self._scratch
        if "gamma" in self._gradients:
            np.multiply(gradient, normal, out=scratch)
            _channel_sums(scratch, self._gradients["gamma"])
        if "beta" in self._gradients:
            _channel_sums(gradient, self._gradients["beta"])
        if not self._input_gradient:
            return gradient
        if "gamma" in self._weights:
            gradient *= self._weights["gamma"]
        np.multiply(gradient, normal, out=scratch)
        along = self._mean(scratch)
        gradient -= self._mean(gradient)
        np.multiply(normal, along, out=scratch)
        gradient -= scratch
        gradient *= self._inverse
        return gradient

    def _mean(self, x: Array) -> Array:
        if self._shares is not None:
            product: Array = x.dot(self._shares)
            return product
        means: Array = np.add.reduce(x, axis=-1, keepdims=True)
        means *= self._share
        return means


def _channel_sums(x: Array, into: Array | None = None) -> Array:
    """Sums over all axes but the last, (channels,), also written `into` an array."""
    if x.ndim == 2:
        # A product with ones sums rows faster than a reduction along axis 0.
        rows: Array = ones(len(x), x.dtype).dot(x, into)
        return rows
    memory = in_memory(x) if x.ndim == 4 else x
    if x.ndim == 4 and memory.flags.c_contiguous:
        height, channels, width, batch = memory.shape
        sums = np.dot(memory.reshape(-1, width * batch), np.ones(width * batch, x.dtype))
        by_rows: Array = np.add.reduce(sums.reshape(height, channels), axis=0, out=into)
        return by_rows
    total: Array = np.add.reduce(x, axis=tuple(range(x.ndim - 1)), out=into)
    return total


def scaled_and_shifted(normal: Array, gamma: Array | None, beta: Array | None, y: Array) -> Array:
    """gamma · normal + beta, where there are some, written into `y`; all (..., channels)."""
    if gamma is None:
        y[...] = normal
    else:
        np.multiply(normal, gamma, out=y)
    if beta is not None:
        np.add(y, beta, out=y)
    return y
