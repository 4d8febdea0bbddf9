"""Pooling along time: the maximum or mean of each window, by the ops of images of one row."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec import Given, SettingError, setting
from ..spec.arrays import Array, Arrays
from .layer import LAYERS, Layer, Op, OpContext
from .layer_types import Formula, NumpyLines, Shape, TorchModule, sequence_shape
from .pooling import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from .sliding_window import (
    PADDINGS,
    SlidingWindow,
    keras_pool,
    onnx_windows,
    over_time,
    over_time_lines,
    time_windows,
)

_TORCH_OF_TIME = '''\
class {name}(torch.nn.Module):
    """The {what} over time of samples of (time, channels)."""

    def forward(self, x):
        return x.{method}(1)
'''


class _OnPlane(Op):
    """An op of images on sequences, which are images of one row."""

    def __init__(self, layer: Layer, context: OpContext) -> None:
        before = (1, *context.input_shape)
        after = layer.output_shape(before)
        op = layer.bind(replace(context, input_shape=before, output_shape=after, in_place=False))
        assert op is not None
        self._op, self._y = op, context.empty()
        self._dx = context.empty(context.input_shape) if context.training else self._y

    def forward(self, x: Array) -> Array:
        """The outputs (batch, count, channels), or (batch, channels), of x, (batch, time, channels)."""
        found = self._op.forward(x[:, np.newaxis])
        self._y[...] = found[:, 0] if found.ndim == 4 else found
        return self._y

    def backward(self, gradient: Array) -> Array:
        """dx, (batch, time, channels)."""
        back = self._op.backward(gradient[:, np.newaxis] if gradient.ndim == 3 else gradient)
        self._dx[...] = back[:, 0]
        return self._dx


class _Pool1D(Layer):
    """Windows of `pool_size` positions, `strides` apart. Strides of 0, or None, equal the window size."""

    family = "sequence"
    on_plane: ClassVar[type[MaxPooling2D] | type[AveragePooling2D]]
    """The layer of images."""

    pool_size: int = setting(
        2, "Window", "The length of the windows that become one position each.", low=1, form_high=64
    )
    strides: Given[int, int | None] = setting(
        0,
        "Strides",
        "Positions from one window to the next; 0 is the window's own length.",
        low=0,
        form_high=64,
        zero="size",
    )
    padding: str = setting(
        "valid",
        "Padding",
        "valid: windows stay within the sequence. same: windows at its ends may reach beyond.",
        choices=PADDINGS,
    )

    def __post_init__(self) -> None:
        given: int | None = self.strides
        object.__setattr__(self, "strides", 0 if given is None else given)
        super().__post_init__()

    def time_windows(self, input_shape: Shape) -> SlidingWindow:
        """The windows along time; `LayerError` when there are none."""
        stride = self.strides or self.pool_size
        return time_windows(self.title, input_shape, self.pool_size, stride, 1, self.padding)

    def output_shape(self, input_shape: Shape) -> Shape:
        return self.time_windows(input_shape).count, input_shape[1]

    def bind(self, context: OpContext) -> Op:
        strides = (1, self.strides or self.pool_size)
        return _OnPlane(self.on_plane((1, self.pool_size), strides, self.padding), context)

    def formula(self, input_shape: Shape) -> Formula:
        return Formula(self.on_plane.formula_text)

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        return over_time_lines(self.time_windows(input_shape), *self.on_plane.numpy_pool)

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        settings = {**onnx_windows(self.time_windows(input_shape)), **self.on_plane.onnx_settings}
        return graph.elementwise(
            type(self).__name__.removesuffix("ing1D"), graph.channels_first(x), **settings
        )

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Arrays) -> KerasValue:
        means = self.on_plane is AveragePooling2D
        return keras_pool(self, graph, x, self.time_windows(x.shape), means=means)


@LAYERS.register("max_pool1d", "max_pool_1d", "maxpool1d")
class MaxPooling1D(_Pool1D):
    """The maximum of each window, per channel. On ties the first position gets the gradient, as in PyTorch."""

    kind = "max_pooling1d"
    title = "MaxPool1D"
    summary = "shorten by maxima"
    equations = MaxPooling2D.equations
    on_plane = MaxPooling2D

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        along = self.time_windows(input_shape)
        return (over_time(f"torch.nn.MaxPool1d({along.size}, {along.stride})", along, 'float("-inf")'),)


@LAYERS.register("avg_pool1d", "avg_pool_1d", "avgpool1d")
class AveragePooling1D(_Pool1D):
    """The mean of each window, per channel, without positions beyond the ends."""

    kind = "average_pooling1d"
    title = "AvgPool1D"
    summary = "shorten by means"
    equations = AveragePooling2D.equations
    on_plane = AveragePooling2D

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        along = self.time_windows(input_shape)
        if not along.is_even:
            raise SettingError(
                "Export: PyTorch has no AvgPool1D whose padding differs in front and behind; use keras"
            )
        padding = f", {along.before}, count_include_pad=False" if along.before else ""
        return (over_time(f"torch.nn.AvgPool1d({along.size}, {along.stride}{padding})"),)


class _GlobalPool1D(Layer):
    """(time, channels) to (channels,)."""

    family = "sequence"
    keras_fields = ()
    method: ClassVar[str]
    """The reduction by its name in NumPy."""

    def output_shape(self, input_shape: Shape) -> Shape:
        return (sequence_shape(self.title, input_shape)[1],)

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        return NumpyLines((f"x.{self.method}(axis=1)",))

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        operator = f"Reduce{self.method.capitalize()}"
        return OnnxValue(graph.call(operator, x.name, axes=[2 if x.channels_first else 1], keepdims=0), 1)

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        method = {"max": "amax"}.get(self.method, self.method)
        name = f"{self.method.capitalize()}OverTime"
        what = {"max": "maximum"}.get(self.method, self.method)
        return (TorchModule(f"{name}()", (_TORCH_OF_TIME.format(name=name, what=what, method=method),)),)


@LAYERS.register("global_avg_pool1d")
class GlobalAveragePooling1D(_GlobalPool1D):
    """The mean of each channel over time: (time, channels) to (channels,)."""

    kind = "global_average_pooling1d"
    title = "GlobalAvgPool1D"
    summary = "mean over time"
    equations = ("y_c = 1 / T · Σ_t x_tc", "∂L/∂x_tc = 1 / T · ∂L/∂y_c")
    method = "mean"

    def bind(self, context: OpContext) -> Op:
        if context.mask is not None:
            return _MaskedMeanOp(context, context.mask)
        return _OnPlane(GlobalAveragePooling2D(), context)


class _MaskedMeanOp(Op):
    """The mean over the positions that count, 0 where none does."""

    def __init__(self, context: OpContext, mask: NDArray[np.bool_]) -> None:
        self._mask, self._dtype, self._shares = mask, context.dtype, np.empty(0)

    def forward(self, x: Array) -> Array:
        """Means (batch, channels) of x, (batch, time, channels)."""
        counts = self._mask.sum(axis=1, keepdims=True)
        self._shares = (self._mask / np.maximum(counts, 1)).astype(self._dtype)[..., np.newaxis]
        y: Array = np.add.reduce(x * self._shares, axis=1)
        return y

    def backward(self, gradient: Array) -> Array:
        """dx, (batch, time, channels), of dy, (batch, channels)."""
        return gradient[:, np.newaxis] * self._shares


@LAYERS.register("global_max_pool1d")
class GlobalMaxPooling1D(_GlobalPool1D):
    """The maximum of each channel over time: (time, channels) to (channels,). The first of equal ones learns."""

    kind = "global_max_pooling1d"
    title = "GlobalMaxPool1D"
    summary = "maximum over time"
    equations = ("y_c = max_t(x_tc)", "∂L/∂x_tc = ∂L/∂y_c if t is the first with x_tc = y_c, else 0")
    method = "max"

    def bind(self, context: OpContext) -> Op:
        return _GlobalMaxOp(context)


class _GlobalMaxOp(Op):
    def __init__(self, context: OpContext) -> None:
        self._y = context.empty()
        self._place = np.empty((context.batch, 1, context.input_shape[1]), np.intp)
        self._dx = context.empty(context.input_shape) if context.training else self._y

    def forward(self, x: Array) -> Array:
        """Maxima (batch, channels) of x, (batch, time, channels)."""
        np.argmax(x, axis=1, out=self._place[:, 0])
        self._y[...] = np.take_along_axis(x, self._place, axis=1)[:, 0]
        return self._y

    def backward(self, gradient: Array) -> Array:
        """dy at the maxima: dx, (batch, time, channels)."""
        self._dx.fill(0.0)
        np.put_along_axis(self._dx, self._place, gradient[:, np.newaxis], axis=1)
        return self._dx
