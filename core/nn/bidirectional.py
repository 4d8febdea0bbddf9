"""Bidirectional: a recurrent layer that goes through a sequence from both ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec import KindSetting, setting
from ..spec.arrays import Array
from .layer import LAYERS, FeatureOrder, Layer, Op, OpContext, Parameter, TorchState
from .layer_types import NumpyLines, Shape, TorchModule
from .recurrent import GRU, RECURRENT, Recurrent
from .stage import below

_WAYS: Final = ("forward", "backward")
_NUMPY_MERGES: Final = {
    "concat": "np.concatenate([{}, {}], axis=-1)",
    "sum": "{} + {}",
    "ave": "({} + {}) / 2",
}
_TORCH_BIDIRECTIONAL = '''\
class Bidirectional(torch.nn.Module):
    """A recurrent layer from both ends: what each gives, side by side, added, or their mean."""

    def __init__(self, layer, return_sequences, merge_mode):
        super().__init__()
        self.layer, self.return_sequences, self.merge_mode = layer, return_sequences, merge_mode

    def forward(self, x):
        one, other = self.layer(x)[0].chunk(2, dim=-1)
        if not self.return_sequences:
            one, other = one[:, -1], other[:, 0]
        if self.merge_mode == "concat":
            return torch.cat((one, other), dim=-1)
        return (one + other) * (0.5 if self.merge_mode == "ave" else 1.0)
'''


@LAYERS.register()
class Bidirectional(Layer):
    """y = merge(layer(x), layer'(x from its end)): two recurrent layers, so that each position knows both sides.

    Outputs are in the order of x. Arrays are named "forward/kernel", "backward/kernel" and so on. Schuster and Paliwal,
    1997: Bidirectional recurrent neural networks.

    >>> Bidirectional(GRU(8)).output_shape((20, 3))
    (16,)
    """

    kind = "bidirectional"
    title = "Bidirectional"
    summary = "read from both ends"
    equations = ("y = merge(f(x_1 ... x_T), b(x_T ... x_1))", "∂L/∂x = ∂f/∂x^T ∂L/∂f + ∂b/∂x^T ∂L/∂b")
    family = "sequence"

    layer: KindSetting[Recurrent] = setting(
        GRU(8), "Layer", "The recurrent layer that each of both directions has.", registry=RECURRENT
    )
    merge_mode: str = setting(
        "concat",
        "Merge",
        "What becomes of both: side by side, added, or their mean.",
        choices=("concat", "sum", "ave"),
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        *before, units = self.layer.output_shape(input_shape)
        return (*before, units * (2 if self.merge_mode == "concat" else 1))

    def parameters(self, input_shape: Shape) -> tuple[Parameter, ...]:
        own = self.layer.parameters(input_shape)
        return tuple(replace(each, name=f"{way}/{each.name}") for way in _WAYS for each in own)

    def as_predicted(self) -> Layer:
        return self.replace(layer=self.layer.as_predicted())

    def masks(self, masked: bool) -> bool:
        return self.layer.masks(masked)

    def flops(self, input_shape: Shape) -> int:
        return 2 * self.layer.flops(input_shape)

    def bind(self, context: OpContext) -> Op:
        return _BidirectionalOp(self, context)

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        own = self.layer.numpy_lines(input_shape)
        (text,) = own.expressions
        one, other = (text.replace("{", f"{{{way}/") for way in _WAYS)
        other = other.replace(" x,", " x[:, ::-1],") + ("[:, ::-1]" if self.layer.return_sequences else "")
        return NumpyLines((_NUMPY_MERGES[self.merge_mode].format(one, other),), own.imports, own.functions)

    def onnx_nodes(
        self, graph: OnnxGraph, x: OnnxValue, weights: Mapping[str, Array], input_shape: Shape
    ) -> OnnxValue:
        found = []
        for way in _WAYS:
            with graph.scope(way):
                arrays = below(weights, way)
                found.append(self.layer.onnx_pass(graph, x, arrays, input_shape, way == "backward"))
        one, other = found
        if self.merge_mode == "concat":
            return OnnxValue(graph.call("Concat", one.name, other.name, axis=-1), one.rank)
        y = graph.call("Add", one.name, other.name)
        if self.merge_mode == "ave":
            y = graph.call("Mul", y, np.array(0.5, np.float32))
        return OnnxValue(y, one.rank)

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Mapping[str, Array]) -> KerasValue:
        kind = type(self.layer).__name__
        ways = {}
        for way in _WAYS:
            own: dict[str, Any] = {"name": f"{way}_{self.layer.kind}", "units": self.layer.units}
            own |= {"return_sequences": self.layer.return_sequences, "go_backwards": way == "backward"}
            own |= self.layer.keras_settings()
            ways[way] = {"module": "keras.layers", "class_name": kind, "config": own, "registered_name": None}
        return graph.layer(
            "Bidirectional",
            x,
            shape=self.output_shape(x.shape),
            arrays=weights,
            layer=ways["forward"],
            backward_layer=ways["backward"],
            merge_mode=self.merge_mode,
        )

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        self.layer.must_be_plain("PyTorch has")
        kind = {"SimpleRNN": "RNN"}.get(type(self.layer).__name__, type(self.layer).__name__)
        inner = f"torch.nn.{kind}({input_shape[1]}, {self.layer.units}, batch_first=True, bidirectional=True)"
        call = f"Bidirectional({inner}, {self.layer.return_sequences}, {self.merge_mode!r})"
        return (TorchModule(call, (_TORCH_BIDIRECTIONAL,)),)

    def torch_weights(
        self, weights: Mapping[str, Array], input_shape: Shape, order: FeatureOrder
    ) -> TorchState:
        found: TorchState = {}
        for way, end in zip(_WAYS, ("", "_reverse"), strict=True):
            own = self.layer.torch_weights(below(weights, way), input_shape, order)
            found |= {name + end: array for name, array in own.items()}
        return found


class _BidirectionalOp(Op):
    """Two ops; that of the other end reads a reversed view, and its outputs are turned back."""

    def __init__(self, layer: Bidirectional, context: OpContext) -> None:
        inner, self._merge = layer.layer, layer.merge_mode
        shape = inner.output_shape(context.input_shape)
        self._ops = [
            inner.bind(
                replace(
                    context,
                    output_shape=shape,
                    parameters=below(context.parameters, way),
                    gradients=below(context.gradients, way),
                    mask=context.mask if context.mask is None or way == "forward" else context.mask[:, ::-1],
                )
            )
            for way in _WAYS
        ]
        self._units, self._sequences = shape[-1], inner.return_sequences
        self._scale = context.dtype.type(0.5 if self._merge == "ave" else 1.0)
        self._y = context.empty()
        self._input_gradient = context.input_gradient

    def _turned(self, y: Array) -> Array:
        return y[:, ::-1] if self._sequences else y

    def forward(self, x: Array) -> Array:
        """The merged outputs (batch, time, units), or (batch, units), of x, (batch, time, channels)."""
        one, other = (op.forward(part) for op, part in zip(self._ops, (x, x[:, ::-1]), strict=True))
        other = self._turned(other)
        if self._merge == "concat":
            self._y[..., : self._units] = one
            self._y[..., self._units :] = other
            return self._y
        np.add(one, other, self._y)
        np.multiply(self._y, self._scale, self._y)
        return self._y

    def backward(self, gradient: Array) -> Array:
        """dx, (batch, time, channels), of both directions."""
        if self._merge == "concat":
            parts = gradient[..., : self._units], gradient[..., self._units :]
        else:
            parts = (gradient * self._scale,) * 2
        back = self._ops[0].backward(parts[0])
        other = self._ops[1].backward(self._turned(parts[1]))
        if not self._input_gradient:
            return gradient
        np.add(back, other[:, ::-1], back)
        return back
