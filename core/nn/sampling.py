"""Sampling: the code of a variational autoencoder, drawn around a mean while training."""

from __future__ import annotations

import numpy as np

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec import setting
from ..spec.arrays import Array, Arrays
from .layer import LAYERS, Layer, Op, OpContext
from .layer_types import LayerError, NumpyLines, Shape, TorchModule

_TORCH_MEANS = """\
class Means(torch.nn.Module):
    def forward(self, x):
        return x[:, : x.shape[1] // 2]
"""


@LAYERS.register("variational")
class Sampling(Layer):
    """Numbers drawn around means: the first half of the inputs has the means, the second the logs of the variances.

    Adds beta times the Kullback-Leibler divergence from N(0, 1) to the loss, summed over the numbers and averaged over
    the batch. Prediction gives the means. Kingma and Welling, 2014; beta as in Higgins et al., 2017.
    """

    kind = "sampling"
    title = "Sampling"
    summary = "mean and width"
    equations = (
        "y = m + exp(v / 2) · ε, ε ~ N(0, 1), x = (m, v)",
        "L = … + beta · KL, KL = 1 / n · Σ (m^2 + exp(v) - v - 1) / 2",
        "∂L/∂m = ∂L/∂y + beta / n · m",
        "∂L/∂v = 1 / 2 · exp(v / 2) · ε · ∂L/∂y + beta / n · (exp(v) - 1) / 2",
    )
    family = "regularization"
    formula_text = "{x}"
    formula_note = (
        "This is the mean. While training, a number of the width that the encoder gives it "
        "is added at random."
    )

    beta: float = setting(
        0.001,
        "Beta",
        "The weight of the spread in the loss: more gives a smoother code, less a sharper reconstruction.",
        low=0.0,
        suggestions=(0.0, 0.0001, 0.001, 0.01, 0.1),
    )
    random: bool = setting(
        True,
        "Random while training",
        "Draw each code around its mean while training, so that near codes decode to near samples.",
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise LayerError(f"Sampling needs a row of numbers; it gets {' × '.join(map(str, input_shape))}")
        if input_shape[0] % 2:
            raise LayerError(
                f"Sampling needs a mean and a log variance for each number; it gets {input_shape[0]} features"
            )
        return (input_shape[0] // 2,)

    def bind(self, context: OpContext) -> Op:
        return _SamplingOp(self.beta, self.random and context.training, context)

    def as_predicted(self) -> Layer:
        return self.replace(random=False)

    def input_index(self, index: tuple[int, ...], input_shape: Shape) -> tuple[int, ...]:
        return index

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        return NumpyLines((f"x[:, :{input_shape[0] // 2}]",))

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        return OnnxValue(graph.call("Gather", x.name, np.arange(input_shape[0] // 2), axis=1), 1)

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Arrays) -> KerasValue:
        size = x.shape[0]
        # Keras has no layer that takes some numbers of a row, but one that crops a sequence.
        x = graph.layer("Reshape", x, shape=(size, 1), target_shape=[size, 1])
        x = graph.layer("Cropping1D", x, shape=(size // 2, 1), name="means", cropping=[0, size // 2])
        return graph.layer("Flatten", x, shape=(size // 2,), name="code")

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        return (TorchModule("Means()", (_TORCH_MEANS,), "Sampling: predictions take the means"),)


class _SamplingOp(Op):
    adds_loss = True

    def __init__(self, beta: float, is_random: bool, context: OpContext) -> None:
        rows, size = context.batch, context.output_shape[0]
        self._is_random, self._rng = is_random, context.rng
        self._scale, self._beta = context.dtype.type(beta / rows), 0.5 * beta / rows
        self._y = context.empty()
        self._noise, self._width = np.zeros_like(self._y), np.empty_like(self._y)
        # Means above log variances: one operation does for both what has no need to know which is which.
        self._x = np.empty((rows, 2 * size), context.dtype)
        self._mean, self._log = self._x[:, :size], self._x[:, size:]
        self._dx = np.empty_like(self._x) if context.training else self._x

    def forward(self, x: Array) -> Array:
        """y = m + exp(v / 2) · ε, (batch, numbers), for x = (m, v), (batch, 2 numbers)."""
        np.copyto(self._x, x)
        width, y = self._width, self._y
        np.multiply(self._log, 0.5, width)
        np.exp(width, width)
        squares = np.vdot(width, width)
        logs = np.add.reduce(self._log, axis=None)
        if self._is_random:
            self._rng.standard_normal(dtype=y.dtype, out=self._noise)
            np.multiply(self._noise, width, self._noise)
            np.add(self._mean, self._noise, y)
        else:
            np.copyto(y, self._mean)
        means = np.einsum("nk,nk->", self._mean, self._mean)
        self.added_loss = self._beta * (float(means) + float(squares) - float(logs) - y.size)
        return y

    def backward(self, gradient: Array) -> Array:
        """dm = dy + beta / n m, dv = (dy exp(v / 2) ε + beta / n (exp(v) - 1)) / 2, together (batch, 2 numbers)."""
        size, dx, width, scale = gradient.shape[1], self._dx, self._width, self._scale
        means, logs = dx[:, :size], dx[:, size:]
        np.multiply(self._mean, scale, means)
        np.add(means, gradient, means)
        np.multiply(width, width, width)
        np.subtract(width, 1.0, width)
        np.multiply(width, scale, width)
        np.multiply(gradient, self._noise, logs)
        np.add(logs, width, logs)
        np.multiply(logs, 0.5, logs)
        return dx


def divergences(x: Array) -> Array:
    """The divergence of each number (numbers,) from N(0, 1) in nats, for means and log variances (batch, 2 numbers)."""
    means, logs = np.split(np.asarray(x, np.float64), 2, axis=1)
    found: Array = np.mean(0.5 * (means**2 + np.exp(logs) - logs - 1.0), axis=0)
    return found
