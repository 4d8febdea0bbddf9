"""What every layer is: a spec that knows its shapes and parameters, and can be bound to arrays.

The spec says what a layer *is* and holds no arrays. `Layer.bind` makes an `Op`, which works on the arrays of one
`OpContext`: one place in one network, for one batch size. All buffers are allocated there, once.

Arrays of images have the shape (batch, height, width, channels), but lie in memory as (height, channels, width,
batch): one row of a whole batch is one contiguous block, which suits both numpy's loops and the matrix product of a
convolution, and needs no cutting into cache-sized pieces. Ops must be right for any strides, and fast for these.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from core.nn.code_writing import Formula, NumpyLines, TorchModule
from core.nn.initializers import Initializer
from core.nn.shapes import Box, LayerError, Shape
from core.nn.sliding_window import SlidingWindow, window_box
from core.spec import Registry, SettingError, Spec
from core.spec.arrays import Array

__all__ = [
    "LAYERS",
    "Array",
    "Box",
    "FeatureOrder",
    "Layer",
    "LayerError",
    "Op",
    "OpContext",
    "Parameter",
    "Shape",
    "in_memory",
]

FeatureOrder = NDArray[np.int64] | None
"""Behind a Flatten, PyTorch's feature i is ours at index order[i], for its images have the channels first.

None where the order is the same.
"""


@dataclass(frozen=True)
class Parameter:
    """One array of a layer: its shape, how it starts, whether penalties apply to it, and whether it is learned.

    What is not `trainable` is state, such as running averages: it is saved and copied, and no optimizer touches it.
    """

    name: str
    shape: Shape
    initializer: Initializer
    fan_in: int
    fan_out: int
    regularized: bool
    trainable: bool = True

    @property
    def size(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True)
class OpContext:
    """All that an op may use: shapes, the network's arrays by parameter name, and what the plan promises.

    `gradients` has the trainable parameters alone;
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
        """A new array of (batch, *shape), images as they lie in memory; `shape` is the output's when not given."""
        shape = self.output_shape if shape is None else shape
        if len(shape) != 3:
            return np.empty((self.batch, *shape), self.dtype)
        height, width, channels = shape
        return np.empty((height, channels, width, self.batch), self.dtype).transpose(3, 0, 2, 1)


def in_memory(images: Array) -> Array:
    """Images (batch, height, width, channels) as they should lie: a view (height, channels, width, batch)."""
    return images.transpose(1, 3, 2, 0)


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
    """The group on the palette: "dense", "activation", "regularization", "convolution", "pooling", "shape"."""
    on_palette: ClassVar[bool] = True
    """Whether the layer has a card of its own to drag."""
    keeps_order: ClassVar[bool] = False
    """Whether output i belongs to input i: reordered inputs give outputs that are reordered likewise."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of one output sample; raises `LayerError` when the layer cannot take `input_shape`."""
        return input_shape

    def parameters(self, input_shape: Shape) -> tuple[Parameter, ...]:
        """The trainable arrays, in Keras's order."""
        return ()

    def bind(self, context: OpContext) -> Op | None:
        """The op for one context, or None where the layer does nothing there."""
        return None

    def as_predicted(self) -> Layer:
        """A layer with the same arrays that always does what this one does in predictions, and learns as it would.

        Layers whose training has noise or statistics of its own override it.
        """
        return self

    def windows(self, input_shape: Shape) -> tuple[SlidingWindow, SlidingWindow] | None:
        """Along height and width, the windows of the image that each output number is made from; None without them."""
        return None

    def input_box(self, box: Box, input_shape: Shape) -> Box | None:
        """The box of an image of inputs that the outputs within `box` depend on; None where it is not known."""
        if (windows := self.windows(input_shape)) is not None:
            top, left, _, _ = window_box(*windows, (box[0], box[1]))
            _, _, bottom, right = window_box(*windows, (box[2] - 1, box[3] - 1))
            return top, left, bottom, right
        return box if self.keeps_order else None

    def input_index(self, index: tuple[int, ...], input_shape: Shape) -> tuple[int, ...] | None:
        """The index of the input number that belongs to the output number at `index`; None where there is none."""
        return index if self.output_shape(input_shape) == input_shape else None

    def formula(self, input_shape: Shape) -> Formula:
        """How an output number is made, its activation aside; `SettingError` where nothing is written of it."""
        raise SettingError(f"{self.title} has no formula yet")

    def numpy_lines(self) -> NumpyLines:
        """The layer's prediction in NumPy, its activation aside; `SettingError` where it has none."""
        raise SettingError(f"{self.title} cannot be written as NumPy code yet")

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        """The layer as modules of PyTorch, its activation aside; `SettingError` where it has none."""
        raise SettingError(f"{self.title} cannot be written as PyTorch code yet")

    def torch_weights(
        self, weights: Mapping[str, Array], input_shape: Shape, order: FeatureOrder
    ) -> dict[str, NDArray[Any]]:
        """Copies of `weights` by the names and with the axes that the first module's state dict has.

        `order` is that of the input's features; `SettingError` where PyTorch has no place for them.
        """
        if weights:
            raise SettingError(f"Export: the pytorch layout has no names for {self.title} yet")
        return {}

    def torch_order(self, input_shape: Shape, order: FeatureOrder) -> FeatureOrder:
        """The order of the output's features in PyTorch, from the input's; `SettingError` where it has none."""
        if order is None or self.keeps_order:
            return order
        raise SettingError(
            f"Export: the pytorch layout has no {self.title} behind a Flatten of several channels; use keras"
        )


LAYERS: Registry[Layer] = Registry("layer")
