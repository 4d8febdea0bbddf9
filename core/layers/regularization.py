"""Layers that make a network forget a little while it trains, so that it learns what generalizes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.layers.layer import LAYERS, Array, Layer, Op, Shape, Site, in_memory
from core.layers.windows import image_shape
from core.spec import setting

__all__ = ["Dropout", "GaussianNoise", "SpatialDropout2D"]


@LAYERS.register()
@dataclass(frozen=True)
class Dropout(Layer):
    """While training, zero each input with probability `rate` and scale the rest by 1 / (1 - rate).

    Prediction leaves the inputs alone. Srivastava et al., 2014; scaled at training time as in Keras.
    """

    kind = "dropout"
    title = "Dropout"
    summary = "regularize"
    family = "regularization"

    rate: float = setting(
        0.2,
        "Rate",
        low=0.0,
        high=0.95,
        help="The share of inputs that is silenced at each step, at random, so that no neuron relies on one other.",
    )

    def bind(self, site: Site) -> Op | None:
        return _DropoutOp(self.rate, site) if site.training and self.rate > 0.0 else None


class _DropoutOp(Op):
    def __init__(self, rate: float, site: Site) -> None:
        self._rate = np.float32(rate)
        self._scale = site.dtype.type(1.0 / (1.0 - rate))
        self._rng = site.rng
        self._mask = site.empty()
        # As the mask lies in memory, for the generator fills nothing else.
        self._lying = in_memory(self._mask) if self._mask.ndim == 4 else self._mask
        self._chance = np.empty(self._lying.shape, np.float32)
        self._y = site.empty()

    def forward(self, x: Array) -> Array:
        self._rng.random(dtype=np.float32, out=self._chance)
        np.greater_equal(self._chance, self._rate, out=self._lying)
        np.multiply(self._mask, self._scale, out=self._mask)
        return np.multiply(x, self._mask, out=self._y)

    def backward(self, gradient: Array) -> Array:
        return np.multiply(gradient, self._mask, out=gradient)


@LAYERS.register("spatial_dropout")
@dataclass(frozen=True)
class SpatialDropout2D(Dropout):
    """Dropout of whole channels: neighbouring pixels are alike, so single ones would hardly be missed.

    Tompson et al., 2015: Efficient object localization using convolutional networks.
    """

    kind = "spatial_dropout2d"
    title = "SpatialDropout2D"
    summary = "drop channels"

    def output_shape(self, input_shape: Shape) -> Shape:
        image_shape(self.title, input_shape)
        return input_shape

    def bind(self, site: Site) -> Op | None:
        return _ChannelDropoutOp(self.rate, site) if site.training and self.rate > 0.0 else None


class _ChannelDropoutOp(Op):
    def __init__(self, rate: float, site: Site) -> None:
        self._rate = rate
        self._scale = site.dtype.type(1.0 / (1.0 - rate))
        self._rng = site.rng
        self._mask = np.empty((site.batch, 1, 1, site.input_shape[2]), site.dtype)
        self._y = site.empty()

    def forward(self, x: Array) -> Array:
        chance = self._rng.random(self._mask.shape, np.float32)
        np.multiply(chance >= self._rate, self._scale, out=self._mask)
        return np.multiply(x, self._mask, out=self._y)

    def backward(self, gradient: Array) -> Array:
        return np.multiply(gradient, self._mask, out=gradient)


@LAYERS.register("noise")
@dataclass(frozen=True)
class GaussianNoise(Layer):
    """While training, add normal noise of a standard deviation; prediction leaves the inputs alone."""

    kind = "gaussian_noise"
    title = "GaussianNoise"
    summary = "shake inputs"
    family = "regularization"

    stddev: float = setting(
        0.1,
        "Deviation",
        low=0.0,
        high=1.0,
        help="The size of the noise. The network learns to answer the same for what is nearly the same.",
    )

    def bind(self, site: Site) -> Op | None:
        return _NoiseOp(self.stddev, site) if site.training and self.stddev > 0.0 else None


class _NoiseOp(Op):
    def __init__(self, stddev: float, site: Site) -> None:
        self._stddev = site.dtype.type(stddev)
        self._rng = site.rng
        self._y = site.empty()
        self._lying = in_memory(self._y) if self._y.ndim == 4 else self._y

    def forward(self, x: Array) -> Array:
        self._rng.standard_normal(dtype=self._y.dtype, out=self._lying)
        np.multiply(self._y, self._stddev, out=self._y)
        return np.add(self._y, x, out=self._y)

    def backward(self, gradient: Array) -> Array:
        return gradient
