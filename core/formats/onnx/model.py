"""A trained model as an ONNX graph: raw samples in, answers out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.pipeline import Pipeline, TableInputs
from core.formats.exporter import keras_prefixes
from core.formats.onnx.form import OnnxForm
from core.formats.trained_model import ModelDescription
from core.io.onnx_graph import OnnxGraph, OnnxValue
from core.nn import Layer, Shape
from core.nn.network import Network, describe
from core.nn.onnx_stack import onnx_stack
from core.nn.override_folding import fold_inside
from core.spec.arrays import Array

Overrides = Mapping[int, tuple[NDArray[np.intp], list[float]]]


def onnx_graph(network: Network, pipeline: Pipeline | None, form: OnnxForm | None = None) -> OnnxGraph:
    """The graph of a network with its pipeline; without one, from `inputs` to `outputs`, both float32.

    `SettingError` for what ONNX, or the form, cannot hold.
    """
    network, overrides = fold_inside(network)
    graph = _graph(network.layers, network.input_shape, network.weights, overrides, pipeline)
    return graph if form is None else form.shape(graph, table=has_columns(pipeline))


def description_graph(model: ModelDescription, form: OnnxForm | None = None) -> OnnxGraph:
    """The graph of a model with zeros for weights, which take no memory. `SettingError` for what ONNX cannot hold."""
    layers, input_shape = model.layers, model.input_shape
    _, described = describe(layers, input_shape)
    weights = [{p.name: np.broadcast_to(np.float32(0.0), p.shape) for p in each} for each in described]
    graph = _graph(layers, input_shape, weights, {}, model.pipeline)
    return graph if form is None else form.shape(graph, table=has_columns(model.pipeline))


def has_columns(pipeline: Pipeline | None) -> bool:
    """Whether raw samples are rows of a table."""
    return pipeline is not None and isinstance(pipeline.inputs, TableInputs)


def _graph(
    layers: Sequence[Layer],
    input_shape: Shape,
    weights: Sequence[Mapping[str, Array]],
    overrides: Overrides,
    pipeline: Pipeline | None,
) -> OnnxGraph:
    graph = OnnxGraph()
    if pipeline is None:
        x, refused = OnnxValue(graph.input("inputs", np.float32, input_shape), len(input_shape)), ""
    else:
        x, refused = pipeline.inputs.onnx_nodes(graph)
    x = onnx_stack(graph, x, layers, weights, input_shape, keras_prefixes(layers), overrides)
    x = graph.channels_last(x)
    if pipeline is None:
        shape = describe(layers, input_shape)[0][-1] if layers else input_shape
        graph.call("Identity", x.name, output=graph.output("outputs", np.float32, shape))
    else:
        pipeline.outputs.onnx_nodes(graph, x.name, refused)
    return graph
