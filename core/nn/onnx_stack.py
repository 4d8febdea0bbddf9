"""A stack of layers as nodes of an ONNX graph, as in prediction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.io.onnx_graph import OnnxGraph, OnnxValue
from core.nn.layer import Layer
from core.nn.shapes import Shape
from core.spec.arrays import Arrays


def onnx_stack(
    graph: OnnxGraph,
    x: OnnxValue,
    layers: Sequence[Layer],
    weights: Sequence[Arrays],
    input_shape: Shape,
    names: Iterable[str],
    overrides: Mapping[int, tuple[NDArray[np.intp], list[float]]] | None = None,
) -> OnnxValue:
    """The outputs of the stack for inputs `x`, (samples, *input_shape), float32; `names` are those of the layers.

    `overrides`, by layer, are units with the values that replace their outputs. `SettingError` for a layer that ONNX
    does not have.
    """
    for index, (layer, arrays, name) in enumerate(zip(layers, weights, names, strict=True)):
        output_shape = layer.output_shape(input_shape)
        with graph.scope(name):
            x = onnx_layer(graph, x, layer, arrays, input_shape)
            if overrides and index in overrides:
                units, values = overrides[index]
                known = units < output_shape[-1]
                held = np.array(values, np.float32)[known]
                x = graph.replace_channels(x, output_shape[-1], units[known], held)
        input_shape = output_shape
    return x


def onnx_layer(
    graph: OnnxGraph, x: OnnxValue, layer: Layer, weights: Arrays, input_shape: Shape
) -> OnnxValue:
    """The outputs of a layer, then of its activation."""
    floats = {name: np.asarray(array, np.float32) for name, array in weights.items()}
    x = layer.onnx_nodes(graph, x, floats, input_shape)
    if (activation := getattr(layer, "activation", None)) is not None:
        x = activation.onnx_nodes(graph, x, {}, layer.output_shape(input_shape))
    return x
