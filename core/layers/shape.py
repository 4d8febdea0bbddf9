"""Layers that change the shape of a sample and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.layers.layer import LAYERS, Array, Layer, Op, Shape, Site

__all__ = ["Flatten"]


@LAYERS.register()
@dataclass(frozen=True)
class Flatten(Layer):
    """(height, width, channels) becomes (height * width * channels,), in this order."""

    kind = "flatten"
    title = "Flatten"
    summary = "to vector"
    family = "shape"

    def output_shape(self, input_shape: Shape) -> Shape:
        return (math.prod(input_shape),)

    def bind(self, site: Site) -> Op | None:
        return _ReshapeOp(site) if len(site.input_shape) != 1 else None


class _ReshapeOp(Op):
    # It returns a view of its input: the next op may overwrite it only if it may overwrite that.
    uses_output = True

    def __init__(self, site: Site) -> None:
        self._to = (site.batch, *site.output_shape)
        self._from = (site.batch, *site.input_shape)

    def forward(self, x: Array) -> Array:
        return x.reshape(self._to)

    def backward(self, gradient: Array) -> Array:
        return gradient.reshape(self._from)
