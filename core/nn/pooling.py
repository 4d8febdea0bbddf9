"""Pooling layers: downsample images by the maximum or mean of each window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec import Given, PairSetting, setting
from ..spec.arrays import Array, Arrays
from .layer import LAYERS, Layer, Op, OpContext, in_memory
from .layer_types import NumpyLines, Shape, TorchModule
from .sliding_window import (
    PADDINGS,
    SlidingWindow,
    both_axes,
    image_shape,
    keras_pool,
    numpy_windows,
    onnx_windows,
    torch_edges,
    torch_padding,
)

_UNEVEN_AVERAGE = '''\
class UnevenAvgPool2d(torch.nn.AvgPool2d):
    """Padding of its own on each side, which is not counted: left, right, top, bottom."""

    def __init__(self, *sizes, edges):
        super().__init__(*sizes)
        self.edges = edges

    def forward(self, x):
        share = super().forward(torch.nn.functional.pad(torch.ones_like(x), self.edges))
        return super().forward(torch.nn.functional.pad(x, self.edges)) / share
'''


class _Pool(Layer):
    """Windows of `pool_size` pixels, `strides` apart. Strides of (0, 0), or None, equal the window size."""

    family = "pooling"
    numpy_pool: ClassVar[tuple[str, str]]
    """The number beyond the edge, and an expression of the windows."""
    onnx_settings: ClassVar[dict[str, int]] = {}

    pool_size: PairSetting = setting(
        (2, 2), "Window", "The size of the windows that become one pixel each.", low=1, form_high=64
    )
    strides: Given[tuple[int, int], int | Sequence[int] | None] = setting(
        (0, 0),
        "Strides",
        "Pixels from one window to the next; 0 is the window's own size.",
        low=0,
        form_high=64,
        zero="size",
    )
    padding: str = setting(
        "valid",
        "Padding",
        "valid: windows stay within the image. same: windows at its edge may reach beyond.",
        choices=PADDINGS,
    )

    def __post_init__(self) -> None:
        given: tuple[int, int] | None = self.strides
        object.__setattr__(self, "strides", given or (0, 0))
        super().__post_init__()

    def windows(self, input_shape: Shape) -> tuple[SlidingWindow, SlidingWindow]:
        """The windows along height and width; `LayerError` when there are none."""
        down, right = (stride or size for stride, size in zip(self.strides, self.pool_size, strict=True))
        return both_axes(self.title, input_shape, self.pool_size, (down, right), (1, 1), self.padding)

    def output_shape(self, input_shape: Shape) -> Shape:
        rows, columns = self.windows(input_shape)
        return rows.count, columns.count, input_shape[2]

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        return numpy_windows(*self.windows(input_shape), *self.numpy_pool)

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        settings = {**onnx_windows(*self.windows(input_shape)), **self.onnx_settings}
        return graph.elementwise(
            type(self).__name__.removesuffix("ing2D"), graph.channels_first(x), **settings
        )

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Arrays) -> KerasValue:
        return keras_pool(self, graph, x, *self.windows(x.shape), means=isinstance(self, AveragePooling2D))

    def _torch_settings(self, rows: SlidingWindow, columns: SlidingWindow) -> str:
        strides = (rows.stride, columns.stride)
        return f"{self.pool_size}" if strides == self.pool_size else f"{self.pool_size}, {strides}"


@LAYERS.register("max_pool2d", "max_pool_2d", "maxpool2d", "max_pool")
class MaxPooling2D(_Pool):
    """The maximum of each window, per channel. On ties the first pixel gets the gradient, as in PyTorch."""

    kind = "max_pooling2d"
    title = "MaxPool"
    summary = "downsample"
    equations = ("y = max(x_1, ..., x_k)", "∂L/∂x_i = ∂L/∂y if x_i is the first with x_i = y, else 0")
    formula_text = "max({inputs})"
    numpy_pool = ("-np.inf", "x.max(axis=(4, 5))")

    def bind(self, context: OpContext) -> Op:
        if self.halves(context.input_shape):
            return _HalvingOp(context)
        return _MaxPoolingOp(*self.windows(context.input_shape), context)

    def halves(self, input_shape: Shape) -> bool:
        """Whether the windows are 2 x 2, side by side and within the image."""
        return all(w.size == w.stride == 2 and w.before == w.after == 0 for w in self.windows(input_shape))

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        rows, columns = self.windows(input_shape)
        pool = f"torch.nn.MaxPool2d({self._torch_settings(rows, columns)}"
        if rows.is_even and columns.is_even:
            return (TorchModule(f"{pool}{torch_padding(rows, columns)})"),)
        # Padding and pooling as one module.
        pad = f'torch.nn.ConstantPad2d({torch_edges(rows, columns)}, float("-inf"))'
        return (TorchModule(f"torch.nn.Sequential({pad}, {pool}))"),)


class _HalvingOp(Op):
    """Adjacent windows of 2 x 2: maxima of column pairs, then of row pairs.

    Each winner is stored as an integer of all ones or all zeros, from the sign of the difference: the backward pass is
    bitwise, several times faster than comparing or multiplying.
    """

    def __init__(self, context: OpContext) -> None:
        height, width, channels = context.output_shape
        bits = np.dtype(f"i{context.dtype.itemsize}")
        self._bits = bits
        self._pairs = np.empty((2 * height, channels, width, context.batch), context.dtype)
        self._y = context.empty()
        self._training = context.training
        if context.training:
            self._right_wins = np.empty(self._pairs.shape, bits)
            self._lower_wins = np.empty(in_memory(self._y).shape, bits)
            self._pairs_gradient = np.empty(self._pairs.shape, bits)
            self._input_gradient = context.empty(context.input_shape)
            inside = in_memory(self._input_gradient).view(bits)
            self._gradient_left, self._gradient_right = self._columns(inside)
            # A last odd row or column belongs to no window.
            self._outside = (inside[2 * height :], inside[:, :, 2 * width :])

    def _columns(self, images: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        height, _, width, _ = self._pairs.shape
        return images[:height, :, 0 : 2 * width : 2], images[:height, :, 1 : 2 * width : 2]

    def forward(self, x: Array) -> Array:
        """Maxima (batch, height // 2, width // 2, channels) of x, (batch, height, width, channels)."""
        left, right = self._columns(in_memory(x))
        pairs, y = self._pairs, in_memory(self._y)
        np.maximum(left, right, out=pairs)
        np.maximum(pairs[0::2], pairs[1::2], out=y)
        if self._training:
            keep_loser(left, right, self._right_wins)
            keep_loser(pairs[0::2], pairs[1::2], self._lower_wins)
        return self._y

    def backward(self, gradient: Array) -> Array:
        """Route dy to the winners: dx, (batch, height, width, channels)."""
        whole, pairs = in_memory(gradient).view(self._bits), self._pairs_gradient
        np.bitwise_and(whole, self._lower_wins, out=pairs[1::2])
        np.bitwise_xor(whole, pairs[1::2], out=pairs[0::2])
        np.bitwise_and(pairs, self._right_wins, out=self._gradient_right)
        np.bitwise_xor(pairs, self._gradient_right, out=self._gradient_left)
        # At every step: the next op may have written there.
        for outside in self._outside:
            outside.fill(0)
        return self._input_gradient


def keep_loser(first: Array, second: Array, into: NDArray[Any]) -> None:
    """All bits of `into` are 1 where `first` is less than `second`, else 0; all of one shape and size of numbers."""
    np.subtract(first, second, out=into.view(first.dtype))
    np.right_shift(into, 8 * into.itemsize - 1, out=into)


class _TapsOp(Op):
    """Windows of any size, by a loop over their pixels; beyond the edge lies `fill`."""

    def __init__(self, rows: SlidingWindow, columns: SlidingWindow, context: OpContext, fill: float) -> None:
        shape = (rows.padded, context.input_shape[2], columns.padded, context.batch)
        self._padded = np.full(shape, fill, context.dtype)
        self._inside = _inside(self._padded, rows, columns)
        self._taps = _taps(self._padded, rows, columns)
        self._y = context.empty()
        self._training = context.training
        if context.training:
            self._part = np.empty(in_memory(self._y).shape, context.dtype)
            self._padded_gradient = np.empty_like(self._padded)
            self._gradient_taps = _taps(self._padded_gradient, rows, columns)
            self._input_gradient = _inside(self._padded_gradient, rows, columns).transpose(3, 0, 2, 1)


class _MaxPoolingOp(_TapsOp):
    """Stores the maximum and its index."""

    def __init__(self, rows: SlidingWindow, columns: SlidingWindow, context: OpContext) -> None:
        super().__init__(rows, columns, context, -np.inf)
        if context.training:
            self._winner = np.empty(self._part.shape, np.uint16)
            self._wins = np.empty(self._part.shape, np.bool_)

    def forward(self, x: Array) -> Array:
        """Maxima (batch, rows, columns, channels) of x, (batch, height, width, channels)."""
        self._inside[...] = in_memory(x)
        y = in_memory(self._y)
        y[...] = self._taps[0]
        if self._training:
            self._winner.fill(0)
        for number, tap in enumerate(self._taps[1:], start=1):
            if self._training:
                np.greater(tap, y, out=self._wins)
                np.copyto(self._winner, number, where=self._wins)
            np.maximum(y, tap, out=y)
        return self._y

    def backward(self, gradient: Array) -> Array:
        """Route dy to the winners: dx, (batch, height, width, channels)."""
        memory = in_memory(gradient)
        self._padded_gradient.fill(0.0)
        for number, into in enumerate(self._gradient_taps):
            np.equal(self._winner, number, out=self._wins)
            np.multiply(memory, self._wins, out=self._part)
            np.add(into, self._part, out=into)
        return self._input_gradient


@LAYERS.register("avg_pool2d", "avg_pool_2d", "avgpool2d", "avg_pool")
class AveragePooling2D(_Pool):
    """The mean of each window, per channel, without pixels beyond the edge."""

    kind = "average_pooling2d"
    title = "AvgPool"
    summary = "mean of windows"
    equations = ("y = (x_1 + ... + x_k) / k", "∂L/∂x_i = 1 / k · ∂L/∂y")
    formula_text = "({terms}) / {count}"
    numpy_pool = ("np.nan", "np.nanmean(x, axis=(4, 5))")
    onnx_settings: ClassVar[dict[str, int]] = {"count_include_pad": 0}

    def bind(self, context: OpContext) -> Op:
        return _AveragePoolingOp(*self.windows(context.input_shape), context)

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        rows, columns = self.windows(input_shape)
        settings = self._torch_settings(rows, columns)
        if not (rows.is_even and columns.is_even):
            edges = torch_edges(rows, columns)
            return (TorchModule(f"UnevenAvgPool2d({settings}, edges={edges})", (_UNEVEN_AVERAGE,)),)
        if padding := torch_padding(rows, columns):
            settings += f"{padding}, count_include_pad=False"
        return (TorchModule(f"torch.nn.AvgPool2d({settings})"),)


class _AveragePoolingOp(_TapsOp):
    def __init__(self, rows: SlidingWindow, columns: SlidingWindow, context: OpContext) -> None:
        super().__init__(rows, columns, context, 0.0)
        counted = np.zeros((rows.padded, 1, columns.padded, 1), context.dtype)
        _inside(counted, rows, columns)[...] = 1.0
        self._share = 1.0 / np.add.reduce(_taps(counted, rows, columns))

    def forward(self, x: Array) -> Array:
        """Means (batch, rows, columns, channels) of x, (batch, height, width, channels)."""
        self._inside[...] = in_memory(x)
        y = in_memory(self._y)
        y[...] = self._taps[0]
        for tap in self._taps[1:]:
            np.add(y, tap, out=y)
        np.multiply(y, self._share, out=y)
        return self._y

    def backward(self, gradient: Array) -> Array:
        """Spread dy evenly over its window: dx, (batch, height, width, channels)."""
        np.multiply(in_memory(gradient), self._share, out=self._part)
        self._padded_gradient.fill(0.0)
        for into in self._gradient_taps:
            np.add(into, self._part, out=into)
        return self._input_gradient


@LAYERS.register("global_avg_pool", "global_avg_pool2d", "gap")
class GlobalAveragePooling2D(Layer):
    """The mean of each channel: (height, width, channels) to (channels,)."""

    kind = "global_average_pooling2d"
    title = "GlobalAvgPool"
    summary = "mean of channels"
    equations = ("y_c = 1 / (h w) · Σ_rs x_rsc", "∂L/∂x_rsc = 1 / (h w) · ∂L/∂y_c")
    family = "pooling"
    formula_text = "the mean of all {count} numbers of the map = {sum} / {count}"
    numpy_text = "x.mean(axis=(1, 2))"
    keras_fields = ()

    def output_shape(self, input_shape: Shape) -> Shape:
        return (image_shape(self.title, input_shape)[2],)

    def bind(self, context: OpContext) -> Op:
        return _GlobalAveragePoolingOp(context)

    def windows(self, input_shape: Shape) -> tuple[SlidingWindow, SlidingWindow]:
        height, width, _ = image_shape(self.title, input_shape)
        return SlidingWindow.whole(height), SlidingWindow.whole(width)

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        pixels = [2, 3] if x.channels_first else [1, 2]
        return OnnxValue(graph.call("ReduceMean", x.name, axes=pixels, keepdims=0), 1)

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        return TorchModule("torch.nn.AdaptiveAvgPool2d(1)"), TorchModule("torch.nn.Flatten()")


class _GlobalAveragePoolingOp(Op):
    def __init__(self, context: OpContext) -> None:
        height, width, channels = context.input_shape
        self._share = context.dtype.type(1.0 / (height * width))
        self._sums = np.empty((channels, context.batch), context.dtype)
        self._y = context.empty()
        if context.training:
            self._input_gradient = context.empty(context.input_shape)

    def forward(self, x: Array) -> Array:
        """Means (batch, channels) of x, (batch, height, width, channels)."""
        np.add.reduce(in_memory(x), axis=(0, 2), out=self._sums)
        np.multiply(self._sums.T, self._share, out=self._y)
        return self._y

    def backward(self, gradient: Array) -> Array:
        """Spread dy evenly over the image: dx, (batch, height, width, channels)."""
        np.multiply(gradient.T, self._share, out=self._sums)
        in_memory(self._input_gradient)[...] = self._sums[:, np.newaxis]
        return self._input_gradient


def _inside(padded: Array, rows: SlidingWindow, columns: SlidingWindow) -> Array:
    """View of the image within its padding, (height, channels, width, batch)."""
    down = slice(rows.before, rows.before + rows.length)
    return padded[down, :, columns.before : columns.before + columns.length]


def _taps(padded: Array, rows: SlidingWindow, columns: SlidingWindow) -> list[Array]:
    """Views of one pixel of all windows, per window pixel in row-major order."""
    down, right = rows.count * rows.stride, columns.count * columns.stride
    return [
        padded[i : i + down : rows.stride, :, j : j + right : columns.stride][
            : rows.count, :, : columns.count
        ]
        for i in range(rows.size)
        for j in range(columns.size)
    ]
