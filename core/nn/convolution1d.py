"""Conv1D: convolution along time with learned kernels."""

from __future__ import annotations

import numpy as np

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec import setting
from ..spec.arrays import Array, Arrays
from .activations import ActivationSetting, Linear, activation_setting
from .initializers import GlorotUniform, InitializerSetting, Zeros, initializer_setting
from .layer import LAYERS, FeatureOrder, KernelLayer, Op, OpContext, Parameter, TorchState, kernel_and_bias
from .layer_types import NumpyLines, Shape, TorchModule, sequence_shape
from .sliding_window import (
    PADDINGS,
    SlidingWindow,
    keras_convolution,
    onnx_convolution,
    over_time,
    over_time_lines,
    time_windows,
    torch_convolution,
)


@LAYERS.register("conv_1d", "convolution1d")
class Conv1D(KernelLayer):
    """y[n, t, f] = g(sum over i, c of x[n, t·stride + i·dilation, c] W[i, c, f] + b[f]).

    x is (batch, time, channels), W (kernel size, channels, filters). Padding as in Keras: "same" with a stride of 1
    keeps the length, "causal" too, and no output sees a later position.
    """

    kind = "conv1d"
    title = "Conv1D"
    summary = "filters along time"
    equations = (
        "y_tf = g(z_tf), z_tf = Σ_ic x_(t+i,c) W_icf + b_f",
        "δ = g'(z) · ∂L/∂y",
        "∂L/∂W_icf = Σ_t x_(t+i,c) δ_tf, ∂L/∂b_f = Σ_t δ_tf",
        "∂L/∂x_sc = Σ_if W_icf δ_(s-i,f)",
    )
    family = "sequence"
    has_keras_activation = True

    filters: int = setting(8, "Filters", "How many patterns the layer looks for.", low=1, form_high=1024)
    kernel_size: int = setting(3, "Kernel", "The length of the patterns, in positions.", low=1, form_high=64)
    strides: int = setting(
        1, "Strides", "Positions from one window to the next. 2 halves the length.", low=1, form_high=64
    )
    padding: str = setting(
        "valid",
        "Padding",
        "valid: windows stay within the sequence. same: zeros around it keep its length. causal: zeros in front "
        "keep it, and no output sees a later position.",
        choices=(*PADDINGS, "causal"),
    )
    dilation_rate: int = setting(
        1, "Dilation", "Positions between the weights of a kernel: more see farther.", low=1, form_high=64
    )
    activation: ActivationSetting = activation_setting(Linear(), "Activation", "each sum goes")
    use_bias: bool = setting(True, "Bias", "Let each filter shift its sums by a learned constant.")
    kernel_initializer: InitializerSetting = initializer_setting(GlorotUniform())
    bias_initializer: InitializerSetting = initializer_setting(Zeros(), "Bias initializer", "biases")

    def time_windows(self, input_shape: Shape) -> SlidingWindow:
        """The windows along time; `LayerError` when there are none."""
        return time_windows(
            self.title, input_shape, self.kernel_size, self.strides, self.dilation_rate, self.padding
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        return self.activation.output_shape((self.time_windows(input_shape).count, self.filters))

    def parameters(self, input_shape: Shape) -> tuple[Parameter, ...]:
        return kernel_and_bias(self, (self.kernel_size, input_shape[-1], self.filters))

    def bind(self, context: OpContext) -> Op:
        return _Conv1DOp(self.time_windows(context.input_shape), context)

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        summed = "np.tensordot(x, {kernel}[None], ((4, 5, 3), (0, 1, 2)))"
        summed += " + {bias}" if self.use_bias else ""
        return over_time_lines(self.time_windows(input_shape), "0", summed)

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        return onnx_convolution(graph, x, weights, self.time_windows(input_shape))

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Arrays) -> KerasValue:
        along = self.time_windows(x.shape)
        return keras_convolution(self, graph, x, weights, along, padded=along.is_padded)

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        settings = torch_convolution(self, input_shape[1], 1)
        return (over_time(f"torch.nn.Conv1d({settings})", self.time_windows(input_shape), "0.0"),)

    def torch_weights(self, weights: Arrays, input_shape: Shape, order: FeatureOrder) -> TorchState:
        place = 1 if self.time_windows(input_shape).is_padded else 0
        found = super().torch_weights(weights, input_shape, order)
        return {f"{place}.{name}": array for name, array in found.items()}


class _Conv1DOp(Op):
    """One product with all windows, copied side by side: (batch · count, kernel size · channels)."""

    def __init__(self, along: SlidingWindow, context: OpContext) -> None:
        channels = sequence_shape("Conv1D", context.input_shape)[1]
        batch, size, count = context.batch, along.size, along.count
        kernel = context.parameters["kernel"]
        self._kernel = kernel.reshape(-1, kernel.shape[2])
        self._bias = context.parameters.get("bias")
        padded = np.zeros((batch, along.padded, channels), context.dtype)
        self._inside = along.inside(padded)
        self._windows = along.views(padded)
        self._patches = np.empty((batch, count, size, channels), context.dtype)
        self._rows = self._patches.reshape(batch * count, size * channels)
        self._y = context.empty()
        self._y_rows = self._y.reshape(batch * count, -1)
        self._input_gradient = context.input_gradient
        if context.training:
            self._kernel_gradient = context.gradients["kernel"].reshape(self._kernel.shape)
            self._bias_gradient = context.gradients.get("bias")
            self._ones = np.ones(batch * count, context.dtype)
        if context.training and context.input_gradient:
            self._padded_gradient = np.empty_like(padded)
            self._dx = along.inside(self._padded_gradient)
            taps = along.views(self._padded_gradient)
            # What a tap of the kernel gives, and the positions that it is added to, which do not overlap.
            self._adds = [(taps[:, :, tap], self._patches[:, :, tap]) for tap in range(size)]

    def forward(self, x: Array) -> Array:
        """conv(x, W) + b, (batch, count, filters); x is (batch, time, channels)."""
        self._inside[...] = x
        np.copyto(self._patches, self._windows)
        self._rows.dot(self._kernel, self._y_rows)
        if self._bias is not None:
            np.add(self._y_rows, self._bias, self._y_rows)
        return self._y

    def backward(self, gradient: Array) -> Array:
        """Fill dW and db; return dx, (batch, time, channels)."""
        rows = gradient.reshape(self._y_rows.shape)
        self._rows.T.dot(rows, self._kernel_gradient)
        if self._bias_gradient is not None:
            self._ones.dot(rows, self._bias_gradient)
        if not self._input_gradient:
            return gradient
        rows.dot(self._kernel.T, self._rows)
        self._padded_gradient.fill(0.0)
        for into, piece in self._adds:
            np.add(into, piece, out=into)
        return self._dx
