"""Residual: a stack of layers with a skip connection."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec import Given, SettingError, setting
from ..spec.arrays import Array, Arrays
from . import layer_stacks
from .activations import ACTIVATIONS, ActivationSetting, Linear, Tanh
from .convolution import Conv2D
from .dense import Dense
from .layer import LAYERS, FeatureOrder, Layer, Op, OpContext, Parameter, Stage, TorchState
from .layer_types import Box, Formula, LayerError, NumpyLines, Shape, TorchModule, cut_box
from .stage import below

_TORCH_RESIDUAL = """\
class Residual(torch.nn.Module):
    def __init__(self, layers, skip=None):
        super().__init__()
        self.layers, self.skip = layers, skip

    def forward(self, x):
        return self.layers(x) + (x if self.skip is None else self.skip(x))
"""

# Nested blocks are valid; a file with thousands of levels would attack the recursion limit.
_MAX_DEPTH = 8


@LAYERS.register("skip")
class Residual(Layer):
    """y = g(layers(x) + x). He et al., 2015: Deep residual learning.

    If the layers change the number of units or channels, or the image size by strides, a learned Dense or 1 x 1
    convolution projects x, unless `projection` is off; otherwise the shapes must match. Arrays inside are named
    "0/kernel", "1/gamma", "skip/kernel" and so on.
    """

    kind = "residual"
    title = "Residual"
    summary = "skip connection"
    equations = ("y = g(z), z = layers(x) + x", "δ = g'(z) · ∂L/∂y", "∂L/∂x = δ + ∂layers(x)/∂x · δ")
    family = "shape"

    layers: Given[tuple[Layer, ...], Sequence[Layer | str] | str] = setting(
        (Dense(4, activation=Tanh()),),
        "Layers",
        "The layers that learn what to add to their input, such as: dense 8 relu, dense 8.",
        registry=LAYERS,
    )
    projection: bool = setting(
        True, "Projection", "Bring the input to the shape of the layers' output where they differ."
    )
    activation: ActivationSetting = setting(
        Linear(), "Activation", "The bend that the sum goes through.", registry=ACTIVATIONS
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if _depth(self) > _MAX_DEPTH:
            raise SettingError(f"Residual: blocks within blocks must be at most {_MAX_DEPTH} deep")

    def output_shape(self, input_shape: Shape) -> Shape:
        shape = self._branch_shapes(input_shape)[-1]
        if shape != input_shape:
            self._projection(input_shape, shape)
        return self.activation.output_shape(shape)

    def parameters(self, input_shape: Shape) -> tuple[Parameter, ...]:
        return tuple(
            replace(parameter, name=f"{name}/{parameter.name}")
            for name, layer, shape, _ in self.parts(input_shape)
            for parameter in layer.parameters(shape)
        )

    def parts(self, input_shape: Shape) -> Iterator[tuple[str, Layer, Shape, Shape]]:
        """Those of the layers inside, then of the projection, if any, which is "skip"."""
        shapes = self._branch_shapes(input_shape)
        for index, layer in enumerate(self.layers):
            yield str(index), layer, shapes[index], shapes[index + 1]
        if shapes[-1] != input_shape:
            yield "skip", self._projection(input_shape, shapes[-1]), input_shape, shapes[-1]

    def masks(self, masked: bool) -> bool:
        inside = masked
        for layer in self.layers:
            inside = layer.masks(inside)
        return masked and inside

    def flops(self, input_shape: Shape) -> int:
        return sum(part.flops(shape) for _, part, shape, _ in self.parts(input_shape))

    def stages(self, path: str, input_shape: Shape, parameters: Arrays, gradients: Arrays) -> Iterator[Stage]:
        fork, turn, output = Fork(), None, self.output_shape(input_shape)
        yield Stage(path, fork, input_shape, input_shape, {}, {}, False)
        for name, part, before, _ in self.parts(input_shape):
            if name == "skip":
                turn = BackToFork(fork)
                yield Stage(path, turn, output, input_shape, {}, {}, False)
            arrays = below(parameters, name), below(gradients, name)
            yield from part.stages(f"{path}/{name}", before, *arrays)
        yield Stage(path, Join(fork, turn), output, output, {}, {}, False)
        yield Stage(path, self.activation, output, output, {}, {}, True)

    def as_predicted(self) -> Layer:
        # Set without validation: inference layers are not registered kinds.
        changed = copy.copy(self)
        object.__setattr__(changed, "layers", tuple(layer.as_predicted() for layer in self.layers))
        return changed

    def input_box(self, box: Box, input_shape: Shape) -> Box | None:
        shapes = self._branch_shapes(input_shape)
        for layer, shape in zip(reversed(self.layers), reversed(shapes[:-1]), strict=True):
            seen = layer.input_box(box, shape)
            if seen is None:
                return None
            box = cut_box(seen, shape)
        return box

    def formula(self, input_shape: Shape) -> Formula:
        inner = f"F is what the layers inside make of it: {', '.join(layer.title for layer in self.layers)}."
        if self._skip(input_shape) is None:
            return Formula("{x} + {residue}", inner)
        return Formula("F({x}) + P({x})", f"{inner} P are the projected inputs.")

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        # Blocks within blocks keep names of their own.
        level = _depth(self)
        skip, branch = (f"{name}{level}" if level > 1 else name for name in ("skip", "branch"))
        parts = list(self.parts(input_shape))
        written = [layer_stacks.numpy_layer(layer, shape, name) for name, layer, shape, _ in parts]
        projected = written.pop() if parts and parts[-1][0] == "skip" else NumpyLines()
        inner = (text for lines in written for text in lines.expressions)
        return NumpyLines(
            (f"{skip} = x", *inner, f"{branch} = x", skip, *projected.expressions, f"{branch} + x"),
            tuple(dict.fromkeys(text for lines in (*written, projected) for text in lines.imports)),
            tuple(dict.fromkeys(text for lines in (*written, projected) for text in lines.functions)),
        )

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        inner = [below(weights, str(index)) for index in range(len(self.layers))]
        y = layer_stacks.onnx_stack(graph, x, self.layers, inner, input_shape, map(str, range(len(inner))))
        if (skip := self._skip(input_shape)) is not None:
            with graph.scope("skip"):
                x = layer_stacks.onnx_layer(graph, x, skip, below(weights, "skip"), input_shape)
        x = graph.channels_first(x) if y.channels_first else graph.channels_last(x)
        return graph.elementwise("Add", y, x.name)

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Arrays) -> KerasValue:
        inner = [below(weights, str(index)) for index in range(len(self.layers))]
        y = layer_stacks.keras_stack(graph, x, self.layers, inner, map(str, range(len(inner))))
        if (skip := self._skip(x.shape)) is not None:
            with graph.scope("skip"):
                x = layer_stacks.keras_layer(graph, x, skip, below(weights, "skip"))
        return graph.layer("Add", y, x)

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        modules = list(layer_stacks.torch_modules(self.layers, input_shape))
        inner = "".join(f"        {line}\n" for line in layer_stacks.torch_lines(modules))
        text = (
            f"Residual(\n    torch.nn.Sequential(\n{inner}    ),\n"
            if inner
            else "Residual(\n    torch.nn.Sequential(),\n"
        )
        if (skip := self._skip(input_shape)) is not None:
            (module,) = layer_stacks.torch_layer(skip, input_shape)
            modules.append(module)
            text += f"    skip={module.call},\n"
        classes = dict.fromkeys(text for module in modules for text in module.classes)
        return (TorchModule(f"{text})", (*classes, _TORCH_RESIDUAL)),)

    def torch_weights(self, weights: Arrays, input_shape: Shape, order: FeatureOrder) -> TorchState:
        inner = [below(weights, str(index)) for index in range(len(self.layers))]
        state, _ = layer_stacks.torch_state(self.layers, inner, input_shape, order)
        found = {f"layers.{name}": array for name, array in state.items()}
        if (skip := self._skip(input_shape)) is not None:
            own = skip.torch_weights(below(weights, "skip"), input_shape, order)
            found.update({f"skip.{name}": array for name, array in own.items()})
        return found

    def torch_order(self, input_shape: Shape, order: FeatureOrder) -> FeatureOrder:
        branch, skip, shape = order, self._skip(input_shape), input_shape
        for layer in self.layers:
            branch = layer.torch_order(shape, branch)
            shape = layer.output_shape(shape)
        skipped = order if skip is None else skip.torch_order(input_shape, order)
        if (skipped is None) != (branch is None):
            raise SettingError(
                "Export: the pytorch layout has no Residual right behind a Flatten of several channels; use keras"
            )
        return branch

    def _skip(self, input_shape: Shape) -> Layer | None:
        """The projection, if there is one."""
        return next((part for name, part, _, _ in self.parts(input_shape) if name == "skip"), None)

    def _branch_shapes(self, shape: Shape) -> list[Shape]:
        shapes = [shape]
        for index, layer in enumerate(self.layers):
            try:
                shapes.append(layer.output_shape(shapes[-1]))
            except LayerError as error:
                raise LayerError(f"Residual, layer {index + 1}: {error}") from None
        return shapes

    def _projection(self, before: Shape, after: Shape) -> Layer:
        """The projection from `before` to `after`; `LayerError` if off or impossible."""
        if self.projection and len(before) == len(after) < 3 and before[:-1] == after[:-1]:
            return Dense(after[-1], use_bias=False)
        if self.projection and len(before) == len(after) == 3:
            strides = (-(-before[0] // after[0]), -(-before[1] // after[1]))
            projection = Conv2D(after[2], (1, 1), strides=strides, padding="same", use_bias=False)
            if projection.output_shape(before) == after:
                return projection
        texts = (" × ".join(map(str, shape)) for shape in (after, before))
        raise LayerError("Residual needs layers that keep the shape; they make {} of {}".format(*texts))


class Fork(Op):
    """Keeps the input for the skip connection, and adds that one's gradient."""

    # The next op must not overwrite what the skip connection reads.
    uses_output = True

    def __init__(self) -> None:
        self.x: Array = np.empty(0)
        self.skipped: Array = self.x

    def bind(self, _: OpContext) -> Op:
        return self

    def forward(self, x: Array) -> Array:
        """x, (batch, *shape)."""
        self.x = x
        return x

    def backward(self, gradient: Array) -> Array:
        """dx through the layers plus dx through the skip connection, (batch, *shape)."""
        return np.add(gradient, self.skipped, out=gradient)


class BackToFork(Op):
    """Goes from the end of the layers back to the fork, for the projection."""

    uses_output = True

    def __init__(self, fork: Fork) -> None:
        self._fork = fork
        self.y: Array = np.empty(0)
        self.gradient: Array = self.y

    def bind(self, _: OpContext) -> Op:
        return self

    def forward(self, y: Array) -> Array:
        """The block's input, for the layers' output y."""
        self.y = y
        return self._fork.x

    def backward(self, gradient: Array) -> Array:
        """The gradient of the layers' output, for that of the projection's input."""
        self._fork.skipped = gradient
        return self.gradient


class Join(Op):
    """y = layers(x) + skip(x)."""

    def __init__(self, fork: Fork, turn: BackToFork | None) -> None:
        self._fork, self._turn = fork, turn

    def bind(self, context: OpContext) -> Op:
        self._y = context.empty()
        if context.training:
            self._skip_gradient = context.empty()
        return self

    def forward(self, x: Array) -> Array:
        """The sum, (batch, *shape), of the kept array and of `x`, the layers' output or the projection's."""
        if self._turn is None:
            return np.add(x, self._fork.x, out=self._y)
        return np.add(self._turn.y, x, out=self._y)

    def backward(self, gradient: Array) -> Array:
        """dx, (batch, *shape), which is also the gradient of the kept array."""
        # A copy: ops may overwrite their gradient.
        skipped = self._skip_gradient
        skipped[...] = gradient
        if self._turn is None:
            self._fork.skipped = skipped
            return gradient
        self._turn.gradient = gradient
        return skipped


def _depth(layer: Layer) -> int:
    return 1 + max(map(_depth, layer.layers), default=0) if isinstance(layer, Residual) else 0
