"""UpSampling2D: every pixel becomes a block of equal pixels, as in Keras."""

from __future__ import annotations

import numpy as np

from core.nn.layer import LAYERS, Layer, Op, OpContext
from core.nn.layer_types import Shape
from core.nn.sliding_window import image_shape
from core.spec import setting
from core.spec.arrays import Array


@LAYERS.register()
class UpSampling2D(Layer):
    """y[n, r, s, c] = x[n, r // size, s // size, c]."""

    kind = "up_sampling2d"
    title = "UpSampling2D"
    summary = "larger images"
    family = "pooling"

    size: int = setting(2, "Size", low=1, high=16, help="How many times as high and wide the image becomes.")

    def output_shape(self, input_shape: Shape) -> Shape:
        height, width, channels = image_shape(self.title, input_shape)
        return height * self.size, width * self.size, channels

    def bind(self, context: OpContext) -> Op:
        return _UpSamplingOp(self.size, context)


class _UpSamplingOp(Op):
    def __init__(self, size: int, context: OpContext) -> None:
        self._size = size
        self._y = context.empty()
        self._input_gradient = context.empty(context.input_shape)

    def forward(self, x: Array) -> Array:
        for row in range(self._size):
            for column in range(self._size):
                self._y[:, row :: self._size, column :: self._size] = x
        return self._y

    def backward(self, gradient: Array) -> Array:
        self._input_gradient.fill(0.0)
        for row in range(self._size):
            for column in range(self._size):
                part = gradient[:, row :: self._size, column :: self._size]
                np.add(self._input_gradient, part, out=self._input_gradient)
        return self._input_gradient
