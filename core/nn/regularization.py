"""Layers that add noise during training: dropout and Gaussian noise."""

from __future__ import annotations

import numpy as np

from ..spec import setting
from ..spec.arrays import Array
from .layer import LAYERS, Layer, Op, OpContext, PassingLayer, in_memory
from .layer_types import Formula, Shape, TorchModule
from .sliding_window import image_shape


@LAYERS.register()
class Dropout(PassingLayer):
    """During training, zero each input with probability `rate` and scale the rest by 1 / (1 - rate).

    Prediction is the identity. Srivastava et al., 2014; scaled during training as in Keras.
    """

    kind = "dropout"
    title = "Dropout"
    summary = "regularize"
    equations = (
        "y = m x / (1 - rate), m = 0 with the probability rate, else 1",
        "∂L/∂x = m / (1 - rate) · ∂L/∂y",
    )
    family = "regularization"
    keeps_order = True
    torch_text = "torch.nn.Dropout({rate})"
    keras_fields = ("rate",)

    rate: float = setting(
        0.2,
        "Rate",
        "The share of inputs that is silenced at each step, at random, so that no neuron relies on one other.",
        low=0.0,
        high=0.95,
    )

    def bind(self, context: OpContext) -> Op | None:
        mask = self._mask(context) if context.training and self.rate > 0.0 else None
        return None if mask is None else DropoutOp(self.rate, mask, context)

    def _mask(self, context: OpContext) -> Array:
        """An array that broadcasts with the inputs, with a number for each that is dropped on its own."""
        return context.empty()

    def as_predicted(self) -> Layer:
        return self.replace(rate=0.0)

    def formula(self, input_shape: Shape) -> Formula:
        return Formula(
            "{x}",
            f"While training, {100 * self.rate:.3g} % of the numbers are set to 0 at random and the others grow "
            f"{1 / (1 - self.rate):.3g} times; here and in predictions it is off.",
        )


class DropoutOp(Op):
    """Multiplies by `mask`, which it draws anew in each pass."""

    def __init__(self, rate: float, mask: Array, context: OpContext) -> None:
        self._scale = context.dtype.type(1.0 / (1.0 - rate))
        self._stream, self._threshold = context.dropout, context.dropout.threshold(rate)
        self._mask = mask
        self._flat = (mask if mask.flags.c_contiguous else in_memory(mask)).reshape(-1)
        self._y = context.empty()

    def forward(self, x: Array) -> Array:
        """y = mask · x, (batch, *shape)."""
        np.greater_equal(self._stream.take(self._flat.size), self._threshold, out=self._flat)
        np.multiply(self._mask, self._scale, out=self._mask)
        return np.multiply(x, self._mask, out=self._y)

    def backward(self, gradient: Array) -> Array:
        """dx = mask · dy, (batch, *shape), in place."""
        return np.multiply(gradient, self._mask, out=gradient)


@LAYERS.register("spatial_dropout")
class SpatialDropout2D(Dropout):
    """Dropout of whole channels, since neighbouring pixels are correlated.

    Tompson et al., 2015: Efficient object localization using convolutional networks.
    """

    kind = "spatial_dropout2d"
    title = "SpatialDropout2D"
    summary = "drop channels"
    equations = (
        "y_rsc = m_c x_rsc / (1 - rate), m_c = 0 with the probability rate, else 1",
        "∂L/∂x_rsc = m_c / (1 - rate) · ∂L/∂y_rsc",
    )
    torch_text = "torch.nn.Dropout2d({rate})"

    def output_shape(self, input_shape: Shape) -> Shape:
        image_shape(self.title, input_shape)
        return input_shape

    def _mask(self, context: OpContext) -> Array:
        return np.empty((context.batch, 1, 1, context.input_shape[2]), context.dtype)


@LAYERS.register("noise")
class GaussianNoise(PassingLayer):
    """During training, add normal noise of standard deviation `stddev`; prediction is the identity."""

    kind = "gaussian_noise"
    title = "GaussianNoise"
    summary = "shake inputs"
    equations = ("y = x + stddev · ε, ε ~ N(0, 1)", "∂L/∂x = ∂L/∂y")
    family = "regularization"
    keeps_order = True
    keras_fields = ("stddev",)

    stddev: float = setting(
        0.1,
        "Deviation",
        "The size of the noise. The network learns to predict the same for what is nearly the same.",
        low=0.0,
        high=1.0,
    )

    def bind(self, context: OpContext) -> Op | None:
        return _NoiseOp(self.stddev, context) if context.training and self.stddev > 0.0 else None

    def as_predicted(self) -> Layer:
        return self.replace(stddev=0.0)

    def formula(self, input_shape: Shape) -> Formula:
        return Formula(
            "{x}",
            f"While training, noise of a deviation of {self.stddev:g} is added; here and in predictions it is off.",
        )

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        remark = "GaussianNoise: PyTorch has none, and only training has noise"
        return (TorchModule("torch.nn.Identity()", remark=remark),)


class _NoiseOp(Op):
    def __init__(self, stddev: float, context: OpContext) -> None:
        self._stddev = context.dtype.type(stddev)
        self._rng = context.rng
        self._y = context.empty()
        self._lying = in_memory(self._y) if self._y.ndim == 4 else self._y

    def forward(self, x: Array) -> Array:
        """y = x + noise, (batch, *shape)."""
        self._rng.standard_normal(dtype=self._y.dtype, out=self._lying)
        np.multiply(self._y, self._stddev, out=self._y)
        return np.add(self._y, x, out=self._y)

    def backward(self, gradient: Array) -> Array:
        """dx = dy, (batch, *shape)."""
        return gradient
