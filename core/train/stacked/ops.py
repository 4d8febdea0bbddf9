"""Layers with an array of weights per seed: inputs (seeds, rows, features), weights (seeds, ...).

In a prediction all seeds see the same rows, (1, rows, features), up to the first layer with weights. Layers without
weights and without randomness need nothing of their own: their ops take any leading axes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...nn import Layer, Op, OpContext
from ...nn.dropout_stream import DropoutStream, GeneratorStream
from ...nn.layer_types import Shape
from ...nn.network import Network
from ...nn.normalization import scaled_and_shifted
from ...spec.arrays import Array, Arrays

# numpy multiplies many small matrices twice as fast when they lie row by row, so that a copy pays: weights of a kernel.
_COPIED = 256


@dataclass(frozen=True)
class StackContext:
    """One place in a stack of networks, as `OpContext` is one in a network.

    `lead` is the length of the input's first axis: all seeds, or 1. `parameters` and `gradients` are (seeds, ...).
    """

    networks: Sequence[Network]
    lead: int
    rows: int
    input_shape: Shape
    output_shape: Shape
    parameters: Arrays
    gradients: Arrays
    training: bool
    in_place: bool
    input_gradient: bool

    @property
    def seeds(self) -> int:
        return len(self.networks)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.networks[0].dtype

    def empty(self, lead: int, shape: Shape | None = None) -> Array:
        """A new array (lead, rows, *shape); `shape` defaults to the output's."""
        return np.empty((lead, self.rows, *(self.output_shape if shape is None else shape)), self.dtype)

    def plain(self) -> OpContext:
        """The context for an op without weights, to which the seeds are samples of (rows, *shape)."""
        first = self.networks[0]
        return OpContext(
            batch=self.lead,
            input_shape=(self.rows, *self.input_shape),
            output_shape=(self.rows, *self.output_shape),
            dtype=self.dtype,
            training=self.training,
            parameters={},
            gradients={},
            rng=first.rng,
            dropout=first.dropout,
            in_place=self.in_place,
            input_gradient=self.input_gradient,
        )


def stacked_op(layer: Layer, context: StackContext) -> Op | None:
    """The op of a layer of `STACKED_KINDS` or of an activation function; None for the identity."""
    make = _OPS.get(layer.kind)
    return layer.bind(context.plain()) if make is None else make(layer, context)


class _DenseOp(Op):
    """y = x W + b for every seed."""

    def __init__(self, layer: Any, context: StackContext) -> None:
        kernel, bias = context.parameters["kernel"], context.parameters.get("bias")
        self._kernel, self._kernel_transposed = kernel, kernel.transpose(0, 2, 1)
        self._bias = None if bias is None else bias[:, None]
        self._y = context.empty(context.seeds)
        self._x = self._y
        self._kernel_gradient = context.gradients.get("kernel")
        gradient = context.gradients.get("bias")
        self._bias_gradient = None if gradient is None else gradient[:, None]
        # A product with ones sums rows faster than a reduction along an axis.
        self._ones = np.ones((1, context.rows), context.dtype)
        wanted = context.training and context.input_gradient
        self._input_gradient = context.empty(context.seeds, context.input_shape) if wanted else None
        small = kernel[0].size <= _COPIED
        self._copy = np.empty(self._kernel_transposed.shape, context.dtype) if small else None

    def forward(self, x: Array) -> Array:
        self._x = x
        y = np.matmul(x, self._kernel, self._y)
        if self._bias is not None:
            np.add(y, self._bias, y)
        return y

    def backward(self, gradient: Array) -> Array:
        np.matmul(self._x.transpose(0, 2, 1), gradient, self._kernel_gradient)
        if self._bias_gradient is not None:
            np.matmul(self._ones, gradient, self._bias_gradient)
        into, kernel = self._input_gradient, self._kernel_transposed
        if into is None:
            return gradient
        if self._copy is not None:
            np.copyto(self._copy, kernel)
            kernel = self._copy
        return np.matmul(gradient, kernel, into)


class _DropoutOp(Op):
    """Masks of every seed's own stream."""

    def __init__(self, layer: Any, context: StackContext) -> None:
        self._scale = context.dtype.type(1.0 / (1.0 - layer.rate))
        streams: list[DropoutStream | GeneratorStream] = [network.dropout for network in context.networks]
        self._mask, self._y = context.empty(context.seeds), context.empty(context.seeds)
        self._drawn = [
            (stream, stream.threshold(layer.rate), mask.reshape(-1))
            for stream, mask in zip(streams, self._mask, strict=True)
        ]

    def forward(self, x: Array) -> Array:
        for stream, threshold, mask in self._drawn:
            np.greater_equal(stream.take(mask.size), threshold, out=mask)
        np.multiply(self._mask, self._scale, out=self._mask)
        return np.multiply(x, self._mask, out=self._y)

    def backward(self, gradient: Array) -> Array:
        return np.multiply(gradient, self._mask, out=gradient)


class _NoiseOp(Op):
    """Noise of every seed's own generator."""

    def __init__(self, layer: Any, context: StackContext) -> None:
        self._stddev = context.dtype.type(layer.stddev)
        self._y = context.empty(context.seeds)
        self._drawn = [(network.rng, y) for network, y in zip(context.networks, self._y, strict=True)]

    def forward(self, x: Array) -> Array:
        for rng, y in self._drawn:
            rng.standard_normal(dtype=y.dtype, out=y)
        np.multiply(self._y, self._stddev, out=self._y)
        return np.add(self._y, x, out=self._y)

    def backward(self, gradient: Array) -> Array:
        return gradient


class _NormOp(Op):
    """Base of batch and layer normalization: a factor and a shift per feature."""

    def __init__(self, layer: Any, context: StackContext) -> None:
        self._epsilon = layer.epsilon
        self._in = context.input_gradient
        self._weights = {name: array[:, None] for name, array in context.parameters.items()}
        self._gradients = {name: array[:, None] for name, array in context.gradients.items()}
        self._normal, self._scratch = context.empty(context.lead), context.empty(context.lead)
        self._y = context.empty(context.seeds if context.parameters else context.lead)
        self._ones = np.ones((1, context.rows), context.dtype)
        self._inverse: Array = np.ones(1, context.dtype)

    def _scaled(self, normal: Array) -> Array:
        return scaled_and_shifted(normal, self._weights.get("gamma"), self._weights.get("beta"), self._y)

    def _sums(self, x: Array) -> Array:
        """Sums over the rows, (seeds, 1, features)."""
        sums: Array = np.matmul(self._ones, x)
        return sums

    def _fill(self, along: Array, total: Array) -> None:
        if "gamma" in self._gradients:
            self._gradients["gamma"][...] = along
        if "beta" in self._gradients:
            self._gradients["beta"][...] = total


class _BatchStatisticsOp(_NormOp):
    def __init__(self, layer: Any, context: StackContext) -> None:
        super().__init__(layer, context)
        self._kept = context.dtype.type(layer.momentum)
        self._new = context.dtype.type(1.0 - layer.momentum)
        self._count = context.rows

    def forward(self, x: Array) -> Array:
        normal = self._normal
        mean = self._sums(x) / self._count
        np.subtract(x, mean, out=normal)
        np.multiply(normal, normal, out=self._scratch)
        variance = self._sums(self._scratch) / self._count
        self._inverse = 1.0 / np.sqrt(variance + self._epsilon)
        np.multiply(normal, self._inverse, out=normal)
        for name, batch in (("moving_mean", mean), ("moving_variance", variance)):
            average = self._weights[name]
            average *= self._kept
            average += self._new * batch
        return self._scaled(normal)

    def backward(self, gradient: Array) -> Array:
        np.multiply(gradient, self._normal, out=self._scratch)
        along, total = self._sums(self._scratch), self._sums(gradient)
        self._fill(along, total)
        if not self._in:
            return gradient
        np.multiply(self._normal, along / self._count, out=self._scratch)
        gradient -= self._scratch
        gradient -= total / self._count
        gamma = self._weights.get("gamma")
        gradient *= self._inverse if gamma is None else self._inverse * gamma
        return gradient


class _RunningAveragesOp(_NormOp):
    def forward(self, x: Array) -> Array:
        weights = self._weights
        factor = 1.0 / np.sqrt(weights["moving_variance"] + self._epsilon)
        if "gamma" in weights:
            factor *= weights["gamma"]
        shift = -weights["moving_mean"] * factor
        if "beta" in weights:
            shift += weights["beta"]
        np.multiply(x, factor, out=self._y)
        np.add(self._y, shift, out=self._y)
        return self._y


class _LayerNormOp(_NormOp):
    def __init__(self, layer: Any, context: StackContext) -> None:
        super().__init__(layer, context)
        self._share = context.dtype.type(1.0 / context.input_shape[-1])

    def forward(self, x: Array) -> Array:
        normal = self._normal
        np.subtract(x, self._mean(x), out=normal)
        np.multiply(normal, normal, out=self._scratch)
        self._inverse = 1.0 / np.sqrt(self._mean(self._scratch) + self._epsilon)
        np.multiply(normal, self._inverse, out=normal)
        return self._scaled(normal)

    def backward(self, gradient: Array) -> Array:
        normal, scratch = self._normal, self._scratch
        np.multiply(gradient, normal, out=scratch)
        self._fill(self._sums(scratch), self._sums(gradient))
        if not self._in:
            return gradient
        if "gamma" in self._weights:
            gradient *= self._weights["gamma"]
        np.multiply(gradient, normal, out=scratch)
        along, mean = self._mean(scratch), self._mean(gradient)
        np.multiply(normal, along, out=scratch)
        gradient -= mean
        gradient -= scratch
        gradient *= self._inverse
        return gradient

    def _mean(self, x: Array) -> Array:
        mean: Array = np.add.reduce(x, axis=-1, keepdims=True) * self._share
        return mean


class _RowsOp(Op):
    """Samples as rows of numbers: Flatten, and Reshape to a row."""

    # The output is a view of the input, which the next op must not overwrite.
    uses_output = True

    def __init__(self, layer: Any, context: StackContext) -> None:
        self._shape = context.output_shape
        self._before = context.input_shape

    def forward(self, x: Array) -> Array:
        return x.reshape(*x.shape[:2], *self._shape)

    def backward(self, gradient: Array) -> Array:
        return gradient.reshape(*gradient.shape[:2], *self._before)


def _batch_norm(layer: Any, context: StackContext) -> Op:
    return _BatchStatisticsOp(layer, context) if context.training else _RunningAveragesOp(layer, context)


def _dropout(layer: Any, context: StackContext) -> Op | None:
    return _DropoutOp(layer, context) if context.training and layer.rate > 0.0 else None


def _noise(layer: Any, context: StackContext) -> Op | None:
    return _NoiseOp(layer, context) if context.training and layer.stddev > 0.0 else None


_OPS: Final[dict[str, Callable[[Any, StackContext], Op | None]]] = {
    "dense": _DenseOp,
    "dropout": _dropout,
    "gaussian_noise": _noise,
    "batch_normalization": _batch_norm,
    "layer_normalization": _LayerNormOp,
    "flatten": _RowsOp,
    "reshape": _RowsOp,
}

STACKED_KINDS: Final = frozenset({*_OPS, "activation"})
"""Kinds of layers that can be stacked, besides activation functions."""
