"""A trained model as a graph of Keras layers: raw samples in, probabilities or values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.pipeline import Pipeline
from core.formats.exporter import keras_prefixes
from core.formats.trained_model import ModelDescription
from core.io.keras_graph import INPUT, KerasGraph, KerasValue
from core.nn import Layer, Shape
from core.nn.keras_stack import keras_stack
from core.nn.network import Network, describe
from core.nn.override_folding import fold_inside
from core.spec.arrays import Array

Model = tuple[KerasGraph, KerasValue]
"""A graph, and its output."""
Overrides = Mapping[int, tuple[NDArray[np.intp], list[float]]]


def keras_model(network: Network, pipeline: Pipeline | None) -> Model:
    """A network with its pipeline; without one, it takes `inputs`. `SettingError` for what Keras cannot hold."""
    network, overrides = fold_inside(network)
    return _model(network.layers, network.input_shape, network.weights, overrides, pipeline)


def description_layers(model: ModelDescription, *, bare: bool = False) -> Model:
    """A model with zeros for weights, which take no memory. `SettingError` for what Keras cannot hold.

    `bare` is without its pipeline.
    """
    _, described = describe(model.layers, model.input_shape)
    weights = [{p.name: np.broadcast_to(np.float32(0.0), p.shape) for p in each} for each in described]
    return _model(model.layers, model.input_shape, weights, {}, None if bare else model.pipeline)


def _model(
    layers: Sequence[Layer],
    input_shape: Shape,
    weights: Sequence[Mapping[str, Array]],
    overrides: Overrides,
    pipeline: Pipeline | None,
) -> Model:
    graph = KerasGraph()
    x = graph.input("inputs", input_shape) if pipeline is None else pipeline.inputs.keras_layers(graph)
    x = keras_stack(graph, x, layers, weights, keras_prefixes(layers), overrides)
    if pipeline is not None:
        x = pipeline.outputs.keras_layers(graph, x)
    if graph.nodes[x.name].kind == INPUT:
        x = graph.layer("Activation", x, name="outputs", activation="linear")
    return graph, x
