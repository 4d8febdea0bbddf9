"""What every layer is: a spec that knows its shapes and parameters, and can be bound to arrays.

The spec says what a layer *is* and holds no arrays. `Layer.bind` makes an `Op`, which works on the arrays of one
`Site`: one place in one network, for one batch size. All buffers are allocated there, once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from core.initializers import Initializer
from core.spec import Registry, Spec

__all__ = ["LAYERS", "Array", "Layer", "LayerError", "Op", "Parameter", "Shape", "Site"]

Array = NDArray[np.floating[Any]]
Shape = tuple[int, ...]
"""The shape of one sample, without the batch axis."""


class LayerError(ValueError):
    """A layer cannot work where it stands; the text says what it needs and what it got."""


@dataclass(frozen=True)
class Parameter:
    """One trainable array of a layer: its shape, how it starts, and whether penalties apply to it."""

    name: str
    shape: Shape
    initializer: Initializer
    fan_in: int
    fan_out: int
    regularized: bool

    @property
    def size(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True)
class Site:
    """All that an op may use: shapes, the network's arrays by parameter name, and what the plan promises.

    `in_place` says that nobody needs the op's input after `forward`, so that it may be overwritten;
    `input_gradient` is false for the first layer, whose gradient nobody asks for.
    """

    batch: int
    input_shape: Shape
    output_shape: Shape
    dtype: np.dtype[Any]
    training: bool
    parameters: Mapping[str, Array]
    gradients: Mapping[str, Array]
    rng: np.random.Generator
    in_place: bool
    input_gradient: bool

    def empty(self, shape: Shape | None = None) -> Array:
        """A new array of (batch, *shape); `shape` is the output's when not given."""
        return np.empty((self.batch, *(self.output_shape if shape is None else shape)), self.dtype)


class Op:
    """A layer bound to arrays. `forward` returns an array that it owns or, in place, its input."""

    uses_output: ClassVar[bool] = False
    """Whether `backward` reads what `forward` returned: then the next op must not overwrite it."""

    def forward(self, x: Array) -> Array:
        """Outputs (batch, *output_shape) for inputs (batch, *input_shape)."""
        raise NotImplementedError

    def backward(self, gradient: Array) -> Array:
        """Fill the parameters' gradients and return the input's, from the output's, which may be overwritten."""
        raise NotImplementedError


@dataclass(frozen=True)
class Layer(Spec):
    """Base of all layers. A layer with a field `activation` gets that function applied to what its op returns."""

    family: ClassVar[str] = ""
    """The group on the palette: "dense", "activation", "regularization", "shape"."""
    on_palette: ClassVar[bool] = True
    """Whether the layer has a card of its own to drag."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of one output sample; raises `LayerError` when the layer cannot take `input_shape`."""
        return input_shape

    def parameters(self, input_shape: Shape) -> tuple[Parameter, ...]:
        """The trainable arrays, in Keras's order."""
        return ()

    def bind(self, site: Site) -> Op | None:
        """The op for one site, or None where the layer does nothing there."""
        return None


LAYERS: Registry[Layer] = Registry("layer")
