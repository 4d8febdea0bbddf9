"""Layers that change only the shape of a sample."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec import Given, SettingError, setting
from ..spec.arrays import Array, Arrays
from .layer import LAYERS, FeatureOrder, Layer, Op, OpContext
from .layer_types import Box, LayerError, NumpyLines, Shape, TorchModule


class _SameNumbers(Layer):
    """The inputs in the same order, in another shape."""

    formula_text = "{x}"
    formula_note = "{source}; nothing is changed but its place."

    def input_box(self, box: Box, input_shape: Shape) -> Box | None:
        return box if self.output_shape(input_shape) == input_shape else None

    def input_index(self, index: tuple[int, ...], input_shape: Shape) -> tuple[int, ...]:
        flat = np.ravel_multi_index(index, self.output_shape(input_shape))
        return tuple(int(part) for part in np.unravel_index(flat, input_shape))

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Arrays) -> KerasValue:
        shape = self.output_shape(x.shape)
        if len(shape) == 1:
            return graph.layer("Flatten", x, shape=shape)
        return graph.layer("Reshape", x, shape=shape, target_shape=list(shape))

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        shape = self.output_shape(input_shape)
        return x if shape == input_shape else graph.reshape(x, shape)


@LAYERS.register()
class Flatten(_SameNumbers):
    """(height, width, channels) to (height * width * channels,), in this order."""

    kind = "flatten"
    title = "Flatten"
    summary = "to vector"
    equations = ("y_((r w + s) c + k) = x_rsk", "∂L/∂x = ∂L/∂y")
    family = "shape"
    numpy_text = "x.reshape(len(x), -1)"
    torch_text = "torch.nn.Flatten()"

    def output_shape(self, input_shape: Shape) -> Shape:
        return (math.prod(input_shape),)

    def bind(self, context: OpContext) -> Op | None:
        return _ReshapeOp(context) if len(context.input_shape) != 1 else None

    def torch_order(self, input_shape: Shape, order: FeatureOrder) -> FeatureOrder:
        """Channels first: all pixels of the first channel, then the second, ...; (features,)."""
        if not _is_mixed(input_shape):
            return order
        pixels = np.arange(math.prod(input_shape)).reshape(input_shape)
        return pixels.transpose(2, 0, 1).reshape(-1)


@LAYERS.register()
class Reshape(_SameNumbers):
    """The inputs in the same order in `target_shape`, without the batch axis; -1 is inferred.

    `Reshape((7, 7, 16))` and `Reshape("7, 7, 16")` turn rows of 784 numbers into images.
    """

    kind = "reshape"
    title = "Reshape"
    summary = "to another shape"
    equations = ("y = x", "∂L/∂x = ∂L/∂y")
    family = "shape"

    target_shape: Given[Shape, int | Sequence[int] | str] = setting(
        (-1,), "Shape", "Height, width and channels, or the length of a row; -1 is what is left over."
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        size = math.prod(input_shape)
        known = math.prod(length for length in self.target_shape if length != -1)
        wanted = " × ".join(map(str, self.target_shape))
        if -1 in self.target_shape:
            if size % known:
                raise LayerError(
                    f"Reshape needs a multiple of {known} numbers for {wanted}; it gets {size} features"
                )
            return tuple(size // known if length == -1 else length for length in self.target_shape)
        if size != known:
            raise LayerError(f"Reshape needs {known} numbers for {wanted}; it gets {size} features")
        return self.target_shape

    def bind(self, context: OpContext) -> Op | None:
        return _ReshapeOp(context) if context.input_shape != context.output_shape else None

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        return NumpyLines((f"x.reshape(len(x), {', '.join(map(str, self.target_shape))})",))

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        shape = self.output_shape(input_shape)
        if len(shape) == 1:
            return (TorchModule("torch.nn.Flatten()"),)
        first = (shape[2], *shape[:2]) if len(shape) == 3 else shape
        unflatten = f"torch.nn.Unflatten(1, {first})"
        if len(input_shape) == 1:
            return (TorchModule(unflatten),)
        return (TorchModule(f"torch.nn.Sequential(torch.nn.Flatten(), {unflatten})"),)

    def torch_order(self, input_shape: Shape, order: FeatureOrder) -> FeatureOrder:
        if _is_mixed(input_shape) or _is_mixed(self.output_shape(input_shape)):
            raise SettingError(
                "Export: the pytorch layout has no Reshape of images with several channels; use keras"
            )
        return super().torch_order(input_shape, order)


def _is_mixed(shape: Shape) -> bool:
    """Whether channels-last and channels-first orders differ."""
    return len(shape) == 3 and shape[2] > 1 and math.prod(shape[:2]) > 1


class _ReshapeOp(Op):
    # It may return a view of its input: the next op may overwrite it only if it may overwrite that.
    uses_output = True

    def __init__(self, context: OpContext) -> None:
        self._forward = _Reshaping(context, context.input_shape, context.output_shape)
        self._backward = _Reshaping(context, context.output_shape, context.input_shape)

    def forward(self, x: Array) -> Array:
        """x, (batch, *input_shape), as (batch, *output_shape)."""
        return self._forward.of(x)

    def backward(self, gradient: Array) -> Array:
        """dy, (batch, *output_shape), as (batch, *input_shape)."""
        return self._backward.of(gradient)


class _Reshaping:
    """One direction of a reshape: views of arrays in C order, copies of images in memory order."""

    def __init__(self, context: OpContext, before: Shape, after: Shape) -> None:
        self._before, self._after = (context.batch, *before), (context.batch, *after)
        self._context, self._shape = context, after
        self._in_order: Array | None = None
        self._image: Array | None = None

    def of(self, array: Array) -> Array:
        if not array.flags.c_contiguous:
            if self._in_order is None:
                self._in_order = np.empty(self._before, array.dtype)
            self._in_order[...] = array
            array = self._in_order
        array = array.reshape(self._after)
        if len(self._shape) != 3:
            return array
        if self._image is None:
            self._image = self._context.empty(self._shape)
        self._image[...] = array
        return self._image
