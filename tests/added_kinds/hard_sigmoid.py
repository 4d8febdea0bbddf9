"""HardSigmoid: a piecewise linear sigmoid, as in PyTorch and Keras 3."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.io.model_graphs import OnnxGraph, OnnxValue
from core.nn.activations import ACTIVATIONS, ActivationFunction
from core.nn.layer import LAYERS
from core.nn.layer_types import Shape
from core.nn.scalars import Scalars
from core.spec.arrays import Array


@LAYERS.register()
@ACTIVATIONS.register()
class HardSigmoid(ActivationFunction):
    """min(max(x / 6 + 1 / 2, 0), 1)."""

    kind = "hard_sigmoid"
    title = "Hard sigmoid"
    summary = "A sigmoid of three straight lines"
    formula_text = "min(max({x} / 6 + 0.5, 0), 1)"
    slope_text = "1/6 if 0 < {a} < 1, else 0"
    numpy_text = "np.clip(x / 6 + 0.5, 0, 1)"
    torch_text = "torch.nn.Hardsigmoid()"
    keras_name = "hard_sigmoid"
    low, high = 0.0, 1.0

    def apply(self, x: Array, y: Array, c: Scalars) -> None:
        np.multiply(x, x.dtype.type(1 / 6), out=y)
        np.add(y, c.half, out=y)
        np.clip(y, c.zero, c.one, out=y)

    def chain(self, x: Array, y: Array, gradient: Array, scratch: Array, c: Scalars) -> None:
        scratch[...] = np.where((y > 0.0) & (y < 1.0), 1 / 6, 0.0)
        np.multiply(gradient, scratch, gradient)

    def onnx_nodes(
        self, graph: OnnxGraph, x: OnnxValue, weights: Mapping[str, Array], input_shape: Shape
    ) -> OnnxValue:
        return graph.elementwise("HardSigmoid", x, alpha=1 / 6, beta=0.5)
