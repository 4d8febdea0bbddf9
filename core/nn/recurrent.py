"""Recurrent layers: SimpleRNN, GRU and LSTM, which go through a sequence position by position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec import Registry, SettingError, setting
from ..spec.arrays import Array
from .activations import ACTIVATIONS, ActivationFunction, ActivationSetting, Sigmoid, Tanh
from .initializers import INITIALIZERS, GlorotUniform, Initializer, InitializerSetting, Orthogonal, Zeros
from .layer import LAYERS, FeatureOrder, Layer, Op, OpContext, Parameter
from .layer_types import NumpyLines, Shape, TorchModule, sequence_shape
from .regularization import DropoutOp
from .scalars import scalars

_TORCH_RECURRENT = '''\
class Recurrent(torch.nn.Module):
    """The outputs of a recurrent layer: at each position, or at the last."""

    def __init__(self, layer, return_sequences):
        super().__init__()
        self.layer, self.return_sequences = layer, return_sequences

    def forward(self, x):
        outputs = self.layer(x)[0]
        return outputs if self.return_sequences else outputs[:, -1]
'''
_NUMPY_SIGMOID = """\
def sigmoid(x):
    return 0.5 * np.tanh(0.5 * x) + 0.5
"""
_NUMPY_RECURRENT = '''\
def recurrent(step, x, kernel, recurrent_kernel, bias, return_sequences):
    """The states h of all steps, (samples, time, units), or the last one, (samples, units)."""
    sums, recurrent_bias = x @ kernel + (bias if bias.ndim == 1 else bias[0]), 0.0 if bias.ndim == 1 else bias[1]
    h = c = np.zeros((len(x), recurrent_kernel.shape[0]), x.dtype)
    states = []
    for t in range(x.shape[1]):
        h, c = step(sums[:, t], h @ recurrent_kernel + recurrent_bias, h, c)
        states.append(h)
    return np.stack(states, axis=1) if return_sequences else h
'''


_ONNX_BENDS: Final = {"Relu", "Sigmoid", "Softplus", "Tanh"}


class _ForgetBias(Initializer):
    """0, and 1 for the forget gate, the second of four: what is remembered stays at first. As in Keras."""

    kind = "forget_bias"

    def fill(self, out: NDArray[np.floating], fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        units = out.shape[-1] // 4
        out[...] = 0.0
        out[..., units : 2 * units] = 1.0


class Recurrent(Layer):
    """Base of the recurrent layers; states start at 0."""

    family = "sequence"
    gates: ClassVar[int]
    """Blocks of `units` columns in the kernels."""
    biases: ClassVar[int] = 1
    """Rows of the bias: one for inputs and state together, or one for each."""
    bias_initializer: ClassVar[Initializer] = Zeros()
    torch_order_of_gates: ClassVar[tuple[int, ...]]
    onnx_order_of_gates: ClassVar[tuple[int, ...]]
    numpy_step: ClassVar[str]
    """Source of the function `step(sums, recurrent, h, c)` that gives h and c."""

    units: int = setting(
        16, "Units", "How many numbers are remembered from step to step.", low=1, form_high=4_096
    )
    return_sequences: bool = setting(
        False, "Each position", "Answer at each position; else only at the last one, for the sequence."
    )
    kernel_initializer: InitializerSetting = setting(
        GlorotUniform(), "Initializer", "How the weights start before learning.", registry=INITIALIZERS
    )
    recurrent_initializer: InitializerSetting = setting(
        Orthogonal(),
        "Recurrent initializer",
        "How the weights from step to step start before learning.",
        registry=INITIALIZERS,
    )
    activation: ActivationSetting = setting(
        Tanh(), "Activation", "The bend of what is remembered.", registry=ACTIVATIONS
    )
    dropout: float = setting(
        0.0,
        "Dropout",
        "The share of input channels that is silenced at each step of training, at all positions alike.",
        low=0.0,
        high=0.95,
    )

    @property
    def output_activation(self) -> None:
        return None

    @property
    def bends(self) -> tuple[ActivationFunction, ...]:
        """The functions in ONNX's order: that of the gates, if there are some, and that of states."""
        return (self.activation,)

    @property
    def is_plain(self) -> bool:
        """Whether its functions are the usual ones, which all formats and engines have."""
        return self.bends in ((Tanh(),), (Sigmoid(), Tanh()), (Sigmoid(), Tanh(), Tanh()))

    def as_predicted(self) -> Layer:
        return self.replace(dropout=0.0) if self.dropout else self

    def output_shape(self, input_shape: Shape) -> Shape:
        time, _ = sequence_shape(self.title, input_shape)
        return (time, self.units) if self.return_sequences else (self.units,)

    def parameters(self, input_shape: Shape) -> tuple[Parameter, ...]:
        channels, units, width = input_shape[1], self.units, self.gates * self.units
        bias_shape = (width,) if self.biases == 1 else (self.biases, width)
        recurrent = Parameter(
            "recurrent_kernel", (units, width), self.recurrent_initializer, units, width, regularized=True
        )
        return (
            Parameter(
                "kernel", (channels, width), self.kernel_initializer, channels, width, regularized=True
            ),
            recurrent,
            Parameter("bias", bias_shape, self.bias_initializer, channels, width, regularized=False),
        )

    def masks(self, masked: bool) -> bool:
        return masked and self.return_sequences

    def bind(self, context: OpContext) -> Op:
        return _OPS[type(self)][not self.is_plain or context.mask is not None](self, context)

    def flops(self, input_shape: Shape) -> int:
        return input_shape[0] * super().flops((1, input_shape[1]))

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        self.must_be_plain("NumPy code has")
        name = f"{self.kind}_step"
        arrays = "{kernel}, {recurrent_kernel}, {bias}"
        functions = (_NUMPY_SIGMOID, self.numpy_step, _NUMPY_RECURRENT)[0 if self.gates > 1 else 1 :]
        return NumpyLines((f"recurrent({name}, x, {arrays}, {self.return_sequences})",), (), functions)

    def onnx_nodes(
        self, graph: OnnxGraph, x: OnnxValue, weights: Mapping[str, Array], input_shape: Shape
    ) -> OnnxValue:
        return self.onnx_pass(graph, x, weights, input_shape)

    def onnx_pass(
        self,
        graph: OnnxGraph,
        x: OnnxValue,
        weights: Mapping[str, Array],
        input_shape: Shape,
        backward: bool = False,
    ) -> OnnxValue:
        """As `onnx_nodes`; `backward` goes from the last position to the first."""

        def ordered(array: Array) -> Array:
            """(..., gates · units) as (1, gates · units, ...), in ONNX's order of gates."""
            blocks = np.split(array, self.gates, axis=-1)
            return np.concatenate([blocks[gate] for gate in self.onnx_order_of_gates], axis=-1).T[np.newaxis]

        rows = weights["bias"].reshape(self.biases, -1)
        pair = (rows[0], rows[1] if self.biases == 2 else np.zeros_like(rows[0]))
        bias = np.concatenate([ordered(row[np.newaxis])[..., 0] for row in pair], axis=1)
        time_first = graph.call("Transpose", graph.channels_last(x).name, perm=[1, 0, 2])
        arrays = [
            graph.constant(name, ordered(weights[name]) if name != "bias" else bias)
            for name in ("kernel", "recurrent_kernel", "bias")
        ]
        settings: dict[str, Any] = {"linear_before_reset": 1} if self.biases == 2 else {}
        if backward:
            settings["direction"] = "reverse"
        if not self.is_plain:
            settings["activations"] = [function.onnx_operator for function in self.bends]
            if not {*settings["activations"]} <= _ONNX_BENDS:
                self.must_be_plain("ONNX has")
        operator = {"SimpleRNN": "RNN"}.get(type(self).__name__, type(self).__name__)
        y = graph.call(operator, time_first, *arrays, hidden_size=self.units, **settings)
        y = graph.call("Squeeze", y, np.array([1], np.int64))
        if not self.return_sequences:
            last = np.array(0 if backward else input_shape[0] - 1, np.int64)
            return OnnxValue(graph.call("Gather", y, last, axis=0), 1)
        return OnnxValue(graph.call("Transpose", y, perm=[1, 0, 2]), 2)

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Mapping[str, Array]) -> KerasValue:
        return graph.layer(
            type(self).__name__,
            x,
            shape=self.output_shape(x.shape),
            arrays=weights,
            units=self.units,
            return_sequences=self.return_sequences,
            **self.keras_settings(),
        )

    def keras_settings(self) -> dict[str, Any]:
        """Keras's settings beyond the usual. Raises `SettingError` for functions that Keras has not."""
        found: dict[str, Any] = {"dropout": self.dropout} if self.dropout else {}
        for name in ("activation", "recurrent_activation") if not self.is_plain else ():
            if (function := getattr(self, name, None)) is not None:
                if not function.keras_name:
                    raise SettingError(
                        f"Export: Keras has no {self.title} with the activation {function.title}"
                    )
                found[name] = function.keras_name
        return found

    def must_be_plain(self, who: str) -> None:
        """Raise `SettingError`, with what has the usual functions alone, unless they are."""
        if not self.is_plain:
            names = ", ".join(function.title for function in self.bends)
            raise SettingError(f"Export: {who} no {self.title} with the activations {names}; use keras")

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        self.must_be_plain("PyTorch has")
        kind = {"SimpleRNN": "RNN"}.get(type(self).__name__, type(self).__name__)
        inner = f"torch.nn.{kind}({input_shape[1]}, {self.units}, batch_first=True)"
        return (TorchModule(f"Recurrent({inner}, {self.return_sequences})", (_TORCH_RECURRENT,)),)

    def torch_weights(
        self, weights: Mapping[str, Array], input_shape: Shape, order: FeatureOrder
    ) -> dict[str, NDArray[Any]]:
        def ordered(array: Array) -> NDArray[Any]:
            blocks = np.split(array, self.gates, axis=-1)
            whole = np.concatenate([blocks[gate] for gate in self.torch_order_of_gates], axis=-1)
            return np.ascontiguousarray(whole.T)

        rows = weights["bias"].reshape(self.biases, -1)
        return {
            "layer.weight_ih_l0": ordered(weights["kernel"]),
            "layer.weight_hh_l0": ordered(weights["recurrent_kernel"]),
            "layer.bias_ih_l0": ordered(rows[0]),
            "layer.bias_hh_l0": ordered(rows[1]) if self.biases == 2 else np.zeros_like(rows[0]),
        }


class _Gated(Recurrent):
    recurrent_activation: ActivationSetting = setting(
        Sigmoid(), "Gates", "The bend of the gates, usually from 0 to 1.", registry=ACTIVATIONS
    )

    @property
    def bends(self) -> tuple[ActivationFunction, ...]:
        return (self.recurrent_activation, *super().bends, *super().bends)[: 3 if self.gates == 4 else 2]


RECURRENT: Registry[Recurrent] = Registry("recurrent layer")


class _RecurrentOp(Op):
    """Products over all steps at once, time first, and the states (time + 1, batch, units)."""

    def __init__(self, layer: Recurrent, context: OpContext) -> None:
        time, channels = context.input_shape
        batch, units, dtype, parameters = context.batch, layer.units, context.dtype, context.parameters
        width = layer.gates * units
        self._time, self._units = time, units
        self._kernel, self._recurrent = parameters["kernel"], parameters["recurrent_kernel"]
        self._bias = parameters["bias"]
        self._sequences = layer.return_sequences
        self._x = np.empty((time, batch, channels), dtype)
        self._x_rows = self._x.reshape(time * batch, channels)
        self._sums = np.empty((time, batch, width), dtype)
        self._sums_rows = self._sums.reshape(time * batch, width)
        self._h = np.zeros((time + 1, batch, units), dtype)
        self._y = context.empty()
        self._input_gradient = context.input_gradient
        self._drop: DropoutOp | None = None
        if not context.training:
            return
        if layer.dropout:
            self._all, rows = np.ones((batch, channels), dtype), replace(context, output_shape=(channels,))
            self._drop = DropoutOp(layer.dropout, np.empty_like(self._all), rows)
        gradients = context.gradients
        self._kernel_gradient = gradients["kernel"]
        self._recurrent_gradient, self._bias_gradient = gradients["recurrent_kernel"], gradients["bias"]
        self._ones = np.ones(time * batch, dtype)
        self._h_rows = self._h[:-1].reshape(time * batch, units)
        self._dsums = np.empty((time, batch, width), dtype)
        self._dsums_rows = self._dsums.reshape(time * batch, width)
        self._dh, self._part = np.empty((batch, units), dtype), np.empty((batch, units), dtype)
        self._dy = np.zeros((time, batch, units), dtype)
        self._dx = np.empty((time, batch, channels), dtype)
        self._dx_rows = self._dx.reshape(time * batch, channels)
        self._back = context.empty(context.input_shape)

    def forward(self, x: Array) -> Array:
        """States (batch, time, units), or the last (batch, units), of x, (batch, time, channels)."""
        np.copyto(self._x, x.swapaxes(0, 1))
        if self._drop is not None:
            np.multiply(self._x, self._drop.forward(self._all), self._x)
        self._x_rows.dot(self._kernel, self._sums_rows)
        self._go()
        self._y[...] = self._h[1:].swapaxes(0, 1) if self._sequences else self._h[-1]
        return self._y

    def backward(self, gradient: Array) -> Array:
        """Fill the gradients of kernels and bias; return dx, (batch, time, channels)."""
        if self._sequences:
            np.copyto(self._dy, gradient.swapaxes(0, 1))
        else:
            np.copyto(self._dy[-1], gradient)
        self._dh.fill(0.0)
        recurrent = self._go_back().reshape(self._sums_rows.shape)
        self._x_rows.T.dot(self._dsums_rows, self._kernel_gradient)
        self._h_rows.T.dot(recurrent, self._recurrent_gradient)
        if self._bias_gradient.ndim == 1:
            self._ones.dot(self._dsums_rows, self._bias_gradient)
        else:
            self._ones.dot(self._dsums_rows, self._bias_gradient[0])
            self._ones.dot(recurrent, self._bias_gradient[1])
        if not self._input_gradient:
            return gradient
        self._dsums_rows.dot(self._kernel.T, self._dx_rows)
        if self._drop is not None:
            for dx in self._dx:
                self._drop.backward(dx)
        self._back[...] = self._dx.swapaxes(0, 1)
        return self._back

    def _go(self) -> None:
        """Fill the states from the sums, which have no bias yet."""
        raise NotImplementedError

    def _go_back(self) -> Array:
        """Fill `dsums` from `dy`; returns the same of the sums of states, (time, batch, width)."""
        raise NotImplementedError


@LAYERS.register("rnn")
@RECURRENT.register("rnn")
class SimpleRNN(Recurrent):
    """h_t = tanh(x_t W + h_(t-1) U + b). Elman, 1990: Finding structure in time."""

    kind = "simple_rnn"
    title = "SimpleRNN"
    summary = "remember the last step"
    equations = (
        "h_t = tanh(x_t W + h_(t-1) U + b), y = h",
        "δ_t = (∂L/∂h_t + δ_(t+1) U^T) · (1 - h_t^2)",
        "∂L/∂W = Σ_t x_t^T δ_t, ∂L/∂U = Σ_t h_(t-1)^T δ_t, ∂L/∂b = Σ_t δ_t",
    )
    gates = 1
    torch_order_of_gates = onnx_order_of_gates = (0,)
    numpy_step = """\
def simple_rnn_step(sums, recurrent, h, c):
    return np.tanh(sums + recurrent), c
"""


class _SimpleRNNOp(_RecurrentOp):
    def _go(self) -> None:
        np.add(self._sums, self._bias, self._sums)
        h, part = self._h[0], np.empty_like(self._h[0])
        for sums, after in zip(self._sums, self._h[1:], strict=True):
            h.dot(self._recurrent, part)
            np.add(part, sums, part)
            h = np.tanh(part, after)

    def _go_back(self) -> Array:
        states, dh = self._h[1:], self._dh
        slopes = np.multiply(states, states)
        np.subtract(1.0, slopes, slopes)
        turned = self._recurrent.T
        for dy, slope, into in zip(self._dy[::-1], slopes[::-1], self._dsums[::-1], strict=True):
            np.add(dh, dy, dh)
            np.multiply(dh, slope, into)
            into.dot(turned, dh)
        return self._dsums


@LAYERS.register()
@RECURRENT.register()
class GRU(_Gated):
    """h_t = z h_(t-1) + (1 - z) tanh(x_t W_h + b_h + r (h_(t-1) U_h + c_h)), with gates z and r. Cho et al., 2014.

    The gates are σ(x_t W + b + h_(t-1) U + c); blocks are z, r, h, as in Keras (`reset_after`, its default).
    """

    kind = "gru"
    title = "GRU"
    summary = "remember by two gates"
    equations = (
        "z = σ(x_t W_z + b_z + h_(t-1) U_z + c_z), r = σ(x_t W_r + b_r + h_(t-1) U_r + c_r)",
        "g = tanh(x_t W_h + b_h + r (h_(t-1) U_h + c_h))",
        "h_t = z h_(t-1) + (1 - z) g, y = h",
        "∂L/∂g = δ_t (1 - z), ∂L/∂z = δ_t (h_(t-1) - g), δ_t = ∂L/∂y_t + ∂h_(t+1)/∂h_t δ_(t+1)",
    )
    gates = 3
    biases = 2
    torch_order_of_gates = (1, 0, 2)
    onnx_order_of_gates = (0, 1, 2)
    numpy_step = """\
def gru_step(sums, recurrent, h, c):
    (xz, xr, xh), (hz, hr, hh) = np.split(sums, 3, axis=1), np.split(recurrent, 3, axis=1)
    z = sigmoid(xz + hz)
    return z * h + (1 - z) * np.tanh(xh + sigmoid(xr + hr) * hh), c
"""


class _GRUOp(_RecurrentOp):
    """σ(s) = tanh(s / 2) / 2 + 1/2: the halves are taken of all sums at once, and of the kernel."""

    def __init__(self, layer: Recurrent, context: OpContext) -> None:
        super().__init__(layer, context)
        shape = (self._time, context.batch, 2 * self._units)
        self._gates = np.empty(shape, context.dtype)
        self._states = np.empty((self._time, context.batch, 3 * self._units), context.dtype)
        self._new = np.empty((self._time, context.batch, self._units), context.dtype)
        if context.training:
            self._drecurrent = np.empty_like(self._states)

    def _go(self) -> None:
        units, bias = self._units, self._bias
        halves = np.ones(3 * units, self._sums.dtype)
        halves[: 2 * units] = 0.5
        kernel = self._recurrent * halves
        added = bias[0].copy()
        added[: 2 * units] += bias[1, : 2 * units]
        np.add(self._sums, added, self._sums)
        np.multiply(self._sums[..., : 2 * units], 0.5, self._sums[..., : 2 * units])
        h, own = self._h[0], bias[1, 2 * units :]
        kept = np.empty_like(h)
        for sums, states, gates, new, after in zip(
            self._sums, self._states, self._gates, self._new, self._h[1:], strict=True
        ):
            h.dot(kernel, states)
            np.add(states[:, : 2 * units], sums[:, : 2 * units], gates)
            np.tanh(gates, gates)
            np.multiply(gates, 0.5, gates)
            np.add(gates, 0.5, gates)
            state = states[:, 2 * units :]
            np.add(state, own, state)
            np.multiply(gates[:, units:], state, new)
            np.add(new, sums[:, 2 * units :], new)
            np.tanh(new, new)
            np.subtract(h, new, kept)
            np.multiply(kept, gates[:, :units], kept)
            h = np.add(new, kept, after)

    def _go_back(self) -> Array:
        units, dh, part = self._units, self._dh, self._part
        z, r, g = self._gates[..., :units], self._gates[..., units:], self._new
        # All that does not depend on later steps, of all steps at once.
        factors = np.empty((*g.shape[:2], 3, units), g.dtype)
        own = (1.0 - z) * (1.0 - g * g)
        np.multiply((self._h[:-1] - g) * z, 1.0 - z, out=factors[:, :, 0])
        np.multiply(own * self._states[..., 2 * units :], r * (1.0 - r), out=factors[:, :, 1])
        np.multiply(own, r, out=factors[:, :, 2])
        found = self._drecurrent.reshape(factors.shape)
        turned = self._recurrent.T
        for t in range(self._time - 1, -1, -1):
            np.add(dh, self._dy[t], dh)
            np.multiply(dh[:, np.newaxis], factors[t], found[t])
            np.multiply(dh, own[t], self._dsums[t, :, 2 * units :])
            np.multiply(dh, z[t], dh)
            np.add(dh, self._drecurrent[t].dot(turned, part), dh)
        self._dsums[..., : 2 * units] = self._drecurrent[..., : 2 * units]
        return self._drecurrent


@LAYERS.register()
@RECURRENT.register()
class LSTM(_Gated):
    """h_t = o tanh(c_t), c_t = f c_(t-1) + i g, with gates i, f, o. Hochreiter and Schmidhuber, 1997.

    The gates are σ(x_t W + h_(t-1) U + b), g is the same with tanh; blocks are i, f, g, o, as in Keras.
    """

    kind = "lstm"
    title = "LSTM"
    summary = "remember for long"
    equations = (
        "i, f, o = σ(x_t W + h_(t-1) U + b), g = tanh(x_t W_g + h_(t-1) U_g + b_g)",
        "c_t = f c_(t-1) + i g, h_t = o tanh(c_t), y = h",
        "∂L/∂c_t = δ_t o (1 - tanh(c_t)^2) + f_(t+1) ∂L/∂c_(t+1), δ_t = ∂L/∂h_t",
    )
    gates = 4
    bias_initializer = _ForgetBias()
    torch_order_of_gates = (0, 1, 2, 3)
    onnx_order_of_gates = (0, 3, 1, 2)
    numpy_step = """\
def lstm_step(sums, recurrent, h, c):
    i, f, g, o = np.split(sums + recurrent, 4, axis=1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c
"""


class _LSTMOp(_RecurrentOp):
    """Halves as in `_GRUOp`, so that one tanh makes all gates of a step."""

    def __init__(self, layer: Recurrent, context: OpContext) -> None:
        super().__init__(layer, context)
        self._scale = np.full(4 * self._units, 0.5, context.dtype)
        self._scale[2 * self._units : 3 * self._units] = 1.0
        self._offset = (1.0 - self._scale).astype(context.dtype)
        self._c = np.zeros((self._time + 1, context.batch, self._units), context.dtype)
        self._bent = np.empty((self._time, context.batch, self._units), context.dtype)

    def _go(self) -> None:
        units, scale, offset = self._units, self._scale, self._offset
        kernel = self._recurrent * scale
        np.add(self._sums, self._bias, self._sums)
        np.multiply(self._sums, scale, self._sums)
        h, c = self._h[0], self._c[0]
        part, states = np.empty_like(h), np.empty_like(self._sums[0])
        for gates, bent, after, after_c in zip(self._sums, self._bent, self._h[1:], self._c[1:], strict=True):
            h.dot(kernel, states)
            np.add(gates, states, gates)
            np.tanh(gates, gates)
            np.multiply(gates, scale, gates)
            np.add(gates, offset, gates)
            np.multiply(gates[:, units : 2 * units], c, after_c)
            np.multiply(gates[:, :units], gates[:, 2 * units : 3 * units], part)
            c = np.add(after_c, part, after_c)
            np.tanh(c, bent)
            h = np.multiply(gates[:, 3 * units :], bent, after)

    def _go_back(self) -> Array:
        dh, part = self._dh, self._part
        gates = self._sums.reshape(*self._sums.shape[:2], 4, self._units)
        i, f, g, o = (gates[:, :, gate] for gate in range(4))
        # All that does not depend on later steps, of all steps at once.
        factors = np.multiply(gates, 1.0 - gates)
        factors[:, :, 0] *= g
        factors[:, :, 1] *= self._c[:-1]
        np.multiply(i, 1.0 - g * g, out=factors[:, :, 2])
        factors[:, :, 3] *= self._bent
        own = o * (1.0 - self._bent * self._bent)
        found = self._dsums.reshape(factors.shape)
        turned, dc = self._recurrent.T, np.zeros_like(dh)
        for t in range(self._time - 1, -1, -1):
            np.add(dh, self._dy[t], dh)
            np.add(dc, np.multiply(dh, own[t], part), dc)
            np.multiply(dc[:, np.newaxis], factors[t, :, :3], found[t, :, :3])
            np.multiply(dh, factors[t, :, 3], found[t, :, 3])
            np.multiply(dc, f[t], dc)
            self._dsums[t].dot(turned, dh)
        return self._dsums


class _SteppedOp(_RecurrentOp):
    """Any functions, and masked positions, at which states and outputs stay; by single steps, half as fast."""

    def __init__(self, layer: Recurrent, context: OpContext) -> None:
        super().__init__(layer, context)
        self._bend, self._gate = layer.activation, layer.bends[0]
        self._c = np.zeros_like(self._h)
        self._kept: list[Any] = [None] * self._time
        # A view: the array is filled in each pass.
        self._counts = None if context.mask is None else context.mask.T[..., np.newaxis]

    def _go(self) -> None:
        for t, sums in enumerate(self._sums):
            states, self._kept[t] = self._step(sums, self._h[t], self._c[t])
            for into, state in zip((self._h, self._c), states, strict=False):
                into[t + 1] = state if self._counts is None else np.where(self._counts[t], state, into[t])

    def _go_back(self) -> Array:
        recurrent = self._dsums if self._bias.ndim == 1 else np.empty_like(self._dsums)
        dh, dc = self._dh, np.zeros_like(self._dh)
        for t in range(self._time - 1, -1, -1):
            dh = dh + self._dy[t]
            # Gradients pass by the steps at which states stay.
            counts = 1.0 if self._counts is None else self._counts[t].astype(dh.dtype)
            by, by_c = dh * (1.0 - counts), dc * (1.0 - counts)
            sums, recurrent[t], kept, dc = self._step_back(dh * counts, dc * counts, *self._kept[t])
            self._dsums[t] = sums
            dh, dc = by + kept + recurrent[t] @ self._recurrent.T, by_c + dc
        return recurrent

    def _step(self, sums: Array, h: Array, c: Array) -> tuple[tuple[Array, ...], tuple[Any, ...]]:
        """The states h, and c of an LSTM, and what `_step_back` needs."""
        raise NotImplementedError

    def _step_back(self, dh: Array, dc: Array, *kept: Any) -> tuple[Array, Array, Any, Array]:
        """The gradients of both sums, of the state before where it does not go through them, and of c before."""
        raise NotImplementedError


def _bent(function: ActivationFunction, x: Array) -> Array:
    y = np.empty_like(x)
    function.apply(x, y, scalars(x.dtype))
    return y


def _chained(function: ActivationFunction, x: Array, y: Array, gradient: Array) -> Array:
    function.chain(x, y, gradient, np.empty_like(x), scalars(x.dtype))
    return gradient


class _SteppedSimpleRNNOp(_SteppedOp):
    def _step(self, sums: Array, h: Array, c: Array) -> tuple[tuple[Array, ...], tuple[Any, ...]]:
        x = sums + self._bias + h @ self._recurrent
        y = _bent(self._bend, x)
        return (y,), (x, y)

    def _step_back(self, dh: Array, dc: Array, *kept: Any) -> tuple[Array, Array, Any, Array]:
        x, y = kept
        back = _chained(self._bend, x, y, dh)
        return back, back, 0.0, dc


class _SteppedGRUOp(_SteppedOp):
    def _step(self, sums: Array, h: Array, c: Array) -> tuple[tuple[Array, ...], tuple[Any, ...]]:
        one, other = sums + self._bias[0], h @ self._recurrent + self._bias[1]
        (xz, xr, xg), (hz, hr, hg) = np.split(one, 3, axis=1), np.split(other, 3, axis=1)
        z, r = _bent(self._gate, xz + hz), _bent(self._gate, xr + hr)
        g = _bent(self._bend, xg + r * hg)
        return (g + z * (h - g),), (h, (xz + hz, xr + hr, xg + r * hg), (z, r, g), hg)

    def _step_back(self, dh: Array, dc: Array, *kept: Any) -> tuple[Array, Array, Any, Array]:
        h, (az, ar, ag), (z, r, g), hg = kept
        dg = _chained(self._bend, ag, g, dh * (1.0 - z))
        dz, dr = _chained(self._gate, az, z, dh * (h - g)), _chained(self._gate, ar, r, dg * hg)
        sums, recurrent = (np.concatenate((dz, dr, last), axis=1) for last in (dg, dg * r))
        return sums, recurrent, dh * z, dc


class _SteppedLSTMOp(_SteppedOp):
    def _step(self, sums: Array, h: Array, c: Array) -> tuple[tuple[Array, ...], tuple[Any, ...]]:
        parts = np.split(sums + self._bias + h @ self._recurrent, 4, axis=1)
        functions = self._gate, self._gate, self._bend, self._gate
        gates = i, f, g, o = [_bent(each, part) for each, part in zip(functions, parts, strict=True)]
        new = f * c + i * g
        bent = _bent(self._bend, new)
        return (o * bent, new), (functions, parts, gates, c, new, bent)

    def _step_back(self, dh: Array, dc: Array, *kept: Any) -> tuple[Array, Array, Any, Array]:
        functions, parts, (i, f, g, o), c, new, bent = kept
        dc = dc + _chained(self._bend, new, bent, dh * o)
        slopes = dc * g, dc * c, dc * i, dh * bent
        found = map(_chained, functions, parts, (i, f, g, o), slopes)
        back = np.concatenate(list(found), axis=1)
        return back, back, 0.0, dc * f


_OPS: Final[Mapping[type[Recurrent], tuple[type[_RecurrentOp], type[_RecurrentOp]]]] = {
    SimpleRNN: (_SimpleRNNOp, _SteppedSimpleRNNOp),
    GRU: (_GRUOp, _SteppedGRUOp),
    LSTM: (_LSTMOp, _SteppedLSTMOp),
}
