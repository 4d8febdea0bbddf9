"""A stack of layers, as in prediction, in the words of Keras, ONNX, PyTorch and NumPy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec import SettingError
from ..spec.arrays import Arrays
from .layer import FeatureOrder, Layer, TorchState
from .layer_types import NumpyLines, Shape, TorchModule

Overrides = Mapping[int, tuple[NDArray[np.intp], list[float]]]
"""Units of layers, with the values that replace their outputs."""
_FIELD = re.compile(r"\{([^{}]+)\}")


def keras_stack(
    graph: KerasGraph,
    x: KerasValue,
    layers: Sequence[Layer],
    weights: Sequence[Arrays],
    names: Iterable[str],
    overrides: Overrides | None = None,
) -> KerasValue:
    """The outputs of the stack for `x`, float32; `names` are those of the layers.

    `SettingError` for a layer that Keras does not have.
    """
    for index, (layer, arrays, name) in enumerate(zip(layers, weights, names, strict=True)):
        with graph.scope(name):
            x = keras_layer(graph, x, layer, arrays)
            if overrides and index in overrides:
                units, values = overrides[index]
                known = units < x.shape[-1]
                if known.any():
                    x = graph.hold(x, units[known], np.array(values)[known])
    return x


def keras_layer(graph: KerasGraph, x: KerasValue, layer: Layer, weights: Arrays) -> KerasValue:
    """The outputs of a layer, then of its activation where the layer does not take it."""
    floats = {name: np.asarray(array, np.float32) for name, array in weights.items()}
    x = layer.keras_layers(graph, x, floats)
    activation = layer.output_activation
    if activation is None or (layer.has_keras_activation and activation.keras_name):
        return x
    bent: KerasValue = activation.keras_layers(graph, x, {})
    return bent


def onnx_stack(
    graph: OnnxGraph,
    x: OnnxValue,
    layers: Sequence[Layer],
    weights: Sequence[Arrays],
    input_shape: Shape,
    names: Iterable[str],
    overrides: Overrides | None = None,
) -> OnnxValue:
    """The outputs of the stack for inputs `x`, (samples, *input_shape), float32; `names` are those of the layers.

    `SettingError` for a layer that ONNX does not have.
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
    _without_mask(layer)
    x = layer.onnx_nodes(graph, x, floats, input_shape)
    if (activation := layer.output_activation) is not None:
        x = activation.onnx_nodes(graph, x, {}, layer.output_shape(input_shape))
    return x


def torch_modules(layers: Sequence[Layer], input_shape: Shape) -> Iterator[TorchModule]:
    """The modules in order, each activation as one of its own; `SettingError` for a layer without an equivalent."""
    for layer in layers:
        yield from torch_layer(layer, input_shape)
        input_shape = layer.output_shape(input_shape)


def torch_layer(layer: Layer, input_shape: Shape) -> Iterator[TorchModule]:
    """Modules of a layer, then of its activation."""
    _without_mask(layer)
    yield from layer.torch_modules(input_shape)
    if (activation := layer.output_activation) is not None:
        yield from activation.torch_modules(layer.output_shape(input_shape))


def torch_lines(modules: Sequence[TorchModule]) -> Iterator[str]:
    """Arguments of a `torch.nn.Sequential`, one module each, with commas and remarks."""
    for module in modules:
        *lines, last = module.call.split("\n")
        remark = f"  # {module.remark}" if module.remark else ""
        yield from (*lines, f"{last},{remark}")


def torch_state(
    layers: Sequence[Layer], weights: Sequence[Arrays], input_shape: Shape, order: FeatureOrder = None
) -> tuple[TorchState, FeatureOrder]:
    """TorchState dict of the stack, and PyTorch's order of the output features, (features,) or None.

    `SettingError` names the layer that has no modules or no array names there.
    """
    state: TorchState = {}
    position = 0
    for layer, arrays in zip(layers, weights, strict=True):
        modules = len(list(torch_layer(layer, input_shape)))
        own = layer.torch_weights(arrays, input_shape, order)
        state.update({f"{position}.{name}": array for name, array in own.items()})
        order = layer.torch_order(input_shape, order)
        input_shape = layer.output_shape(input_shape)
        position += modules
    return state, order


def numpy_layer(layer: Layer, input_shape: Shape, prefix: str = "") -> NumpyLines:
    """The prediction of a layer and its activation; `{name}` becomes `{prefix/name}`. `SettingError` without one."""
    _without_mask(layer)
    parts: list[NumpyLines] = [layer.numpy_lines(input_shape)]
    activation = layer.output_activation
    if activation is not None:
        parts.append(activation.numpy_lines(layer.output_shape(input_shape)))
    below = f"{prefix}/" if prefix else ""
    return NumpyLines(
        tuple(_FIELD.sub(rf"{{{below}\1}}", text) for part in parts for text in part.expressions),
        _once(text for part in parts for text in part.imports),
        _once(text for part in parts for text in part.functions),
    )


def _without_mask(layer: Layer) -> None:
    if layer.masks(False):
        raise SettingError(f"Export: only Keras has the mask of {layer.title}; use keras")


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
