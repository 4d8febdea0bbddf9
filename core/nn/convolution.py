"""Conv2D: convolution of images with learned kernels."""

from __future__ import annotations

import numpy as np

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec import PairSetting, setting
from ..spec.arrays import Array, Arrays
from .activations import ActivationSetting, Linear, activation_setting
from .initializers import GlorotUniform, InitializerSetting, Zeros, initializer_setting
from .layer import LAYERS, KernelLayer, Op, OpContext, Parameter, in_memory, kernel_and_bias
from .layer_types import NumpyLines, Shape, TorchModule
from .sliding_window import (
    PADDINGS,
    SlidingWindow,
    both_axes,
    keras_convolution,
    numpy_windows,
    onnx_convolution,
    torch_convolution,
    torch_edges,
    torch_padding,
)

_UNEVEN_CONVOLUTION = '''\
class UnevenConv2d(torch.nn.Conv2d):
    """Padding of its own on each side: left, right, top, bottom."""

    def __init__(self, *sizes, edges, **settings):
        super().__init__(*sizes, **settings)
        self.edges = edges

    def forward(self, x):
        return super().forward(torch.nn.functional.pad(x, self.edges))
'''


@LAYERS.register("conv_2d", "convolution2d")
class Conv2D(KernelLayer):
    """y[n, r, s, f] = g(sum over i, j, c of x[n, r·stride + i·dilation, …, c] W[i, j, c, f] + b[f]).

    x is (batch, height, width, channels), W (kernel height, kernel width, channels, filters). Padding as in Keras:
    "same" with a stride of 1 keeps the image size.
    """

    kind = "conv2d"
    title = "Conv2D"
    summary = "image filters"
    equations = (
        "y_rsf = g(z_rsf), z_rsf = Σ_ijc x_(r+i,s+j,c) W_ijcf + b_f",
        "δ = g'(z) · ∂L/∂y",
        "∂L/∂W_ijcf = Σ_rs x_(r+i,s+j,c) δ_rsf",
        "∂L/∂b_f = Σ_rs δ_rsf",
        "∂L/∂x_pqc = Σ_ijf W_ijcf δ_(p-i,q-j,f)",
    )
    family = "convolution"
    has_keras_activation = True

    filters: int = setting(
        8, "Filters", "How many patterns the layer looks for, each with its own image.", low=1, form_high=1024
    )
    kernel_size: PairSetting = setting(
        (3, 3), "Kernel", "The size of the patterns in pixels: height and width.", low=1, form_high=64
    )
    strides: PairSetting = setting(
        (1, 1), "Strides", "Pixels from one window to the next. 2 halves the image.", low=1, form_high=64
    )
    padding: str = setting(
        "valid",
        "Padding",
        "valid: windows stay within the image, which shrinks. same: zeros around it keep its size.",
        choices=PADDINGS,
    )
    dilation_rate: PairSetting = setting(
        (1, 1), "Dilation", "Pixels between the weights of a kernel: more see farther.", low=1, form_high=64
    )
    activation: ActivationSetting = activation_setting(Linear(), "Activation", "each sum goes")
    use_bias: bool = setting(True, "Bias", "Let each filter shift its sums by a learned constant.")
    kernel_initializer: InitializerSetting = initializer_setting(GlorotUniform())
    bias_initializer: InitializerSetting = initializer_setting(Zeros(), "Bias initializer", "biases")

    def windows(self, input_shape: Shape) -> tuple[SlidingWindow, SlidingWindow]:
        """The windows along height and width; `LayerError` when there are none."""
        return both_axes(
            self.title, input_shape, self.kernel_size, self.strides, self.dilation_rate, self.padding
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        rows, columns = self.windows(input_shape)
        return self.activation.output_shape((rows.count, columns.count, self.filters))

    def parameters(self, input_shape: Shape) -> tuple[Parameter, ...]:
        return kernel_and_bias(self, (*self.kernel_size, input_shape[-1], self.filters))

    def bind(self, context: OpContext) -> Op:
        return ConvolutionOp(self.windows(context.input_shape), context)

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        summed = "np.tensordot(x, {kernel}, ((4, 5, 3), (0, 1, 2)))"
        return numpy_windows(
            *self.windows(input_shape), "0", f"{summed} + {{bias}}" if self.use_bias else summed
        )

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        return onnx_convolution(graph, x, weights, *self.windows(input_shape))

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Arrays) -> KerasValue:
        padded = self.padding == "same"
        return keras_convolution(self, graph, x, weights, *self.windows(x.shape), padded=padded)

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        rows, columns = self.windows(input_shape)
        settings = torch_convolution(self, input_shape[2], (1, 1))
        if not (rows.is_even and columns.is_even):
            edges = torch_edges(rows, columns)
            return (TorchModule(f"UnevenConv2d({settings}, edges={edges})", (_UNEVEN_CONVOLUTION,)),)
        return (TorchModule(f"torch.nn.Conv2d({settings}{torch_padding(rows, columns)})"),)


class ConvolutionOp(Op):
    """One matrix product per output row, over the whole batch.

    `_patches`, (rows, kernel width, channels, output width, batch), holds each padded input row once per kernel column,
    shifted by it. The windows of an output row are then a contiguous slice of it, (kernel height · kernel width ·
    channels, output width · batch). Slices of neighbouring rows overlap, so this takes kernel height times less memory
    than im2col.
    """

    def __init__(self, windows: tuple[SlidingWindow, SlidingWindow], context: OpContext) -> None:
        rows, columns = windows
        channels = context.input_shape[2]
        kernel = context.parameters["kernel"]
        self._kernel = kernel.reshape(-1, kernel.shape[3])
        bias = context.parameters.get("bias")
        self._bias = None if bias is None else bias[:, np.newaxis]
        self._inputs = _Layout(context, context.input_shape)
        # Padding stays zero: only pixels within the image are written.
        patches = np.zeros((rows.padded, columns.size, channels, columns.count, context.batch), context.dtype)
        # A dilated window takes every second (third, ...) row; these must be contiguous.
        order = [row for first in range(rows.dilation) for row in range(first, rows.padded, rows.dilation)]
        place = {row: position for position, row in enumerate(order)}
        self._fills: list[tuple[Array, slice, slice]] = []
        for first in range(min(rows.dilation, rows.length)):
            taken = range(first, rows.length, rows.dilation)
            start = place[first + rows.before]
            for tap in range(columns.size):
                there, here = columns.touched(tap)
                into = patches[start : start + len(taken), tap, :, there]
                self._fills.append((into, slice(first, None, rows.dilation), here))
        flat = patches.reshape(rows.padded, -1, columns.count * context.batch)
        starts = [place[row * rows.stride] for row in range(rows.count)]
        self._stretches = [flat[start : start + rows.size].reshape(-1, flat.shape[2]) for start in starts]
        self._prepare_outputs(context)
        self._input_gradient: Array | None = None
        if context.training:
            self._prepare_sums(context)
        if context.training and context.input_gradient:
            self._prepare_input_gradient(rows, columns, context)

    def _prepare_outputs(self, context: OpContext) -> None:
        self._y = context.empty()
        memory = in_memory(self._y)
        self._y_rows = list(memory.reshape(*memory.shape[:2], -1))

    def _prepare_sums(self, context: OpContext) -> None:
        height, width, filters = context.output_shape
        self._gradients = _Layout(context, context.output_shape)
        self._kernel_gradient = context.gradients["kernel"].reshape(self._kernel.shape)
        self._kernel_part = np.empty_like(self._kernel_gradient)
        self._bias_gradient = context.gradients.get("bias")
        self._bias_parts = np.empty((height, filters), context.dtype)
        self._ones = np.ones(width * context.batch, context.dtype)

    def _prepare_input_gradient(
        self, rows: SlidingWindow, columns: SlidingWindow, context: OpContext
    ) -> None:
        height, width, channels = context.input_shape
        padded = np.empty((rows.padded, channels, width, context.batch), context.dtype)
        self._padded_gradient = padded
        self._input_gradient = padded[rows.before : rows.before + height].transpose(3, 0, 2, 1)
        # What one output row gives to one input row, and the pixels to which its columns are added. That to all input
        # rows at once would not fit the cache.
        height = columns.size * channels
        self._spread = np.empty((height, columns.count * context.batch), context.dtype)
        taps = self._spread.reshape(columns.size, channels, columns.count, context.batch)
        touched = [columns.touched(tap) for tap in range(columns.size)]
        self._adds = [
            [
                (
                    self._kernel[tap * height : (tap + 1) * height],
                    [
                        (padded[first + tap * rows.dilation, :, here], piece[:, there])
                        for piece, (there, here) in zip(taps, touched, strict=True)
                    ],
                )
                for tap in range(rows.size)
            ]
            for first in range(0, rows.count * rows.stride, rows.stride)
        ]

    def forward(self, x: Array) -> Array:
        """y = conv(x, W) + b, (batch, rows, columns, filters); x is (batch, height, width, channels)."""
        self._fill(x)
        kernel, bias = self._kernel.T, self._bias
        for stretch, y in zip(self._stretches, self._y_rows, strict=True):
            np.dot(kernel, stretch, out=y)
            if bias is not None:
                np.add(y, bias, out=y)
        return self._y

    def _fill(self, x: Array) -> None:
        """Write the patches of x, (batch, height, width, channels)."""
        pixels = self._inputs.memory_of(x)
        for into, rows, columns in self._fills:
            into[...] = pixels[rows, :, columns]

    def backward(self, gradient: Array) -> Array:
        """Fill dW and db; return dx, (batch, height, width, channels)."""
        memory = self._gradients.memory_of(gradient)
        self._begin_gradients(memory)
        for number, row in enumerate(memory.reshape(*memory.shape[:2], -1)):
            self._add_gradients(number, row)
        return gradient if self._input_gradient is None else self._input_gradient

    def _begin_gradients(self, gradient: Array) -> None:
        """Fill db from dy, (height, filters, width, batch), and clear dx."""
        if self._bias_gradient is not None:
            np.dot(gradient.reshape(-1, len(self._ones)), self._ones, out=self._bias_parts.reshape(-1))
            np.add.reduce(self._bias_parts, axis=0, out=self._bias_gradient)
        if self._input_gradient is not None:
            self._padded_gradient.fill(0.0)

    def _add_gradients(self, number: int, row: Array) -> None:
        """Add to dW and dx what comes from one row of dy, (filters, width · batch)."""
        stretch, total = self._stretches[number], self._kernel_gradient
        if number == 0:
            np.dot(stretch, row.T, out=total)
        else:
            np.add(total, np.dot(stretch, row.T, out=self._kernel_part), out=total)
        if self._input_gradient is not None:
            for kernel, adds in self._adds[number]:
                np.dot(kernel, row, out=self._spread)
                for into, piece in adds:
                    np.add(into, piece, out=into)


class _Layout:
    """Converts images to the layout of `OpContext.empty` if needed, mostly a network's inputs."""

    def __init__(self, context: OpContext, shape: Shape) -> None:
        self._context, self._shape = context, shape
        self._copy: Array | None = None

    def memory_of(self, images: Array) -> Array:
        """Images (batch, height, width, channels) as (height, channels, width, batch), contiguous."""
        memory = in_memory(images)
        if memory.flags.c_contiguous:
            return memory
        if self._copy is None:
            self._copy = in_memory(self._context.empty(self._shape))
        self._copy[...] = memory
        return self._copy
