"""A stack of layers as layers of Keras."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.io.keras_graph import KerasGraph, KerasValue
from core.nn.layer import Layer
from core.spec.arrays import Arrays


def keras_stack(
    graph: KerasGraph,
    x: KerasValue,
    layers: Sequence[Layer],
    weights: Sequence[Arrays],
    names: Iterable[str],
    overrides: Mapping[int, tuple[NDArray[np.intp], list[float]]] | None = None,
) -> KerasValue:
    """The outputs of the stack for `x`, float32; `names` are those of the layers.

    `overrides`, by layer, are units with the values that replace their outputs. `SettingError` for a layer that Keras
    does not have.
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
    activation = getattr(layer, "activation", None)
    if activation is None or (layer.has_keras_activation and activation.keras_name):
        return x
    bent: KerasValue = activation.keras_layers(graph, x, {})
    return bent
